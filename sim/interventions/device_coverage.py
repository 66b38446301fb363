"""Linked-control devices in local and frequent transit semi-trailers, rolled out over months."""

from typing import Annotated, ClassVar

import numpy as np
from pydantic import Field

from sim.interventions.base import DriverView, Intervention, Preparation, Setting, rolled_out
from sim.parameters import TRUCK_CLASSES, Share, Source, TruckClass

SOURCES = {
    "target_share": Source(
        basis="assumption",
        range="0.7 to 1.0 for local and frequent transit semi-trailers",
        note="the press of Shaoxing reports 98 % of its trucks as fitted",
    ),
    "rollout_months": Source(basis="assumption", range="2 to 12"),
    "awareness": Source(
        basis="assumption",
        range="0 to 0.15",
        note="monitoring that nobody acts on did little in a trial (doi 10.1016/j.jsr.2016.12.008)",
    ),
}


class DeviceCoverage(Intervention):
    """Trucks carry a device that tells their position at all times."""

    kind: ClassVar[str] = "device_coverage"
    summary: ClassVar[str] = "devices in local and frequent transit semi-trailers, rolled out over months"

    sources: dict[str, Source] = Field(default=SOURCES)
    target_share: dict[TruckClass, Share] = Field(
        default={"local_semi": 0.98, "frequent_semi": 0.9}, description="trucks with a working device in the end"
    )
    rollout_months: Annotated[float, Field(ge=0.0, le=120.0)] = 6.0
    awareness: Annotated[float, Field(ge=0.0, le=1.0)] = Field(
        default=0.03, description="chance of a penalty that a driver sees in having the device"
    )

    def prepare(self, setting: Setting) -> Preparation:
        """Coverage grows from the terminals that are online anyway."""
        base = setting.base_coverage
        targets = np.array([self.target_share.get(name, 0.0) for name in TRUCK_CLASSES])
        reached = base + self.strength * np.maximum(targets - base, 0.0)
        return Preparation(coverage=rolled_out(setting, reached, self.rollout_months))

    def perceived_risk(self, driver: DriverView) -> float:
        """Drivers who got a device know that they are seen."""
        return self.awareness * self.strength if driver.has_programme_device else 0.0
