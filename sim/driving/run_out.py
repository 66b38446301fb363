"""The second stage of a runaway: the share of trucks whose brakes have failed on a section that have an accident.

From the middle of the section on the truck is followed without brakes along the rest of the route, in pieces of some
200 m. On each it may roll over or leave the road in the curve, as any truck at that speed does, or run into another
vehicle that it catches up with. Where the road no longer falls and it comes to a stop, it was lucky; who still runs
after `FARTHEST_M`, or where the route ends on a downgrade, was not.

Trucks differ in what still holds them, and those whose brakes fail are the ones that asked most of them: each is
counted with the fourth power of the heat that it brings into its brakes on the section, as hazards of failing grow.
"""

from dataclasses import dataclass

import numpy as np

from sim.core import portable
from sim.core.kept import kept
from sim.core.units import WATTS_PER_KW, Floats, Ints
from sim.driving.parameters import SpeedParameters
from sim.driving.usual import descent_factor_by_load
from sim.inputs.fleet import ENGINE_BRAKE_FACTORS, LOADS, ROLLOVER_FACTORS, Fleet, TruckClassFleet
from sim.inputs.network import Route, SectionTable
from sim.physics import brake_temperature as brakes
from sim.physics import rollover, runaway
from sim.risk.parameters import RiskParameters

PIECE_M, FARTHEST_M = 200.0, 5000.0
WAYS_OF_BRAKING = 4 * len(ENGINE_BRAKE_FACTORS)
CERTAIN = 20.0
"""A hazard of which nothing is left."""


@dataclass(frozen=True, eq=False)
class Brakeless:
    """Trucks of each kind (class and load), full where they are laden, by what still holds them.

    That is the type of their engine brake, a retarder or none, and the right or too high a gear.
    """

    mass_kg: Floats
    """Shape (kinds, 1), as the next."""
    threshold_g: Floats
    retarding_w: Floats
    """Shape (kinds, ways of braking), as the next two."""
    descent_factor: Floats
    share: Floats
    spread: float
    """Logistic scale of the speed in a curve over the one at which the truck rolls over: of thresholds and speeds."""
    hit_share: float


def brakeless(fleet: Fleet, speeds: SpeedParameters, risk: RiskParameters) -> Brakeless:
    """Trucks of each kind."""
    rows = [_of_class(fleet.classes.get(name), fleet, speeds) for name in fleet.class_names]
    mass, threshold, retarding, descent, share = (np.concatenate(column) for column in zip(*rows, strict=True))
    sd = np.hypot(fleet.rollover_threshold_sd / 2.0, risk.curve_speed_sd)
    spread = rollover.logistic_spread(float(sd))
    return Brakeless(mass, threshold, retarding, descent, share, spread, risk.runaway_hit_share)


def _of_class(truck_class: TruckClassFleet | None, fleet: Fleet, speeds: SpeedParameters) -> tuple[Floats, ...]:
    """Mass, threshold, retarding, factor on the speed held and share, shape (loads, 1 or ways of braking)."""
    if truck_class is None:
        return tuple(np.ones((LOADS, columns)) for columns in (1, 1, *[WAYS_OF_BRAKING] * 3))
    full_kg = truck_class.loaded_mass_kg
    masses = np.array([truck_class.empty_mass_kg, full_kg, full_kg * fleet.overload_mass_factor])
    engine_kw = np.outer([1.0, speeds.wrong_gear_braking], ENGINE_BRAKE_FACTORS * speeds.engine_brake_kw)[:, None, :]
    retarder_kw = np.array([0.0, speeds.retarder_kw])[None, :, None]
    gears = np.array([1.0, speeds.wrong_gear_speed_factor])[:, None, None]
    braced = np.array([1.0, speeds.retarder_descent_factor])[None, :, None]
    share = np.multiply.outer(
        [1.0 - speeds.wrong_gear_share, speeds.wrong_gear_share],
        [1.0 - truck_class.retarder_share, truck_class.retarder_share],
    )[:, :, None]
    even = np.ones((2, 2, len(ENGINE_BRAKE_FACTORS)))
    of_load = descent_factor_by_load(speeds)[:, None]
    return (
        masses[:, None],
        truck_class.rollover_threshold_g * np.array(ROLLOVER_FACTORS)[:, None],
        np.tile((engine_kw + retarder_kw).ravel() * WATTS_PER_KW, (LOADS, 1)),
        of_load * (even * gears * braced).ravel(),
        np.tile((even * share).ravel() / len(ENGINE_BRAKE_FACTORS), (LOADS, 1)),
    )


