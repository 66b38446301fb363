"""No overtaking: a solid line with signs, and somebody or something that sees to it."""

from typing import Annotated, ClassVar

from pydantic import Field

from sim.core.parameters import Share, Source
from sim.driving.rules import DrivingRules
from sim.inputs.road import Stretch
from sim.interventions.cost import COST_SOURCE, Cost
from sim.interventions.intervention import Intervention
from sim.interventions.views import Site
from sim.risk.mechanisms import OVERTAKING


class OvertakingBan(Intervention):
    """Vehicles stay behind slow trucks on stretches where that is asked of them."""

    kind: ClassVar[str] = "overtaking_ban"
    summary: ClassVar[str] = "stretches on which nobody may overtake, with enforcement"
    unit: ClassVar[str] = "km"
    acts_where_it_stands: ClassVar[bool] = True
    puts_in: ClassVar[tuple[str, str]] = (
        "share of drivers who heed it",
        "遵守比例",
    )
    emerges: ClassVar[tuple[str, str]] = (
        "overtaking accidents by flow and speed difference",
        "按流量与速差的超车事故",
    )

    sources: dict[str, Source] = Field(
        default={
            "heed_share": Source(
                basis="assumption",
                range="0.2 to 0.9",
                note="evaluations of bans for trucks on motorways show no clear sign of an effect (RA-2007-113)",
            ),
            "cost": COST_SOURCE,
        }
    )
    stretches: Annotated[tuple[Stretch, ...], Field(min_length=1)]
    heed_share: Share = Field(default=0.6, description="overtakings that do not take place any more")
    cost: Cost = Cost(capital_cny=30_000.0, yearly_cny=5_000.0, lifetime_years=5.0)

    def units(self, site: Site) -> float:
        """Kilometres of road."""
        return site.covered_km(self.stretches)

    def driving(self, site: Site) -> DrivingRules:
        """A factor on accidents of others that pass trucks."""
        rows, share = site.covered(self.stretches)
        left = 1.0 - self.heed_share * self.strength * share
        factor = site.hazard_factor((OVERTAKING,), rows, left)
        return DrivingRules(hazard_factor=factor, passing_factor=factor[OVERTAKING] if self.strength > 0.0 else None)
