"""The page that simulates while one watches: its answers are the model's, and nothing else gets in or lost."""

import asyncio
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from html import unescape
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from accessibility import WINDOWS, grave_findings
from browser import CHROMIUM, browse, requests
from conftest import SMALL
from keyboard import opened
from typer.testing import CliRunner

from sim.analysis.parts import with_parts
from sim.cli import app
from sim.engine.replication import run_replication
from sim.experiment.store import Store
from sim.report import exploring
from sim.report.exploring import with_values
from sim.scenario import Scenario
from sim.serving import jobs
from sim.serving.form import form_of
from sim.serving.page import live_page, page_of

uvicorn = pytest.importorskip("uvicorn")
TOKEN = "of-this-test"
PROGRAMME = Scenario.model_validate(SMALL).changed(
    {"days": 3, "warm_up_days": 1, "interventions": {"driver_contact": {"operators": 2}, "early_warning": {}}}
)


@contextmanager
def served(folder, workers=2, what_if=None):
    from sim.serving.server import application

    own = application(PROGRAMME, Store(folder), TOKEN, seed=1, workers=workers, what_if=what_if)
    config = uvicorn.Config(own, port=0, log_level="error")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            thread.join(0.02)
            assert thread.is_alive()
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    with served(tmp_path_factory.mktemp("serve") / "store") as found:
        yield found


