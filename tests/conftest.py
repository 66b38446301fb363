"""A small county for tests: an expressway, a banned provincial road beside it, an exit half way."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sim.scenario import Scenario

ROOT = Path(__file__).parents[1]
TAISHUN = ROOT / "scenarios" / "taishun"

QUICK = frozenset(
    {
        *("test_blocks", "test_books", "test_draws_and_sums", "test_importing_counts", "test_layers", "test_portable"),
        *("test_small_pieces", "test_statistics", "test_tables"),
        *("test_deterrence", "test_desks", "test_curves", "test_encounters", "test_followers", "test_queue"),
        *("test_before_after", "test_published_values", "test_safety_statistics"),
    }
)
"""Files whose tests take a minute together: `pytest -m quick`."""


def pytest_sessionstart(session: pytest.Session) -> None:
    """The sweep is compiled once before workers start, and not by each of them at the same time."""
    if not hasattr(session.config, "workerinput") and getattr(session.config.option, "numprocesses", None):
        from sim.driving.sweep import get_ready

        get_ready()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the quick ones."""
    for item in items:
        if item.path.stem in QUICK and not item.get_closest_marker("slow"):
            item.add_marker(pytest.mark.quick)


Factory = Callable[..., Scenario]


def _sections(count: int, **common: Any) -> list[dict[str, Any]]:
    return [
        {"length_km": 1.0, "grade_pct": 4.0 if n % 2 else -5.0, "curve_radius_m": 90 if n % 3 else None, **common}
        for n in range(count)
    ]


SMALL: dict[str, Any] = {
    "name": "small",
    "days": 20,
    "road": {
        "nodes": [{"name": name} for name in ("north", "south", "town")],
        "links": [
            {
                "name": "upper",
                "start": "north",
                "end": "town",
                "road_class": "provincial",
                "aadt": 4000,
                "ban": {"truck_classes": ["local_semi", "frequent_semi"]},
                "sections": _sections(8, speed_limit_kmh=50, roadside_hazard=6),
            },
            {
                "name": "lower",
                "start": "town",
                "end": "south",
                "road_class": "provincial",
                "aadt": 4000,
                "ban": {"truck_classes": ["local_semi", "frequent_semi"]},
                "sections": _sections(9, speed_limit_kmh=50, roadside_hazard=6),
            },
            {
                "name": "fast_north",
                "start": "north",
                "end": "gate",
                "road_class": "expressway",
                "toll_cny_per_km": 3.0,
                "aadt": 9000,
                "sections": [{"length_km": 1.5, "grade_pct": 2.0, "speed_limit_kmh": 80}] * 6,
            },
            {
                "name": "fast_south",
                "start": "gate",
                "end": "south",
                "road_class": "expressway",
                "toll_cny_per_km": 3.0,
                "aadt": 9000,
                "sections": [{"length_km": 1.5, "grade_pct": -2.0, "speed_limit_kmh": 80}] * 6,
            },
            {
                "name": "connector",
                "start": "town",
                "end": "gate",
                "road_class": "county",
                "aadt": 1000,
                "sections": [{"length_km": 1.0, "speed_limit_kmh": 40}],
            },
        ],
    },
    "risk": {"site_overdispersion_miles": 0.0},
    "climate": {"rain_share": [0.2] * 12, "fog_share": [0.05] * 12, "ice_share": [0.01] * 12},
    "demand": {
        "flows": [
            {
                "origin": "north",
                "destination": "south",
                "trips_per_year": {"local_semi": 20000, "frequent_semi": 15000, "rigid": 20000},
            },
            {"origin": "south", "destination": "north", "trips_per_year": {"local_semi": 15000, "rigid": 20000}},
        ],
        "hourly_weights": [1] * 6 + [3] * 12 + [2] * 6,
        "weekly_weights": [1.1, 1.1, 1.1, 1.1, 1.1, 0.9, 0.6],
    },
    "fleet": {
        "classes": {
            name: {
                "enterprises": 5,
                "drivers": 60,
                "empty_mass_kg": 15000,
                "loaded_mass_kg": 45000,
                "power_kw": 300,
                "retarder_share": 0.4,
                "rollover_threshold_g": 0.35,
                "terminal_online_share": 0.6,
                "banned_entry_utility": -2.0,
            }
            for name in ("local_semi", "frequent_semi", "rigid")
        }
    },
}
SMALL["road"]["nodes"].append({"name": "gate"})


ALIKE = {
    "risk.site_overdispersion_miles": 0.0,
    "risk.night_factor": 1.0,
    "risk.overload_factor": 1.0,
    "risk.brake_defect_factor": 1.0,
    "risk.fatigue_growth_per_h": 0.0,
    "risk.sleepiness_share": 0.0,
}
"""So that no driver's and no site's own factor is left."""

WHOLE = [{"link": "upper"}, {"link": "lower"}]
EXAMPLES: dict[str, dict[str, Any]] = {
    "brake_check": {"areas": [{"link": "upper", "direction": "forward", "at_km": 3.0}]},
    "escape_ramps": {"ramps": [{"link": "lower", "direction": "forward", "at_km": 5.0}]},
    "weight_speed_signs": {"descents": [{"link": "upper"}, {"link": "lower"}]},
    "speed_cameras": {"cameras": [{"link": "upper", "at_km": 2.0}], "stretches": [{"link": "lower"}]},
    "road_works": {"works": [{"link": "upper", "roadside_hazard": 3, "high_friction": True}]},
    "variable_limits": {"stretches": WHOLE, "limits": [{"weather": ["fog", "rain"], "limit_kmh": 30}]},
    "weigh_stations": {"stretches": WHOLE},
    "bend_warning": {"stretches": WHOLE},
    "overtaking_ban": {"stretches": WHOLE},
    "squadron_dispatch": {"at": ["town"]},
    "patrols": {"beats": WHOLE, "plan": "random"},
    "rapid_response": {"at": ["town"]},
}
"""Parameters without which a measure can't stand in the small county."""
DIRECTION: dict[str, dict[str, Any]] = {
    "device_coverage": {"awareness": 0.2, "rollout_months": 0.0},
    "access_rules": {"toll_discount_share": 0.5},
    "case_review": {"black_spot_accidents": 1},
}
"""Parameters that make a measure strong enough to see its direction in a month."""


@pytest.fixture(scope="session")
def small() -> Factory:
    """Builds the small county with dotted keys changed."""
    base = Scenario.model_validate(SMALL)

    def build(**changes: Any) -> Scenario:
        return base.changed({key.replace("__", "."): value for key, value in changes.items()})

    return build


@pytest.fixture(scope="session")
def taishun() -> Path:
    """Folder of the shipped county."""
    return TAISHUN


@pytest.fixture(scope="session")
def root() -> Path:
    """The project's folder."""
    return ROOT
