"""Enterprise accountability: person, vehicle and enterprise are bound; the enterprise learns of violations and acts."""

from typing import Annotated, ClassVar

from pydantic import Field

from sim.core.parameters import NotNegative, Share, Source
from sim.core.units import DAYS_PER_YEAR, SECONDS_PER_DAY
from sim.core.vocabulary import TruckClass
from sim.driving.rules import DrivingRules
from sim.driving.violations import BANNED_ENTRY
from sim.interventions.answering import Answering
from sim.interventions.cost import COST_SOURCE, Cost
from sim.interventions.enforcement_case import EnforcementCase
from sim.interventions.views import Site

SOURCES = {
    "record_delay_days": Source(basis="assumption", range="0.5 to 30"),
    "enterprise_sanction_share": Source(
        basis="assumption",
        range="0.3 to 0.95",
        note="two carriers that coached had 37 % and 52 % fewer risky events (doi 10.1016/j.trf.2010.11.010)",
    ),
    "coached_share": Source(basis="assumption", range="0 to 0.6"),
    "coaching_effect": Source(
        basis="assumption",
        range="0.14 to 0.52",
        note=(
            "coaching with lights had an odds ratio of 0.52 (0.33 to 0.82) for risky events (doi "
            "10.1016/j.jsr.2016.12.008); that as much of the excess speed is given up is an assumption"
        ),
    ),
    "blacklist_after": Source(basis="assumption", range="3 to 20 a year"),
    "readmission_days": Source(basis="assumption", range="15 to 180"),
    "cost": COST_SOURCE,
    "sanction_delay_days": Source(
        basis="assumption", range="1 to 30", note="early feedback is reported to work better than late"
    ),
}


class EnterpriseAccountability(Answering):
    """The enterprise answers for its drivers."""

    kind: ClassVar[str] = "enterprise_accountability"
    summary: ClassVar[str] = "the enterprise learns of each recorded violation and sanctions or trains its driver"
    puts_in: ClassVar[tuple[str, str]] = (
        "shares of sanctions and of coached drivers, what coaching takes off risk",
        "企业处理比例、教育覆盖比例及教育降低的风险",
    )
    emerges: ClassVar[tuple[str, str]] = (
        "compliance by way of drivers' memory and their colleagues'; accidents",
        "经驾驶人及同事记忆形成的守法率；事故",
    )

    sources: dict[str, Source] = Field(default=SOURCES)
    record_delay_days: NotNegative = Field(default=7.0, description="until records reach the enterprise")
    enterprise_sanction_share: Share = Field(default=0.7, description="told enterprises that act")
    sanction_delay_days: NotNegative = 5.0
    coached_share: Share = Field(default=0.25, description="drivers of bound enterprises who are coached on speed")
    coaching_effect: Share = Field(default=0.37, description="of their excess over the limit that they give up")
    bound_classes: tuple[TruckClass, ...] = Field(
        default=("local_semi", "frequent_semi"), description="whose enterprises are bound"
    )
    blacklist_after: Annotated[int, Field(ge=1, le=10_000)] = Field(
        default=12, description="recorded banned entries of an enterprise within a year that put it on the list"
    )
    readmission_days: NotNegative = Field(default=30.0, description="until it is admitted again")
    cost: Cost = Cost(yearly_cny=200_000.0)

    def driving(self, site: Site) -> DrivingRules:
        """A share of the bound enterprises coaches, by enterprise: its drivers share its culture."""
        bound = site.of_class([name in self.bound_classes for name in site.class_names])
        luck = site.streams.uniform("enterprise_accountability.coach", 0, site.roster.enterprises)
        coached = bound & (luck[site.roster.enterprise] < self.coached_share * self.strength)
        return DrivingRules(speed_factor=site.calmer(coached, self.coaching_effect))

    def sanction_share(self) -> float:
        """Enterprises that answer for their drivers act more often."""
        return self.enterprise_sanction_share * self.strength

    def sanction_delay_s(self) -> float:
        """And sooner."""
        return self.sanction_delay_days * SECONDS_PER_DAY if self.strength > 0.0 else float("inf")

    def respond(self, case: EnforcementCase) -> None:
        """Records go to the enterprise in batches; a long list of banned entries bars it for a while.

        How many records of speeding or tiredness would is not known: none do.
        """
        case.notify_enterprise(self.record_delay_days * SECONDS_PER_DAY)
        if case.violation == BANNED_ENTRY and case.violations_of_enterprise(DAYS_PER_YEAR) >= self.blacklist_after:
            case.suspend_enterprise(self.readmission_days)
