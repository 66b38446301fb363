"""How drivers decide: the numbers that a scenario may change."""

from typing import Annotated

from pydantic import Field

from sim.core.parameters import Group, NotNegative, Positive, Share, Source

BEHAVIOUR_SOURCES = {
    "value_of_time_cny_h": Source(basis="assumption", range="40 to 120"),
    "distance_cost_cny_km": Source(basis="assumption", range="2 to 4", note="fuel, tyres and wear of a loaded truck"),
    "choice_scale_cny": Source(basis="assumption", range="20 to 80"),
    "penalty_cny": Source(
        basis="published",
        reference="Road Traffic Safety Law of China, article 90: 20 to 200 CNY",
        range="100 to 200",
        note="the amount within the range is an assumption",
    ),
    "penalty_weight": Source(
        basis="assumption", range="2 to 20", note="licence points, delay and trouble, in multiples of the fine"
    ),
    "roadside_check_share": Source(basis="assumption", range="0.002 to 0.05"),
    "contact_effect": Source(
        basis="published",
        reference="field experiment in Qingdao, J. Econ. Behav. Organ. 2016: police texts that name the owner's own "
        "tickets, 14 % fewer violations in the month after; texts without such news nothing",
        range="0 to 0.4",
        note="of owners of cars; that a call does the same to drivers of trucks is an assumption",
    ),
    "contact_half_life_days": Source(
        basis="derived",
        reference="the same experiment: the effect lasts six weeks, taken as its mean life",
        range="7 to 60",
    ),
    "penalty_effect": Source(
        basis="published",
        reference="Dusek and Traxler 2022, J. European Econ. Assoc. 20(2): speeding falls by a third after one ticket",
        range="0 to 0.7",
        note="at a site where nearly all are caught; to re-offend falls by 70 %",
    ),
    "penalty_half_life_days": Source(
        basis="derived",
        reference="the same: no backsliding for two years",
        range="60 to 3650",
        note="two years are taken as the half-life",
    ),
    "sanction_effect": Source(
        basis="derived",
        reference="Bell and others 2017, J. Safety Res.: odds of risky events 0.61 (0.43 to 0.86) with coaching",
        range="0.1 to 0.6",
        note="that banned entries follow as events do is an assumption",
    ),
    "sanction_half_life_days": Source(
        basis="assumption", range="60 to 730", note="effects of coaching were still seen after 2 months"
    ),
    "hide_share": Source(
        basis="assumption",
        range="0.002 to 0.25",
        note="tampered devices: 0.2 % of trucks in mass checks (ROADPOL 2021), a quarter of suspects (Euro Controle)",
    ),
    "spillover_share": Source(
        basis="assumption",
        range="0 to 0.3",
        note="what happened to others changed no beliefs in surveys (Lochner 2007, Amer. Econ. Rev. 97(1)); drivers of "
        "one enterprise know each other better",
    ),
}


Effect = Annotated[float, Field(ge=0.0, le=0.99)]
"""Share of banned entries that no longer happen."""


class BehaviourParameters(Group):
    """The drivers' weighing of a banned road, and deterrence."""

    sources: dict[str, Source] = Field(default=BEHAVIOUR_SOURCES)
    value_of_time_cny_h: NotNegative = Field(default=70.0, description="of truck and driver")
    distance_cost_cny_km: NotNegative = 2.8
    choice_scale_cny: Positive = Field(default=40.0, description="saving that moves the log-odds by one")
    penalty_cny: NotNegative = Field(default=150.0, description="fine for a banned entry")
    penalty_weight: Positive = Field(default=8.0, description="what a penalty is felt to cost over its fine")
    roadside_check_share: Share = Field(default=0.01, description="banned entries met by an ordinary police check")
    contact_effect: Effect = Field(
        default=0.14, description="of a driver's banned entries that a call prevents at first"
    )
    penalty_effect: Effect = Field(
        default=0.33, description="of a driver's banned entries that a penalty prevents at first"
    )
    sanction_effect: Effect = Field(default=0.39, description="the same of a sanction by the enterprise")
    contact_half_life_days: Positive = Field(default=29.0, description="of what a call has taught")
    penalty_half_life_days: Positive = 730.0
    sanction_half_life_days: Positive = 180.0
    hide_share: Share = Field(
        default=0.02, description="drivers who switch their device off on banned roads once they were called"
    )
    spillover_share: Share = Field(default=0.1, description="share of a lesson that reaches the enterprise's others")

    @property
    def penalty_cost_cny(self) -> float:
        """What a penalty is felt to cost [CNY]."""
        return self.penalty_cny * self.penalty_weight
