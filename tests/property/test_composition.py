"""What accidents in a mountain county are made of: tiredness, rollovers."""

from pathlib import Path

import numpy as np
import pytest

from sim.engine.replication import run_replication
from sim.inputs.network import Network
from sim.risk import fatigue
from sim.scenario import load_scenario

COUNTY = load_scenario(Path(__file__).parents[2] / "scenarios/taishun/baseline.yaml").changed(
    {"days": 60, "warm_up_days": 0, "start_date": "2025-03-01"}
)


def outcome(**changes: object):
    return run_replication(COUNTY.changed(changes), 1, 0)


@pytest.fixture(scope="module")
def usual():
    return outcome()


def test_a_tenth_to_a_seventh_of_accidents_is_of_tiredness(usual) -> None:
    """10 to 15 % of truck accidents: what is lost when all are rested and it is forenoon for them."""
    general = usual.metrics["expected_general"] / usual.metrics["expected_accidents"]
    assert 0.10 < general * (1.0 - 1.0 / fatigue.mean_tired_factor(COUNTY.risk, COUNTY.demand, COUNTY.fleet)) < 0.15


ALIKE_AT_ALL_HOURS = {"risk.night_factor": 1.0, "risk.fog_factor": 1.0, "risk.ice_factor": 1.0}
"""What else goes with the hour: it makes the hours of tiredness count for more."""


@pytest.fixture(scope="module")
def even() -> float:
    """General accidents where only tiredness goes with the hour."""
    return outcome(**ALIKE_AT_ALL_HOURS).metrics["expected_general"]


def test_tiredness_moves_accidents_between_trips_and_not_their_level(even) -> None:
    """The drivers and hours that happen to be drawn leave some tenths of a per cent."""
    awake = {"risk.sleepiness_share": 0.0, "risk.fatigue_growth_per_h": 0.0}
    assert even / outcome(**ALIKE_AT_ALL_HOURS, **awake).metrics["expected_general"] == pytest.approx(1.0, abs=0.01)


def test_who_rests_escapes_a_half_of_what_tiredness_costs(even) -> None:
    """Everybody rests: half of 14 % of general accidents; nobody's tiredness is touched where rests relieve nothing."""
    everywhere = {"interventions": {"rest_areas": {"rest_share": 1.0}}, **ALIKE_AT_ALL_HOURS}
    spared = 1.0 - outcome(**everywhere).metrics["expected_general"] / even
    tired = 1.0 - 1.0 / fatigue.mean_tired_factor(COUNTY.risk, COUNTY.demand, COUNTY.fleet)
    assert spared == pytest.approx(tired / 2.0, rel=0.05)
    assert outcome(**everywhere, **{"risk.rest_relief": 0.0}).metrics["expected_general"] == even


def test_rollovers_are_a_few_per_cent_and_in_tight_curves(usual) -> None:
    """2 to 6 % of truck accidents in the published statistics; none where the road is straight."""
    share = usual.metrics["expected_rollover"] / usual.metrics["expected_accidents"]
    assert 0.02 < share < 0.06
    curvature = Network(COUNTY.road).sections.curvature_per_m
    rollovers = usual.sections["expected_rollover"].to_numpy()
    per_km = rollovers / np.maximum(usual.sections["vehicle_km"].to_numpy(), 1.0)
    assert (rollovers[curvature == 0.0] == 0.0).all()
    tight, wide = curvature > 1.0 / 120.0, (curvature > 0.0) & (curvature < 1.0 / 250.0)
    assert per_km[tight].mean() > 5.0 * per_km[wide].mean()


@pytest.mark.parametrize(
    ("key", "worse"),
    [
        ("risk.curve_speed_sd", 0.04),
        ("fleet.rollover_threshold_sd", 0.16),
        ("speed.side_friction", 0.14),
        ("fleet.speed_factor_sd", 0.1),
        ("demand.overloaded_share", 0.2),
    ],
)
def test_what_makes_trucks_roll_over(usual, key, worse) -> None:
    assert outcome(**{key: worse}).metrics["expected_rollover"] > usual.metrics["expected_rollover"]
