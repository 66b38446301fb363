"""Access rules: other bans, permits, and a toll discount on the legal way, which acts on the incentive at its root."""

from typing import Annotated, ClassVar

from pydantic import Field

from sim.core.parameters import Model, Name, Share, Source
from sim.core.vocabulary import RoadClass, TruckClass
from sim.inputs.road import Ban, Link, Road
from sim.interventions.cost import COST_SOURCE, Cost
from sim.interventions.intervention import Intervention
from sim.interventions.views import Access, Appointments, Site


class BanChange(Model):
    """The ban of a link from the start date on; no ban if none is given."""

    link: Name
    ban: Ban | None = None


class DepartureWindow(Model):
    """Hours in which carriers agree to leave; the hours may pass midnight."""

    truck_classes: Annotated[tuple[TruckClass, ...], Field(min_length=1)]
    from_hour: Annotated[float, Field(ge=0.0, le=24.0)]
    to_hour: Annotated[float, Field(ge=0.0, le=24.0)]
    share: Share


class AccessRules(Intervention):
    """Who may drive where and when, and at which toll."""

    kind: ClassVar[str] = "access_rules"
    summary: ClassVar[str] = "bans by class and hour, permits, departure windows, and a toll discount on the legal way"
    puts_in: ClassVar[tuple[str, str]] = (
        "bans, tolls, permits, agreed hours",
        "禁行、通行费、通行证、约定时段",
    )
    emerges: ClassVar[tuple[str, str]] = (
        "routes taken, waiting, exposure and accidents by road, displaced risk",
        "路线选择、等待、各道路行驶量与事故、风险转移",
    )

    sources: dict[str, Source] = Field(
        default={
            "toll_discount_share": Source(basis="assumption", range="0 to 0.5"),
            "permit_share": Source(basis="assumption", range="0 to 0.3"),
            "departure_windows": Source(basis="assumption", range="shares of drivers 0 to 0.9"),
            "cost": COST_SOURCE,
        }
    )
    bans: tuple[BanChange, ...] = ()
    toll_discount_share: Share = Field(default=0.0, description="off the toll of the classes of road named below")
    discount_on: tuple[RoadClass, ...] = ("expressway",)
    permit_share: Share = Field(default=0.0, description="drivers of the classes below whom no ban binds")
    permit_classes: tuple[TruckClass, ...] = ("local_semi",)
    departure_windows: tuple[DepartureWindow, ...] = Field(
        default=(),
        description="hours in which a share of a class's drivers leaves; their waiting is counted and priced",
    )
    cost: Cost = Cost(yearly_cny=100_000.0)

    def access(self, site: Site) -> Access:
        """The changed road, permits and windows; a strength between 0 and 1 scales discount, permits and shares."""
        if self.strength == 0.0:
            return Access()
        permitted = site.drivers("access_rules.permit", self.permit_share * self.strength)
        classes = [name in self.permit_classes for name in site.class_names]
        permitted = permitted & site.of_class(classes)
        return Access(self.changed_road, permitted if permitted.any() else None, self._appointments(site))

    def _appointments(self, site: Site) -> tuple[Appointments, ...]:
        """Windows in their order: of two for the same driver the later one counts."""
        return tuple(
            Appointments(
                site.drivers(f"access_rules.window.{number}", window.share * self.strength)
                & site.of_class([name in window.truck_classes for name in site.class_names]),
                window.from_hour,
                window.to_hour,
            )
            for number, window in enumerate(self.departure_windows)
        )

    def changed_road(self, road: Road) -> Road:
        """The road with other bans and tolls."""
        bans = {change.link: change.ban for change in self.bans}
        return road.model_copy(update={"links": tuple(self._link(link, bans) for link in road.links)})

    def _link(self, link: Link, bans: dict[str, Ban | None]) -> Link:
        toll = link.toll_cny_per_km
        if link.road_class in self.discount_on:
            toll *= 1.0 - self.toll_discount_share * self.strength
        return link.model_copy(update={"toll_cny_per_km": toll, "ban": bans.get(link.name, link.ban)})
