"""Named random streams and sums that don't depend on their order."""

import numpy as np
import pytest

from sim.core import exact_sums
from sim.core.random_streams import CORRIDOR_BITS, NEIGHBOUR_MASK, Streams, TripDraws
from sim.engine.accounting.tallies import Tallies
from sim.engine.world import World


def test_order_of_draws_does_not_matter() -> None:
    one, other = Streams(1, 0), Streams(1, 0)
    first = [one.uniform("a", 3, 5), one.uniform("b", 3, 5)]
    second = [other.uniform("b", 3, 5), other.uniform("a", 3, 5)]
    assert (first[0] == second[1]).all()
    assert (first[1] == second[0]).all()


def test_more_trips_leave_the_first_ones_as_they_were() -> None:
    assert (Streams(1, 0).uniform("a", 3, 5) == Streams(1, 0).uniform("a", 3, 500)[:5]).all()


@pytest.mark.parametrize("first", [1, 4, 7, 400])
def test_trips_in_the_middle_of_a_day_have_their_numbers(first) -> None:
    assert (Streams(1, 0).uniform("a", 3, 50, first) == Streams(1, 0).uniform("a", 3, 500)[first : first + 50]).all()


@pytest.mark.parametrize("changed", [(2, 0, "a", 3), (1, 1, "a", 3), (1, 0, "b", 3), (1, 0, "a", 4)])
def test_seed_replication_purpose_and_day_each_change_everything(changed) -> None:
    seed, replication, purpose, day = changed
    base = Streams(1, 0).uniform("a", 3, 1000)
    assert not np.isin(Streams(seed, replication).uniform(purpose, day, 1000), base).any()


def test_single_trip_gets_its_number_of_the_day() -> None:
    streams = Streams(4, 2)
    draws = TripDraws(streams)
    draws.move_on_to(9)
    assert draws.uniform("p", 9, 17) == streams.uniform("p", 9, 50)[17]
    draws.move_on_to(90)
    assert draws.uniform("p", 9, 17) == streams.uniform("p", 9, 50)[17]


def test_single_trips_of_a_long_day_get_their_numbers() -> None:
    streams, trips = Streams(4, 2), 3 * (NEIGHBOUR_MASK + 1) + 5
    draws, whole = TripDraws(streams, ["", "b"]), streams.uniform("p@b", 9, trips)
    draws.move_on_to(9)
    for place in (0, NEIGHBOUR_MASK, NEIGHBOUR_MASK + 1, trips - 1):
        assert draws.uniform("p", 9, 1 << CORRIDOR_BITS | place) == whole[place]


def test_streams_are_uniform() -> None:
    """Mean and variance of a million numbers within 4 standard errors."""
    numbers = np.concatenate([Streams(1, 0).uniform("p", day, 10_000) for day in range(100)])
    assert abs(numbers.mean() - 0.5) < 4 * np.sqrt(1 / 12 / 1e6)
    assert abs(numbers.var() - 1 / 12) < 4 * np.sqrt(1 / 180 / 1e6)


def test_exact_sums_do_not_depend_on_order() -> None:
    generator = np.random.default_rng(1)
    for rounded in (
        exact_sums.exact_hazard(generator.exponential(1e-6, 100_000)),
        exact_sums.exact_time_s(generator.exponential(60.0, 100_000)),
        exact_sums.exact_length_m(generator.exponential(900.0, 100_000)),
    ):
        shuffled = generator.permutation(rounded)
        assert rounded.sum() == shuffled.sum() == sum(rounded.tolist()) == np.cumsum(shuffled)[-1]


def test_rounding_is_to_the_nearest_quantum() -> None:
    assert exact_sums.exact_time_s(1.0000004) == 1.0
    assert exact_sums.exact_hazard(3e-14) == exact_sums.HAZARD_QUANTUM
    assert exact_sums.exact_hazard(2e-14) == 0.0
    assert abs(exact_sums.exact_length_m(12.3456) - 12.3456) <= exact_sums.LENGTH_QUANTUM_M / 2


def test_numbers_of_no_trips() -> None:
    nobody = np.empty(0, dtype=np.int64)
    assert TripDraws(Streams(1, 0)).uniforms("roadside.check", nobody, nobody).shape == (0,)


def test_sums_that_are_no_longer_exact_are_refused() -> None:
    tallies = Tallies.empty(1, 2, 3, 4)
    tallies.duration_s[0, 1] = 2.0**33 - 1.0
    tallies.check_exact()
    tallies.duration_s[0, 1] += 1.0
    with pytest.raises(OverflowError, match=r"duration_s is 8.59e.09.*fewer days, and more replications"):
        tallies.check_exact()


def test_a_day_of_more_trips_than_there_are_numbers_for_is_refused(small) -> None:
    crowd = [{"origin": "north", "destination": "south", "trips_per_year": {"rigid": 4e8}}]
    wednesday = [0, 0, 1, 0, 0, 0, 0]
    world = World(small(days=2, demand__flows=crowd, demand__weekly_weights=wednesday), 1, 0)
    with pytest.raises(OverflowError, match="on one corridor: numbers of trips end at 4,194,304"):
        world.source.whole_days(range(2), 0)
