"""Brake-check areas before a descent."""

from typing import Annotated, ClassVar

from pydantic import Field

from sim.core.parameters import Model, Name, NotNegative, Share, Source
from sim.driving.rules import BrakeStop, DrivingRules
from sim.inputs.road import Direction
from sim.interventions.cost import COST_SOURCE, Cost
from sim.interventions.intervention import Intervention
from sim.interventions.views import Site


class CheckArea(Model):
    """Where trucks stop before a descent: at this distance from the link's start."""

    link: Name
    direction: Direction
    at_km: NotNegative = 0.0


class BrakeCheck(Intervention):
    """Areas before a descent where drivers let brakes cool and look at them."""

    kind: ClassVar[str] = "brake_check"
    summary: ClassVar[str] = "brake-check areas: trucks stop before the descent, brakes cool, defects are found"
    unit: ClassVar[str] = "area"
    puts_in: ClassVar[tuple[str, str]] = (
        "share who stop, how long, share of defects found",
        "停车检查比例、时长、缺陷发现率",
    )
    emerges: ClassVar[tuple[str, str]] = (
        "brake temperatures below, runaways, general accidents of defects, hours lost",
        "坡下制动器温度、失控、缺陷引起的事故、损失工时",
    )

    sources: dict[str, Source] = Field(
        default={
            "stop_share": Source(basis="assumption", range="0.1 to 0.9", note="high where police make trucks stop"),
            "stop_min": Source(basis="assumption", range="5 to 20"),
            "find_share": Source(basis="assumption", range="0.2 to 0.8"),
            "cost": COST_SOURCE,
        }
    )
    areas: Annotated[tuple[CheckArea, ...], Field(min_length=1)]
    stop_share: Share = 0.5
    stop_min: NotNegative = 10.0
    find_share: Share = Field(default=0.5, description="brake defects that are found and mended, of those who stop")
    cost: Cost = Cost(capital_cny=1_500_000.0, yearly_cny=200_000.0, lifetime_years=20.0)

    def units(self, site: Site) -> float:  # noqa: ARG002
        """Areas."""
        return float(len(self.areas))

    def driving(self, site: Site) -> DrivingRules:
        """A stop at the start of the section in which each area lies."""
        stops = site.drivers("brake_check.stop", self.stop_share * self.strength)
        mended = site.drivers("brake_check.find", self.find_share)
        return DrivingRules(
            stops=tuple(
                BrakeStop(site.network.section_at(a.link, a.direction, a.at_km), stops, self.stop_min * 60.0, mended)
                for a in self.areas
            )
        )
