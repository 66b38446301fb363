"""What stops a comparison, and what is only said."""

import json
import re
from html import unescape

import pandas as pd
import pytest
import yaml_text
from typer.testing import CliRunner

from sim import compare, load_scenario
from sim.cli import app
from sim.cli.options import made
from sim.report.words import WORDS
from sim.results.folder import document_files, read_results, table_files
from sim.scenario.compatibility import differences, late_starts, obstacles
from sim.system.made_files import signed

runner = CliRunner()


@pytest.fixture(autouse=True)
def no_charts_in_pages(monkeypatch):
    """Other tests look at them; here pages only come, go and stay."""
    monkeypatch.setattr("sim.report.page._charts", lambda *_: {})


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "base.yaml").write_text(yaml_text.SMALL_YAML + "title: Before\ntitle_zh: 实施前\n")
    (tmp_path / "calls.yaml").write_text("name: calls\nextends: base.yaml\ninterventions: {driver_contact: {}}\n")
    return tmp_path


def invoke(*arguments):
    return runner.invoke(app, [str(a) for a in arguments])


def options(folder, *more):
    return (folder / "base.yaml", folder / "calls.yaml", "--days", 3, "--replications", 2, "--workers", 1, *more)


def test_titles_are_not_taken_over(folder) -> None:
    calls = load_scenario(folder / "calls.yaml")
    assert (calls.title, calls.title_zh, calls.shown_title) == ("", "", "calls")


def test_other_days_or_another_road_can_not_be_compared(small) -> None:
    base, road = small(), small().model_dump(mode="json")["road"]
    for link in road["links"]:
        link["name"] = f"other_{link['name']}"
    later = small(name="later", start_date="2026-01-01")
    said = list(obstacles([base, small(name="same"), later, small(name="short", days=5), small(name="far", road=road)]))
    assert said == [
        "later: start_date is 2026-01-01, of small 2025-01-01; scenarios to compare must share it",
        "short: days is 5, of small 20; scenarios to compare must share it",
        "far: has no link in common with small; they are on different roads",
    ]
    with pytest.raises(ValueError, match="short: days is 5"):
        compare(base, small(name="short", days=5), replications=1, workers=1)


def test_what_differs_beside_the_measures_is_said(small) -> None:
    measure = small(name="measure", title="t", interventions={"driver_contact": {}})
    rain = small(name="rain", climate__rain_share=[0.5] * 12, behaviour__contact_half_life_days=30)
    assert list(differences([small(), measure, rain])) == [
        "rain: differs from small in climate, behaviour too: ratios are of all that differs"
    ]


@pytest.mark.parametrize(("start", "said"), [("2025-01-20", 0), ("2025-01-21", 1)])
def test_a_measure_that_never_starts_is_said(small, start, said) -> None:
    scenario = small(interventions={"driver_contact": {"start_date": start}, "early_warning": {}})
    found = list(late_starts(scenario))
    assert len(found) == said
    assert all("driver_contact starts on 2025-01-21" in text for text in found)


def test_compare_says_them(folder) -> None:
    late = folder / "late.yaml"
    late.write_text("name: late\nextends: calls.yaml\nrisk: {fog_factor: 1.6}\n")
    late.write_text(late.read_text() + "interventions: {driver_contact: {start_date: 2031-03-01}}\n")
    done = invoke(
        "compare", folder / "base.yaml", late, "--days", 2, "--replications", 1, "-q", "--out", folder / "out"
    )
    assert done.exit_code == 0
    assert "note: late: driver_contact starts on 2031-03-01" in done.stderr
    assert "note: late: differs from small in risk too" in done.stderr
    assert "note: late: driver_contact starts on 2031-03-01" in invoke("validate", late).stderr
    alone = invoke("compare", folder / "base.yaml", folder / "base.yaml")
    assert (alone.exit_code, "nothing to compare" in alone.output) == (2, True)


