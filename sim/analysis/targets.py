"""What was observed of a road or a programme, and how an observation misses what is expected."""

from dataclasses import dataclass
from math import fsum, nan, sqrt
from typing import Annotated, Literal, Self

import numpy as np
from pydantic import Field, model_validator

from sim.core.metrics import Kind, is_share, metric
from sim.core.parameters import MONTH_PATTERN, Model, Name, Positive, Source
from sim.core.units import DAYS_PER_YEAR, Bools, Floats
from sim.engine.accounting.outcome import Outcome
from sim.scenario.uncertain import Distribution

Month = Annotated[str, Field(pattern=MONTH_PATTERN)]

MEAN_SPEED = "mean_speed_kmh"
"""Distance over time of all trips: not in summary.json, but what speed surveys give."""
METRICS = f"of summary.json, or {MEAN_SPEED}; with months: compliance_rate, or a column of monthly.parquet"


HARM = ("fatal", "killing", "death", "injur", "loss")
"""In the names of metrics that severity moves."""


class Target(Model):
    """One observed number, and how exactly it is known: by its standard deviation, or as a count."""

    name: Name
    scenario: Name | None = Field(default=None, description="the last one given if not said")
    metric: Name = Field(description=METRICS)
    of: tuple[Name, ...] = Field(
        default=(), description="observed is the metric's share of the sum of these, such as fatal of all accidents"
    )
    relative_to: Name | None = Field(default=None, description="observed is the ratio to this scenario's metric")
    months: tuple[Month, Month] | None = Field(default=None, description="first and last month")
    value: float
    sd: Positive | None = Field(
        default=None, description="standard deviation of the observation and of what the model can't hit"
    )
    years: Positive | None = Field(
        default=None, description="in place of sd: value is a count in so many years, as of accidents"
    )
    overdispersion: Annotated[float, Field(ge=0.0, le=10.0)] = Field(
        default=0.0, description="k of a count: its variance is mean + k mean², 0 for a Poisson number"
    )
    source: Source

    @property
    def tells_of_harm(self) -> bool:
        """Whether it hangs on what accidents do, not only on how many there are."""
        return any(word in name for name in (self.metric, *self.of) for word in HARM)

    @property
    def spread(self) -> float:
        """Standard deviation of the observation; of a count, at the value itself."""
        return self.sd or sqrt(max(self.value, 1.0) + self.overdispersion * self.value**2)

    @model_validator(mode="after")
    def _months_in_order(self) -> Self:
        if self.months is not None and self.months[0] > self.months[1]:
            raise ValueError(f"the first month, {self.months[0]}, is after the last, {self.months[1]}")
        return self

    @model_validator(mode="after")
    def _can_be(self) -> Self:
        """No metric is below 0, and shares end at 1."""
        if self.value < 0.0:
            raise ValueError(f"value is {self.value:g}, {self.metric} is never below 0")
        share = is_share(self.metric) or bool(self.of)
        if share and self.relative_to is None and self.value > 1.0:
            raise ValueError(f"value is {self.value:g}, {self.metric} is a share and must be from 0 to 1")
        if self.of and (self.relative_to is not None or self.months is not None or self.years is not None):
            raise ValueError("a share of other metrics has neither relative_to nor months nor years, but sd")
        return self

    @model_validator(mode="after")
    def _known_somehow(self) -> Self:
        """Either as a number with an error, or as a count whose chance follows from its mean."""
        if (self.sd is None) == (self.years is None):
            raise ValueError("must have sd, or years if it is a count, and not both")
        if self.years is None:
            if self.overdispersion:
                raise ValueError("overdispersion is of a count: years is missing, or sd tells the error already")
            return self
        if not self.value.is_integer():
            raise ValueError(f"value is {self.value:g}, a count in {self.years:g} years must be a whole number")
        if self.relative_to is not None or self.months is not None:
            raise ValueError("a count in years has neither relative_to nor months")
        row = metric(self.metric)
        if row is not None and row.kind not in {Kind.expected, Kind.events, Kind.exposure}:
            raise ValueError(
                f"metric is {self.metric} ({row.kind.value}): a count is held against an expected number, such as "
                "expected_accidents"
            )
        return self


