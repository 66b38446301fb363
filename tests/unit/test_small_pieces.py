"""Pieces of the model by hand: each value follows from the numbers beside it."""

from datetime import date
from types import SimpleNamespace

import numpy as np
import pytest

from sim.analysis.uncertainty import shares_of_logs
from sim.behaviour.deterrence import lowered, raised, risk_increment
from sim.core.calendar import Horizon
from sim.core.random_streams import Streams
from sim.engine.enforcement import case as cases
from sim.engine.enforcement.deterrence import Deterrence
from sim.engine.incidents import Rescuers, _Queue, ordinary_rescue_factor
from sim.engine.replication import run_replication
from sim.engine.world import World
from sim.inputs.demand import Demand, DemandTable, Flow
from sim.inputs.fleet import _enterprises
from sim.inputs.network import Network
from sim.inputs.weather import half_day_length_h
from sim.report.section_risk import risk_by_link, risk_per_km
from sim.results.tables import results_of
from sim.risk.parameters import IncidentParameters
from sim.risk.section_hazard import base_hazard
from sim.risk.severity import rescue_factor

DAY_S = 86_400.0


def test_a_squad_drives_to_a_section_from_the_nearer_end_of_its_link(small) -> None:
    """Along the link from its start, or from its far end back over the sections behind, the section's own included."""
    world = World(small(days=2, interventions={"rapid_response": {"at": ["town", "south"]}}), 1, 0)
    rescuers, network = Rescuers(world, []), world.network
    way = next(way for way in network.ways if way.link.name == "lower" and way.forward)
    times = network.sections.length_m[way.first : way.stop] / network.sections.limit_ms[way.first : way.stop]
    around = network.drive_time_s[network.node_index("south"), network.node_index("town")]
    assert around < times.sum()  # by the expressway
    for place in (0, 2, len(times) - 1):
        before, behind = times[:place].sum(), times[place:].sum()
        assert rescuers._drive_s("town", way.first + place) == pytest.approx(min(before, around + behind))
        assert rescuers._drive_s("south", way.first + place) == pytest.approx(min(around + before, behind))


def test_shares_of_variance_by_hand() -> None:
    """Two draws of two runs: means 1 and 5 (variance 8), within 2, so that parameters have 8 - 2 / 2 = 7."""
    found = shares_of_logs(np.array([[0.0, 2.0], [4.0, 6.0]]))
    assert found.sd_parameters == pytest.approx(np.sqrt(7.0))
    assert found.sd_chance == pytest.approx(np.sqrt(2.0))
    assert found.parameter_share == pytest.approx(7.0 / (7.0 + 2.0 / 4.0))


def test_the_longest_day_is_in_june_and_the_shortest_in_december() -> None:
    """At 45 degrees north the sun is up for 15.4 hours on 21 June, 8.6 on 21 December, 12 at the equinoxes."""
    days = np.arange(1.0, 366.0)
    half = half_day_length_h(45.0, days)
    assert abs(days[half.argmax()] - 172.0) <= 1.0
    assert days[half.argmin()] in {355.0, 356.0}
    assert 2.0 * half.max() == pytest.approx(15.4, abs=0.1)
    assert half_day_length_h(45.0, np.array([81.25, 263.75])) == pytest.approx(6.0, abs=1e-6)


def test_help_however_soon_or_late_has_a_bounded_effect() -> None:
    times = np.array([0.0, 38.0, 48.0, 1e4])
    assert rescue_factor(times, np.log(1.5) / 10.0, 38.0, 0.6) == pytest.approx([0.6, 1.0, 1.5, 1.0 / 0.6])


def test_the_mean_effect_of_the_time_to_help_is_that_of_many_accidents() -> None:
    """Against 200,000 drawn times, within four standard errors."""
    rules, generator = IncidentParameters(), np.random.default_rng(4)
    drive = rules.response_median_min * np.exp(rules.response_log_sd * generator.normal(size=200_000))
    times = generator.exponential(rules.detection_mean_min, 200_000) + rules.turnout_min + drive
    factors = rescue_factor(times, rules.rescue_growth_per_min, rules.usual_help_min, rules.rescue_lowest_factor)
    error = 4.0 * factors.std() / np.sqrt(200_000)
    assert ordinary_rescue_factor(rules) == pytest.approx(factors.mean(), abs=error)


def test_an_expressway_has_no_grade_factor_as_the_manuals_freeways(small) -> None:
    road = small().model_dump(mode="json")["road"]
    for link in road["links"]:
        if link["name"] == "fast_north":
            for section, grade in zip(link["sections"], (0.0, 2.9, 4.0, -5.0, 7.0, -8.0), strict=True):
                section["grade_pct"] = grade
    scenario = small(road=road)
    network = Network(scenario.road)
    hazard = base_hazard(network, scenario.risk).per_m
    way = next(way for way in network.ways if way.link.name == "fast_north" and way.forward)
    own = hazard[way.first : way.stop]
    assert own / own[0] == pytest.approx(1.0)


def test_trucks_leave_a_queue_one_headway_after_another(small) -> None:
    """Three wait 600, 500 and 400 s for the road and 0, 1 and 2 headways of 4 s for each other."""
    world = World(small(days=2, incident__divert_share=0.0, incident__discharge_headway_s=4.0), 1, 0)
    queue = _Queue(world)
    arrivals = np.array([200.0, 100.0, 300.0])
    queue._arriving = lambda *_: (arrivals, np.ones(3), np.ones(3))
    waiting, diverted, delay_s, _, _ = queue.behind(SimpleNamespace(time_s=50.0), 700.0)
    assert (waiting, diverted) == (3, 0)
    assert delay_s == pytest.approx(600.0 + 500.0 + 400.0 + 4.0 + 8.0)


