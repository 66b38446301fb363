"""The what-if page: its numbers are the simulated ones, its estimates tell their error, and it works by itself."""

import json
import re
from html import escape
from math import exp, log

import numpy as np
import pytest
from accessibility import WINDOWS, grave_findings
from browser import CHROMIUM, browse, requests
from conftest import SMALL
from keyboard import opened
from typer.testing import CliRunner

from sim.analysis.parts import with_parts
from sim.cli import app
from sim.experiment.runner import run_experiment
from sim.report import exploring
from sim.report.exploring import OUTCOMES, Slider, _least_squares, _reached, explored, moved, prepared, sliders_of
from sim.scenario import load_scenario

runner = CliRunner()
MEASURES = {"driver_contact": {"operators": 2}, "early_warning": {}}
DAYS, WARM = 6, 3


@pytest.fixture(scope="module")
def scenario_file(tmp_path_factory):
    file = tmp_path_factory.mktemp("explore") / "programme.yaml"
    source = {"basis": "assumption", "range": "0.3 to 0.9"}
    uncertain = {"fleet.call_answer_probability": {"kind": "uniform", "low": 0.3, "high": 0.9, "source": source}}
    content = {"format": 1, **SMALL, "name": "programme", "interventions": MEASURES, "uncertain": uncertain}
    file.write_text(json.dumps(content))
    return file


@pytest.fixture(scope="module")
def patched():
    with pytest.MonkeyPatch.context() as patch:
        yield patch


@pytest.fixture(scope="module")
def html(scenario_file, patched):
    out = scenario_file.parent / "explore.html"
    patched.setattr(exploring, "DESIGN", 18)
    patched.setattr(exploring, "REPEATS", 2)
    options = ["--days", str(DAYS), "--warm-up-days", str(WARM), "--draws", "4", "--workers", "1", "--out", str(out)]
    done = runner.invoke(app, ["explore", str(scenario_file), *options])
    assert done.exit_code == 0, done.output
    assert "4 sets of measures" in done.stdout
    return out


@pytest.fixture(scope="module")
def data(html):
    return json.loads(re.search(r'id="data">(.*?)</script>', html.read_text(), re.DOTALL)[1])


def test_every_set_is_simulated_and_stands_as_it_came_out(data, scenario_file) -> None:
    programme = prepared(load_scenario(scenario_file), DAYS, WARM)
    kinds = [one["kind"] for one in data["kinds"]]
    assert kinds == sorted(MEASURES)
    for mask in range(4):
        own = with_parts(programme, [kind for bit, kind in enumerate(kinds) if mask >> bit & 1])
        metrics = run_experiment([own], replications=1, seed=1, workers=1).outcomes[own.name][0].metrics
        for name in OUTCOMES:
            assert data["yearly"][name][mask] == pytest.approx(metrics[f"expected_{name}"] * 365 / DAYS, abs=1e-6)
        assert data["cost"][mask] == round(metrics["cost_cny"] * 365 / DAYS)


def test_measures_are_in_force_before_the_days_that_count(scenario_file) -> None:
    programme = prepared(load_scenario(scenario_file), DAYS, WARM)
    starts = {one.start_date.isoformat() for one in programme.interventions.values()}
    assert starts == {"2024-12-29"}
    assert (programme.days, programme.warm_up_days) == (DAYS, WARM)


def test_the_error_is_that_of_points_left_out_one_by_one() -> None:
    """Against refitting without each point in turn."""
    random = np.random.default_rng(1)
    columns = random.normal(size=(12, 3))
    answers = np.einsum("ij,j->i", columns, np.array([1.0, -2.0, 0.5])) + random.normal(scale=0.3, size=12)
    _, error = _least_squares(columns, answers)
    missed = []
    for number in range(12):
        kept = np.arange(12) != number
        fitted, *_ = np.linalg.lstsq(columns[kept], answers[kept], rcond=None)
        missed.append(answers[number] - float((columns[number] * fitted).sum()))
    assert error == pytest.approx(float(np.sqrt(np.mean(np.square(missed)))))


def test_places_of_whole_numbers_are_those_that_are_run() -> None:
    operators = Slider("interventions.driver_contact.operators", 1.0, 5.0, 2.0, whole=True)
    for place in np.linspace(-1.0, 1.0, 21).tolist():
        reached = _reached(operators, place)
        assert operators.at(reached) == pytest.approx(round(operators.at(place)))
    assert (operators.at(-1.0), operators.at(0.0), operators.at(1.0)) == (1.0, 2.0, 5.0)