@pytest.fixture(scope="module")
def what_if(tmp_path_factory):
    """A what-if page of the same programme, with its few runs done in this process."""
    folder = tmp_path_factory.mktemp("what_if")
    file, out = folder / "programme.yaml", folder / "page.html"
    file.write_text(json.dumps(PROGRAMME.model_dump(mode="json", exclude_unset=True)))
    options = ["--days", "5", "--warm-up-days", "1", "--draws", "0", "--workers", "1", "--out", str(out)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(exploring, "DESIGN", 18)
        patch.setattr(exploring, "REPEATS", 2)
        done = CliRunner().invoke(app, ["explore", str(file), *options])
    assert done.exit_code == 0, done.output
    return out.read_text()


@pytest.fixture(scope="module")
def with_what_if(tmp_path_factory, what_if):
    with served(tmp_path_factory.mktemp("serve_what_if") / "store", what_if=what_if) as found:
        yield found


def ask(address, path, body=None, token=TOKEN):
    data = None if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
    try:
        with urlopen(Request(f"{address}{path}?token={token}", data=data), timeout=120) as answer:
            return answer.status, answer.read().decode()
    except HTTPError as error:
        return error.code, error.read().decode()


def watched(address, choice, stop_after=None):
    """Everything that a job tells."""
    job = json.loads(ask(address, "/api/jobs", choice)[1])["job"]
    said = []
    with urlopen(f"{address}/api/jobs/{job}?token={TOKEN}", timeout=120) as stream:
        for line in stream:
            if line.startswith(b"data: "):
                said.append(json.loads(line[6:]))
                if len(said) == stop_after:
                    ask(address, f"/api/jobs/{job}/stop", b"")
    return said


def test_what_is_told_is_what_the_model_gives(address) -> None:
    choice = {"measures": {"driver_contact": {"operators": 3}}, "runs": 2}
    rough, *full, end = watched(address, choice)
    assert (rough["rough"], [one["run"] for one in full], end) == (True, [1, 2], {"end": "done"})
    chosen = with_parts(PROGRAMME, ["driver_contact"]).changed({"interventions.driver_contact.operators": 3})
    for side, scenario in (("before", with_parts(PROGRAMME, ())), ("after", chosen)):
        metrics = [run_replication(scenario, 1, number).metrics for number in range(2)]
        for name in ("expected_accidents", "expected_deaths", "cost_cny"):
            mean = sum(one[name] for one in metrics) / 2
            assert full[-1][side][name] == pytest.approx(mean * 365 / 3, rel=1e-12)
        assert full[-1][side]["compliance_rate"] == pytest.approx(sum(m["compliance_rate"] for m in metrics) / 2)
    estimate, low, high = full[-1]["ratio"]
    assert low < estimate < high
    assert full[0]["ratio"][1] is None, "one run has no interval"


def test_sliders_move_both_sides(address) -> None:
    """Traffic is more without measures too; a measure's slider is nothing to a set without it."""
    sliders = {"traffic": 1.2, "interventions.driver_contact.operators": 3}
    choice = {"measures": {"early_warning": {}}, "sliders": sliders, "runs": 1}
    *_, full, _ = watched(address, choice)
    chosen = with_values(with_parts(PROGRAMME, ["early_warning"]), sliders)
    for side, scenario in (("before", with_values(with_parts(PROGRAMME, ()), sliders)), ("after", chosen)):
        own = run_replication(scenario, 1, 0).metrics
        assert full[side]["expected_accidents"] == pytest.approx(own["expected_accidents"] * 365 / 3, rel=1e-12)
    usual = watched(address, {"measures": {"early_warning": {}}, "runs": 1})[-2]
    assert full["before"]["expected_accidents"] > 1.1 * usual["before"]["expected_accidents"]
    assert "driver_contact" not in chosen.interventions


def test_the_end_of_a_slider_may_be_missed_by_a_rounding(address) -> None:
    lowest, end = (
        watched(address, {"measures": {}, "sliders": {"traffic": value}, "runs": 1})[-2] for value in (0.7, 0.7 - 1e-16)
    )
    assert lowest["before"] == end["before"]


def test_jobs_at_the_same_time_share_the_runs_without_measures(tmp_path, monkeypatch) -> None:
    """Two choices at once, two runs each; of a programme as short as this the rough run is the first."""
    simulated = []

    def counting(task):
        simulated.append(task.key)
        return run_replication(task.scenario, task.seed, task.replication)

    monkeypatch.setattr(jobs, "perform", counting)

    async def both() -> list[list[dict]]:
        with ThreadPoolExecutor(1) as pool:
            own = jobs.Jobs(PROGRAMME, Store(tmp_path / "store"), pool, seed=1)
            started = [own.start({kind: {}}, 2, {}) for kind in ("early_warning", "driver_contact")]

            async def told(job) -> list[dict]:
                return [what async for what in job.watch()]

            return await asyncio.gather(*map(told, started))

    said = asyncio.run(both())
    assert all(own[-1] == {"end": "done"} for own in said)
    assert len(simulated) == len(set(simulated)) == 3 * 2
    assert said[0][-2]["before"] == said[1][-2]["before"]


def test_a_job_that_is_stopped_ends_before_its_next_run(address) -> None:
    said = watched(address, {"measures": {"early_warning": {}}, "runs": 32}, stop_after=2)
    assert said[-1] == {"end": "stopped"}
    assert len(said) < 10


@pytest.mark.parametrize(
    ("body", "code", "said"),
    [
        ({"measures": {"driver_contact": {"operators": -1}}}, 422, "operators: found -1, must be at least 0"),
        ({"measures": {"magic": {}}}, 422, "magic: small has no such measure"),
        ({"measures": {"driver_contact": {"no_such": 1}}}, 422, "no_such"),
        ({"measures": [1]}, 422, "must map kinds"),
        ({"measures": {}, "sliders": {"traffic": 9}}, 422, "traffic: found 9, must be from 0.7 to 1.3"),
        ({"measures": {}, "sliders": {"weather": 1}}, 422, "weather: there is no such slider; sliders are traffic"),
        ({"measures": {}, "sliders": {"traffic": "much"}}, 422, "sliders map keys to numbers"),
        ({"measures": {}, "sliders": {"traffic": True}}, 422, "sliders map keys to numbers"),
        ({"measures": {}, "sliders": {"traffic": 10**400}}, 422, "sliders map keys to numbers"),
        ({"measures": {}, "runs": 0}, 422, "must map kinds"),
        (b"{", 422, "must map kinds"),
        (b"[" * 100_000, 422, "must map kinds"),
    ],
)
def test_a_wrong_choice_is_told(address, body, code, said) -> None:
    status, answer = ask(address, "/api/jobs", body)
    assert status == code
    assert said in answer


def test_only_who_has_the_token_gets_anything(address) -> None:
    for path, body in (("/", None), ("/api/jobs", {"measures": {}}), ("/api/jobs/x", None), ("/api/jobs/x/stop", b"")):
        assert ask(address, path, body, token="another")[0] == 403
    assert ask(address, "/api/jobs/none")[0] == 404
    request = Request(f"{address}/?token={TOKEN}", headers={"Host": "evil.example"})
    with pytest.raises(HTTPError, match="403"):
        urlopen(request, timeout=20)


def test_there_are_bounds(monkeypatch, tmp_path) -> None:
    monkeypatch.setattr(jobs, "MOST_JOBS", 1)
    with served(tmp_path / "store", workers=1) as address:
        first = json.loads(ask(address, "/api/jobs", {"measures": {}, "runs": 32})[1])["job"]
        assert ask(address, "/api/jobs", {"measures": {}, "runs": 1})[0] == 429
        assert ask(address, f"/api/jobs/{first}/stop", b"")[0] == 200


def test_a_closed_browser_stops_its_job(monkeypatch, tmp_path) -> None:
    """Who had watched is gone after the first news: the job ends long before its last run."""
    monkeypatch.setattr(jobs, "UNWATCHED_S", 0.0)

    async def watch_once_and_go() -> list[dict]:
        with ThreadPoolExecutor(1) as pool:
            all_jobs = jobs.Jobs(PROGRAMME, Store(tmp_path / "store"), pool, 1)
            job = all_jobs.start({}, 32, {})
            watching = job.watch()
            await anext(watching)
            await watching.aclose()
            async with job.news:
                await asyncio.wait_for(job.news.wait_for(lambda: job.ended_at is not None), 120.0)
            await all_jobs.close()
            return job.said

    said = asyncio.run(watch_once_and_go())
    assert said[-1] == {"end": "stopped"}
    assert len(said) < 8


def test_the_form_has_every_number_with_its_bounds() -> None:
    form = {one.kind: {number.key: number for number in one.numbers} for one in form_of(PROGRAMME)}
    assert sorted(form) == ["driver_contact", "early_warning"]
    operators, leave = form["driver_contact"]["operators"], form["driver_contact"]["leave_share"]
    assert (operators.value, operators.whole, operators.lowest) == (2, True, 0)
    assert (leave.whole, leave.lowest, leave.highest) == (False, 0.0, 1.0)
    assert not {"cost", "start_date", "sources"} & set(form["driver_contact"])


needs_browser = pytest.mark.skipif(CHROMIUM is None, reason="needs Debian's package chromium")


@needs_browser
def test_the_page_shows_what_it_is_told_in_both_languages(tmp_path) -> None:
    file = tmp_path / "serve.html"
    file.write_text(page_of(PROGRAMME, form_of(PROGRAMME), TOKEN))
    assert requests(file, tmp_path) == []
    news = {"rough": False, "run": 2, "of": 4, "ratio": [0.9, 0.85, 0.95]}
    sides = dict.fromkeys(jobs.SHOWN, 0.5)
    script = f"""
    last = {json.dumps({**news, "before": sides, "after": sides})}; told("run", 2, 4);
    document.querySelector("[data-of=driver_contact][data-key=operators]").value = 5;
    document.querySelector("[data-kind=early_warning]").checked = false;
    const english = [byId("headline").textContent, byId("state").textContent];
    byId("switch").click();
    document.title = JSON.stringify([english, choice(), document.querySelectorAll("tbody tr").length,
      document.documentElement.scrollWidth <= window.innerWidth, byId("go").textContent]);
    """
    title, console = browse(file, tmp_path, script, "--window-size=390,900", anchor="#en")
    assert console == ""
    english, choice, rows, fits, button = json.loads(unescape(title))
    assert english == ["0.900", "run 2 of 4, the whole time"]
    assert choice == {"measures": {"driver_contact": {"operators": 5}}, "runs": 4}
    assert (rows, fits, button) == (len(jobs.SHOWN), True, "精确模拟")


@needs_browser
def test_keys_alone_are_enough_and_what_is_shown_is_what_the_server_told(address, tmp_path) -> None:
    """The page as the server gives it: a measure off, two runs, started by keys; its figures are those of the job."""
    with opened(f"{address}/?token={TOKEN}#en", tmp_path / "profile") as shown:
        shown.tab_to("e.dataset.kind === 'early_warning'")
        shown.press(" ")
        shown.tab_to("e.id === 'runs'")
        shown.ask("document.getElementById('runs').value = 2")
        shown.tab_to("e.id === 'go'")
        shown.press("Enter")
        shown.wait("document.getElementById('state').textContent.startsWith('done') || !byId('go').disabled")
        shown.wait("last !== null && last.run === 2")
        seen = shown.ask("document.getElementById('headline').textContent")
        told = watched(address, {"measures": {"driver_contact": {}}, "runs": 2})[-2]
        assert shown.ask("JSON.stringify(last.ratio)") == json.dumps(told["ratio"], separators=(",", ":"))
        assert seen.startswith(f"{told['ratio'][0]:.3f}")
        assert shown.ask("document.querySelectorAll('tbody tr').length") == len(jobs.SHOWN)
        assert shown.said == []


@needs_browser
def test_the_what_if_page_simulates_its_choice_exactly(with_what_if, tmp_path) -> None:
    """The mailed page's own switches and sliders, by keys; its figures are those of the server's job."""
    with opened(f"{with_what_if}/explore?token={TOKEN}#en/2/0_0_0_0_0/100/accidents/0", tmp_path / "profile") as shown:
        shown.wait("document.getElementById('live-go').textContent === 'Simulate exactly'")
        assert shown.ask("hairpin.state.mask") == 2
        shown.ask("document.getElementById('live-runs').value = 2")
        shown.tab_to("e.id === 'live-go'")
        shown.press("Enter")
        shown.wait("document.getElementById('live-state').textContent === 'done'")
        kind = shown.ask("hairpin.data.kinds[1].kind")
        told = watched(with_what_if, {"measures": {kind: {}}, "runs": 2})[-2]
        answer = shown.ask("document.getElementById('live-answer').textContent")
        before, after = (told[side]["expected_accidents"] for side in ("before", "after"))
        assert f"{before:.2f} without, {after:.2f} with" in answer
        assert f"{abs(100 * (told['ratio'][0] - 1)):.1f} %" in answer
        assert "changed since" not in answer
        shown.tab_to("e.id === 'slider-0'")
        shown.press("ArrowRight")
        shown.wait("document.getElementById('live-answer').textContent.includes('changed since')")
        assert shown.said == []


def test_the_what_if_page_is_linked_where_there_is_one(address, with_what_if, what_if) -> None:
    assert ask(address, "/explore")[0] == 404
    assert "/explore?token=" not in ask(address, "/")[1]
    assert f"/explore?token={TOKEN}" in ask(with_what_if, "/")[1]
    code, page = ask(with_what_if, "/explore")
    assert code == 200
    assert page.count('id="live-form"') == 1
    assert page.startswith(what_if[:2000])
    assert ask(with_what_if, "/explore", token="wrong")[0] == 403
    with pytest.raises(ValueError, match="no page of hairpin explore"):
        live_page("<html></html>", TOKEN)


@pytest.mark.parametrize("content", [None, "<html></html>", "\udcff"])
def test_a_file_that_is_no_what_if_page_is_refused(content, root, tmp_path) -> None:
    file = tmp_path / "page.html"
    if content is not None:
        file.write_bytes(content.encode(errors="surrogateescape"))
    done = CliRunner().invoke(
        app, ["serve", str(root / "scenarios/taishun/full_programme.yaml"), "--explore", str(file)]
    )
    assert (done.exit_code, "--explore" in done.output) == (2, True)


@needs_browser
@pytest.mark.parametrize(("width", "language"), WINDOWS)
def test_axe_finds_nothing_grave_on_the_live_page(what_if, tmp_path, width, language) -> None:
    assert grave_findings(live_page(what_if, TOKEN), tmp_path, width, language) == []


def test_without_the_extra_it_says_what_to_install(tmp_path, monkeypatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "uvicorn", None)
    done = CliRunner().invoke(app, ["serve", "scenarios/taishun/full_programme.yaml"])
    assert (done.exit_code, "pip install 'hairpin[serve]'" in done.output) == (2, True)


@pytest.mark.slow
def test_twenty_clients_at_once_get_their_own_answers(tmp_path) -> None:
    """No result is lost or another's: operators differ by client, and cost tells them apart."""
    psutil = pytest.importorskip("psutil")
    with served(tmp_path / "store") as address, ThreadPoolExecutor(20) as clients:
        before = psutil.Process().memory_info().rss

        def client(number):
            choice = {"measures": {"driver_contact": {"operators": 1 + number % 10}}, "runs": 2}
            return watched(address, choice)

        answers = list(clients.map(client, range(20)))
        grown = psutil.Process().memory_info().rss - before
    for number, said in enumerate(answers):
        assert [one.get("run") for one in said] == [None, 1, 2, None], number
        assert said[-1] == {"end": "done"}
    costs = [said[2]["after"]["cost_cny"] for said in answers]
    assert costs[:10] == costs[10:]
    assert len(set(costs[:10])) == 10
    assert all(one == answers[0][2]["before"] for one in (said[2]["before"] for said in answers))
    assert grown < 200e6


@pytest.mark.skipif(CHROMIUM is None, reason="needs Debian's package chromium")
@pytest.mark.parametrize(("width", "language"), WINDOWS)
def test_axe_finds_nothing_grave(tmp_path, width, language) -> None:
    page = page_of(PROGRAMME, form_of(PROGRAMME), TOKEN)
    assert grave_findings(page, tmp_path, width, language) == []
