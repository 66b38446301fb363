"""Hours of service with rest areas."""

from typing import ClassVar

from pydantic import Field

from sim.core.parameters import Share, Source
from sim.driving.rules import DrivingRules, Rest
from sim.inputs.road import Stretch
from sim.interventions.cost import COST_SOURCE, Cost
from sim.interventions.intervention import Intervention
from sim.interventions.views import Site


class RestAreas(Intervention):
    """Hours of service are watched, and there is a place to rest."""

    kind: ClassVar[str] = "rest_areas"
    summary: ClassVar[str] = "hours of service watched at rest areas: tired drivers rest before they go on"
    unit: ClassVar[str] = "area"
    puts_in: ClassVar[tuple[str, str]] = (
        "share of tired drivers who rest, what a rest relieves",
        "疲劳驾驶人休息比例及缓解幅度",
    )
    emerges: ClassVar[tuple[str, str]] = (
        "accidents by hour and hours at the wheel, hours of rest",
        "按时刻与连续驾驶时间的事故、休息工时",
    )

    sources: dict[str, Source] = Field(
        default={
            "rest_share": Source(
                basis="assumption",
                range="0.1 to 0.7",
                note="Huzhou reports fatigue accidents with casualties down by 64 % (uncontrolled)",
            ),
            "cost": COST_SOURCE,
        }
    )
    stretches: tuple[Stretch, ...] = Field(
        default=(), description="links with a rest area; everywhere if none is given"
    )
    rest_share: Share = Field(default=0.4, description="tired drivers who rest")
    cost: Cost = Cost(capital_cny=2_000_000.0, yearly_cny=300_000.0, lifetime_years=20.0)

    def units(self, site: Site) -> float:  # noqa: ARG002
        """Areas."""
        return float(max(len(self.stretches), 1))

    def driving(self, site: Site) -> DrivingRules:
        """Rested drivers lose a part of the risk of tiredness."""
        rests = site.drivers("rest_areas.rest", self.rest_share * self.strength)
        return DrivingRules(rests=(Rest(rests, site.covered(self.stretches)[0] if self.stretches else None),))
