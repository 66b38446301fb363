"""Escape ramps on a descent."""

from typing import Annotated, ClassVar

import numpy as np
from pydantic import Field

from sim.core.parameters import Model, Name, NotNegative, Positive, Share, Source
from sim.core.units import METRES_PER_KM, Floats, Ints
from sim.driving.rules import DrivingRules
from sim.inputs.road import Direction, Stretch
from sim.interventions.cost import COST_SOURCE, Cost
from sim.interventions.intervention import Intervention
from sim.interventions.views import Site


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
    puts_in: ClassVar[tuple[str, str]] = (
        "share of runaways before a ramp that enters, share that it stops",
        "失控车辆驶入避险车道的比例及救停率",
    )
    emerges: ClassVar[tuple[str, str]] = (
        "how many runaways come that far; captures, deaths",
        "到达避险车道的失控车辆数、救停次数、死亡",
    )

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
