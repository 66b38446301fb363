"""Interventions that answer violations, and which of them each answers."""

from typing import Annotated

from pydantic import Field

from sim.driving.violations import BANNED_ENTRY, NAMES, ViolationName
from sim.interventions.intervention import Intervention


class Answering(Intervention):
    """An intervention with `respond`, for the violations that a scenario names."""

    answers: Annotated[tuple[ViolationName, ...], Field(min_length=1)] = Field(
        default=(BANNED_ENTRY,),
        description=f"violations that it answers: {', '.join(NAMES)}",
    )


def answered_by(intervention: Intervention) -> tuple[str, ...]:
    """Names of the violations that an intervention answers if it responds; banned entries if it does not say."""
    return intervention.answers if isinstance(intervention, Answering) else (BANNED_ENTRY,)
