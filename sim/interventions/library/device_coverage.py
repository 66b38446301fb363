"""Linked-control devices in local and frequent transit semi-trailers, rolled out over months."""

from typing import Annotated, ClassVar

import numpy as np
from pydantic import Field

from sim.core.parameters import Share, Source
from sim.core.vocabulary import TruckClass
from sim.interventions.cost import COST_SOURCE, Cost, Payer
from sim.interventions.intervention import Intervention, rolled_out
from sim.interventions.views import DriverView, Preparation, Setting, Site

SOURCES = {
    "target_share": Source(
        basis="assumption",
        range="0.7 to 1.0 for local and frequent transit semi-trailers",
        note="the press of Shaoxing reports 98 % of its trucks as fitted",
    ),
    "rollout_months": Source(basis="assumption", range="2 to 12"),
    "failure_share": Source(
        basis="assumption",
        range="0.005 to 0.1",
        note="a region of China reported 98.55 % of its joint-control devices as online in October 2024",
    ),
    "tampered_share": Source(basis="assumption", range="0 to 0.1"),
    "position_interval_s": Source(basis="assumption", range="5 to 60", note="a vendor's terminals report every 30 s"),
    "cost": COST_SOURCE,
    "awareness": Source(
        basis="assumption",
        range="0 to 0.15",
        note="monitoring that nobody acts on did little in a trial (doi 10.1016/j.jsr.2016.12.008)",
    ),
}


class DeviceCoverage(Intervention):
    """Trucks carry a device that tells their position at all times."""

    kind: ClassVar[str] = "device_coverage"
    unit: ClassVar[str] = "truck with a device"
    payer: ClassVar[Payer] = "carriers"
    summary: ClassVar[str] = "devices in local and frequent transit semi-trailers, rolled out over months"
    puts_in: ClassVar[tuple[str, str]] = (
        "how many trucks of each class have a working device, and when",
        "各类货车的设备安装率、在线率及推广进度",
    )
    emerges: ClassVar[tuple[str, str]] = (
        "which violations are seen, and what other measures can then reach",
        "哪些违法被发现，其他措施因此能覆盖多少",
    )

    sources: dict[str, Source] = Field(default=SOURCES)
    target_share: dict[TruckClass, Share] = Field(
        default={"local_semi": 0.98, "frequent_semi": 0.9}, description="trucks with a working device in the end"
    )
    rollout_months: Annotated[float, Field(ge=0.0, le=120.0)] = 6.0
    failure_share: Share = Field(default=0.0145, description="devices that are down at a time")
    tampered_share: Share = Field(default=0.02, description="devices that their drivers have put out of order")
    position_interval_s: Annotated[float, Field(gt=0.0, le=3600.0)] = 30.0
    cost: Cost = Cost(capital_cny=2_500.0, yearly_cny=400.0, lifetime_years=5.0)
    awareness: Annotated[float, Field(ge=0.0, le=1.0)] = Field(
        default=0.03, description="chance of a penalty that a driver sees in having the device"
    )

    @property
    def working_share(self) -> float:
        """Devices that work, of those fitted."""
        return (1.0 - self.failure_share) * (1.0 - self.tampered_share)

    def units(self, site: Site) -> float:
        """Trucks that get a device; those that are online anyway are not counted."""
        counts = site.roster.count_of_class
        shares = [self.target_share.get(name, 0.0) * self.strength for name in site.class_names]
        return float(sum(int(count) * share for count, share in zip(counts, shares, strict=True)))

    def prepare(self, setting: Setting) -> Preparation:
        """Coverage grows from the terminals that are online anyway."""
        base = setting.base_coverage
        targets = np.array([self.target_share.get(name, 0.0) for name in setting.class_names]) * self.working_share
        reached = base + self.strength * np.maximum(targets - base, 0.0)
        interval = self.position_interval_s if self.strength > 0.0 else None
        return Preparation(coverage=rolled_out(setting, reached, self.rollout_months), position_interval_s=interval)

    def perceived_risk(self, driver: DriverView) -> float:
        """Drivers who got a device know that they are seen."""
        return self.awareness * self.strength if driver.has_programme_device else 0.0