@dataclass(frozen=True, eq=False)
class _Pieces:
    """A route in short pieces, shape (pieces,)."""

    section: Ints
    length_m: Floats
    middle: Ints
    """Piece in the middle of each section, shape (sections,)."""

    @classmethod
    def of(cls, length_m: Floats) -> "_Pieces":
        count = np.ceil(length_m / PIECE_M).astype(np.int64)
        first = np.concatenate([[0], np.cumsum(count)[:-1]])
        section = np.repeat(np.arange(len(length_m)), count)
        return cls(section, (length_m / count)[section], first + count // 2)


@kept(most=512)
def accident_share(trucks: Brakeless, table: SectionTable, held_ms: Floats, desired_ms: Floats, route: Route) -> Floats:
    """Share of runaways that end in an accident by the section on which brakes fail, shape (sections, kinds).

    Parameters
    ----------
    trucks : Brakeless
        by kind
    table : SectionTable
        the network's sections
    held_ms, desired_ms : arrays
        speed held downgrade and speed by limit and curves, shape (directed sections,)
    route : Route
        sections in the order of travel
    """
    at = route.sections
    share = np.ones((len(at), len(trucks.mass_kg)))
    own = at[:, None, None]
    speed = np.minimum(held_ms[own] * trucks.descent_factor, desired_ms[own])
    heat_w = brakes.braking_power_w(trucks.mass_kg, table.grade[own], speed, trucks.retarding_w)
    weight = trucks.share * (heat_w / WATTS_PER_KW) ** 4
    braking = np.flatnonzero(weight.sum(axis=(1, 2)))
    if len(braking):
        pieces, weight = _Pieces.of(table.length_m[at]), weight[braking]
        hazard = _followed(trucks, table, desired_ms, at, pieces, pieces.middle[braking], speed[braking])
        total = weight.sum(axis=2)
        lost = ((1.0 - portable.exp(-hazard)) * weight).sum(axis=2)
        share[braking] = np.where(total > 0.0, lost / np.where(total > 0.0, total, 1.0), 1.0)
    return share


def _followed(
    trucks: Brakeless, table: SectionTable, desired_ms: Floats, at: Ints, pieces: _Pieces, start: Ints, speed_ms: Floats
) -> Floats:
    """Expected accidents from each start on, shape (starts, kinds, types of braking)."""
    speed = np.broadcast_to(speed_ms, (len(start), *trucks.retarding_w.shape)).copy()
    hazard, running = np.zeros(speed.shape), np.ones(speed.shape, dtype=np.bool_)
    for step in range(round(FARTHEST_M / PIECE_M)):
        piece = start + step
        on_route = piece < len(pieces.section)
        piece = np.minimum(piece, len(pieces.section) - 1)
        own = at[pieces.section[piece]]
        grade, length = table.grade[own][:, None, None], pieces.length_m[piece][:, None, None]
        ends_falling = ~on_route[:, None, None] & (grade < 0.0) & running
        hazard[ends_falling] = CERTAIN
        running &= on_route[:, None, None]
        hazard += np.where(running, _on_piece(trucks, table, desired_ms, own, length, speed), 0.0)
        speed = runaway.speed_after_ms(speed, length, grade, trucks.mass_kg, trucks.retarding_w)
        running &= speed > runaway.STANDING_MS
        if not running.any():
            return hazard
    return np.where(running, CERTAIN, hazard)


def _on_piece(
    trucks: Brakeless, table: SectionTable, desired_ms: Floats, own: Ints, length_m: Floats, speed_ms: Floats
) -> Floats:
    """Expected accidents on a piece: a part of the curve's, and of those with vehicles ahead."""
    curvature, superelevation = table.curvature_per_m[own], table.superelevation[own]
    part = length_m * (table.curve_share[own] / table.length_m[own])[:, None, None]
    bent = curvature > 0.0
    rolls = rollover.rollover_speed_ms(
        trucks.threshold_g, np.where(bent, curvature, 1.0)[:, None, None], superelevation[:, None, None]
    )
    rolling = np.minimum(
        rollover.rollover_hazard(np.maximum(speed_ms, runaway.STANDING_MS), rolls, trucks.spread), CERTAIN
    )
    flow, others = table.flow_per_s[own][:, None, None], desired_ms[own][:, None, None]
    caught = runaway.catching_up_per_m(speed_ms, others, flow) * length_m * trucks.hit_share
    return np.where(bent[:, None, None], rolling * part, 0.0) + caught