def test_an_enterprise_hears_of_a_roadside_penalty_after_a_week() -> None:
    told = []
    case = SimpleNamespace(
        goes_on=True,
        experience=told.append,
        notify_enterprise=told.append,
        obeyed=lambda: told.append("obeyed"),
    )
    cases._check_at_the_roadside(case)
    assert told == ["penalty", 7.0 * DAY_S, "obeyed"]


def test_enterprises_have_skewed_sizes() -> None:
    """A quarter of them has half of the drivers: the square of a uniform number is below 1/4 for half of its values."""
    part = SimpleNamespace(drivers=40_000, enterprises=100)
    found = _enterprises([part], Streams(3, 0))
    assert np.mean(found < 25) == pytest.approx(0.5, abs=4 * 0.5 / np.sqrt(40_000))
    assert np.mean(found < 81) == pytest.approx(0.9, abs=4 * 0.3 / np.sqrt(40_000))
    assert (found.min(), found.max()) == (0, 99)


class _Roster:
    enterprise = np.array([0, 0, 1])
    size = 3
    enterprises = 2


def test_a_drivers_own_experience_counts_once(small) -> None:
    behaviour = small().behaviour
    memory = Deterrence(behaviour, _Roster())
    memory.experience("contact", 0, 0.0)
    later = behaviour.contact_half_life_days * DAY_S
    increment = risk_increment(behaviour.contact_effect, behaviour.penalty_cost_cny, behaviour.choice_scale_cny)
    shared = increment * behaviour.spillover_share
    assert memory.perceived_risk(0, 0.0) == pytest.approx(increment, rel=1e-12)
    assert memory.perceived_risk(0, later) == pytest.approx(increment / 2.0, rel=1e-12)
    assert memory.perceived_risk(1, later) == pytest.approx(shared / 2.0, rel=1e-12)
    memory.experience("contact", 1, 0.0)
    assert memory.perceived_risk(0, 0.0) == pytest.approx(raised(increment, shared), rel=1e-12)
    assert lowered(raised(0.3, 0.2), 0.2) == pytest.approx(0.3)


@pytest.mark.parametrize("start", ["2025-01-01", "2024-05-17"])
def test_a_year_has_the_trips_that_are_asked_for(start, small) -> None:
    """Whatever weights the demand and a flow have, in any 365 days from the start on."""
    own = {"weekly_weights": (1, 1, 1, 1, 1, 9, 9), "monthly_weights": (*(0,) * 11, 1)}
    flows = tuple(
        Flow(origin=origin, destination="b", trips_per_year={"rigid": 500_000.0}, **more)
        for origin, more in (("a", {}), ("c", own))
    )
    demand = Demand(flows=flows, monthly_weights=tuple(range(1, 13)), weekly_weights=(1, 1, 1, 1, 1, 0.5, 0.2))
    table = DemandTable(demand, small().fleet, Horizon(date.fromisoformat(start), 730, 100))
    assert table.mean_by_day[100:465].sum() == pytest.approx(1_000_000.0)
    assert table.mean_by_day[465:].sum() == pytest.approx(1_000_000.0)
    assert len(table.mean_by_day) == 830


def test_a_measure_of_the_warm_up_acts_from_its_date_on(small) -> None:
    """Calls that began before the recorded days have made drivers careful by then; calls of the first day have not."""

    def first_day(start):
        calls = {"driver_contact": {"start_date": start}, "device_coverage": {"start_date": start, "rollout_months": 0}}
        outcome = run_replication(small(days=3, warm_up_days=60, interventions=calls), 2, 0)
        return outcome.metrics["violations"], outcome.metrics["alarms"], outcome.metrics["operator_utilisation"]

    early, late = first_day("2024-11-02"), first_day("2025-01-01")
    assert early[0] < 0.8 * late[0]
    assert early[1] < late[1]
    assert 0.0 < early[2] < 1.0


def test_strip_and_map_tell_the_same_risk(small) -> None:
    """Accidents over the road's km; a link's value is the mean of its sections' by length, one-way links included."""
    from sim.experiment.runner import run_experiment

    road = small().model_dump(mode="json")["road"]
    for link in road["links"]:
        link["one_way"] = link["name"].startswith("fast")
    flows = [{"origin": "north", "destination": "south", "trips_per_year": {"rigid": 20000}}]
    scenario = small(days=5, road=road, demand__flows=flows)
    results = results_of(run_experiment([scenario], replications=2, seed=1, workers=1), baseline=None, command="test")
    by_link = risk_by_link(results.sections, "small")
    for link in scenario.road.links:
        lengths = np.array([section.length_km for section in link.sections])
        strip = risk_per_km(results.sections, "small", [link.name])
        assert by_link[link.name] == pytest.approx((strip * lengths).sum() / lengths.sum())
    whole = sum(by_link[link.name] * link.length_km for link in scenario.road.links)
    assert whole == pytest.approx(results.runs["expected_accidents"].mean())


def test_every_measure_says_what_is_put_in_and_what_emerges_in_both_languages() -> None:
    from sim.interventions.registry import BUILT_IN

    for cls in BUILT_IN:
        for english, chinese in (cls.puts_in, cls.emerges):
            assert english.isascii()
            assert any("一" <= letter <= "鿿" for letter in chinese), cls.kind
