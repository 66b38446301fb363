"""What an intervention is: frozen parameters and the hooks it needs.

Every hook has a default that changes nothing. Hooks are given plain values and return values; the engine combines
what several interventions return by the rules of `sim.interventions.combine`. An intervention never changes the
model's state behind its back, so that its place in a file never matters.
"""

import warnings
from collections.abc import Generator
from datetime import date
from typing import Annotated, Any, ClassVar, Self

import numpy as np
from pydantic import Field, model_validator
from simpy import Event

from sim.core.parameters import Group, Month, Share
from sim.core.units import Floats
from sim.driving.rules import DrivingRules
from sim.interventions.control_room import ControlRoom
from sim.interventions.cost import Cost, Payer
from sim.interventions.enforcement_case import EnforcementCase
from sim.interventions.views import Access, DriverView, Past, Preparation, Rescue, Setting, Site

Process = Generator[Event, Any, None]
REVIEW_DAYS = 30
KNOWN_AFTER_DAYS = 60
"""How long it takes until accidents and violations are in the books from which reviews learn."""


class Intervention(Group):
    """A policy: parameters, and hooks with neutral defaults.

    Subclasses set `kind`, the key in a scenario file, `summary`, a line for the list, and `unit`, what is paid for.
    """

    kind: ClassVar[str] = ""
    summary: ClassVar[str] = ""
    unit: ClassVar[str] = "programme"
    puts_in: ClassVar[tuple[str, str]] = ("", "")
    """What of its effect is put in by parameters; in English and Chinese."""
    emerges: ClassVar[tuple[str, str]] = ("", "")
    """What then emerges from the model."""

    start_date: date | None = Field(
        default=None,
        description="first day in force, in the warm-up too; the first recorded day if not given",
    )
    end_date: date | None = Field(default=None, description="last day in force; to the end if not given")
    months: Annotated[tuple[Month, ...], Field(min_length=1)] | None = Field(
        default=None, description="months of the year in which it is in force, such as [11, 12, 1, 2]; all if not given"
    )
    strength: Share = Field(default=1.0, description="share of cases, trucks or effect that it reaches; 0 is off")

    cost: Cost = Field(default=Cost(), description="of one unit")

    @model_validator(mode="after")
    def _ends_after_its_start(self) -> Self:
        if self.start_date is not None and self.end_date is not None and self.end_date < self.start_date:
            raise ValueError(f"end_date {self.end_date} is before start_date {self.start_date}")
        return self

    acts_where_it_stands: ClassVar[bool] = False
    """Whether what each place of its lists does is seen there, so that places can be held against each other."""
    payer: ClassVar[Payer] = "public"
    """Who usually pays for it."""

    def __init_subclass__(cls, **given: Any) -> None:
        """A hook under its name of version 0.1 is still known."""
        super().__init_subclass__(**given)
        if "patrol" in vars(cls):
            warnings.warn(f"{cls.__name__}.patrol is now background_work", DeprecationWarning, stacklevel=2)
            cls.background_work = vars(cls)["patrol"]  # type: ignore[method-assign]

    def units(self, site: Site) -> float:  # noqa: ARG002
        """How many units are paid for."""
        return 1.0

    def prepare(self, setting: Setting) -> Preparation:  # noqa: ARG002
        """Put things in place, once a replication."""
        return Preparation()

    def driving(self, site: Site) -> DrivingRules | None:  # noqa: ARG002
        """Change how trucks are driven from the start date on; None changes nothing. Called once a replication."""
        return None

    def review(self, site: Site, past: Past) -> DrivingRules | None:  # noqa: ARG002
        """Change how trucks are driven by what has happened, from a review to the next; it must not keep a state.

        Called every `REVIEW_DAYS` from the start date on; the first time nothing may be known yet.
        """
        return None

    def measured(self, site: Site, past: Past, expected_by_month: Floats) -> dict[str, float]:  # noqa: ARG002
        """Metrics of its own at the end; `past` holds everything, expected accidents have shape (months, sections)."""
        return {}

    def access(self, site: Site) -> Access:  # noqa: ARG002
        """Change who may drive where from the start date on. Called once a replication."""
        return Access()

    def rescue(self, site: Site) -> Rescue | None:  # noqa: ARG002
        """Squads that go to accidents from the start date on. Called once a replication."""
        return None

    def checked_share(self, link: str, day: int) -> float:  # noqa: ARG002
        """Chance that a violating truck is met by a police check that this adds on a link on a day, 0 to 1.

        Asked when trips set out and again when they enter: for the same link and day the answer must be the same.
        """
        return 0.0

    def perceived_risk(self, driver: DriverView) -> float:  # noqa: ARG002
        """Chance of a penalty that this adds in the driver's eyes, 0 to 1; it can't lower a risk."""
        return 0.0

    def sanction_share(self) -> float:
        """Chance that an enterprise told of a violation sanctions its driver, 0 to 1; the highest counts."""
        return 0.0

    def sanction_delay_s(self) -> float:
        """Time until a sanction [s]; the shortest counts."""
        return float("inf")

    def respond(self, case: EnforcementCase) -> Process | None:  # noqa: ARG002
        """Act on a detected violation: at once, or in the course of time by the process that is returned."""
        return None

    def background_work(self, room: ControlRoom) -> Process | None:  # noqa: ARG002
        """Work in the background, as a process that never ends; None does nothing."""
        return None


def rolled_out(setting: Setting, shares: Floats, months: float) -> Floats:
    """Coverage that grows in a straight line from the base to `shares` over some months, shape (days, classes)."""
    days = max(months * 30.4375, 1e-9)
    progress = np.clip(setting.days_since_start / days, 0.0, 1.0)[:, None]
    started = (setting.days_since_start >= 0.0)[:, None]
    grown = setting.base_coverage + progress * (shares - setting.base_coverage)
    return np.where(started, np.maximum(grown, setting.base_coverage), setting.base_coverage)
