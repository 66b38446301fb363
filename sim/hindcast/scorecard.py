"""Every observation beside what the model gave for it without having seen it, and beside what two naive rivals say.

Weights of the draws come from the observations marked as fitted, those of the same case left out: what is predicted of
a case never rests on it. A second prediction learns from everything that was seen in the other cases, so that what they
share is known as well as they tell it (`learning`). The first rival is the safety manual alone, with the same traffic
and calibration factors. The second is the mean of the other cases: their rate per million truck-km, or their share or
effect. All three are scored by the logarithm of the probability that they gave to what was observed [1].

[1] Gneiting and Raftery (2007), Strictly proper scoring rules, prediction, and estimation, Journal of the American
    Statistical Association 102, 359-378.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import inf, isfinite, nan
from statistics import median
from typing import NamedTuple

import numpy as np
from scipy.special import ndtri

from sim.core.units import Floats
from sim.hindcast import learning, likelihood
from sim.hindcast.cases import Count, LoadedCase, Observation, Registers
from sim.hindcast.draws import Draws
from sim.hindcast.quantities import by_manual, million_truck_km, value_of

LONE_LOG_SD = 1.0
"""Of the second rival where a single other case is its whole experience: assumption."""
LEAST_LOG_SD = 0.3
CENTRAL = (0.05, 0.5, 0.95)
"""Ends and middle of what is shown of a prediction."""
ERRORS = 100
"""First stream of the surrogates' errors, one a row."""


@dataclass(frozen=True, eq=False)
class Predicted:
    """An observation and its counterpart in every draw."""

    case: LoadedCase
    observation: Observation
    values: Floats
    """A year's number, a share or a ratio, shape (draws,)."""
    manual: Floats
    """The same by the manual alone, not a number where it has none, shape (draws,)."""
    exposure: Floats
    """Million truck-km a year times what is recorded of counts, at the middle of its traffic, shape (draws,)."""
    own: Floats
    """A place's own deviations, shape (deviations,)."""
    traffic: Floats
    """Factor on the number of trucks, which nothing else depends on, shape (deviations,)."""
    sd: float
    """Of the place's own deviations, of the logarithm or of log-odds."""

    def spread(self, values: Floats) -> Floats:
        """Values with the place's own deviations and what is not known of its traffic, shape (draws, deviations)."""
        return likelihood.spread(values, self.own, self.sd, self.observation) * self.traffic


@dataclass(frozen=True)
class Learned:
    """A prediction with what was seen in all other cases taken in."""

    predicted: float
    """Median."""
    low: float
    high: float
    """Of the central 90 % interval."""
    log_score: float
    effective_draws: float
    """Of the surrogate's draws: few of them make the interval itself uncertain."""
    explained: float
    """Share of the variance between runs that the surrogate meets in runs that it has not seen."""


@dataclass(frozen=True)
class Score:
    """A row of the scorecard; numbers are a year's, shares or ratios."""

    case: str
    name: str
    title: str
    title_zh: str
    register: str
    role: str
    kind: str
    observed: float
    predicted: float
    """Median."""
    low: float
    high: float
    """Of the central 90 % interval."""
    below: float
    """Share of predictions below what was observed."""
    log_score: float
    manual: float | None
    """Logarithmic score of the manual; none where it says nothing."""
    others: float | None
    """The same of the other cases' mean."""
    effective_draws: float
    learned: Learned
    why: str | None
    miss: str | None
    miss_zh: str | None
    reference: str

    @property
    def inside(self) -> bool:
        """Whether the observed value lies in the interval."""
        return self.low <= self.observed <= self.high

    @property
    def learned_inside(self) -> bool:
        """The same for the interval that learned from the other cases."""
        return self.learned.low <= self.observed <= self.learned.high

    @property
    def width(self) -> float | None:
        """High over low end of the interval; none where that reaches down to 0."""
        return self.high / self.low if self.low > 0.0 else None


def predicted(cases: Sequence[LoadedCase], draws: Draws, registers: Registers, seed: int) -> list[Predicted]:
    """All observations with their counterparts.

    Raises
    ------
    ValueError
        if a draw has no value of one, such as a share of no accidents
    """
    return [
        _predicted(case, observation, draws, registers, seed)
        for case in cases
        for observation in case.case.observations
    ]