class Targets(Model):
    """A file of targets, and of priors that replace the scenario's own."""

    format: Literal[1] = 1
    targets: Annotated[tuple[Target, ...], Field(min_length=1)]
    parameters: dict[str, Distribution] | None = None

    @model_validator(mode="after")
    def _named(self) -> Self:
        names = [target.name for target in self.targets]
        if len(set(names)) < len(names):
            raise ValueError("names of targets must differ")
        return self


@dataclass(frozen=True, eq=False)
class Errors:
    """What observations of targets miss them by; arrays of shape (targets,).

    Counts are compared by their square roots, whose spread hardly goes with the mean; all others as they are.
    """

    sd: Floats
    counted: Bools
    overdispersion: Floats

    @classmethod
    def of(cls, targets: Targets) -> "Errors":
        """As they are stated."""
        own = targets.targets
        return cls(
            np.array([target.sd or 0.0 for target in own]),
            np.array([target.years is not None for target in own]),
            np.array([target.overdispersion for target in own]),
        )

    def only(self, place: int) -> "Errors":
        """Of one target."""
        own = slice(place, place + 1)
        return Errors(self.sd[own], self.counted[own], self.overdispersion[own])

    def scaled(self, values: Floats) -> Floats:
        """As they are compared; the last axis is that of the targets."""
        result: Floats = np.where(self.counted, np.sqrt(np.maximum(values, 0.0)), values)
        return result

    def unscaled(self, values: Floats) -> Floats:
        """What `scaled` was given."""
        result: Floats = np.where(self.counted, np.maximum(values, 0.0) ** 2, values)
        return result

    def observed(self, means: Floats, generator: np.random.Generator) -> Floats:
        """What might be observed, shape (draws, targets): normal around the means, or counts with chance and k."""
        result: Floats = means + self.sd * generator.standard_normal(means.shape)
        for place in np.flatnonzero(self.counted).tolist():
            result[:, place] = _count(np.maximum(means[:, place], 0.0), float(self.overdispersion[place]), generator)
        return result


def _count(means: Floats, overdispersion: float, generator: np.random.Generator) -> Floats:
    """Negative binomial numbers: Poisson ones around means that are gamma variates."""
    if overdispersion > 0.0:
        means = means * generator.gamma(1.0 / overdispersion, overdispersion, len(means))
    return generator.poisson(means).astype(np.float64)


def years_over_days(target: Target, days: int) -> float:
    """Factor from a run's sum over so many days to a count's years; 1 for what is no count."""
    return 1.0 if target.years is None else target.years * DAYS_PER_YEAR / days


def observed_in(target: Target, outcomes: dict[str, Outcome]) -> float:
    """What a target is in one simulated experiment.

    Raises
    ------
    ValueError
        if there is no such metric
    """
    own = _value(target, outcomes[target.scenario or list(outcomes)[-1]])
    return own if target.relative_to is None else _over(own, _value(target, outcomes[target.relative_to]))


def _over(value: float, other: float) -> float:
    """A quotient, not a number where there is none."""
    return value / other if other else nan


def _value(target: Target, outcome: Outcome) -> float:
    if target.months is None and target.metric == MEAN_SPEED:
        return _over(outcome.metrics["vehicle_km"], outcome.metrics["vehicle_hours"])
    if target.months is None:
        unknown = next((name for name in (target.metric, *target.of) if name not in outcome.metrics), None)
        if unknown is not None:
            raise ValueError(f"target {target.name}: there is no metric {unknown!r}")
        own = outcome.metrics[target.metric]
        return _over(own, fsum(outcome.metrics[name] for name in target.of)) if target.of else own
    table = outcome.monthly[outcome.monthly["month"].between(*target.months)]
    if target.metric == "compliance_rate":
        return 1.0 - _over(float(table["violations"].sum()), float(table["candidate_trips"].sum()))
    if target.metric not in table or "rate" in target.metric:
        added = ", ".join(str(name) for name in table if name != "month" and "rate" not in str(name))
        raise ValueError(f"target {target.name}: of months, {target.metric!r} can't be added up; these can: {added}")
    return float(table[target.metric].sum())
