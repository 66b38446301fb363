"""Commands from a user's side."""

import json
import os
import re
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pandas as pd
import pytest
import yaml_text
from conftest import TAISHUN
from typer.testing import CliRunner

from sim import compare
from sim.cli import app, rehearsal
from sim.core import metrics
from sim.interventions.registry import interventions
from sim.results.tables import unsettled
from sim.scenario import load_scenario

runner = CliRunner()
METRICS = {
    "accident_rate_per_million_vkm",
    "expected_accident_rate_per_million_vkm",
    "accidents",
    "expected_accidents",
    "deaths",
    "injuries",
    "property_loss_cny",
    "vehicle_km",
    "trips",
    "violations",
    "compliance_rate",
    "alarms",
    "contacts",
    "mean_response_s",
    "operator_utilisation",
}


@pytest.fixture
def files(tmp_path):
    (tmp_path / "base.yaml").write_text(yaml_text.SMALL_YAML)
    (tmp_path / "calls.yaml").write_text("name: calls\nextends: base.yaml\ninterventions: {driver_contact: {}}\n")
    return tmp_path


def invoke(*arguments):
    return runner.invoke(app, [str(a) for a in arguments])


@pytest.fixture
def compared(files):
    base, out = files / "base.yaml", files / "out"
    result = invoke("compare", base, base, files / "calls.yaml", "--replications", 3, "--workers", 1, "--out", out)
    assert result.exit_code == 0, result.output
    return out, result


def test_compare_writes_the_contract(compared) -> None:
    out, _ = compared
    summary = json.loads((out / "summary.json").read_text())
    assert set(summary) == {"scenarios", "comparisons"}
    assert list(summary["scenarios"]) == ["small", "calls"]  # the baseline named twice is the baseline once
    for entry in summary["scenarios"].values():
        assert entry["replications"] == 3
        assert set(entry["metrics"]) >= METRICS
        assert all(set(value) == {"mean", "low", "high"} for value in entry["metrics"].values())
    assert set(summary["comparisons"]) == {"calls"}
    ratio = summary["comparisons"]["calls"]["accident_rate_ratio"]
    assert summary["comparisons"]["calls"]["baseline"] == "small"
    assert ratio["low"] < ratio["estimate"] < ratio["high"]
    assert summary["scenarios"]["small"]["metrics"]["mean_response_s"]["mean"] is None


def test_compare_writes_tables_and_charts(compared) -> None:
    out, result = compared
    names = {path.name for path in out.iterdir()}
    assert names - {"store", ".lock", ".hairpin.json"} == {
        "manifest.json",
        "summary.json",
        "costs.json",
        "scenarios.json",
        "runs.parquet",
        "monthly.parquet",
        "sections.parquet",
        "hourly.parquet",
        "forest.svg",
        "forest.png",
        "monthly.svg",
        "monthly.png",
    }
    runs = pd.read_parquet(out / "runs.parquet")
    assert list(runs["scenario"]) == ["small"] * 3 + ["calls"] * 3
    assert "expressway" in result.stdout
    assert "calls" in result.stdout


def test_ratio_is_the_paired_one(compared) -> None:
    out, _ = compared
    runs = pd.read_parquet(out / "runs.parquet").set_index(["scenario", "replication"])
    rate = runs["expected_accident_rate_per_million_vkm"]
    product = (rate["calls"] / rate["small"]).prod() ** (1 / 3)
    summary = json.loads((out / "summary.json").read_text())
    assert summary["comparisons"]["calls"]["accident_rate_ratio"]["estimate"] == pytest.approx(product)


def test_road_classes_add_up(compared) -> None:
    runs = pd.read_parquet(compared[0] / "runs.parquet")
    classes = ("expressway", "national", "provincial", "county")
    for what in ("vehicle_km", "expected_accidents", "accidents"):
        assert sum(runs[f"{what}_{name}"] for name in classes).to_numpy() == pytest.approx(runs[what].to_numpy())


