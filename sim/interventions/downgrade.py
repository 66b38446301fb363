"""Measures on long downgrades: weight-specific speed signs, brake-check areas, escape ramps."""

from typing import Annotated, ClassVar

import numpy as np
from pydantic import Field

from sim.driving.rules import BrakeStop, DrivingRules, SpeedRule
from sim.interventions.base import COST_SOURCE, Cost, Intervention, Site
from sim.parameters import Model, Name, NotNegative, Positive, Share, Source
from sim.physics.descent import maximum_safe_speed_ms
from sim.road import Direction, Stretch
from sim.units import METRES_PER_KM, Floats, Ints, ms_from_kmh

Stretches = Annotated[tuple[Stretch, ...], Field(min_length=1)]


class WeightSpeedSigns(Intervention):
    """A sign at the top tells each class of weight the speed at which its brakes stay safe to the foot."""

    kind: ClassVar[str] = "weight_speed_signs"
    summary: ClassVar[str] = "signs with a descent speed for each class of weight, by the Grade Severity Rating System"
    unit: ClassVar[str] = "sign"

    sources: dict[str, Source] = Field(
        default={
            "heed_share": Source(
                basis="assumption",
                range="0.1 to 0.7",
                note="in a field test in five states speeds fell at two of three severe grades (Hanscom 1985)",
            ),
            "lowest_kmh": Source(basis="assumption", range="10 to 25"),
            "cost": COST_SOURCE,
        }
    )
    descents: Stretches
    heed_share: Share = Field(default=0.4, description="drivers who come down to the sign's speed")
    lowest_kmh: Positive = Field(default=15.0, description="lowest speed that a sign asks for")
    cost: Cost = Cost(capital_cny=30_000.0, yearly_cny=1_000.0, lifetime_years=10.0)

    def units(self, site: Site) -> float:  # noqa: ARG002
        """A sign for each descent."""
        return float(len(self.descents))

    def driving(self, site: Site) -> DrivingRules:
        """Speeds by truck kind on each descent, from its masses."""
        response = site.drivers("weight_speed_signs.heed", self.heed_share * self.strength).astype(np.float64)
        return DrivingRules(speed=tuple(rule for s in self.descents for rule in self._rules(site, s, response)))

    def _rules(self, site: Site, stretch: Stretch, response: Floats) -> list[SpeedRule]:
        """A rule for each direction that falls as a whole."""
        rows, weight = site.covered((stretch,))
        table = site.network.sections
        found = []
        for way in np.unique(table.way[rows]):
            here = table.way[rows] == way
            own, share = rows[here], weight[here]
            length = table.length_m[own] * share
            if float((length * table.grade[own]).sum()) < 0.0:
                cap = np.tile(self._speeds(site, length, table.grade[own]), (len(own), 1))
                found.append(SpeedRule(own, cap, response, share))
        return found

    def _speeds(self, site: Site, length_m: Floats, grade: Floats) -> Floats:
        """Shape (truck kinds,)."""
        lowest = float(ms_from_kmh(self.lowest_kmh))
        safe = {m: maximum_safe_speed_ms(length_m, grade, float(m)) or lowest for m in np.unique(site.kinds.mass_kg)}
        return np.array([max(safe[mass], lowest) for mass in site.kinds.mass_kg])


class CheckArea(Model):
    """Where trucks stop before a descent: at this distance from the link's start."""

    link: Name
    direction: Direction
    at_km: NotNegative = 0.0


class BrakeCheck(Intervention):
    """Areas before a descent where drivers let brakes cool and look at them."""

    kind: ClassVar[str] = "brake_check"
    summary: ClassVar[str] = "brake-check areas: trucks stop before the descent, brakes cool, defects are found"
    unit: ClassVar[str] = "area"

    sources: dict[str, Source] = Field(
        default={
            "stop_share": Source(basis="assumption", range="0.1 to 0.9", note="high where police make trucks stop"),
            "stop_min": Source(basis="assumption", range="5 to 20"),
            "find_share": Source(basis="assumption", range="0.2 to 0.8"),
            "cost": COST_SOURCE,
        }
    )
    areas: Annotated[tuple[CheckArea, ...], Field(min_length=1)]
    stop_share: Share = 0.5
    stop_min: NotNegative = 10.0
    find_share: Share = Field(default=0.5, description="brake defects that are found and mended, of those who stop")
    cost: Cost = Cost(capital_cny=1_500_000.0, yearly_cny=200_000.0, lifetime_years=20.0)

    def units(self, site: Site) -> float:  # noqa: ARG002
        """Areas."""
        return float(len(self.areas))

    def driving(self, site: Site) -> DrivingRules:
        """A stop at the start of the section in which each area lies."""
        stops = site.drivers("brake_check.stop", self.stop_share * self.strength)
        mended = site.drivers("brake_check.find", self.find_share)
        return DrivingRules(
            stops=tuple(
                BrakeStop(site.network.section_at(a.link, a.direction, a.at_km), stops, self.stop_min * 60.0, mended)
                for a in self.areas
            )
        )


class Ramp(Model):
    """An escape ramp: at this distance from the link's start, open to trucks in one direction."""

    link: Name
    direction: Direction
    at_km: NotNegative


class EscapeRamps(Intervention):
    """Ramps that stop runaway trucks, if their drivers choose to enter."""

    kind: ClassVar[str] = "escape_ramps"
    summary: ClassVar[str] = "escape ramps: a share of the runaways before them ends in gravel instead of an accident"
    unit: ClassVar[str] = "ramp"

    sources: dict[str, Source] = Field(
        default={
            "catchment_km": Source(basis="assumption", range="1 to 5"),
            "uptake": Source(
                basis="assumption", range="0.3 to 0.9", note="drivers fear damage and the cost of recovery"
            ),
            "capture_share": Source(basis="assumption", range="0.8 to 0.99"),
            "cost": COST_SOURCE,
        }
    )
    ramps: Annotated[tuple[Ramp, ...], Field(min_length=1)]
    catchment_km: Positive = Field(default=3.0, description="before the ramp; a runaway there can reach it")
    uptake: Share = Field(default=0.6, description="drivers who enter it")
    capture_share: Share = Field(default=0.95, description="trucks that it stops, of those that enter")
    cost: Cost = Cost(capital_cny=3_000_000.0, yearly_cny=60_000.0, lifetime_years=20.0)

    def units(self, site: Site) -> float:  # noqa: ARG002
        """Ramps."""
        return float(len(self.ramps))

    def driving(self, site: Site) -> DrivingRules:
        """Share of the runaways of each section that a ramp ahead captures; each section belongs to one ramp."""
        capture = np.zeros(len(site.network.sections.length_m))
        for ramp in self.ramps:
            rows, share = self._before(site, ramp)
            capture[rows] = np.maximum(capture[rows], share * self.uptake * self.capture_share * self.strength)
        return DrivingRules(capture=capture)

    def _before(self, site: Site, ramp: Ramp) -> tuple[Ints, Floats]:
        length_km = site.network.link_length_m(ramp.link) / METRES_PER_KM
        forward = ramp.direction == "forward"
        low, high = (ramp.at_km - self.catchment_km, ramp.at_km) if forward else (ramp.at_km, length_km)
        high = high if forward else min(ramp.at_km + self.catchment_km, length_km)
        stretch = Stretch(link=ramp.link, direction=ramp.direction, from_km=max(low, 0.0), to_km=high)
        return site.covered((stretch,))
