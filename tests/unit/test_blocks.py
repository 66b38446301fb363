"""Blocks of days: each day once, none across a change of the rules."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from sim.core.calendar import Horizon
from sim.engine.trips.generation import blocks

TRIPS_A_DAY = 100.0


class Steady:
    """A source of as many trips every day."""

    def mean_trips(self, day: int, corridor: int | None = None) -> float:  # noqa: ARG002
        return TRIPS_A_DAY if corridor is None else TRIPS_A_DAY / 2.0


@given(
    st.integers(1, 400), st.integers(0, 60), st.integers(1, 9000), st.lists(st.integers(0, 500)), st.integers(1, 500)
)
def test_every_day_is_in_one_block_that_begins_with_its_rules(days, warm_up, trips_per_block, starts, longest) -> None:
    horizon = Horizon(date(2025, 1, 1), days, warm_up)
    found = list(blocks(Steady(), horizon, trips_per_block, starts, longest))
    assert [day for block in found for day in block] == list(range(horizon.days))
    assert {0, warm_up, *(day for day in starts if day < horizon.days)} <= {block.start for block in found}
    assert 1 <= min(map(len, found)) <= max(map(len, found)) <= longest


def test_blocks_between_two_changes_are_of_one_length_and_about_so_many_trips() -> None:
    horizon = Horizon(date(2025, 1, 1), 100)
    lengths = [len(block) for block in blocks(Steady(), horizon, 700, [30], 100)]
    assert sum(lengths[:4]) == 30
    assert set(lengths) == {7, 8}
    halved = [len(block) for block in blocks(Steady(), horizon, 700, [], 100, corridor=1)]
    assert sorted(halved) == [14] * 5 + [15] * 2


def test_one_block_where_there_is_little_traffic() -> None:
    horizon = Horizon(date(2025, 1, 1), 100)
    found = list(blocks(Steady(), horizon, 1_000_000, [], 100))
    assert found == [range(100)]