def _predicted(case: LoadedCase, observation: Observation, draws: Draws, registers: Registers, seed: int) -> Predicted:
    by_scenario = draws.runs[case.case.name]
    runs = by_scenario[observation.scenario or next(iter(by_scenario))]
    values = np.array([value_of(observation, run) for run in runs])
    manual = np.array([by_manual(observation, run) for run in runs])
    exposure = np.array([million_truck_km(run) for run in runs])
    if observation.relative_to is not None:
        others = np.array([value_of(observation, run) for run in by_scenario[observation.relative_to]])
        values = np.divide(values, others, out=np.full(len(values), nan), where=others > 0.0)
    if not np.isfinite(values).all():
        row = int(np.flatnonzero(~np.isfinite(values))[0])
        where = f"{case.file}: {observation.name}"
        raise ValueError(f"{where}: {observation.quantity} has no value in draw {row}: simulate more days or trucks")
    counted = isinstance(observation.observed, Count)
    if counted or observation.is_recorded_rate:
        recorded = draws.recorded[case.case.country, observation.register_name]
        values, manual, exposure = values * recorded, manual * recorded, exposure * recorded
    elif observation.naive is not None:
        manual = np.full(len(values), observation.naive)
    discrepancy, selected = registers.discrepancy, case.case.selected and counted
    own = likelihood.deviations(seed, discrepancy, selected=selected)
    traffic = likelihood.quantiles(seed, case.case.traffic.quantile) if counted else np.ones(len(own))
    sd = likelihood.spread_of(observation, discrepancy)
    return Predicted(case, observation, values, manual, exposure, own, traffic, sd)


def scorecard(found: Sequence[Predicted], shares: Floats, seed: int) -> list[Score]:
    """A row an observation, in the order of the cases; `shares` are those of the draws."""
    told = _told([one for one in found if one.observation.role == "fitted"])
    learned = _learned(found, shares, seed)
    return [_score(one, found, told, own, seed) for one, own in zip(found, learned, strict=True)]


def _learned(found: Sequence[Predicted], shares: Floats, seed: int) -> list[Learned]:
    """Predictions by surrogates that learned from all other cases."""
    scores = ndtri(shares)
    made = [learning.surrogate(one.observation, one.values, scores) for one in found]
    many_scores = learning.drawn_scores(scores.shape[1], seed)
    pairs = enumerate(zip(found, made, strict=True))
    many = [_by_surrogate(one, own, many_scores, seed, number) for number, (one, own) in pairs]
    told = _told(many)
    return [_after_others(one, own, told, seed) for one, own in zip(many, made, strict=True)]


def _by_surrogate(one: Predicted, own: learning.Surrogate, scores: Floats, seed: int, number: int) -> Predicted:
    """Its error is one more deviation, of this row only."""
    values = learning.from_line(one.observation, own.of(scores))
    sd = float(np.hypot(one.sd, own.error_sd))
    deviations = (one.sd * one.own + own.error_sd * likelihood.quantiles(seed, ndtri, stream=ERRORS + number)) / sd
    return replace(one, values=values, own=deviations, sd=sd)


def _after_others(one: Predicted, own: learning.Surrogate, told: Mapping[str, Floats], seed: int) -> Learned:
    after = _weighed(one, told, seed)
    return Learned(after.predicted, after.low, after.high, after.log_score, after.effective_draws, own.explained)


class _Weighed(NamedTuple):
    """What the draws say of an observation by what was seen in other cases; fields as in `Score`."""

    predicted: float
    low: float
    high: float
    below: float
    log_score: float
    effective_draws: float


def _weighed(one: Predicted, told: Mapping[str, Floats], seed: int) -> _Weighed:
    observation = one.observation
    weights = learning.weights(_of_others(one, told), len(one.values))
    values = one.spread(one.values)
    might = likelihood.replicated(observation, values, seed)
    low, middle, high = likelihood.weighted_quantiles(might, weights, CENTRAL)
    below = likelihood.tail(might, weights, likelihood.observed_value(observation.observed))
    score = likelihood.mixture_log_score(likelihood.log_likelihood(observation, values), weights)
    return _Weighed(middle, low, high, below, score, learning.effective(weights))


def _score(
    one: Predicted, found: Sequence[Predicted], told: Mapping[str, Floats], learned: Learned, seed: int
) -> Score:
    observation = one.observation
    case = one.case.case
    return Score(
        case=case.name,
        name=observation.name,
        title=f"{case.title}: {observation.title}",
        title_zh=f"{case.title_zh}：{observation.title_zh}",
        register=observation.register_name,
        role=observation.role,
        kind=observation.observed.kind,
        observed=likelihood.observed_value(observation.observed),
        manual=_rival(one, one.spread(one.manual)),
        others=_by_others(one, found),
        learned=learned,
        why=observation.why,
        miss=observation.miss,
        miss_zh=observation.miss_zh,
        reference=observation.source.reference or observation.source.note or "",
        **_weighed(one, told, seed)._asdict(),
    )


