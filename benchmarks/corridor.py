"""The work that all peers do: one corridor, one direction, the same trucks and speeds, nobody in anybody's way."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.core.units import Floats
from sim.driving.sweep import courses_of
from sim.engine.world import World
from sim.scenario import Scenario

SECTIONS, SECTION_KM = 40, 1.0
TRIPS_PER_YEAR = 1_000_000
LIMITS_KMH = (60, 50, 70, 40)
TRUCK: dict[str, Any] = {
    "enterprises": 50,
    "drivers": 3000,
    "empty_mass_kg": 8000,
    "loaded_mass_kg": 20000,
    "power_kw": 180,
    "retarder_share": 0.2,
    "rollover_threshold_g": 0.45,
    "terminal_online_share": 0.3,
    "banned_entry_utility": -3.0,
}


def scenario(sections: int = SECTIONS, trips_per_year: float = TRIPS_PER_YEAR, days: int = 365) -> Scenario:
    """Level road, dry all year, so that a truck's speed is its driver's share of the limit."""
    parts = [{"length_km": SECTION_KM, "speed_limit_kmh": LIMITS_KMH[n % len(LIMITS_KMH)]} for n in range(sections)]
    never = [0.0] * 12
    link = {"name": "road", "start": "a", "end": "b", "road_class": "national", "aadt": 6000, "sections": parts}
    flow = {"origin": "a", "destination": "b", "trips_per_year": {"rigid": trips_per_year}}
    return Scenario.model_validate(
        {
            "name": f"corridor_{sections}",
            "days": days,
            "road": {"nodes": [{"name": "a"}, {"name": "b"}], "links": [link]},
            "climate": {"rain_share": never, "fog_share": never, "ice_share": never, "snow_share": never},
            "speed": {"night_speed_factor": 1.0},
            "demand": {"flows": [flow]},
            "fleet": {"classes": {"rigid": TRUCK}},
        }
    )


@dataclass(frozen=True, eq=False)
class Trips:
    """What a peer is given: departures [s] from the first day's midnight and seconds by (section, trip)."""

    departure_s: Floats
    duration_s: Floats
    speed_factor: Floats

    @property
    def truck_km(self) -> float:
        """Of all trips."""
        return self.duration_s.size * SECTION_KM


def trips_of(days: float) -> Trips:
    """Trips of the first days, or of the first part of a day, with Hairpin's own times by section."""
    world = World(scenario(), 1, 0)
    drawn = world.source.draw(range(max(int(np.ceil(days)), 1)))
    drawn = drawn.pick(drawn.departure_s < days * 86_400.0)
    conditions = world.conditions(0)
    columns = courses_of(conditions, world.choices.table.routes[0], world.traits(drawn, conditions))
    return Trips(drawn.departure_s, columns.duration_s, world.roster.speed_factor[drawn.driver])