def test_truck_classes_add_up(compared) -> None:
    runs = pd.read_parquet(compared[0] / "runs.parquet")
    classes = metrics.truck_classes(map(str, runs))
    assert set(classes) == {"local_semi", "frequent_semi", "rigid"}
    families = {
        "truck_km": "vehicle_km",
        "truck_expected_accidents": "expected_accidents",
        "truck_accidents": "accidents",
    }
    for own, what in families.items():
        assert sum(runs[f"{own}_{name}"] for name in classes).to_numpy() == pytest.approx(runs[what].to_numpy())
    semi = sum(runs[f"truck_km_{name}"] for name in classes if name != "rigid")
    assert semi.to_numpy() == pytest.approx(runs["vehicle_km_semi"].to_numpy())


def test_run_prints_json_only(files) -> None:
    result = invoke("run", files / "calls.yaml", "--replications", 1, "--json", "--out", files / "out", "--events")
    assert result.exit_code == 0
    summary = json.loads(result.stdout)
    assert summary["comparisons"] == {}
    assert summary["scenarios"]["calls"]["metrics"]["trips"]["low"] is None
    events = pd.read_parquet(files / "out" / "events.parquet")
    assert set(events["event"]) >= {"violation", "alarm"}


def test_quiet_prints_nothing(files) -> None:
    result = invoke("run", files / "base.yaml", "--replications", 1, "-q", "--days", 2, "--out", files / "out")
    assert (result.exit_code, result.output) == (0, "")


def test_results_that_cannot_be_written(files) -> None:
    (files / "out").write_text("a file stands in the way")
    result = invoke("run", files / "base.yaml", "--replications", 1, "--days", 2, "--out", files / "out")
    assert result.exit_code == 2
    assert "can't be written" in result.output
    assert sorted(p.name for p in files.iterdir()) == ["base.yaml", "calls.yaml", "out"]


def test_schema_accepts_what_validates() -> None:
    schema = json.loads(runner.invoke(app, ["schema"]).stdout)
    assert "driver_contact" in schema["properties"]["interventions"]["properties"]
    assert schema["properties"]["days"]["maximum"] > 365


def test_interventions_are_listed_with_sources() -> None:
    table = json.loads(runner.invoke(app, ["interventions", "--json"]).stdout)
    kinds = {entry["kind"]: entry for entry in table}
    assert {"device_coverage", "early_warning", "driver_contact", "enterprise_accountability"} <= set(kinds)
    for entry in table:
        for parameter in entry["parameters"]:
            if isinstance(parameter["default"], float | int) and parameter["name"] not in {"strength", "assistance"}:
                known = parameter["source"] or parameter["name"].startswith("night_")
                assert known, (entry["kind"], parameter["name"])
    assert "driver_contact" in runner.invoke(app, ["interventions"]).stdout


def test_validate_says_what_is_valid(files) -> None:
    result = invoke("validate", files / "base.yaml", files / "calls.yaml")
    assert result.exit_code == 0
    assert "calls is valid" in result.stdout


def test_unknown_option_is_bad_input(files) -> None:
    assert invoke("run", files / "base.yaml", "--replicatons", 2).exit_code == 2
    assert invoke("run", files / "base.yaml", "--replications", 0).exit_code == 2
    assert invoke("compare", files / "base.yaml").exit_code == 2


