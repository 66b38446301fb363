"""Boards that light up before sharp bends: drivers who heed them come down to a comfortable speed."""

from typing import ClassVar

import numpy as np
from pydantic import Field

from sim.core.parameters import Positive, Share, Source
from sim.driving.rules import DrivingRules, SpeedRule
from sim.interventions import Cost, Intervention, Site
from sim.physics.speed import curve_comfort_speed_ms


class CurveBoards(Intervention):
    """Lit boards before bends below a radius."""

    kind: ClassVar[str] = "curve_boards"
    summary: ClassVar[str] = "lit boards before sharp bends"
    unit: ClassVar[str] = "bend"

    sources: dict[str, Source] = Field(default={"heed_share": Source(basis="assumption", range="0.2 to 0.7")})
    below_radius_m: Positive = Field(default=100.0, description="bends that get a board")
    heed_share: Share = Field(default=0.5, description="drivers who slow down")
    cost: Cost = Cost(capital_cny=60_000.0, yearly_cny=3_000.0, lifetime_years=10.0)

    def driving(self, site: Site) -> DrivingRules:
        """A cap of speed in the bends, for the drivers who heed."""
        table = site.network.sections
        bends = np.flatnonzero(table.curvature_per_m > 1.0 / self.below_radius_m)
        comfort = curve_comfort_speed_ms(table.curvature_per_m[bends], table.superelevation[bends], 0.10)
        heeds = site.drivers("curve_boards.heed", self.heed_share * self.strength)
        return DrivingRules(speed=(SpeedRule(bends, comfort[:, None], heeds.astype(np.float64)),))
