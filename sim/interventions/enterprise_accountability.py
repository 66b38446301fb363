"""Enterprise accountability: person, vehicle and enterprise are bound; the enterprise learns of violations and acts."""

from typing import ClassVar

from pydantic import Field

from sim.interventions.base import Case, Intervention
from sim.parameters import NotNegative, Share, Source
from sim.units import SECONDS_PER_DAY

SOURCES = {
    "record_delay_days": Source(basis="assumption", range="0.5 to 30"),
    "enterprise_sanction_share": Source(
        basis="assumption",
        range="0.3 to 0.95",
        note="two carriers that coached had 37 % and 52 % fewer risky events (doi 10.1016/j.trf.2010.11.010)",
    ),
    "sanction_delay_days": Source(
        basis="assumption", range="1 to 30", note="early feedback is reported to work better than late"
    ),
}


class EnterpriseAccountability(Intervention):
    """The enterprise answers for its drivers."""

    kind: ClassVar[str] = "enterprise_accountability"
    summary: ClassVar[str] = "the enterprise learns of each recorded violation and sanctions or trains its driver"

    sources: dict[str, Source] = Field(default=SOURCES)
    record_delay_days: NotNegative = Field(default=7.0, description="until records reach the enterprise")
    enterprise_sanction_share: Share = Field(default=0.7, description="told enterprises that act")
    sanction_delay_days: NotNegative = 5.0

    def sanction_share(self) -> float:
        """Enterprises that answer for their drivers act more often."""
        return self.enterprise_sanction_share * self.strength

    def sanction_delay_s(self) -> float:
        """And sooner."""
        return self.sanction_delay_days * SECONDS_PER_DAY if self.strength > 0.0 else float("inf")

    def respond(self, case: Case) -> None:
        """Records go to the enterprise in batches."""
        case.notify_enterprise(self.record_delay_days * SECONDS_PER_DAY)
