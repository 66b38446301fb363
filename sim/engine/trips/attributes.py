"""What trucks and drivers bring to a trip: mass, power, brakes, stability, speed, tiredness."""

import numpy as np

from sim.core.units import HOURS_PER_DAY, SECONDS_PER_HOUR, WATTS_PER_KW, Bools, Floats, Singles
from sim.driving.conditions import TruckKinds
from sim.driving.traits import NO_CARE_C, Traits
from sim.driving.usual import descent_factor_by_load
from sim.engine.trips.trip_table import TripTable
from sim.inputs.fleet import LOADS, OVERLOADED, ROLLOVER_FACTORS, Roster, TruckClassFleet
from sim.physics import brake_temperature as brakes
from sim.risk.fatigue import mean_tired_factor, tired_factor
from sim.scenario.model import Scenario


def truck_kinds(scenario: Scenario) -> TruckKinds:
    """Mass and power by class and load: kind 3 n + l is class n with load l."""
    fleet = scenario.fleet
    classes = [fleet.classes.get(name) for name in fleet.class_names]
    masses = [
        (c.empty_mass_kg, laden_mass_kg(c, fleet.mean_fill), c.loaded_mass_kg * fleet.overload_mass_factor)
        if c
        else (1.0, 1.0, 1.0)
        for c in classes
    ]
    payload = [1.0 - c.empty_mass_kg / laden_mass_kg(c, fleet.mean_fill) if c else 0.0 for c in classes]
    excess = 1.0 - 1.0 / fleet.overload_mass_factor
    power = [c.power_kw * WATTS_PER_KW if c else 1.0 for c in classes]
    return TruckKinds(
        mass_kg=np.array(masses).ravel(),
        payload_share=np.array([(0.0, share, excess) for share in payload]).ravel(),
        power_w=np.repeat(np.array(power), LOADS),
        rollover_factor=ROLLOVER_FACTORS,
    )


def laden_mass_kg(truck_class: TruckClassFleet, mean_fill: float) -> float:
    """Mean gross mass of a class's laden trips [kg]."""
    return truck_class.empty_mass_kg + (truck_class.loaded_mass_kg - truck_class.empty_mass_kg) * mean_fill


def over_mean_mass(payload_share: Floats, fill: Floats) -> Floats:
    """Mass of trips over the mean one of their class and load; `fill` as in the table of trips."""
    result: Floats = 1.0 + payload_share * (fill - 1.0)
    return result


class TraitTable:
    """What the sweep needs of each driver and truck with each load, looked up by trip."""

    def __init__(self, roster: Roster, scenario: Scenario, kinds: TruckKinds) -> None:
        fleet, speeds, risk = scenario.fleet, scenario.speed, scenario.risk
        self._risk, self._speeds = risk, speeds
        self._mean_tired_factor = mean_tired_factor(risk, scenario.demand, fleet)
        self._payload_share = kinds.payload_share
        retarder, habit = roster.has_retarder[:, None], roster.speed_factor[:, None]
        kind = roster.truck_class[:, None] * LOADS + np.arange(LOADS)
        held = descent_factor_by_load(speeds)
        braced = np.where(retarder > 0, speeds.retarder_descent_factor, 1.0)
        columns = {
            "speed_factor": habit,
            "bears_c": speeds.hot_brakes_c + speeds.hot_brakes_sd_k * roster.boldness[:, None],
            "mass_kg": kinds.mass_kg[kind],
            "engine_brake_w": roster.engine_brake_factor[:, None] * (speeds.engine_brake_kw * WATTS_PER_KW),
            "retarder_w": retarder * (speeds.retarder_kw * WATTS_PER_KW),
            "capacity_n": brakes.capacity_n(roster.laden_mass_kg)[:, None],
            "descent_factor": habit * held * braced,
            "heat_factor": np.where(roster.brake_defect[:, None] > 0, speeds.brake_defect_heat_factor, 1.0),
            "rollover_threshold_g": roster.rollover_threshold_g[:, None] * np.array(ROLLOVER_FACTORS),
            "defect_factor": np.where(roster.brake_defect[:, None] > 0, risk.brake_defect_factor, 1.0),
        }
        self._mean_defect_factor = 1.0 + fleet.brake_defect_share * (risk.brake_defect_factor - 1.0)
        self._names = tuple(columns)
        self._rows = np.stack([np.broadcast_to(c, kind.shape).ravel() for c in columns.values()], axis=1, dtype="f4")
        """Shape (drivers x loads, columns)."""

    def of_trips(self, trips: TripTable, online: Bools) -> Traits:
        """Traits of trips, with brakes as they are at the start of a trip."""
        own = dict(zip(self._names, np.ascontiguousarray(self._rows[trips.driver * LOADS + trips.load].T), strict=True))
        kind = (trips.truck_class * LOADS + trips.load).astype(np.uint32)
        heavier = over_mean_mass(self._payload_share[kind], trips.fill)
        wrong, speeds = trips.wrong_gear, self._speeds
        geared = np.where(wrong, speeds.wrong_gear_braking, 1.0).astype(np.float32)
        own["rollover_threshold_g"] *= trips.stability.astype(np.float32)
        own["mass_kg"] = (own["mass_kg"] * heavier).astype(np.float32)
        own["retarding_w"] = own.pop("engine_brake_w") * geared + own.pop("retarder_w")
        own["bears_c"] = np.where(wrong, NO_CARE_C, own["bears_c"]).astype(np.float32)
        own["descent_factor"] *= np.where(wrong, speeds.wrong_gear_speed_factor, 1.0).astype(np.float32)
        return Traits(
            departure_s=trips.departure_s,
            day=trips.day,
            driver=trips.driver,
            online=online,
            kind=kind,
            **self._risk_factors(trips, own["defect_factor"]),
            brake_c=np.full(len(trips), brakes.INITIAL_C, dtype=np.float32),
            **own,
        )

    def _risk_factors(self, trips: TripTable, defect_factor: Singles) -> dict[str, Singles]:
        """Of driver and truck on general accidents, 1 on average but for overloads; and what a rest takes away."""
        risk = self._risk
        tired = tired_factor(risk, trips.hours_driven, trips.departure_s / SECONDS_PER_HOUR % HOURS_PER_DAY)
        overloaded = np.where(trips.load == OVERLOADED, risk.overload_factor, 1.0)
        usual = self._mean_tired_factor * self._mean_defect_factor
        rested = 1.0 + (tired - 1.0) * (1.0 - risk.rest_relief)
        return {
            "risk_factor": (tired * overloaded * defect_factor / usual).astype(np.float32),
            "awake_factor": (overloaded * defect_factor / self._mean_defect_factor).astype(np.float32),
            "tired_factor": (tired / rested).astype(np.float32),
        }
