"""The descent on which most runaways are expected: how hot a full truck's brakes get, and where trucks run away."""

from dataclasses import dataclass

import numpy as np

from sim.core.units import METRES_PER_KM, WATTS_PER_KW, Floats, kmh_from_ms, ms_from_kmh
from sim.inputs.road import Link, Road
from sim.physics.descent import descend, maximum_safe_speed_ms
from sim.report.material import Material

MATTERS = 0.02
"""Share of expected accidents that are runaways, below which nothing is said of descents."""
WRONG_GEAR, ALONE, WITH_RETARDER = "wrong_gear", "engine_brake", "with_retarder"


@dataclass(frozen=True, eq=False)
class Brakes:
    """Of a full truck that goes down at one speed with one power of its engine brake and retarder."""

    safe_kmh: float | None
    """Highest speed at which the brakes hold; none if no speed is safe."""
    km: Floats
    """From the top of the descent, shape (points,)."""
    temperature_c: Floats
    """At the limit, shape (points,)."""


@dataclass(frozen=True, eq=False)
class WorstDescent:
    """A link in the direction in which most trucks run away."""

    link: str
    limit_kmh: float
    """For trucks, mean by length."""
    mass_kg: float
    """Of the heaviest class, full."""
    ends_km: Floats
    """Bounds of the sections, shape (sections + 1,)."""
    height_m: Floats
    """Above the foot, at the bounds."""
    brakes: dict[str, Brakes]
    runaways: dict[str, Floats]
    """Expected a km and year, by scenario, shape (sections,)."""


def worst_descent(found: Material) -> WorstDescent | None:
    """None where runaways are no matter."""
    expected, runaways = (found.mean(found.baseline, f"expected_{what}") for what in ("accidents", "runaway"))
    if runaways <= MATTERS * expected:
        return None
    scenario, (link, forward) = found.scenarios[found.baseline], _where_most_run_away(found)
    sections = link.sections if forward else link.sections[::-1]
    length_m = np.array([METRES_PER_KM * section.length_km for section in sections])
    grade = (1.0 if forward else -1.0) / 100.0 * np.array([section.grade_pct for section in sections])
    limits = [section.limit_for_trucks_kmh(forward=forward) for section in sections]
    limit_kmh = float(np.average(limits, weights=length_m))
    mass_kg = max(float(one["loaded_mass_kg"]) for one in scenario["fleet"]["classes"].values())
    speed = scenario["speed"]
    engine_w, retarder_w = (WATTS_PER_KW * float(speed[key]) for key in ("engine_brake_kw", "retarder_kw"))
    power_w = {
        WRONG_GEAR: engine_w * float(speed["wrong_gear_braking"]),
        ALONE: engine_w,
        WITH_RETARDER: engine_w + retarder_w,
    }
    height_m = np.concatenate([[0.0], np.cumsum(grade * length_m)])
    return WorstDescent(
        link.name,
        limit_kmh,
        mass_kg,
        np.concatenate([[0.0], np.cumsum(length_m)]) / METRES_PER_KM,
        height_m - height_m.min(),
        {what: _brakes(length_m, grade, mass_kg, limit_kmh, watts) for what, watts in power_w.items()},
        _runaways(found, link.name, length_m, forward=forward),
    )


def _where_most_run_away(found: Material) -> tuple[Link, bool]:
    """A link of the baseline, and whether its own direction is the one."""
    own = found.sections[found.sections["scenario"] == found.baseline]
    expected = own.groupby(["link", "forward"], sort=False)["expected_runaway"].sum().reset_index()
    worst = expected.iloc[int(expected["expected_runaway"].argmax())]
    road = Road.model_validate(found.scenarios[found.baseline]["road"]).with_its_factors()
    return next(link for link in road.links if link.name == worst["link"]), bool(worst["forward"])


def _brakes(length_m: Floats, grade: Floats, mass_kg: float, limit_kmh: float, retarding_w: float) -> Brakes:
    along = descend(length_m, grade, mass_kg, ms_from_kmh(limit_kmh), retarding_w)
    safe_ms = maximum_safe_speed_ms(length_m, grade, mass_kg, retarding_w)
    safe_kmh = None if safe_ms is None else kmh_from_ms(safe_ms)
    return Brakes(safe_kmh, along.distance_m / METRES_PER_KM, along.temperature_c)


def _runaways(found: Material, link: str, length_m: Floats, *, forward: bool) -> dict[str, Floats]:
    """Of baseline and programme; of the baseline alone where the programme has other sections."""
    rows: dict[str, Floats] = {}
    for name in (found.baseline, found.programme):
        own = found.sections
        own = own[(own["scenario"] == name) & (own["link"] == link) & (own["forward"] == forward)]
        mean = own.groupby("section")["expected_runaway"].sum() / max(own["replication"].nunique(), 1)
        if len(mean) == len(length_m):
            rows[name] = found.yearly * mean.to_numpy() / length_m * METRES_PER_KM
    return rows
