"""Weigh stations against overload."""

from typing import Annotated, ClassVar

from pydantic import Field

from sim.core.parameters import Share, Source
from sim.driving.rules import DrivingRules, Unload
from sim.inputs.road import Stretch
from sim.interventions.cost import COST_SOURCE, Cost
from sim.interventions.intervention import Intervention
from sim.interventions.views import Preparation, Setting, Site


class WeighStations(Intervention):
    """Dynamic scales: who would pass one overloaded goes with a legal load."""

    kind: ClassVar[str] = "weigh_stations"
    summary: ClassVar[str] = "weigh stations on links: a share of the overloaded trucks goes with a legal load instead"
    unit: ClassVar[str] = "station"
    puts_in: ClassVar[tuple[str, str]] = (
        "share of overloaded trucks that unload",
        "超载货车卸载比例",
    )
    emerges: ClassVar[tuple[str, str]] = (
        "masses, speeds on grades, brakes, rollovers, accidents",
        "质量、坡道车速、制动、侧翻、事故",
    )

    sources: dict[str, Source] = Field(
        default={
            "unload_share": Source(
                basis="assumption",
                range="0.3 to 0.95",
                note="Lanxi reports from 2,000 overloaded trucks a day to about 10 (uncontrolled)",
            ),
            "tells_centre": Source(basis="assumption", range="false or true"),
            "cost": COST_SOURCE,
        }
    )
    stretches: Annotated[tuple[Stretch, ...], Field(min_length=1)]
    unload_share: Share = Field(default=0.7, description="overloaded trucks on these links that load legally")
    tells_centre: bool = Field(
        default=False, description="the control centre hears of overloaded trucks that pass, so that others may answer"
    )
    cost: Cost = Cost(capital_cny=2_500_000.0, yearly_cny=250_000.0, lifetime_years=10.0)

    def units(self, site: Site) -> float:  # noqa: ARG002
        """Stations."""
        return float(len(self.stretches))

    def prepare(self, setting: Setting) -> Preparation:  # noqa: ARG002
        """Scales that the centre can read."""
        return Preparation(scales=self.stretches if self.tells_centre and self.strength > 0.0 else ())

    def driving(self, site: Site) -> DrivingRules:
        """Overloaded trucks whose route passes a station."""
        unloads = site.drivers("weigh_stations.unload", self.unload_share * self.strength)
        return DrivingRules(unloads=(Unload(site.covered(self.stretches)[0], unloads),))
