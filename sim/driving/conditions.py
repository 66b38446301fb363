"""What is in force on the road in an epoch: weather, light, what sections ask for, and rules of driving."""

from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.core.units import STANDARD_GRAVITY_MS2, Bools, Floats, Singles, ms_from_kmh
from sim.driving.parameters import SpeedParameters
from sim.driving.rules import NO_RULES, DrivingRules
from sim.driving.run_out import Brakeless, brakeless
from sim.driving.usual import Bounds, factor_of_usual_speed
from sim.inputs.fleet import Fleet
from sim.inputs.network import Network, SectionTable
from sim.physics import speed, stopping
from sim.risk.parameters import RiskParameters, SeverityParameters


class Hours(NamedTuple):
    """Weather and light by hour of the horizon, and what each of their states does."""

    state: NDArray[np.uint8]
    """Shape (hours,)."""
    speed_factor: Singles
    """By state, as all that follow."""
    risk_factor: Singles
    bad: Bools
    """Rain, fog, ice or snow."""
    icy: Bools
    flow: Singles
    """Flow of the others over the one that their mean vehicle meets, shape (hours,)."""


@dataclass(frozen=True, eq=False)
class TruckKinds:
    """What trucks of a class with a load have in common; arrays of shape (kinds,)."""

    mass_kg: Floats
    payload_share: Floats
    """Of the part that varies in the mean mass: payload of laden, excess of overloaded trucks; 0 for empty ones."""
    power_w: Floats
    rollover_factor: tuple[float, ...]
    """Rollover threshold over the laden truck's, by load."""


@dataclass(frozen=True, eq=False)
class Others:
    """The other vehicles."""

    share: Floats
    """Of the types of `encounters.Types` in the hazard, shape (types, directed sections)."""
    speed_ms: Floats
    """Their mean on a dry day, shape (directed sections,)."""
    spread: float
    """Scale of their speeds along the road over the mean."""
    overtaking: Floats
    """Accidents of overtaking by way and hour of the day, over those of the mean vehicle's hour, shape (ways, 24)."""


@dataclass(frozen=True, eq=False)
class Conditions:
    """What is in force on the road while trips are driven; arrays of shape (directed sections,)."""

    sections: SectionTable
    free_time_s: Floats
    """By way."""
    hazard_per_m: Floats
    others: Others
    bounds: Bounds
    """Of speed."""
    usual: Floats
    """Factor that makes the prediction hold at usual speeds, shape (directed sections, kinds, states of the hours)."""
    hours: Hours
    kinds: TruckKinds
    speed: SpeedParameters
    risk: RiskParameters
    severity: SeverityParameters
    brakeless: Brakeless
    rules: DrivingRules = NO_RULES
    ramps: bool = False
    """Whether the scenario has escape ramps at any time."""
    made: dict[object, Any] = field(default_factory=dict)
    """What was made of these conditions and is kept; see `sim.driving.plan`."""
    whatever_rules: dict[object, Any] = field(default_factory=dict)
    """What was made of the road alone, kept for all rules."""

    def with_rules(self, rules: DrivingRules) -> "Conditions":
        """The same road under rules."""
        return replace(self, rules=rules, made={})


def conditions_of(
    network: Network,
    hazard_per_m: Floats,
    others: Others,
    hours: Hours,
    kinds: TruckKinds,
    fleet: Fleet,
    speeds: SpeedParameters,
    risk: RiskParameters,
    severity: SeverityParameters,
) -> Conditions:
    """Conditions without any intervention."""
    table, bounds = network.sections, _bounds(network.sections, kinds, speeds)
    return Conditions(
        sections=table,
        free_time_s=network.free_time_s,
        hazard_per_m=hazard_per_m,
        others=others,
        bounds=bounds,
        usual=factor_of_usual_speed(
            table, bounds, hours.speed_factor, hours.icy, fleet, speeds, risk.speed_coefficient_per_kmh
        ),
        hours=hours,
        kinds=kinds,
        speed=speeds,
        risk=risk,
        severity=severity,
        brakeless=brakeless(fleet, speeds, risk),
    )


def _bounds(table: SectionTable, kinds: TruckKinds, speeds: SpeedParameters) -> Bounds:
    climbs, rise = (table.grade >= 0.0)[:, None], np.maximum(table.grade, 0.0)
    comfort_ms = _highest_ms(table, speeds.side_friction, stopping.DECELERATION_MS2)
    icy_ms = _highest_ms(table, stopping.icy_side_friction(), stopping.friction_deceleration_ms2("ice"))
    reduction_ms = ms_from_kmh(speeds.descent_reduction_kmh_per_pct) * 100.0
    return Bounds(
        desired_ms=np.minimum(table.limit_ms, comfort_ms),
        held_ms=speed.descent_speed_ms(table.grade, ms_from_kmh(speeds.descent_level_kmh), reduction_ms),
        icy_ms=np.where(table.tunnel, np.inf, icy_ms),
        crawl_ms=np.where(climbs, speed.crawl_speed_ms(rise[:, None], kinds.mass_kg, kinds.power_w), np.inf),
        resistance_ms2=STANDARD_GRAVITY_MS2 * (rise + speed.ROLLING_RESISTANCE),
        power_per_kg=speed.DRIVELINE_EFFICIENCY * kinds.power_w / kinds.mass_kg,
        drag_per_kg=speed.DRAG_AREA_KG_M / kinds.mass_kg,
    )


def _highest_ms(table: SectionTable, side_friction: float, deceleration_ms2: float) -> Floats:
    """Speed that curves and sight allow with a side friction and a deceleration [m/s]."""
    return np.minimum(
        speed.curve_comfort_speed_ms(table.curvature_per_m, table.superelevation, side_friction),
        stopping.speed_for_sight_ms(table.sight_m, table.grade, deceleration_ms2),
    )
