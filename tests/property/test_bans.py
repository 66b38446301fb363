"""Bans by mass, season and on a part of a link: who is bound, when, and where a violation begins."""

import json

import numpy as np
import pytest
from conftest import SMALL

from sim.core.units import KG_PER_TONNE, SECONDS_PER_DAY
from sim.driving.conditions import TruckKinds
from sim.engine.replication import run_replication
from sim.engine.world import World
from sim.inputs.fleet import LOADS
from sim.inputs.network import Network
from sim.scenario import ScenarioError

SEMIS = ["local_semi", "frequent_semi"]
LIMIT_T = 30.0


def banned(**ban):
    """The small county's road with another ban on both halves of its provincial road."""
    road = json.loads(json.dumps(SMALL["road"]))
    for link in road["links"]:
        if link["name"] in ("upper", "lower"):
            link["ban"] = {"truck_classes": SEMIS, **ban}
    return road


def drawn(scenario):
    world = World(scenario, 3, 0)
    return world, world.source.draw(range(scenario.days))


def candidates(scenario):
    """Which trips a banned road would shorten, by number of trip."""
    world, trips = drawn(scenario)
    return dict(zip(trips.trip_id.tolist(), world.choices.table.candidate[trips.choice].tolist(), strict=True))


def mass_t(kinds: TruckKinds, trips):
    """Of each trip with its load, by the table of kinds."""
    kind = trips.truck_class * LOADS + trips.load
    return kinds.mass_kg[kind] * (1.0 + kinds.payload_share[kind] * (trips.fill - 1.0)) / KG_PER_TONNE


def counted(scenario):
    """Metrics of a run, as text for those that do not exist."""
    return repr(run_replication(scenario, 3, 0).metrics)


def test_a_ban_by_mass_binds_the_heavier_trucks_of_its_classes(small) -> None:
    scenario = small(road=banned(above_mass_t=LIMIT_T))
    world, trips = drawn(scenario)
    heavy = mass_t(world.site.kinds, trips) > LIMIT_T
    semi = np.isin(trips.truck_class, [world.class_names.index(name) for name in SEMIS])
    found = world.choices.table.candidate[trips.choice]
    assert 0.2 < heavy[semi].mean() < 0.8
    assert (found == (semi & heavy)).all()
    for road, here in ((banned(), heavy), (banned(months=[7]), ~heavy)):
        other = candidates(small(road=road))
        own = [other[number] for number in trips.trip_id[here].tolist()]
        assert own == found[here].tolist(), "as under the same ban without a limit, or as without a ban"


@pytest.mark.parametrize(("limit_t", "like"), [(14.0, {}), (90.0, {"months": [7]})])
def test_a_limit_below_or_above_all_trucks_is_a_ban_or_none(small, limit_t, like) -> None:
    """All trucks weigh 15 t empty, and less than 90 t overloaded."""
    assert counted(small(road=banned(above_mass_t=limit_t))) == counted(small(road=banned(**like)))


def test_several_limits_bind_one_after_the_other(small) -> None:
    """A truck between both limits is bound by the lower one alone: it may use the half with the higher one."""
    road = banned(above_mass_t=20.0)
    next(link for link in road["links"] if link["name"] == "lower")["ban"]["above_mass_t"] = LIMIT_T
    world, trips = drawn(small(road=road))
    own_t = mass_t(world.site.kinds, trips)
    limits = world.choices.limits_kg / KG_PER_TONNE
    assert limits.tolist() == [20.0, LIMIT_T]
    nobody = np.zeros(len(trips), bool)
    bound = world.choices.binding(own_t * KG_PER_TONNE, nobody)
    assert (bound == 2 - (own_t > 20.0).astype(int) - (own_t > LIMIT_T)).all()
    assert set(bound.tolist()) == {0, 1, 2}
    assert (world.choices.binding(own_t, ~nobody) == 3).all()
    assert world.choices.binding(np.array([20_000.0, 20_001.0]), nobody[:2]).tolist() == [2, 1], "20 t may enter"
    table, links = world.choices.table, [way.link.name for way in world.network.ways]

    def roads(binding):
        """Links that trucks so bound may use."""
        legal = table.legal[np.unique(trips.choice[bound == binding])].ravel()
        return {links[way] for route in set(legal.tolist()) for way in table.routes[route].ways}

    semi = world.class_names.index("local_semi")
    bound = np.where(trips.truck_class == semi, bound, -1)
    assert not {"upper", "lower"} & roads(0)
    assert "lower" in roads(1)
    assert "upper" not in roads(1)
    assert {"upper", "lower"} <= roads(2)


def test_a_season_is_the_ban_in_its_months_and_none_in_others(small) -> None:
    dates = {"start_date": "2025-01-15", "days": 40}
    seasonal, always, never = (
        candidates(small(road=road, **dates)) for road in (banned(months=[1, 7]), banned(), banned(months=[7]))
    )
    _, trips = drawn(small(**dates))
    day = dict(zip(trips.trip_id.tolist(), trips.day.tolist(), strict=True))
    assert any(always.values())
    assert not any(never.values())
    assert all(found == (always if day[number] < 17 else never)[number] for number, found in seasonal.items())


