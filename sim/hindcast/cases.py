"""Files of observed cases: what was seen where, in whose register, and which scenarios stand for it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from sim.core.parameters import LogSpread, Model, Name, NotNegative, Positive, Share, Source
from sim.scenario import Mistake, Scenario, ScenarioError, load_scenario
from sim.scenario.loading import load_as
from sim.scenario.uncertain import Distribution

Quantity = Literal[
    "accidents",
    "runaways",
    "deaths",
    "injuries",
    "deaths_per_accident",
    "deaths_per_runaway",
    "deaths_per_injury",
    "deaths_of_others_share",
    "fatal_rate",
    "accident_rate",
    "injury_accident_rate",
    "runaway_share",
    "rear_end_share",
    "head_on_fatal_share",
    "rollover_share",
    "months_share",
    "mean_speed_kmh",
]
RECORDED_RATES: tuple[Quantity, ...] = ("accident_rate", "injury_accident_rate")
"""Per million truck-km: like counts they hold what a register holds, but don't depend on how many trucks there were."""
Role = Literal["evidence", "fitted", "input"]
Text = Annotated[str, Field(min_length=1, max_length=500)]
Whole = Annotated[int, Field(ge=0)]
Month = Annotated[int, Field(ge=1, le=12)]


class Count(Model):
    """So many in so many years."""

    kind: Literal["count"]
    count: Whole
    years: Positive


class PartOf(Model):
    """So many of so many."""

    kind: Literal["share"]
    count: Whole
    of: Annotated[int, Field(ge=1)]

    @model_validator(mode="after")
    def _no_more_than_all(self) -> Self:
        if self.count > self.of:
            raise ValueError(f"count is {self.count} of {self.of}")
        return self


class Estimate(Model):
    """A published value and its standard error; of positive ones that of the logarithm."""

    kind: Literal["estimate"]
    value: Positive
    log_se: LogSpread


class BeforeAfter(Model):
    """Counts before and after a change, as a ratio of yearly counts."""

    kind: Literal["before_after"]
    before: Annotated[int, Field(ge=1)]
    years_before: Positive
    after: Whole
    years_after: Positive


Observed = Annotated[Count | PartOf | Estimate | BeforeAfter, Field(discriminator="kind")]


class Stretch(Model):
    """Part of a link, in its own direction."""

    link: Name
    from_km: NotNegative
    to_km: Positive


class Observation(Model):
    """One number that was seen, and what the model's counterpart is."""

    name: Name
    title: Text
    title_zh: Text
    quantity: Quantity
    observed: Observed
    source: Source
    register_name: Name = Field(alias="register", description="whose count it is, of registers.yaml")
    scenario: Name | None = Field(default=None, description="the case's first if not said")
    relative_to: Name | None = Field(default=None, description="observed is the ratio to this scenario's quantity")
    stretch: Stretch | None = Field(default=None, description="of accidents: only those of this part of the road")
    months: tuple[Month, ...] | None = Field(default=None, description="of months_share: 1 is January")
    role: Role = "evidence"
    why: Text | None = Field(default=None, description="how it was used, where it is not evidence")
    naive: Positive | None = Field(default=None, description="what a table would say of a share or effect")
    naive_source: Source | None = None
    miss: Text | None = Field(default=None, description="what a miss is put down to")
    miss_zh: Text | None = None

    @property
    def is_recorded_rate(self) -> bool:
        """Whether it is a level that depends on what is recorded, and not on the number of trucks."""
        return self.quantity in RECORDED_RATES and self.relative_to is None

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        ratio = self.observed.kind == "before_after"
        if ratio and self.relative_to is None:
            raise ValueError("before_after needs relative_to: the scenario of the time before")
        if self.observed.kind == "count" and self.relative_to is not None:
            raise ValueError("a count has no relative_to")
        if (self.quantity == "months_share") != (self.months is not None):
            raise ValueError("months belong to months_share, and it needs them")
        if self.stretch is not None and self.quantity != "accidents":
            raise ValueError("a stretch belongs to accidents")
        if self.role != "evidence" and self.why is None:
            raise ValueError(f"role is {self.role}: say why")
        if (self.naive is None) != (self.naive_source is None):
            raise ValueError("naive and naive_source belong together")
        return self