def test_traffic_scales_trips_and_flow_and_a_missing_measure_is_left_out(scenario_file) -> None:
    programme = load_scenario(scenario_file)
    sliders = sliders_of(programme)
    assert [one.key for one in sliders][:2] == ["traffic", "interventions.driver_contact.operators"]
    none = with_parts(programme, ())
    more = moved(none, sliders, [1.0, 1.0, *(0.0 for _ in sliders[2:])])
    assert more.road.links[0].aadt == pytest.approx(1.3 * programme.road.links[0].aadt)
    trips = [flow.trips_per_year["local_semi"] for flow in (more.demand.flows[0], programme.demand.flows[0])]
    assert trips[0] == pytest.approx(1.3 * trips[1])
    assert not more.interventions
    assert (
        moved(programme, sliders, [0.0, 1.0, *(0.0 for _ in sliders[2:])]).interventions["driver_contact"].operators
        == 4
    )


def test_more_traffic_means_more_accidents_and_the_fit_says_so(data) -> None:
    fit = data["fit"]["accidents"]
    assert data["sliders"][0]["key"] == "traffic"
    assert 0.15 < fit["c"] + fit["q"] < 0.45
    assert fit["error_base"] < 0.05


def test_what_is_fitted_has_no_digits_in_which_processors_differ(data) -> None:
    """Matrices and logarithms round by processor in the sixteenth."""
    for one in data["fit"].values():
        numbers = [*one["a"], *one["b"], one["c"], one["q"], one["error_ratio"], one["error_base"]]
        assert numbers == [round(number, 9) for number in numbers]
        assert any(numbers)


def test_only_programmes_of_a_size_can_be_explored(small) -> None:
    with pytest.raises(ValueError, match="no interventions"):
        prepared(small(), DAYS, WARM)
    many = {kind: {} for kind in ("driver_contact", "early_warning", "device_coverage", "driving_warning")}
    others = {kind: {} for kind in ("enterprise_accountability", "speed_limiters", "access_rules", "case_review")}
    with pytest.raises(ValueError, match="has 9 interventions, may have up to 8"):
        prepared(small(interventions={**many, **others, "squadron_dispatch": {"at": ["town"]}}), DAYS, WARM)


@pytest.mark.slow
def test_without_draws_nothing_is_said_of_assumptions(scenario_file, monkeypatch) -> None:
    monkeypatch.setattr(exploring, "DESIGN", 14)
    monkeypatch.setattr(exploring, "REPEATS", 2)
    programme = prepared(load_scenario(scenario_file), 2, 0)

    def simulate(scenarios, replications):
        return run_experiment(scenarios, replications=replications, seed=1, workers=1)

    found = explored(programme, ["upper", "lower"], simulate, None, 1, 0)
    assert set(found.unknown.values()) == {0.0}
    assert len(found.ends_km) == len(found.risk[0]) + 1 == 18
    assert max(found.chance.values()) > 0.0


needs_browser = pytest.mark.skipif(CHROMIUM is None, reason="needs Debian's package chromium")


@needs_browser
def test_the_page_shows_what_was_simulated_and_estimates_by_the_fit(html, data, tmp_path) -> None:
    places = [0.5, -1.0, *(0.0 for _ in data["sliders"][2:])]
    script = f"""
    const found = (mask, places, outcome) => window.hairpin.estimate(mask, places, outcome, false);
    const still = {[0.0] * len(places)};
    const exact = window.hairpin.data.yearly.deaths.map((v, mask) => found(mask, still, "deaths").after - v);
    const there = found(3, {places}, "accidents");
    const alarms = [found(2, {places}, "accidents"), found(2, [0.5, ...still.slice(1)], "accidents")];
    document.title = JSON.stringify([Math.max(...exact.map(Math.abs)), there.base, there.after, there.sd,
      alarms[0].after - alarms[1].after, window.hairpin.costOf(3, {places}), window.hairpin.costOf(2, {places})]);
    """
    title, console = browse(html, tmp_path, script)
    assert console == ""
    error, base, after, spread, of_no_use, cost, cost_of_alarms = json.loads(title)
    yearly, fit = data["yearly"]["accidents"], data["fit"]["accidents"]
    size = log(yearly[3] / yearly[0])
    level = fit["c"] * places[0] + fit["q"] * places[0] ** 2
    shift = sum(d * (a + b * size) for a, b, d in zip(fit["a"], fit["b"], places, strict=True))
    assert error < 1e-9
    assert base == pytest.approx(yearly[0] * exp(level))
    assert after == pytest.approx(yearly[0] * exp(level + size + shift))
    assert spread == pytest.approx(np.hypot(data["chance"]["accidents"], fit["error_ratio"]))
    assert of_no_use == 0.0, "operators change nothing where nobody calls"
    assert cost_of_alarms == data["cost"][2]
    assert cost == pytest.approx(data["cost"][3] + data["costByPlace"][1][0])


