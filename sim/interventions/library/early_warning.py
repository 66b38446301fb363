"""Early warning: a banned entry is sent to the driver's phone, to the squadron and to the enterprise."""

from typing import ClassVar

from pydantic import Field

from sim.core.parameters import NotNegative, Share, Source
from sim.core.units import SECONDS_PER_HOUR
from sim.interventions.answering import Answering
from sim.interventions.cost import COST_SOURCE, Cost
from sim.interventions.enforcement_case import EnforcementCase
from sim.interventions.intervention import Process

SOURCES = {
    "phone_delay_s": Source(basis="assumption", range="5 to 60"),
    "read_share": Source(basis="assumption", range="0.2 to 0.8", note="a driver should not read while driving"),
    "leave_share": Source(
        basis="assumption",
        range="0.3 to 0.7",
        note="in Wyoming's pilot of connected vehicles most drivers slowed after an alert",
    ),
    "squadron_delay_h": Source(basis="assumption", range="0.1 to 72"),
    "penalty_share": Source(basis="assumption", range="0.1 to 0.8"),
    "enterprise_delay_h": Source(basis="assumption", range="0.1 to 48"),
    "cost": COST_SOURCE,
}


class EarlyWarning(Answering):
    """Messages on a banned entry."""

    kind: ClassVar[str] = "early_warning"
    unit: ClassVar[str] = "platform"
    summary: ClassVar[str] = "alarm on banned entry, sent to the driver's phone, the squadron and the enterprise"
    puts_in: ClassVar[tuple[str, str]] = (
        "shares of messages read and of readers who leave; delays; chance of a penalty afterwards",
        "短信阅读比例与劝离比例、通知时延、事后处罚概率",
    )
    emerges: ClassVar[tuple[str, str]] = (
        "compliance over the year, exposure and accidents on both roads",
        "全年守法率、两条道路的行驶量与事故",
    )

    sources: dict[str, Source] = Field(default=SOURCES)
    phone_delay_s: NotNegative = 15.0
    read_share: Share = Field(default=0.45, description="messages that reach the driver on the road")
    leave_share: Share = Field(
        default=0.5,
        description="drivers who leave at the next exit, or give up what they are told of, of those reached",
    )
    squadron_delay_h: NotNegative = 24.0
    penalty_share: Share = Field(default=0.35, description="recorded violations that end in a penalty")
    enterprise_delay_h: NotNegative = 2.0
    cost: Cost = Cost(capital_cny=1_000_000.0, yearly_cny=150_000.0, lifetime_years=8.0)

    def respond(self, case: EnforcementCase) -> Process:
        """Send the record on, and the message to the phone."""
        case.notify_squadron(self.squadron_delay_h * SECONDS_PER_HOUR, self.penalty_share)
        case.notify_enterprise(self.enterprise_delay_h * SECONDS_PER_HOUR)
        yield case.wait(self.phone_delay_s)
        if case.goes_on and case.uniform("early_warning.read") < self.read_share:
            case.reached("phone")
            case.experience("contact", share=0.5)
            if case.uniform("early_warning.leave") < self.leave_share:
                case.obeyed()