def _told(found: Sequence[Predicted]) -> dict[str, Floats]:
    """Log probability by case of all that was seen there, by draw.

    Counts of one case share its traffic and its own deviation, column by column; other observations have their own.
    """
    told: dict[str, Floats] = {}
    for name in {one.case.case.name: None for one in found}:
        own = [one for one in found if one.case.case.name == name]
        each = [likelihood.log_likelihood(one.observation, one.spread(one.values)) for one in own]
        counts = [one for one, of in zip(each, own, strict=True) if isinstance(of.observation.observed, Count)]
        apart = [one for one, of in zip(each, own, strict=True) if not isinstance(of.observation.observed, Count)]
        together = [np.sum(counts, axis=0)] if counts else []
        told[name] = np.sum([likelihood.by_draw(one) for one in (*together, *apart)], axis=0)
    return told


def _of_others(one: Predicted, told: Mapping[str, Floats]) -> list[Floats]:
    """Of all cases but its own."""
    return [own for name, own in told.items() if name != one.case.case.name]


def _rival(one: Predicted, values: Floats) -> float | None:
    """Score of other values, shape (draws, deviations)."""
    if not np.isfinite(values).all():
        return None
    each = likelihood.log_likelihood(one.observation, values)
    return likelihood.mixture_log_score(each, np.full(len(values), 1.0 / len(values)))


def _by_others(one: Predicted, found: Sequence[Predicted]) -> float | None:
    """Score of the mean of what was seen in other cases of the kind, with their spread."""
    seen = np.array([_per_exposure(o) for o in found if o.case is not one.case and _kind(o) == _kind(one)])
    seen = seen[np.isfinite(seen)]
    if not len(seen):
        return None
    spread = max(float(seen.std(ddof=1)), LEAST_LOG_SD) if len(seen) > 1 else LONE_LOG_SD
    middle = float(np.exp(seen.mean()))
    counted = isinstance(one.observation.observed, Count)
    values = middle * (one.exposure if counted else np.ones(len(one.values)))
    return _rival(one, replace(one, sd=spread * float(np.sqrt(1.0 + 1.0 / len(seen)))).spread(values))


def _kind(one: Predicted) -> tuple[str, ...]:
    """What can be averaged: a number of events by kind of road, a share of one kind, or the effect of a change."""
    observation = one.observation
    if observation.relative_to is not None:
        return ("effect",)
    counted = isinstance(observation.observed, Count)
    return (observation.quantity, one.case.case.road) if counted else (observation.quantity,)


def _per_exposure(one: Predicted) -> float:
    """Logarithm of what was observed, of numbers by million truck-km in the middle of the draws."""
    observed = likelihood.observed_value(one.observation.observed)
    if observed <= 0.0:
        return nan
    counted = isinstance(one.observation.observed, Count)
    return float(np.log(observed / (np.median(one.exposure) if counted else 1.0)))


@dataclass(frozen=True)
class Totals:
    """What the rows that are evidence say together."""

    observations: int
    cases: int
    inside: int
    expected_inside: float
    median_width: float | None
    """None where there is no evidence, or its middle interval reaches down to 0."""
    draws: float | None
    """Effective draws of the row that has the fewest, by the weights of what was fitted elsewhere."""
    learned_inside: int
    """Of predictions that learned from the other cases, as the next ones."""
    learned_median_width: float | None
    learned_draws: float | None
    """Effective draws of the row that has the fewest."""
    explained: float | None
    """Share of the variance that the surrogates meet, in the middle of the rows."""
    log_score: dict[str, float]
    """Of the model and each rival over what both predict: model_on_manual, manual, model_on_others, others.

    `learned_on_` is the model that learned from the other cases.
    """
    compared: dict[str, int]
    """Observations that a rival predicts."""


def totals(rows: Sequence[Score]) -> Totals:
    """Over evidence only."""
    kept = [row for row in rows if row.role == "evidence"]
    scores: dict[str, float] = {}
    compared: dict[str, int] = {}
    for rival in ("manual", "others"):
        both = [row for row in kept if getattr(row, rival) is not None]
        scores[f"model_on_{rival}"] = sum(row.log_score for row in both)
        scores[f"learned_on_{rival}"] = sum(row.learned.log_score for row in both)
        scores[rival] = sum(float(getattr(row, rival)) for row in both)
        compared[rival] = len(both)
    return Totals(
        observations=len(kept),
        cases=len({row.case for row in kept}),
        inside=sum(row.inside for row in kept),
        expected_inside=likelihood.INTERVAL * len(kept),
        median_width=_middle_width([(row.low, row.high) for row in kept]),
        draws=min((row.effective_draws for row in kept), default=None),
        learned_inside=sum(row.learned_inside for row in kept),
        learned_median_width=_middle_width([(row.learned.low, row.learned.high) for row in kept]),
        learned_draws=min((row.learned.effective_draws for row in kept), default=None),
        explained=median(row.learned.explained for row in kept) if kept else None,
        log_score=scores,
        compared=compared,
    )


def _middle_width(intervals: Sequence[tuple[float, float]]) -> float | None:
    widths = [high / low if low > 0.0 else inf for low, high in intervals]
    middle = median(widths) if widths else inf
    return middle if isfinite(middle) else None
