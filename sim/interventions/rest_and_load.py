"""Hours of service with rest areas, and weigh stations against overload."""

from typing import Annotated, ClassVar

from pydantic import Field

from sim.driving.rules import DrivingRules, Rest, Unload
from sim.interventions.base import COST_SOURCE, Cost, Intervention, Site
from sim.parameters import Share, Source
from sim.road import Stretch


class RestAreas(Intervention):
    """Hours of service are watched, and there is a place to rest."""

    kind: ClassVar[str] = "rest_areas"
    summary: ClassVar[str] = "hours of service watched at rest areas: tired drivers rest before they go on"
    unit: ClassVar[str] = "area"

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


class WeighStations(Intervention):
    """Dynamic scales: who would pass one overloaded goes with a legal load."""

    kind: ClassVar[str] = "weigh_stations"
    summary: ClassVar[str] = "weigh stations on links: a share of the overloaded trucks goes with a legal load instead"
    unit: ClassVar[str] = "station"

    sources: dict[str, Source] = Field(
        default={
            "unload_share": Source(
                basis="assumption",
                range="0.3 to 0.95",
                note="Lanxi reports from 2,000 overloaded trucks a day to about 10 (uncontrolled)",
            ),
            "cost": COST_SOURCE,
        }
    )
    stretches: Annotated[tuple[Stretch, ...], Field(min_length=1)]
    unload_share: Share = Field(default=0.7, description="overloaded trucks on these links that load legally")
    cost: Cost = Cost(capital_cny=2_500_000.0, yearly_cny=250_000.0, lifetime_years=10.0)

    def units(self, site: Site) -> float:  # noqa: ARG002
        """Stations."""
        return float(len(self.stretches))

    def driving(self, site: Site) -> DrivingRules:
        """Overloaded trucks whose route passes a station."""
        unloads = site.drivers("weigh_stations.unload", self.unload_share * self.strength)
        return DrivingRules(unloads=(Unload(site.covered(self.stretches)[0], unloads),))