class Case(Model):
    """A place, its scenarios and what was seen there."""

    format: Literal[1] = 1
    name: Name
    title: Text
    title_zh: Text
    country: Annotated[str, Field(pattern="^[A-Z]{2}$")]
    road: Literal["expressway", "two_lane"]
    scenarios: Annotated[tuple[str, ...], Field(min_length=1, description="files beside this one")]
    traffic: Distribution = Field(description="factor on the scenarios' number of trucks")
    simulated_share: Annotated[float, Field(gt=0.0, le=1.0)] = Field(
        default=1.0, description="of the trucks: what is expected of all follows from a part of many"
    )
    selected: bool = Field(default=False, description="known because it is among the worst of many")
    assumed: Annotated[tuple[Text, ...], Field(min_length=1, description="what stands in for what is not known")]
    observations: Annotated[tuple[Observation, ...], Field(min_length=1)]


class Register(Model):
    """Recorded events over those that happened, in one country's register of one kind."""

    country: Annotated[str, Field(pattern="^[A-Z]{2}$")]
    name: Name
    recorded: Distribution


class Discrepancy(Model):
    """By how much a place differs from what the model can know of it."""

    count_log_sd: LogSpread
    share_logit_sd: LogSpread
    effect_log_sd: LogSpread
    worst_share: Share = Field(description="sites like those listed as the worst, of all")
    worst_correlation: Share = Field(description="of a site's own factor with what the list goes by")
    sources: dict[str, Source]


class Registers(Model):
    """Shared by all cases."""

    format: Literal[1] = 1
    registers: tuple[Register, ...]
    discrepancy: Discrepancy

    def of(self, country: str, name: str) -> Register | None:
        """A country's register of that name."""
        return next((own for own in self.registers if (own.country, own.name) == (country, name)), None)


@dataclass(frozen=True, eq=False)
class LoadedCase:
    """A case and its scenarios, by name in the order of the file."""

    file: Path
    case: Case
    scenarios: dict[str, Scenario]


def load_cases(files: list[Path], registers: Registers) -> list[LoadedCase]:
    """Cases with their scenarios.

    Raises
    ------
    ScenarioError
        with all mistakes of the first file that has any
    """
    found = [_loaded(file, registers) for file in files]
    names = [case.case.name for case in found]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise ScenarioError([Mistake(str(files[names.index(twice)]), 0, "name", f"two cases are named {twice!r}")])
    return found


def _loaded(file: Path, registers: Registers) -> LoadedCase:
    case = load_as(file, Case)
    scenarios = [load_scenario(file.parent / name) for name in case.scenarios]
    by_name = {scenario.name: _thinned(scenario, case.simulated_share) for scenario in scenarios}
    mistakes = [
        Mistake(str(file), 0, f"observations.{number}.{key}", message)
        for number, observation in enumerate(case.observations)
        for key, message in _wrong(observation, case, by_name, registers)
    ]
    if mistakes:
        raise ScenarioError(mistakes)
    return LoadedCase(file, case, by_name)


def _thinned(scenario: Scenario, share: float) -> Scenario:
    """With a share of the trucks only."""
    changes = {
        f"demand.flows.{number}.trips_per_year.{truck_class}": share * trips
        for number, flow in enumerate(scenario.demand.flows)
        for truck_class, trips in flow.trips_per_year.items()
    }
    return scenario if share == 1.0 else scenario.changed(changes)


def _wrong(
    observation: Observation, case: Case, scenarios: dict[str, Scenario], registers: Registers
) -> list[tuple[str, str]]:
    found = [
        (key, f"{name!r} is not a scenario of the case; they are {', '.join(scenarios)}")
        for key in ("scenario", "relative_to")
        if (name := getattr(observation, key)) is not None and name not in scenarios
    ]
    if registers.of(case.country, observation.register_name) is None:
        known = ", ".join(own.name for own in registers.registers if own.country == case.country) or "none"
        found.append(
            ("register", f"{observation.register_name!r} is no register of {case.country}; known there: {known}")
        )
    own = scenarios.get(observation.scenario or next(iter(scenarios)))
    if observation.stretch is not None and own is not None:
        links = [link.name for link in own.road.links]
        if observation.stretch.link not in links:
            found.append(
                ("stretch.link", f"{observation.stretch.link!r} is not a link; they are {', '.join(links[:20])}")
            )
    return found


def shortened(case: LoadedCase, days: int) -> LoadedCase:
    """With scenarios of no more than so many days."""
    own = {name: scenario.changed({"days": min(days, scenario.days)}) for name, scenario in case.scenarios.items()}
    return LoadedCase(case.file, case.case, own)
