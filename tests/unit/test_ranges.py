"""Stated ranges: both ends of each can be driven, and `sensitivity --all` moves all of them."""

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from sim.analysis.uncertainty import drawn, uncertain_keys
from sim.cli import app
from sim.core.parameters import Source
from sim.experiment.store import run_key
from sim.scenario import load_scenario
from sim.scenario.ranges import OUTCOMES, WITHOUT_RATES, moves_a_rate, with_all_ranges, with_own_ranges

SHIPPED = ("taishun/full_programme", "qidaoliang/escape_ramps", "measures/everything", "violations/all_four")


@pytest.mark.parametrize("name", SHIPPED)
def test_both_ends_of_every_range_are_allowed(root, name) -> None:
    """One at a time, as other commands set them: a range must not reach beyond what the number may be."""
    scenario = load_scenario(root / "scenarios" / f"{name}.yaml")
    wide = with_all_ranges(scenario)
    keys = uncertain_keys([wide])
    assert set(keys) >= set(scenario.uncertain)
    assert len(keys) > 60
    assert not [key for key in keys if key.split(".")[0] in WITHOUT_RATES and key not in scenario.uncertain]
    for key in keys:
        for share in (0.0, 1.0):
            if key not in scenario.uncertain:
                changed = drawn(wide.changed({"uncertain": {key: wide.uncertain[key]}}), [key], np.array([share]))
                assert changed.name == scenario.name


def test_what_accidents_do_and_cost_is_drawn_where_it_is_asked_for(root) -> None:
    """Odds move by the stated ends for general accidents; both ends are allowed together with all others."""
    scenario = load_scenario(root / "scenarios/taishun/full_programme.yaml")
    rates, wide = with_own_ranges([scenario])[0], with_own_ranges([scenario], OUTCOMES)[0]
    added = set(wide.uncertain) - set(rates.uncertain)
    assert set(rates.uncertain) <= set(wide.uncertain)
    assert all(moves_a_rate(key) for key in rates.uncertain)
    assert not any(moves_a_rate(key) for key in added)
    assert {f"interventions.{kind}.cost.level" for kind in scenario.interventions} <= added
    general = wide.uncertain["severity.fatal_share.0"], wide.uncertain["severity.injury_share.0"]
    assert [round(one.low, 3) for one in general] == [0.013, 0.3]
    assert [round(one.high, 2) for one in general] == [0.06, 0.6]
    level = wide.uncertain["interventions.patrols.cost.level"]
    assert (level.value(0.05), level.value(0.95)) == pytest.approx((1.0 / 3.0, 3.0), rel=1e-3)


def test_what_a_scenario_believes_stays(root) -> None:
    scenario = load_scenario(root / "scenarios/taishun/full_programme.yaml")
    wide = with_all_ranges(scenario)
    assert all(wide.uncertain[key] == own for key, own in scenario.uncertain.items())
    own = wide.uncertain["interventions.driver_contact.talk_mean_s"]
    assert (own.kind, own.low, own.high) == ("triangular", 30.0, 180.0)
    assert own.mode == scenario.interventions["driver_contact"].talk_mean_s
    assert "interventions.driver_contact.operators" not in wide.uncertain


@pytest.mark.parametrize(
    ("text", "limits"),
    [
        ("0.1 to 0.5", (0.1, 0.5)),
        ("10 to 40 s", (10.0, 40.0)),
        ("half to twice", None),
        (None, None),
        ("1 to 3 a node", None),
    ],
)
def test_a_range_in_words_has_no_limits(text, limits) -> None:
    assert Source(basis="assumption", range=text).limits == limits


def test_all_is_more_than_uncertain(root, tmp_path, monkeypatch) -> None:
    asked = {}

    def kept(baseline, alternative, *_args, **_options):
        asked["keys"] = uncertain_keys([baseline, alternative])
        table = {"parameter": ["x"], "effect": [1.0], "effect_low": [0.5], "effect_high": [1.5]}
        return pd.DataFrame({**table, "spread": [0.1], "told": [True]})

    monkeypatch.setattr("sim.analysis.sweeping.sensitivity", kept)
    shipped = [root / f"scenarios/taishun/{name}.yaml" for name in ("baseline", "full_programme")]
    few = []
    for file in shipped:
        few.append(tmp_path / file.name)
        few[-1].write_text(f"extends: {file}\nname: {file.stem}\nevery_range_uncertain: false\n")
    counts = []
    for number, (files, more) in enumerate([(few, []), (few, ["--all"]), (shipped, [])]):
        command = ["sensitivity", *map(str, files), *more, "--out", str(tmp_path / f"out{number}")]
        done = CliRunner().invoke(app, command)
        assert done.exit_code == 0, done.output
        counts.append(len(asked["keys"]))
    assert counts[0] < 30
    assert counts[1] > 100
    assert counts[1] == counts[2], "the county asks for them by itself"


def test_alternatives_are_drawn_alike_whichever_asks(root) -> None:
    """Numbers of both by the same distribution; one in which they differ is what is compared, and stays."""
    base = load_scenario(root / "scenarios/taishun/baseline.yaml")
    other = load_scenario(root / "scenarios/taishun/driver_contact.yaml")
    other = other.model_copy(update={"every_range_uncertain": False}).changed({"speed.night_speed_factor": 0.95})
    first, second = with_own_ranges([base, other])
    shared = set(first.uncertain) & set(second.uncertain)
    assert len(shared) > 70
    assert all(first.uncertain[key] == second.uncertain[key] for key in shared)
    assert "speed.night_speed_factor" not in first.uncertain
    assert set(first.uncertain) == shared
    assert {key.split(".")[0] for key in set(second.uncertain) - shared} == {"interventions"}
    unasked = [one.model_copy(update={"every_range_uncertain": False}) for one in (base, other)]
    assert with_own_ranges(unasked) == unasked


@pytest.mark.parametrize(("text", "code"), [("0.1 to 0.1", 0), ("0 to 3", 2)])
def test_ranges_of_a_file_that_do_not_fit_are_told(text, code, root, tmp_path) -> None:
    source = f"{{basis: assumption, range: {text}}}"
    base, other = tmp_path / "base.yaml", tmp_path / "other.yaml"
    start = f"extends: {root / 'scenarios/taishun/baseline.yaml'}\ndays: 2\nwarm_up_days: 0\n"
    value = "0.1" if code == 0 else "0.5"
    lines = ["behaviour:", f"  roadside_check_share: {value}", "  sources:", f"    roadside_check_share: {source}", ""]
    sources = "\n".join(lines)
    for file in (base, other):
        file.write_text(f"{start}name: {file.stem}\n{sources}")
    done = CliRunner().invoke(
        app, ["compare", str(base), str(other), "--draws", "3", "--replications", "1", "--out", str(tmp_path / "out")]
    )
    assert done.exit_code == code, done.output
    if code:
        assert "roadside_check_share" in done.output


def test_asking_for_all_ranges_changes_no_run(root) -> None:
    scenario = load_scenario(root / "scenarios/taishun/baseline.yaml")
    assert scenario.every_range_uncertain
    other = scenario.model_copy(update={"every_range_uncertain": False, "uncertain": {}})
    assert run_key(other, 1, 0) == run_key(scenario, 1, 0)