def test_operators_cost_what_the_model_says(data, scenario_file) -> None:
    """One at day and night, two, and four at day: straight lines between the ends are the model's own cost."""
    programme = prepared(load_scenario(scenario_file), DAYS, WARM)
    slider = next(one for one in data["sliders"] if one["key"].endswith("operators"))
    low, high = data["costByPlace"][data["sliders"].index(slider)]
    for operators, more in ((1, low), (3, high / 2.0), (4, high)):
        changed = programme.changed({"interventions.driver_contact.operators": operators})
        metrics = run_experiment([changed], replications=1, seed=1, workers=1).outcomes["programme"][0].metrics
        assert metrics["cost_cny"] * 365 / DAYS == pytest.approx(data["cost"][3] + more, abs=1.0)


@needs_browser
def test_a_saved_choice_is_a_scenario(html, tmp_path, scenario_file) -> None:
    """Of calls alone with four operators: the same as the programme without the other measure."""
    script = """
    const places = window.hairpin.state.places; places[0] = 0.5; places[1] = 1; places[3] = 0.5; places[4] = -0.5;
    window.hairpin.state.mask = 1; show();
    document.title = document.getElementById("yaml").href.split(",").slice(1).join(",");
    """
    title, _ = browse(html, tmp_path, script)
    from urllib.parse import unquote

    saved = scenario_file.parent / "chosen.yaml"
    saved.write_text(unquote(title))
    chosen = load_scenario(saved)
    assert list(chosen.interventions) == ["driver_contact"]
    assert chosen.interventions["driver_contact"].operators == 4
    assert chosen.title == "calls to drivers"
    assert chosen.fleet.call_answer_probability < load_scenario(scenario_file).fleet.call_answer_probability
    assert chosen.fleet.classes["frequent_semi"].terminal_online_share > 0.6
    whole = load_scenario(scenario_file)
    for more, before in zip(chosen.demand.flows, whole.demand.flows, strict=True):
        scaled = {name: trips * 1.15 for name, trips in before.trips_per_year.items()}
        assert dict(more.trips_per_year) == pytest.approx(scaled)
    assert [link.aadt for link in chosen.road.links] == pytest.approx([1.15 * link.aadt for link in whole.road.links])


@needs_browser
def test_a_link_brings_the_choice_back_and_keys_are_enough(html, tmp_path) -> None:
    script = """
    const box = document.getElementById("kind-early_warning"); box.focus(); box.click();
    document.title = [document.documentElement.lang, window.hairpin.state.mask, window.hairpin.state.outcome,
      document.activeElement.id, hash().split("/")[1]].join(" ");
    """
    count = len(re.findall('"whole":', html.read_text()))
    anchor = f"#zh/3/{'_'.join(['0'] * count)}/50/deaths/1"
    assert browse(html, tmp_path, script, anchor=anchor) == ("zh 1 deaths kind-early_warning 1", "")


@needs_browser
@pytest.mark.parametrize(("width", "language"), WINDOWS)
def test_axe_finds_nothing_grave(html, tmp_path, width, language) -> None:
    assert grave_findings(html.read_text(), tmp_path, width, language) == []


@needs_browser
def test_the_page_asks_nobody_and_fits_its_window(html, tmp_path) -> None:
    assert requests(html, tmp_path) == []
    for width in (390, 820, 1440):
        outer = tmp_path / "outer.html"
        frame = f'<iframe style="width:{width}px; height:900px; border:0" srcdoc="{escape(html.read_text())}"></iframe>'
        outer.write_text(f"<title>-</title><body>{frame}</body>")
        script = """
        window.addEventListener("load", () => {
            document.title = document.querySelector("iframe").contentDocument.documentElement.scrollWidth;
        });
        """
        assert int(browse(outer, tmp_path, script)[0]) <= width


@needs_browser
def test_keys_alone_are_enough(html, data, tmp_path) -> None:
    """A measure off and on, a slider moved, an outcome chosen, a choice pinned: the figures follow."""
    with opened(f"{html.as_uri()}#en", tmp_path / "profile") as shown:
        whole = shown.ask("window.hairpin.state.mask")
        shown.tab_to("e.id === 'kind-early_warning'")
        before = shown.ask("document.getElementById('headline').textContent")
        shown.press(" ")
        assert shown.ask("window.hairpin.state.mask") == whole ^ 2
        assert shown.ask("document.getElementById('headline').textContent") != before
        shown.press(" ")
        assert shown.ask("document.getElementById('headline').textContent") == before
        shown.tab_to("e.type === 'range'")
        shown.press("ArrowRight")
        assert any(shown.ask("window.hairpin.state.places"))
        shown.tab_to("e.type === 'radio'")
        outcome = shown.ask("window.hairpin.state.outcome")
        shown.press("ArrowRight")
        assert shown.ask("window.hairpin.state.outcome") != outcome
        shown.tab_to("e.id === 'pin'")
        shown.press("Enter")
        assert shown.ask("document.querySelectorAll('#compare svg').length") > 0
        shown.tab_to("e.id === 'switch' || e === document.body")
        assert shown.said == []
