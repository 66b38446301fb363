"""Speed limits that change with weather, light and hour, shown to all drivers."""

from typing import Annotated, ClassVar, Literal

import numpy as np
from pydantic import Field

from sim.core.parameters import Model, Share, Source
from sim.core.units import KG_PER_TONNE, Floats, ms_from_kmh
from sim.driving.occasions import on_occasions
from sim.driving.rules import FASTEST_MS, DrivingRules, SpeedRule
from sim.inputs.road import Stretch
from sim.inputs.weather import WeatherState
from sim.interventions.cost import COST_SOURCE, Cost
from sim.interventions.intervention import Intervention
from sim.interventions.views import Site

Hour = Annotated[float, Field(ge=0.0, le=24.0)]


class ShownLimit(Model):
    """A limit and when it is shown; what is not named does not matter."""

    limit_kmh: Annotated[float, Field(ge=10.0, le=130.0)]
    weather: Annotated[tuple[WeatherState, ...], Field(min_length=1)] | None = None
    light: Literal["day", "night"] | None = None
    from_hour: Hour = 0.0
    to_hour: Hour = Field(default=24.0, description="past midnight where it is before from_hour")
    from_mass_t: Annotated[float, Field(ge=3.5, le=200.0)] | None = Field(
        default=None,
        description="for trucks of a class and load of that mean mass or more alone; for all drivers if not given",
    )

    @property
    def occasions(self) -> Floats:
        """When it is shown."""
        return on_occasions(self.weather, self.light, self.from_hour, self.to_hour)

    def cap_ms(self, site: Site) -> Floats:
        """One for all, or of each kind of truck, shape (1,) or (kinds,)."""
        limit_ms = float(ms_from_kmh(self.limit_kmh))
        if self.from_mass_t is None:
            return np.array([limit_ms])
        return np.where(site.kinds.mass_kg >= self.from_mass_t * KG_PER_TONNE, limit_ms, FASTEST_MS)


class VariableLimits(Intervention):
    """Signs show a lower limit, to all drivers or to heavy trucks, in bad weather, at night or at chosen hours."""

    kind: ClassVar[str] = "variable_limits"
    summary: ClassVar[str] = "limits by weather, light and hour, for all drivers or for trucks above a mass"
    unit: ClassVar[str] = "km"
    acts_where_it_stands: ClassVar[bool] = True
    puts_in: ClassVar[tuple[str, str]] = (
        "what is shown when, share of their excess over it that drivers give up",
        "何时显示何限速、超出部分的减速比例",
    )
    emerges: ClassVar[tuple[str, str]] = (
        "speeds of trucks and others by weather and hour, who reaches whom, accidents",
        "分天气与时段的货车及其他车辆车速、追及情况、事故",
    )

    sources: dict[str, Source] = Field(
        default={
            "heed_share": Source(
                basis="assumption",
                range="0.1 to 0.6",
                note=(
                    "limits lower in winter, mostly 80 for 100 km/h, took 3.8 km/h off mean speeds and 14 % off "
                    "accidents on Finland's main roads (VTT, Seasonally changing speed limits, Transportation Research "
                    "Record, 46-51)"
                ),
            ),
            "others_heed_share": Source(basis="assumption", range="0.1 to 0.6", note="as of trucks"),
            "limits": Source(
                basis="published",
                reference="China, Regulation on the Implementation of the Road Traffic Safety Law 2004, art. 46 and 81",
                note=(
                    "at most 30 km/h on ice and snow; on expressways 60, 40 and 20 km/h where one sees less than 200, "
                    "100 and 50 m"
                ),
            ),
            "cost": COST_SOURCE,
        }
    )
    stretches: Annotated[tuple[Stretch, ...], Field(min_length=1)]
    limits: Annotated[tuple[ShownLimit, ...], Field(min_length=1)] = Field(
        default=(
            ShownLimit(weather=("fog",), limit_kmh=40.0),
            ShownLimit(weather=("ice", "snow"), limit_kmh=30.0),
        ),
        description="where several are shown at once, the one that slows a driver most",
    )
    heed_share: Share = Field(
        default=0.3, description="of their excess over the shown limit that truck drivers give up"
    )
    others_heed_share: Share = Field(default=0.3, description="the same of other drivers, on average")
    cost: Cost = Cost(capital_cny=300_000.0, yearly_cny=30_000.0, lifetime_years=10.0)

    def units(self, site: Site) -> float:
        """Kilometres of road."""
        return site.covered_km(self.stretches)

    def driving(self, site: Site) -> DrivingRules:
        """A rule for each limit; none asks for more than the road's own limit."""
        rows, weight = site.covered(self.stretches)
        response = np.full(site.roster.size, self.heed_share * self.strength)
        return DrivingRules(
            speed=tuple(
                SpeedRule(
                    rows,
                    np.tile(shown.cap_ms(site), (len(rows), 1)),
                    response,
                    weight,
                    on_occasion=shown.occasions,
                    others_response=self.others_heed_share * self.strength if shown.from_mass_t is None else 0.0,
                )
                for shown in self.limits
            )
        )