@pytest.mark.parametrize("every", ["", "every_range_uncertain: true\n"])
def test_draws_come_on_top_of_the_comparison(folder, every) -> None:
    base = folder / "base.yaml"
    base.write_text(base.read_text() + every)
    prior = "{kind: uniform, low: 0.5, high: 2.0, source: {basis: assumption, range: 0.5 to 2}}"
    base.write_text(base.read_text() + f"uncertain: {{risk.truck_hazard_ratio: {prior}}}\n")
    done = invoke("compare", *options(folder, "--draws", 3, "--report", "--events", "--out", folder / "out"))
    assert done.exit_code == 0, done.output
    assert "ratio to baseline" in done.stdout
    assert "3 draws of parameters" in done.stdout
    names = {path.name for path in (folder / "out").iterdir()}
    assert {"summary.json", "events.parquet", "uncertainty.json", "report.html"} <= names
    assert "with uncertainty in the assumptions" in (folder / "out" / "report.html").read_text().replace("\xa0", " ")


def test_other_results_are_kept_in_a_folder_of_their_own(folder) -> None:
    """With all that was made of them, so that they can be read as before; what is not ours stays where it is."""
    out = folder / "out"
    assert invoke("compare", *options(folder, "--report", "--events", "--out", out)).exit_code == 0
    assert invoke("report", out, "--slides").exit_code == 0
    report = (out / "report.html").read_bytes()
    for name in ("slides/talk.pptx", "replay_calls_day1.html", "notes.txt"):
        (out / name).write_text("mine")
    again = invoke("compare", *options(folder, "--out", out))
    assert "earlier" not in again.stderr
    made = ("events.parquet", "report.html", "slides/map.en.svg")
    assert all((out / name).is_file() for name in made)
    other = invoke("compare", *options(folder, "--seed", 2, "--out", out))
    (earlier,) = (out / "earlier").iterdir()
    assert f"note: {out} held other results; they and what was made of them are kept in {earlier}" in other.stderr
    assert not any((out / name).exists() for name in made)
    assert all(
        (out / name).read_text() == "mine" for name in ("slides/talk.pptx", "replay_calls_day1.html", "notes.txt")
    )
    assert (earlier / "report.html").read_bytes() == report
    assert json.loads((out / "manifest.json").read_text())["seed"] == 2
    assert (read_results(out).manifest["seed"], read_results(earlier).manifest["seed"]) == (2, 1)


@pytest.mark.parametrize("name", ["manifest.json", "summary.json", "forest.svg", "report.html"])
def test_files_of_others_are_never_replaced(folder, name) -> None:
    out = folder / "out"
    out.mkdir()
    (out / name).write_text("mine")
    done = invoke("compare", *options(folder, "-q", "--report", "--out", out))
    assert done.exit_code == 2
    assert f"{out / name}: was not made by this version of hairpin" in done.stderr
    assert (out / name).read_text() == "mine"
    kept = {path.name for path in out.iterdir()} - {"store", ".lock", ".hairpin.json"}
    assert kept == {name} or name == "report.html"  # the results are whole before the report is made


def test_a_file_of_ours_that_somebody_has_changed_is_theirs(folder) -> None:
    out = folder / "out"
    assert invoke("compare", *options(folder, "-q", "--report", "--out", out)).exit_code == 0
    with (out / "report.html").open("a") as stream:
        stream.write("<!-- my notes -->")
    assert invoke("report", out).exit_code == 2
    assert invoke("compare", *options(folder, "--seed", 2, "-q", "--out", out)).exit_code == 0
    assert (out / "report.html").read_text().endswith("<!-- my notes -->")


def test_json_is_all_that_is_printed(folder) -> None:
    done = invoke("compare", *options(folder, "--json", "--out", folder / "out"))
    assert set(json.loads(done.stdout)) == {"scenarios", "comparisons"}


def test_equal_titles_are_told_apart_in_charts(folder) -> None:
    (folder / "calls.yaml").write_text((folder / "calls.yaml").read_text() + "title: Before\n")
    assert invoke("compare", *options(folder, "-q", "--out", folder / "out")).exit_code == 0
    assert "Before (calls)" in (folder / "out" / "forest.svg").read_text()