def test_all_months_are_no_season(small) -> None:
    dates = {"start_date": "2025-01-15", "days": 40}
    assert counted(small(road=banned(months=list(range(1, 13))), **dates)) == counted(small(**dates))


def test_a_ban_on_the_whole_link_by_its_kilometres_is_a_ban_on_the_link(small) -> None:
    assert counted(small(road=banned(from_km=0.0))) == counted(small())


def test_a_violation_begins_and_ends_where_the_banned_part_does(small) -> None:
    """Both ways: sections of 1 km each, 8 and 9 of them."""
    road = banned(from_km=2.0, to_km=5.0)
    network = Network(small(road=road).road)
    rows = {(way.link.name, way.forward): way.banned_rows for way in network.ways}
    assert rows["upper", True] == range(2, 5)
    assert rows["upper", False] == range(3, 6)
    assert rows["lower", False] == range(4, 7)
    assert rows["connector", True] == range(0)
    part = Network(small(road=banned(from_km=2.5, to_km=2.6)).road)
    assert next(way for way in part.ways if way.link.name == "upper").banned_rows == range(2, 3)
    world, trips = drawn(small(road=road))
    shortcuts = [choice.shortcut for choice in world.choices.sets if choice.candidate]
    assert {(one.entry_row, one.end_row) for one in shortcuts} == {(2, 8 + 5), (4, 9 + 6)}
    assert {one.exits[0].row for one in shortcuts} == {8, 9}
    whole = candidates(small())
    assert dict(zip(trips.trip_id.tolist(), world.choices.table.candidate[trips.choice].tolist(), strict=True)) == whole


@pytest.mark.parametrize(
    ("ban", "message"),
    [
        ({"from_km": 3.0, "to_km": 2.0}, "must be more than from_km"),
        ({"to_km": 8.5}, "must be at most 8, the length of upper"),
        ({"above_mass_t": 0.5}, "must be at least 1"),
        ({"months": [0]}, "must be at least 1"),
    ],
)
def test_bans_that_make_no_sense_are_refused(small, ban, message) -> None:
    with pytest.raises(ScenarioError, match=message):
        small(road=banned(**ban))


def test_a_season_that_closes_the_only_way_is_refused(small) -> None:
    """In July alone no way is left."""
    road = banned(months=[7])
    for link in road["links"]:
        if link["name"] != "connector":
            link["ban"] = {"truck_classes": ["rigid"], "months": [7]}
    with pytest.raises(ScenarioError, match="can't be reached from 'north' by rigid"):
        small(road=road)


def test_the_sweep_and_single_trips_agree_on_such_bans(small) -> None:
    """Part of the link, above a mass, in the first of two months, with everything that answers."""
    road = banned(from_km=2.0, to_km=5.0, above_mass_t=LIMIT_T, months=[1])
    measures = {"early_warning": {}, "driver_contact": {}, "squadron_dispatch": {"at": ["town"]}}
    scenario = small(
        road=road, start_date="2025-01-20", days=20, interventions=measures, risk__calibration_factor=500.0
    )
    default, single = (
        run_replication(scenario, 7, 0, trace=True, **more) for more in ({}, {"foreground_trips": "all"})
    )
    assert default.violations == single.violations
    assert default.accidents == single.accidents
    assert repr(default.metrics) == repr(single.metrics)
    assert default.metrics["left_at_exit"] > 0
    assert 0.0 < max(one.time_s for one in default.violations) < 13 * SECONDS_PER_DAY, (
        "twelve days of January, and a way"
    )


def test_a_limit_that_no_truck_reaches_closes_no_way(small) -> None:
    """A bridge of 75 t on all roads: trucks of 45 t, overloaded to 72 t at most, go on; one of 70 t stops some."""
    road = banned()
    for link in road["links"]:
        if link["name"] != "connector":
            link["ban"] = {"truck_classes": [*SEMIS, "rigid"], "above_mass_t": 75.0}
    assert counted(small(road=road)) == counted(small(road=banned(months=[7])))
    for link in road["links"]:
        if "ban" in link:
            link["ban"]["above_mass_t"] = 70.0
    with pytest.raises(ScenarioError, match="without a banned road at any hour"):
        small(road=road)


def test_a_measures_ban_that_closes_the_only_way_is_told_before_a_run(small) -> None:
    links = ("upper", "lower", "fast_north", "fast_south")
    closed = [{"link": name, "ban": {"truck_classes": ["rigid"]}} for name in links]
    with pytest.raises(ScenarioError, match=r"interventions.access_rules.bans: 'south' can't be reached"):
        small(interventions={"access_rules": {"bans": closed}})
    assert small(interventions={"access_rules": {"bans": closed[:1]}})
