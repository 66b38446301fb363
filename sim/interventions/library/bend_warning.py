"""Warning of oncoming vehicles in bends: sensors on both sides and boards that light up."""

from typing import Annotated, ClassVar

from pydantic import Field

from sim.core.parameters import Share, Source
from sim.core.units import Floats, Ints
from sim.driving.rules import DrivingRules
from sim.inputs.road import Stretch
from sim.interventions.cost import COST_SOURCE, Cost
from sim.interventions.intervention import Intervention
from sim.interventions.views import Site
from sim.risk.mechanisms import HEAD_ON


class BendWarning(Intervention):
    """Who is about to meet somebody round a bend that can't be seen through keeps to the own lane."""

    kind: ClassVar[str] = "bend_warning"
    summary: ClassVar[str] = "sensors and boards that warn of oncoming vehicles in bends"
    unit: ClassVar[str] = "bend"
    acts_where_it_stands: ClassVar[bool] = True
    puts_in: ClassVar[tuple[str, str]] = (
        "factor on head-on accidents in sharp bends",
        "急弯对向碰撞系数",
    )
    emerges: ClassVar[tuple[str, str]] = (
        "where on the road it matters, accidents",
        "在何处起作用、事故",
    )

    sources: dict[str, Source] = Field(
        default={
            "effect": Source(
                basis="assumption",
                range="0 to 0.4",
                note="no evaluation of such boards could be read; boards that show speeds in curves: 5 to 7 % fewer "
                "accidents (Hallmark et al. 2015)",
            ),
            "widest_radius_m": Source(basis="assumption", range="100 to 250"),
            "cost": COST_SOURCE,
        }
    )
    stretches: Annotated[tuple[Stretch, ...], Field(min_length=1)]
    widest_radius_m: Annotated[float, Field(ge=15.0, le=2000.0)] = Field(
        default=150.0, description="bends on the stretches that get a warning"
    )
    effect: Share = Field(default=0.1, description="of head-on accidents in these bends that do not happen")
    cost: Cost = Cost(capital_cny=80_000.0, yearly_cny=8_000.0, lifetime_years=8.0)

    def units(self, site: Site) -> float:
        """Bends: the sections' shares of their curves."""
        rows, share = self._bends(site, *site.covered_once(self.stretches))
        return float((share * site.network.sections.curve_share[rows]).sum())

    def driving(self, site: Site) -> DrivingRules:
        """A factor on head-on accidents in bends."""
        rows, share = self._bends(site, *site.covered(self.stretches))
        left = 1.0 - self.effect * self.strength * share
        return DrivingRules(hazard_factor=site.hazard_factor((HEAD_ON,), rows, left))

    def _bends(self, site: Site, rows: Ints, share: Floats) -> tuple[Ints, Floats]:
        """Of what is covered, the bends that get a warning."""
        bends = site.network.sections.curvature_per_m[rows] >= 1.0 / self.widest_radius_m
        return rows[bends], share[bends]
