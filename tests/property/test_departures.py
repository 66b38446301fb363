"""Departures that bans hold up and appointments move: trips stay, hours change, and the waiting is counted."""

import json

import numpy as np
import pytest
from conftest import SMALL

from sim import compare
from sim.core.units import SECONDS_PER_DAY, SECONDS_PER_HOUR
from sim.core.vocabulary import STANDARD_TRUCK_CLASSES
from sim.engine.replication import run_replication
from sim.engine.world import World

NIGHT = {"truck_classes": ["rigid"], "from_hour": 22, "to_hour": 6}
DAY = {"truck_classes": ["rigid"], "from_hour": 7, "to_hour": 19}


RIGID = STANDARD_TRUCK_CLASSES.index("rigid")


def trips_of(scenario):
    """All trips of the recorded days."""
    world = World(scenario, 3, 0)
    return world, world.source.draw(range(scenario.days))


def hour_of(trips):
    return trips.departure_s % SECONDS_PER_DAY / SECONDS_PER_HOUR


def everywhere(ban):
    road = json.loads(json.dumps(SMALL["road"]))
    for link in road["links"]:
        if link["name"] != "connector":
            link["ban"] = ban
    return road


@pytest.fixture(scope="module")
def closed(small):
    """Rigid trucks have no way from 22 to 6 h, and no class is banned else."""
    return trips_of(small(road=everywhere(NIGHT)))


@pytest.fixture(scope="module")
def usual(small):
    return trips_of(small(road=everywhere(None)))


def test_where_a_ban_closes_the_only_way_trips_wait_for_its_end(closed, usual) -> None:
    (_, held), (_, free) = closed, usual
    held, free = (trips.pick(np.argsort(trips.trip_id)) for trips in (held, free))
    rigid = held.truck_class == RIGID
    assert rigid.sum() > 500
    assert (held.trip_id == free.trip_id).all()
    assert (hour_of(held)[rigid] >= 6.0).all()
    assert (hour_of(held)[rigid] < 22.0).all()
    assert (held.departure_s[~rigid] == free.departure_s[~rigid]).all()
    night = rigid & ((hour_of(free) >= 22.0) | (hour_of(free) < 6.0))
    assert (held.waited_s[~night] == 0.0).all()
    assert (hour_of(held)[night] < 7.0).all()
    until_six = (6.0 - np.floor(hour_of(free)[night])) % 24.0
    assert held.waited_s[night] / SECONDS_PER_HOUR == pytest.approx(until_six)


def test_the_waiting_is_summed(small, closed) -> None:
    _, trips = closed
    metrics = run_replication(small(road=everywhere(NIGHT)), 3, 0).metrics
    assert metrics["waiting_hours"] == pytest.approx(trips.waited_s.sum() / SECONDS_PER_HOUR, rel=1e-12)
    assert metrics["trips"] == len(trips)
    assert metrics["waiting_hours"] > 0.0


def test_no_way_at_any_hour_is_an_error(small) -> None:
    with pytest.raises(ValueError, match="can't be reached from 'north' by rigid without a banned road at any hour"):
        small(road=everywhere({"truck_classes": ["rigid"]}))


def windowed(small, share, **more):
    rules = {"departure_windows": [{**DAY, "share": share}], **more}
    return small(road=everywhere(None), interventions={"access_rules": rules})


def test_a_window_moves_the_share_that_agreed_and_nobody_else(small, usual) -> None:
    """Who leaves in the window anyway keeps to the hour; the others are spread over it."""
    _, free = usual
    free = free.pick(np.argsort(free.trip_id))
    moved = {}
    for share in (0.0, 0.5, 1.0):
        _, trips = trips_of(windowed(small, share))
        trips = trips.pick(np.argsort(trips.trip_id))
        changed = trips.departure_s != free.departure_s
        moved[share] = changed
        outside = (hour_of(free) < 7.0) | (hour_of(free) >= 19.0)
        assert not (changed & ~(outside & (free.truck_class == RIGID))).any()
        assert (trips.waited_s[changed] > 0.0).all()
        assert (np.abs(hour_of(trips)[changed] - 13.0) <= 6.0).all()
        assert (trips.departure_s // SECONDS_PER_DAY == free.departure_s // SECONDS_PER_DAY).all()
    assert not moved[0.0].any()
    assert (moved[1.0] == (outside & (free.truck_class == RIGID))).all()
    assert (moved[0.5] <= moved[1.0]).all()
    drivers = np.unique(free.driver[moved[1.0]])
    agreed = np.array([moved[0.5][moved[1.0] & (free.driver == one)].all() for one in drivers])
    assert agreed.mean() == pytest.approx(0.5, abs=3 * np.sqrt(0.25 / len(drivers)))


def test_a_window_ends_with_its_measure(small, usual) -> None:
    _, trips = trips_of(windowed(small, 1.0, end_date="2025-01-10"))
    assert trips.waited_s[trips.day < 10].sum() > 0.0
    assert trips.waited_s[trips.day >= 10].sum() == 0.0


def test_waiting_is_a_cost(small) -> None:
    """Trucks off the night roads: fewer accidents of the night, and hours that are priced."""
    results = compare(small(road=everywhere(None)), windowed(small, 1.0).model_copy(update={"name": "day"}), workers=1)
    own = results.costs["day"]["avoided"]
    assert own["waiting_hours"]["estimate"] < 0.0
    assert own["waiting_hours"]["estimate"] == -results.summary["scenarios"]["day"]["metrics"]["waiting_hours"]["mean"]
