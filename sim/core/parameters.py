"""What every group of a scenario shares: strict, frozen models whose numbers say where they come from."""

import re
from typing import Annotated, Literal
from unicodedata import category

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic_core import PydanticUndefined

from sim.core.texts import shown

MOST = 1e6
"""Limit of numbers that have no closer one: far beyond what is sensible, and far from what can't be computed."""
MOST_CNY = 1e12
Share = Annotated[float, Field(ge=0.0, le=1.0)]
Positive = Annotated[float, Field(gt=0.0, le=MOST, allow_inf_nan=False)]
NotNegative = Annotated[float, Field(ge=0.0, le=MOST, allow_inf_nan=False)]
Money = Annotated[float, Field(ge=0.0, le=MOST_CNY, allow_inf_nan=False)]
PositiveMoney = Annotated[float, Field(gt=0.0, le=MOST_CNY, allow_inf_nan=False)]
Growth = Annotated[float, Field(ge=0.0, le=1.0, allow_inf_nan=False)]
"""Relative growth per unit, such as 0.034 per km/h."""
LogSpread = Annotated[float, Field(ge=0.0, le=3.0, allow_inf_nan=False)]
"""Standard deviation of a logarithm or of log-odds."""
Month = Annotated[int, Field(ge=1, le=12)]
"""Of the year."""
MONTH_PATTERN = r"^\d{4}-(0[1-9]|1[0-2])$"
FORBIDDEN_IN_NAMES = frozenset('/\\:*?"<>|')
"""Signs that files' names can't have everywhere; names of scenarios are names of files."""
INVISIBLE = ("Cc", "Cf", "Cs", "Co", "Cn", "Zs", "Zl", "Zp")
"""Unicode categories of spaces, control and direction characters, and of what is no character."""


def _name(text: str) -> str:
    """Letters of every script stay."""
    wrong = next((letter for letter in text if letter in FORBIDDEN_IN_NAMES or category(letter) in INVISIBLE), None)
    if wrong is not None or text.startswith(".") or text.endswith("."):
        raise ValueError(
            f"found {shown(text)}, must be a name without spaces, slashes, control characters and any of "
            f"{' '.join(sorted(FORBIDDEN_IN_NAMES - set('/')))}, and no dot at an end"
        )
    return text


Name = Annotated[str, Field(min_length=1, max_length=80), AfterValidator(_name)]


class Model(BaseModel):
    """Frozen, and unknown keys are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, defer_build=True)


RANGE = re.compile(r"^([\d.]+) to ([\d.]+)(?: \w+)?$")
"""A range of two numbers and nothing else."""


class Source(Model):
    """Where a number comes from."""

    basis: Literal["published", "derived", "assumption"]
    reference: str | None = Field(default=None, description="author or publisher, year, document, table")
    range: str | None = Field(default=None, description="plausible range, required for an assumption")
    note: str | None = None

    @property
    def limits(self) -> tuple[float, float] | None:
        """Ends of a range of two numbers; none of one in words."""
        found = RANGE.match(self.range or "")
        return (float(found[1]), float(found[2])) if found else None

    def limits_around(self, value: float) -> tuple[float, float] | None:
        """These ends, if a value lies between them."""
        limits = self.limits
        return limits if limits is not None and limits[0] <= value <= limits[1] else None


def assumed(plausible: str, note: str | None = None) -> Source:
    """Of a number that nothing readable gives, with its plausible range."""
    return Source(basis="assumption", range=plausible, note=note)


def published(reference: str, note: str | None = None) -> Source:
    """Of a number that was read in this document."""
    return Source(basis="published", reference=reference, note=note)


class Group(Model):
    """A group of parameters; `sources` says for its keys what is published and what is assumed."""

    sources: dict[str, Source] = Field(
        default_factory=dict, description="by key of this group: where the number comes from"
    )

    @classmethod
    def default_sources(cls) -> dict[str, Source]:
        """Where the numbers of the group come from as long as a scenario says nothing else."""
        field = cls.model_fields["sources"]
        found: dict[str, Source] = {} if field.default is PydanticUndefined else field.default
        return found
