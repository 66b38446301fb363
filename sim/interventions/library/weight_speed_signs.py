"""Signs with a descent speed for each class of weight."""

from typing import Annotated, ClassVar

import numpy as np
from pydantic import Field

from sim.core.parameters import Positive, Share, Source
from sim.core.units import Floats, ms_from_kmh
from sim.driving.rules import DrivingRules, SpeedRule
from sim.inputs.road import Stretch
from sim.interventions.cost import COST_SOURCE, Cost
from sim.interventions.intervention import Intervention
from sim.interventions.views import Site
from sim.physics.descent import maximum_safe_speed_ms

Stretches = Annotated[tuple[Stretch, ...], Field(min_length=1)]


class WeightSpeedSigns(Intervention):
    """A sign at the top tells each class of weight the speed at which its brakes stay safe to the foot."""

    kind: ClassVar[str] = "weight_speed_signs"
    summary: ClassVar[str] = "signs with a descent speed for each class of weight, by the Grade Severity Rating System"
    unit: ClassVar[str] = "sign"
    acts_where_it_stands: ClassVar[bool] = True
    puts_in: ClassVar[tuple[str, str]] = (
        "share of drivers who come down to the sign's speed",
        "按标志车速下坡的比例",
    )
    emerges: ClassVar[tuple[str, str]] = (
        "the speeds themselves, by the rating system; brake temperatures, runaways",
        "各载重的安全车速（按坡度分级体系）、制动器温度、失控",
    )

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
