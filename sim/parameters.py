"""What every group of a scenario shares: strict, frozen models whose numbers say where they come from."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Share = Annotated[float, Field(ge=0.0, le=1.0)]
Positive = Annotated[float, Field(gt=0.0, allow_inf_nan=False)]
NotNegative = Annotated[float, Field(ge=0.0, allow_inf_nan=False)]
NAME_PATTERN = r"^[^\s/\\]+$"
MONTH_PATTERN = r"^\d{4}-\d{2}$"
Name = Annotated[str, Field(min_length=1, max_length=80, pattern=NAME_PATTERN)]

TruckClass = Literal["local_semi", "frequent_semi", "occasional_semi", "rigid"]
TRUCK_CLASSES: tuple[TruckClass, ...] = ("local_semi", "frequent_semi", "occasional_semi", "rigid")
SEMI_CLASSES: tuple[TruckClass, ...] = TRUCK_CLASSES[:3]

RoadClass = Literal["expressway", "national", "provincial", "county"]
ROAD_CLASSES: tuple[RoadClass, ...] = ("expressway", "national", "provincial", "county")

Mechanism = Literal["general", "rollover", "runaway"]
MECHANISMS: tuple[Mechanism, ...] = ("general", "rollover", "runaway")
RUNAWAY = MECHANISMS.index("runaway")
CAPTURED = len(MECHANISMS)
"""A runaway that ends in an escape ramp: a trip ends as by an accident, but it is none."""


class Model(BaseModel):
    """Frozen, and unknown keys are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Source(Model):
    """Where a number comes from."""

    basis: Literal["published", "derived", "assumption"]
    reference: str | None = Field(default=None, description="author or publisher, year, document, table")
    range: str | None = Field(default=None, description="plausible range, required for an assumption")
    note: str | None = None


class Group(Model):
    """A group of parameters; `sources` says for its keys what is published and what is assumed."""

    sources: dict[str, Source] = Field(
        default_factory=dict, description="by key of this group: where the number comes from"
    )
