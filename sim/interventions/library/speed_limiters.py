"""Speed limiters and intelligent speed assistance."""

from typing import ClassVar

import numpy as np
from pydantic import Field

from sim.core.parameters import Positive, Share, Source
from sim.core.units import ms_from_kmh
from sim.core.vocabulary import TruckClass
from sim.driving.rules import DrivingRules, SpeedRule
from sim.interventions.cost import COST_SOURCE, Cost, Payer
from sim.interventions.intervention import Intervention
from sim.interventions.views import Site
from sim.physics.speed import GENTLE_DOWNGRADE


class SpeedLimiters(Intervention):
    """Devices in the truck that hold its speed; none of them holds a truck on a downgrade."""

    kind: ClassVar[str] = "speed_limiters"
    summary: ClassVar[str] = "speed limiters and intelligent speed assistance; neither holds a truck on a downgrade"
    unit: ClassVar[str] = "truck"
    payer: ClassVar[Payer] = "carriers"
    puts_in: ClassVar[tuple[str, str]] = (
        "share of trucks fitted, share tampered with, the cap",
        "安装比例、破坏比例、限速值",
    )
    emerges: ClassVar[tuple[str, str]] = (
        "speeds where the road does not fall, accidents, hours lost",
        "非下坡路段车速、事故、损失工时",
    )

    sources: dict[str, Source] = Field(
        default={
            "fitted_share": Source(basis="assumption", range="0.3 to 1.0"),
            "tampered_share": Source(basis="assumption", range="0.02 to 0.3"),
            "limiter_kmh": Source(basis="assumption", range="80 to 90"),
            "follow_share": Source(
                basis="assumption",
                range="0.3 to 1.0",
                note="share of the excess over the limit that assistance takes away; 1 if it can't be overridden",
            ),
            "cost": COST_SOURCE,
        }
    )
    fitted_share: dict[TruckClass, Share] = Field(
        default={"local_semi": 0.9, "frequent_semi": 0.8}, description="trucks with the device"
    )
    tampered_share: Share = 0.1
    limiter_kmh: Positive = 85.0
    assistance: bool = Field(default=False, description="whether the device knows the limit of each section")
    follow_share: Share = 0.7
    cost: Cost = Cost(capital_cny=1_500.0, yearly_cny=100.0, lifetime_years=8.0)

    def units(self, site: Site) -> float:
        """Trucks fitted."""
        return float(sum(self._share(n) * c for n, c in zip(site.class_names, site.roster.count_of_class, strict=True)))

    def _share(self, truck_class: TruckClass) -> float:
        return self.fitted_share.get(truck_class, 0.0) * self.strength

    def driving(self, site: Site) -> DrivingRules:
        """Caps on all sections that do not fall steeply."""
        table = site.network.sections
        rows = np.flatnonzero(table.grade >= -GENTLE_DOWNGRADE)
        fitted = np.array([self._share(name) for name in site.class_names])[site.roster.truck_class]
        works = site.uniform("speed_limiters.fitted") < fitted
        works &= site.uniform("speed_limiters.tampered") >= self.tampered_share
        cap = np.full((len(rows), 1), float(ms_from_kmh(self.limiter_kmh)))
        rules = [SpeedRule(rows, cap, works.astype(np.float64))]
        if self.assistance:
            rules.append(SpeedRule(rows, table.limit_ms[rows, None], works * self.follow_share))
        return DrivingRules(speed=tuple(rules))