def test_what_other_commands_made_of_the_same_scenarios_enters_the_report(folder) -> None:
    """Of other scenarios or another seed it stays out."""
    out, key = folder / "out", "interventions.driver_contact.leave_share"
    assert invoke("compare", *options(folder, "-q", "--out", out)).exit_code == 0
    calls = load_scenario(folder / "calls.yaml").changed({"days": 3})
    told = pd.DataFrame([{"parameter": key, "told": True, **limits_of("prior", 0.5), **limits_of("posterior", 0.7)}])
    made(out / "calibration", table_files("calibration", told, [calls], 1, {}))
    short = ("--days", 3, "--replications", 2, "--workers", 1, "-q")
    swept = ("sweep", folder / "calls.yaml", "--set", f"{key}=0.25,0.75", *short, "--out", out / "sweep")
    assert invoke(*swept).exit_code == 0
    sets = ("portfolio", folder / "calls.yaml", *short, "--out", out)  # its own folder in the comparison's
    assert invoke(*sets).exit_code == 0, invoke(*sets).output
    for language, heads in (("en", EVIDENCE), ("zh", EVIDENCE_ZH)):
        assert invoke("report", out, "--lang", language).exit_code == 0
        page = (out / "report.html").read_text()
        assert all(f"<h2>{head}</h2>" in page for head in heads)
        assert "<td>0.25</td>" in page
        assert re.search(r"0\.7\W.*?0\.6\W.*?0\.8", page[page.index(heads[1]) :])
    assert invoke(*swept[:-1], folder / "elsewhere", "--seed", 2).exit_code == 0
    for file in (folder / "elsewhere").iterdir():
        if file.is_file():
            (out / "sweep" / file.name).write_bytes(file.read_bytes())
    assert invoke("report", out, "--lang", "en").exit_code == 0
    page = (out / "report.html").read_text()
    assert f"<h2>{EVIDENCE[2]}</h2>" not in page
    assert f"<h2>{EVIDENCE[0]}</h2>" in page


def test_ones_own_study_and_cases_enter_the_report(folder) -> None:
    """Counts of one's own at any time; what the model was held against, unless that was another model."""
    out, table = folder / "out", folder / "sites.csv"
    assert invoke("compare", *options(folder, "-q", "--out", out)).exit_code == 0
    table.write_text(
        "site,before,after,predicted_before,predicted_after,overdispersion,treated\n"
        "a,30,14,16,16,0.4,1\nb,9,8,8,8,0.4,0\nc,4,6,6,6,0.4,0\n"
    )
    study = invoke("before-after", table, "--out", out / "before_after")
    assert study.exit_code == 0, study.output
    ratio = re.search(r"ratio ([\d.]+) \(95 % interval ([\d.]+) to ([\d.]+)\)", study.stdout)
    assert ratio is not None
    row = {"title": "Our slope", "title_zh": "本县长坡", "role": "evidence", "observed": 12.0, "predicted": 9.5}
    case = {"rows": [{**row, "low": 2.0, "high": 40.0, "inside": True}, {**row, "title": "Fitted", "role": "fitted"}]}
    made(out / "hindcast", document_files("hindcast", case))
    for language, slope in (("en", "Our slope"), ("zh", "本县长坡")):
        assert invoke("report", out, "--lang", language).exit_code == 0
        page = (out / "report.html").read_text()
        keys = ("studied", "own_score_text", "study_no_effect")
        assert all(WORDS[key][language == "zh"] in unescape(page) for key in keys)
        assert re.search(
            rf"{float(ratio[1]):.2f}\W.*?{float(ratio[2]):.2f}\W", page[page.index('data-csv="before_after"') :]
        )
        assert f'<th scope="row">{slope}</th><td>12</td><td>9.5 <small>' in page
        assert "Fitted" not in page
    made_by = json.loads((out / "hindcast" / "origin.json").read_text())
    other = signed({**made_by, "origin": {"model": "0" * 64}})
    (out / "hindcast" / "origin.json").write_text(json.dumps(other))
    assert invoke("report", out, "--lang", "en").exit_code == 0
    page = (out / "report.html").read_text()
    assert "Our slope" not in page
    assert WORDS["studied"][0] in page
    (out / "before_after" / "before_after.json").write_text("{}")
    spoilt = invoke("report", out)
    assert spoilt.exit_code == 2
    assert "before_after.json: is not the one that" in spoilt.stderr


EVIDENCE = tuple(WORDS[key][0] for key in ("sets", "learnt", "swept"))
EVIDENCE_ZH = tuple(WORDS[key][1] for key in ("sets", "learnt", "swept"))


def limits_of(name, value):
    return {name: value, f"{name}_low": value - 0.1, f"{name}_high": value + 0.1}
