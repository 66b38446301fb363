"""Results that are kept from run to run: found again for the same content only, and safe from who gets them."""

from dataclasses import dataclass

import numpy as np
import pytest

from sim.core.kept import kept
from sim.engine.replication import run_replication
from sim.scenario import load_scenario


@dataclass
class Road:
    """Any argument with arrays in it."""

    length_m: np.ndarray


def counted(most: int):
    calls = []

    @kept(most)
    def total(road: Road, factor: float, *, forward: bool = True) -> np.ndarray:
        calls.append((factor, forward))
        return road.length_m * factor

    return total, calls


def test_the_same_content_is_worked_out_once() -> None:
    total, calls = counted(8)
    first, second = (total(Road(np.array([1.0, 2.0])), 3.0) for _ in range(2))
    assert first is second
    assert first.tolist() == [3.0, 6.0]
    assert len(calls) == 1


@pytest.mark.parametrize(
    "other",
    [
        (np.array([1.0, np.nextafter(2.0, 3.0)]), 3.0, True),
        (np.array([1.0, 2.0]), 4.0, True),
        (np.array([1.0, 2.0]), 3.0, False),
        (np.array([1, 2]), 3.0, True),
    ],
)
def test_whatever_differs_is_worked_out_anew(other) -> None:
    total, calls = counted(8)
    total(Road(np.array([1.0, 2.0])), 3.0, forward=True)
    length_m, factor, forward = other
    total(Road(length_m), factor, forward=forward)
    assert len(calls) == 2


def test_what_is_kept_cannot_be_written_to() -> None:
    total, _ = counted(8)
    with pytest.raises(ValueError, match="read-only"):
        total(Road(np.array([1.0])), 1.0)[0] = 2.0


def test_the_oldest_goes_first() -> None:
    total, calls = counted(2)
    for factor in (1.0, 2.0, 1.0, 3.0, 1.0, 2.0):
        total(Road(np.array([1.0])), factor)
    assert [factor for factor, _ in calls] == [1.0, 2.0, 3.0, 2.0]


def test_a_run_is_the_same_after_others_of_other_roads_and_parameters(root) -> None:
    """What another scenario left behind must not be taken for this one's."""
    scenario = load_scenario(root / "scenarios/taishun/full_programme.yaml").changed({"days": 5, "warm_up_days": 0})
    others = [
        scenario.changed(change)
        for change in (
            {"speed.engine_brake_kw": 90.0},
            {"fleet.overload_mass_factor": 1.7},
            {"risk.curve_speed_sd": 0.04},
        )
    ]
    before = run_replication(scenario, 1, 0).metrics
    moved = [run_replication(one, 1, 0).metrics for one in others]
    assert run_replication(scenario, 1, 0).metrics == before
    assert len({one["expected_accidents"] for one in [before, *moved]}) == 1 + len(moved)