def test_ctrl_c_leaves_nothing_behind(files) -> None:
    """The interrupt comes while workers run; the partial folder must be gone."""
    command = [sys.executable, "-c", "from sim.cli import main; main()", "run", str(files / "base.yaml")]
    process = subprocess.Popen(
        [*command, "--replications", "500", "--workers", "2", "--out", str(files / "out")],
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    _wait_for_children(process)
    os.killpg(process.pid, signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "stopped" in errors
    assert "Traceback" not in errors
    assert not [p for p in files.rglob("*") if "partial" in p.name or p.name.startswith(".out-")]


def _wait_for_children(process: subprocess.Popen) -> None:
    """Until workers have started; bounded."""
    tasks = f"/proc/{process.pid}/task/{process.pid}/children"
    for _ in range(600):
        if len(Path(tasks).read_text().split()) >= 2:
            return
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=0.1)
    raise AssertionError("no worker started")


def test_a_programme_is_shared_out(files) -> None:
    both = files / "both.yaml"
    more = "{early_warning: {}, patrols: {beats: [{link: upper}], plan: random}}"
    both.write_text(f"extends: calls.yaml\nname: both\ninterventions: {more}\n")
    out = files / "out"
    options = ("--replications", 2, "--days", 3, "--workers", 1, "--out", out)
    result = invoke("compare", files / "base.yaml", both, *options, "--attribute", "both")
    assert result.exit_code == 0, result.output
    shares = json.loads((out / "attribution.json").read_text())
    assert set(shares["parts"]) == {"driver_contact", "early_warning", "patrols"}
    total = sum(part["shapley"]["estimate"] for part in shares["parts"].values())
    assert total == pytest.approx(shares["total"]["estimate"])
    deaths = sum(part["shapley_deaths"]["estimate"] for part in shares["parts"].values())
    assert deaths == pytest.approx(shares["total_deaths"]["estimate"], abs=1e-12)
    assert "Shapley, all orders" in result.stdout
    wrong = invoke("compare", files / "base.yaml", both, *options, "--attribute", "neither")
    assert wrong.exit_code == 2
    assert "'neither' is not a scenario; scenarios are small, both" in wrong.output


def test_what_was_finished_before_a_run_failed_is_kept(files, monkeypatch) -> None:
    from sim.interventions.library.driver_contact import DriverContact

    def fails(self, case):
        yield case.wait(1.0)
        raise RuntimeError("line cut")

    monkeypatch.setattr(DriverContact, "respond", fails)
    out = files / "out"
    options = ("--replications", 1, "--days", 3, "--workers", 1, "--out", out)
    result = invoke("compare", files / "base.yaml", files / "calls.yaml", *options)
    assert result.exit_code == 3
    assert "intervention driver_contact, hook respond: RuntimeError: line cut" in result.output
    assert list(pd.read_parquet(out / "finished_runs.parquet")["scenario"]) == ["small"]


def test_help_is_grouped_and_tells_exit_codes() -> None:
    text = runner.invoke(app, ["-h"]).output
    for panel in ("Simulate", "What is not known", "Read", "Scenarios", "Evidence", "Exit codes"):
        assert panel in text


def test_an_intervention_is_printed_as_a_block_that_a_scenario_takes(tmp_path) -> None:
    block = runner.invoke(app, ["interventions", "driver_contact", "--yaml"]).stdout
    file = tmp_path / "calls.yaml"
    file.write_text(f"extends: {(TAISHUN / 'baseline.yaml').as_posix()}\nname: calls\n{block}")
    calls = load_scenario(file).interventions["driver_contact"]
    assert calls == type(calls)()
    wrong = runner.invoke(app, ["interventions", "driver_contakt"])
    assert wrong.exit_code == 2
    assert "no intervention is called driver_contakt; known are device_coverage" in wrong.stderr


@pytest.mark.parametrize("kind", sorted(interventions()))
def test_a_block_with_its_names_filled_in_is_a_scenario(kind, tmp_path) -> None:
    block = runner.invoke(app, ["interventions", kind, "--yaml"]).stdout
    filled = block.replace("at: [NAME]", "at: [town2]").replace("NAME", "provincial_2")
    file = tmp_path / "own.yaml"
    file.write_text(f"extends: {(TAISHUN / 'baseline.yaml').as_posix()}\nname: own\n{filled}")
    assert list(load_scenario(file).interventions) == [kind]


def test_what_is_shown_is_the_scenario(tmp_path) -> None:
    """Written to a file it gives the same again."""
    file = tmp_path / "whole.yaml"
    file.write_text(runner.invoke(app, ["show", str(TAISHUN / "driver_contact.yaml")]).stdout)
    assert load_scenario(file).hash() == load_scenario(TAISHUN / "driver_contact.yaml").hash()


def test_differences_are_told_by_key(tmp_path) -> None:
    file = tmp_path / "busier.yaml"
    base = (TAISHUN / "baseline.yaml").as_posix()
    file.write_text(f"extends: {base}\nname: busier\nroad: {{links: {{provincial_2: {{aadt: 4321}}}}}}\n")
    lines = runner.invoke(app, ["diff", base, str(file)]).stdout.splitlines()
    aadt = next(link.aadt for link in load_scenario(Path(base)).road.links if link.name == "provincial_2")
    assert f"road.links.provincial_2.aadt: {aadt} | 4321.0" in lines
    assert {line.split(":")[0] for line in lines} <= {
        "name",
        "title",
        "title_zh",
        "description",
        "road.links.provincial_2.aadt",
    }


def test_a_dry_run_counts_runs_and_what_is_kept(tmp_path) -> None:
    (tmp_path / "base.yaml").write_text(yaml_text.SMALL_YAML)
    (tmp_path / "calls.yaml").write_text("extends: base.yaml\nname: calls\ninterventions: {driver_contact: {}}\n")
    files = [str(tmp_path / name) for name in ("base.yaml", "calls.yaml")]
    out = tmp_path / "out"
    common = ["compare", *files, "--days", "2", "--replications", "2", "--out", str(out), "--workers", "1"]
    before = runner.invoke(app, [*common, "--dry-run"])
    assert before.exit_code == 0, before.output
    assert "4 runs of" in before.stdout
    assert "0 of them kept" in before.stdout
    assert not out.exists()
    assert runner.invoke(app, [*common, "--quiet"]).exit_code == 0
    assert "4 of them kept" in runner.invoke(app, [*common, "--dry-run"]).stdout


@pytest.mark.parametrize(
    ("command", "runs"),
    [
        (["run", "base.yaml", "--replications", 3], 3),
        (["sweep", "calls.yaml", "--set", "interventions.driver_contact.leave_share=0.2,0.5", "--replications", 2], 6),
        (["portfolio", "calls.yaml"], 2),
        (["explore", "calls.yaml", "--draws", 0], 2),
    ],
)
def test_dry_runs_of_other_commands_count_and_write_nothing(command, runs, files) -> None:
    arguments = [files / own if str(own).endswith(".yaml") else own for own in command]
    place = files / ("page.html" if command[0] == "explore" else "out")
    result = invoke(*arguments, "--dry-run", "--out", place, "--workers", 2)
    assert result.exit_code == 0, result.output
    first, second, *_ = result.stdout.splitlines()
    assert re.fullmatch(rf"{runs} runs of \d+ days with their warm-up, 0 of them kept already", first)
    assert re.fullmatch(r"about \d+ (s|min) here, by 2 processes", second)
    assert ("more runs follow" in result.stdout) == (command[0] in {"portfolio", "explore"})
    assert not place.exists()


def test_the_time_of_a_run_grows_with_its_days(monkeypatch, small) -> None:
    """A clock that goes on by 2 s a run and 0.5 s a day: 20 days after 10 of warm-up take 2 + 0.5 (20 + 0.2 x 10)."""
    clock = [0.0]

    def simulated(scenario, *_) -> None:
        clock[0] += 2.0 + 0.5 * scenario.days

    monkeypatch.setattr("sim.engine.replication.run_replication", simulated)
    monkeypatch.setattr("time.process_time", lambda: clock[0])
    assert rehearsal.seconds_a_run([small(days=20, warm_up_days=10)]) == pytest.approx(13.0)


def test_mistakes_can_be_annotations(tmp_path) -> None:
    (tmp_path / "bad.yaml").write_text(yaml_text.SMALL_YAML.replace("days: 20", "days: -3"))
    done = runner.invoke(app, ["validate", str(tmp_path / "bad.yaml"), "--format", "github"])
    assert done.exit_code == 2
    assert f"::error file={tmp_path / 'bad.yaml'},line=" in done.stderr
    assert ",title=days::found -3" in done.stderr


def test_a_warm_up_that_is_too_short_is_said(small) -> None:
    """Few drivers with many trips learn from checks for months; without checks nobody learns."""
    steady = {"days": 181, "behaviour__roadside_check_share": 0.0}
    results = compare(small(**steady), small(**steady, name="other"), replications=3, workers=1)
    assert list(unsettled(results)) == []
    learning = compare(small(days=181), small(days=181, name="other"), replications=3, workers=1)
    found = list(unsettled(learning))
    assert len(found) == 2
    assert "compliance drifts by +" in found[0]
    assert "warm_up_days" in found[0]
