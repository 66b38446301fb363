"""Tables of a run: by month, hour of the day and directed section."""

import numpy as np
import pandas as pd

from sim.core.units import (
    HOURS_PER_DAY,
    METRES_PER_KM,
    SECONDS_PER_HOUR,
)
from sim.engine.accounting.metrics import Counted, days_with_centre
from sim.engine.world import World
from sim.risk.mechanisms import MECHANISMS


def monthly(world: World, counted: Counted) -> pd.DataFrame:
    """By month."""
    tallies = world.recorder.tallies
    return pd.DataFrame(
        {
            "month": world.horizon.month_names(),
            "trips": tallies.trips.sum(axis=1),
            "vehicle_km": tallies.monthly_distance_m / METRES_PER_KM,
            "accidents": counted.by_month,
            "expected_accidents": tallies.monthly_accidents.sum(axis=1),
            "candidate_trips": tallies.candidates.sum(axis=1),
            "violations": tallies.violations.sum(axis=1),
        }
    )


def hourly(world: World) -> pd.DataFrame:
    """By hour of the day, over all recorded days on which there is a control centre."""
    centre, hours = world.centre, np.arange(HOURS_PER_DAY)
    raised = (world.alarms.times_s("alarm_s") // SECONDS_PER_HOUR % HOURS_PER_DAY).astype(np.int64)
    return pd.DataFrame(
        {
            "hour": hours,
            "alarms": np.bincount(raised, minlength=HOURS_PER_DAY),
            "operators": centre.on_duty,
            "busy_operators": np.array(centre.busy_by_hour_s) / (max(days_with_centre(world), 1) * SECONDS_PER_HOUR),
        }
    )


def by_section(world: World, counted: Counted) -> pd.DataFrame:
    """By directed section."""
    tallies, network = world.recorder.tallies, world.network
    table = network.sections
    ways = [network.ways[way] for way in table.way]
    frame = pd.DataFrame(
        {
            "section": np.arange(len(table.length_m)),
            "link": [way.link.name for way in ways],
            "road_class": [way.link.road_class for way in ways],
            "forward": [way.forward for way in ways],
            "start_m": table.start_m,
            "length_m": table.length_m,
            "vehicle_km": tallies.distance_m.sum(axis=0) / METRES_PER_KM,
            "accidents": counted.by_section.sum(axis=0),
        }
    )
    for number, name in enumerate(MECHANISMS):
        frame[f"expected_{name}"] = tallies.hazard[number].sum(axis=0)
    frame["expected_deaths"] = tallies.deaths
    return frame
