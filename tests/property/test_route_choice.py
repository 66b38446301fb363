"""Routes that allowed trucks take answer costs without cliffs."""

from pathlib import Path

import numpy as np
import pytest

from sim.behaviour.route_choice import route_shares
from sim.core.units import HOURS_PER_DAY
from sim.core.vocabulary import STANDARD_TRUCK_CLASSES
from sim.engine.trips.route_choice import Choices
from sim.inputs.network import Network
from sim.inputs.routing import alternatives, path_sizes
from sim.interventions.library.access_rules import AccessRules
from sim.scenario import load_scenario

COUNTY = Path(__file__).parents[2] / "scenarios" / "taishun" / "baseline.yaml"
DISCOUNTS = 40
LARGEST_STEP = 0.01


def choices(scenario, **costs):
    behaviour = scenario.behaviour.model_copy(update=costs)
    return Choices([Network(scenario.road)], scenario.demand, STANDARD_TRUCK_CLASSES, behaviour)


def discounted(scenario, share):
    rules = AccessRules(toll_discount_share=share)
    return scenario.model_copy(update={"road": rules.changed_road(scenario.road)})


def expressway_share(scenario, **costs):
    """Of the km that trucks drive legally."""
    found, network = choices(scenario, **costs), Network(scenario.road)
    on_expressway = np.array([way.link.road_class == "expressway" for way in network.ways])
    driven = np.zeros(2)
    for number, flow in enumerate(scenario.demand.flows):
        for name, trips in flow.trips_per_year.items():
            for hour in range(HOURS_PER_DAY):
                own = found.sets[found.index[0, 0, number, STANDARD_TRUCK_CLASSES.index(name), hour]]
                for route, share in zip(own.legal, np.diff([0.0, *own.below]), strict=True):
                    ways = list(route.ways)
                    length_m = network.length_m[ways]
                    driven += trips * share * np.array([length_m[on_expressway[ways]].sum(), length_m.sum()])
    return driven[0] / driven[1]


def savings(scenario, **costs):
    return np.array([own.saving_cny for own in choices(scenario, **costs).sets if own.candidate])


def test_shares_follow_the_formula() -> None:
    """Three routes: two of 10 km that share 5 km, and one of 12 km by itself; worked by hand."""
    routes, length_m = [(0, 1), (0, 2), (3,)], np.array([5e3, 5e3, 5e3, 12e3])
    sizes = path_sizes(routes, length_m)
    assert sizes == pytest.approx([0.75, 0.75, 1.0])
    shares, cost_cny = route_shares(np.array([40.0, 80.0, 60.0]), sizes, 40.0)
    weights = np.array([0.75, 0.75 * np.exp(-1.0), np.exp(-0.5)])
    assert shares == pytest.approx(weights / weights.sum())
    assert cost_cny == pytest.approx(40.0 - 40.0 * np.log(weights.sum()))


def test_one_route_costs_what_it_costs() -> None:
    shares, cost_cny = route_shares(np.array([123.0]), np.array([1.0]), 40.0)
    assert (shares.tolist(), cost_cny) == ([1.0], 123.0)


@pytest.mark.parametrize("scale", [1.0, 1000.0])
def test_the_clearly_cheaper_route_wins_at_any_scale(scale: float) -> None:
    shares, _ = route_shares(np.array([0.0, 1e6]), np.ones(2), scale)
    assert shares == pytest.approx([1.0, 0.0], abs=1e-300)


def test_no_cost_makes_a_route_appear_or_vanish() -> None:
    scenario = load_scenario(COUNTY)

    def routes(**costs):
        return [[route.ways for route in own.legal] for own in choices(scenario, **costs).sets]

    usual = routes()
    assert routes(value_of_time_cny_h=0.0) == usual
    assert routes(value_of_time_cny_h=5000.0) == usual
    assert routes(distance_cost_cny_km=0.0) == usual


@pytest.mark.parametrize("direction", ["forward", "backward"])
def test_alternatives_are_legal_and_no_long_detour(direction: str) -> None:
    network = Network(load_scenario(COUNTY).road)
    ends = ("wencheng", "youyi") if direction == "forward" else ("youyi", "wencheng")
    closed = frozenset(n for n, way in enumerate(network.ways) if way.banned("frequent_semi", 12.0))
    found = alternatives(network, *ends, closed)
    assert len(found) > 1
    assert not any(closed.intersection(ways) for ways in found)
    times_s = [network.free_time_s[list(ways)].sum() for ways in found]
    assert max(times_s) <= 2.0 * min(times_s)


def test_the_answer_to_a_toll_is_smooth_and_monotone() -> None:
    scenario = load_scenario(COUNTY)
    roads = [discounted(scenario, discount) for discount in np.linspace(0.0, 1.0, DISCOUNTS + 1)]
    shares = np.array([expressway_share(road) for road in roads])
    gains = np.array([savings(road) for road in roads])
    assert shares[-1] > shares[0] + 0.05
    assert np.diff(shares).min() >= 0.0
    assert np.diff(shares).max() < LARGEST_STEP
    assert np.diff(gains, axis=0).max() <= 0.0


@pytest.mark.parametrize(
    ("cost", "low", "high"), [("value_of_time_cny_h", 0.0, 200.0), ("distance_cost_cny_km", 0.0, 8.0)]
)
def test_the_answer_to_other_costs_is_smooth(cost: str, low: float, high: float) -> None:
    scenario = load_scenario(COUNTY)
    shares = [expressway_share(scenario, **{cost: value}) for value in np.linspace(low, high, DISCOUNTS + 1)]
    assert np.abs(np.diff(shares)).max() < LARGEST_STEP


def test_trips_take_routes_in_these_shares() -> None:
    table = choices(load_scenario(COUNTY)).table
    several = int(np.flatnonzero((table.below < 1.0).sum(axis=1) > 1)[0])
    uniform = (np.arange(100_000) + 0.5) / 100_000
    taken = table.legal_route(np.full(len(uniform), several), uniform)
    expected = np.diff([0.0, *table.below[several]])
    counted = [np.mean(taken == number) for number in dict.fromkeys(table.legal[several].tolist())]
    assert counted == pytest.approx(expected[expected > 0.0], abs=1e-5)
