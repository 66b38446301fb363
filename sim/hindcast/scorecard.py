"""Every observation beside what the model gave for it without having seen it, and beside what two naive rivals say.

Weights of the draws come from the observations marked as fitted, those of the same case left out: what is predicted of
a case never rests on it. The first rival is the safety manual alone, with the same traffic and calibration factors. The
second is the mean of the other cases: their rate per million truck-km, or their share or effect. All three are scored
by the logarithm of the probability that they gave to what was observed [1].

[1] Gneiting and Raftery (2007), Strictly proper scoring rules, prediction, and estimation, Journal of the American
    Statistical Association 102, 359-378.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, isfinite, nan
from statistics import median

import numpy as np
from scipy.special import logsumexp

from sim.core.units import Floats
from sim.hindcast import likelihood
from sim.hindcast.cases import Count, LoadedCase, Observation, Registers
from sim.hindcast.draws import Draws
from sim.hindcast.quantities import by_manual, million_truck_km, value_of

LONE_LOG_SD = 1.0
"""Of the second rival where a single other case is its whole experience: assumption."""
LEAST_LOG_SD = 0.3


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
    """Million truck-km a year times what is recorded, shape (draws,)."""
    own: Floats
    """A place's own deviations, shape (deviations,)."""


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
    why: str | None
    miss: str | None
    miss_zh: str | None
    reference: str

    @property
    def inside(self) -> bool:
        """Whether the observed value lies in the interval."""
        return self.low <= self.observed <= self.high

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
    if counted:
        factor = draws.traffic[case.case.name] * draws.recorded[case.case.country, observation.register_name]
        values, manual, exposure = values * factor, manual * factor, exposure * factor
    elif observation.naive is not None:
        manual = np.full(len(values), observation.naive)
    selected = case.case.selected and counted
    own = likelihood.deviations(seed, registers.discrepancy, selected=selected)
    return Predicted(case, observation, values, manual, exposure, own)


def scorecard(found: Sequence[Predicted], registers: Registers, seed: int) -> list[Score]:
    """A row an observation, in the order of the cases."""
    fits = {id(one): _marginal(one, one.values, registers) for one in found if one.observation.role == "fitted"}
    return [_score(one, found, fits, registers, seed) for one in found]


def _score(
    one: Predicted, found: Sequence[Predicted], fits: dict[int, Floats], registers: Registers, seed: int
) -> Score:
    observation = one.observation
    weights = _weights([fits[id(o)] for o in found if id(o) in fits and o.case is not one.case], len(one.values))
    sd = likelihood.spread_of(observation, registers.discrepancy)
    values = likelihood.spread(one.values, one.own, sd, observation)
    might = likelihood.replicated(observation, values, seed)
    observed = likelihood.observed_value(observation.observed)
    low, middle, high = likelihood.weighted_quantiles(might, weights, (0.05, 0.5, 0.95))
    case = one.case.case
    return Score(
        case=case.name,
        name=observation.name,
        title=f"{case.title}: {observation.title}",
        title_zh=f"{case.title_zh}：{observation.title_zh}",
        register=observation.register_name,
        role=observation.role,
        kind=observation.observed.kind,
        observed=observed,
        predicted=middle,
        low=low,
        high=high,
        below=likelihood.tail(might, weights, observed),
        log_score=likelihood.mixture_log_score(likelihood.log_likelihood(observation, values), weights),
        manual=_rival(one, one.manual, sd),
        others=_by_others(one, found),
        effective_draws=1.0 / float((weights**2).sum()),
        why=observation.why,
        miss=observation.miss,
        miss_zh=observation.miss_zh,
        reference=observation.source.reference or observation.source.note or "",
    )


def _marginal(one: Predicted, values: Floats, registers: Registers) -> Floats:
    """Log probability of an observation by draw, over the place's own deviations."""
    sd = likelihood.spread_of(one.observation, registers.discrepancy)
    each = likelihood.log_likelihood(one.observation, likelihood.spread(values, one.own, sd, one.observation))
    result: Floats = logsumexp(each, axis=1) - np.log(each.shape[1])
    return result


def _weights(log_likelihoods: Sequence[Floats], draws: int) -> Floats:
    """Of the draws by what was fitted elsewhere; sum 1."""
    total = np.sum(log_likelihoods, axis=0) if log_likelihoods else np.zeros(draws)
    result: Floats = np.exp(total - logsumexp(total))
    return result


def _rival(one: Predicted, values: Floats, sd: float) -> float | None:
    """Score of other values with the same deviations."""
    if not np.isfinite(values).all():
        return None
    spread = likelihood.spread(values, one.own, sd, one.observation)
    return likelihood.mixture_log_score(
        likelihood.log_likelihood(one.observation, spread), np.full(len(values), 1.0 / len(values))
    )


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
    return _rival(one, values, spread * float(np.sqrt(1.0 + 1.0 / len(seen))))


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
    log_score: dict[str, float]
    """Of the model and each rival over what both predict: model_on_manual, manual, model_on_others, others."""
    compared: dict[str, int]
    """Observations that a rival predicts."""


def totals(rows: Sequence[Score]) -> Totals:
    """Over evidence only."""
    kept = [row for row in rows if row.role == "evidence"]
    middle = median([row.width or inf for row in kept]) if kept else inf
    scores: dict[str, float] = {}
    compared: dict[str, int] = {}
    for rival in ("manual", "others"):
        both = [row for row in kept if getattr(row, rival) is not None]
        scores[f"model_on_{rival}"] = sum(row.log_score for row in both)
        scores[rival] = sum(float(getattr(row, rival)) for row in both)
        compared[rival] = len(both)
    return Totals(
        observations=len(kept),
        cases=len({row.case for row in kept}),
        inside=sum(row.inside for row in kept),
        expected_inside=likelihood.INTERVAL * len(kept),
        median_width=middle if isfinite(middle) else None,
        log_score=scores,
        compared=compared,
    )
