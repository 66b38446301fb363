"""What a what-if page is made of: all sets of a programme's measures, simulated, and a surrogate for sliders.

Every set of measures is simulated on the same random numbers, and so exact but for chance; how far chance reaches is
taken from repeated runs of some. What sliders do is a regression on a design of random sets and random positions of all
sliders together; its error is that of points left out of the fit one by one. Short runs after a time in which the
measures have been in force stand for a year.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import numpy as np

from sim.analysis.parts import with_parts
from sim.analysis.portfolio import subsets
from sim.analysis.uncertainty import latin_hypercube, uncertain_keys
from sim.core.units import DAYS_PER_YEAR, Floats
from sim.engine.accounting.outcome import Outcome
from sim.experiment.runner import Experiment
from sim.inputs.road import Road
from sim.report.section_risk import risk_per_km
from sim.scenario import Scenario
from sim.scenario.ranges import with_own_ranges
from sim.statistics.intervals import t_quantile

MOST_PARTS = 8
"""Sets double with each."""
OUTCOMES = ("accidents", "deaths", "injuries")
DESIGN, REPEATS = 36, 3
SMALLEST, SMALLEST_EFFECT = 1e-9, 0.01
CALLS = ("driver_contact",)
WATCHING = (
    "driver_contact",
    "early_warning",
    "enterprise_accountability",
    "squadron_dispatch",
    "driving_warning",
    "device_coverage",
    "rest_areas",
    "rapid_response",
)
"""Measures that see trucks by their devices."""
Along = tuple[list[float], list[list[float]]]
Simulate = Callable[[list[Scenario], int], Experiment]
Draw = Callable[[list[Scenario], int, int], Experiment]


@dataclass(frozen=True)
class Slider:
    """A number that readers may move."""

    key: str
    """Dotted key of the scenario; `traffic` scales trips and the flow of all vehicles."""
    low: float
    high: float
    centre: float
    whole: bool = False
    needs: tuple[str, ...] = ()
    """Measures without any of which it changes nothing."""

    def at(self, place: float) -> float:
        """Value at a place from -1 over 0, the centre, to 1."""
        end = self.high if place > 0.0 else self.low
        return self.centre + abs(place) * (end - self.centre)

    def of_use(self, kinds: Iterable[str]) -> bool:
        """Whether it changes anything where these measures are."""
        return not self.needs or not set(kinds).isdisjoint(self.needs)


@dataclass(frozen=True)
class Surrogate:
    """By sliders at places d: log of an outcome without measures c d + q d**2, of a set's ratio L + d (a + b L).

    A slider that a set has no use for is at 0 for it; without measures all but traffic are.
    """

    a: list[float]
    b: list[float]
    c: float
    q: float
    error_ratio: float
    """Of left-out points, standard deviation of the logarithm."""
    error_base: float


@dataclass
class Explored:
    """Everything that the page needs to know of the model."""

    kinds: list[str]
    scenarios: list[Scenario]
    """Of each set, by the bits of its measures; the first has none."""
    yearly: dict[str, list[float]]
    """Of each outcome, by set."""
    cost_cny: list[float]
    compliance: list[float | None]
    chance: dict[str, float]
    """Standard deviation of the logarithm of a set's ratio in one run, by outcome."""
    unknown: dict[str, float]
    """The same of the whole programme's ratio under drawn parameters, over its logarithm's size; 0 without draws."""
    quantile: float
    """Of Student's t, for 95 %: how many standard deviations an interval reaches."""
    sliders: list[Slider]
    cost_by_place: list[tuple[float, float]] = field(default_factory=list)
    """CNY a year that a slider at its low and its high end adds to a set that has a use for it."""
    fit: dict[str, Surrogate] = field(default_factory=dict)
    ends_km: list[float] = field(default_factory=list)
    risk: list[list[float]] = field(default_factory=list)
    """Expected accidents per km and year along the main road, by set."""


def prepared(programme: Scenario, days: int, warm_up_days: int) -> Scenario:
    """A short run after a time in which the measures have been in force.

    Raises
    ------
    ValueError
        if there are none, or too many to simulate all sets
    """
    kinds = sorted(programme.interventions)
    if not kinds:
        raise ValueError("has no interventions to choose from")
    if len(kinds) > MOST_PARTS:
        raise ValueError(f"has {len(kinds)} interventions, may have up to {MOST_PARTS}: all sets of them are simulated")
    began = (programme.start_date - timedelta(days=warm_up_days)).isoformat()
    starts = {
        f"interventions.{kind}.start_date": began for kind in kinds if programme.interventions[kind].start_date is None
    }
    return programme.changed({"days": days, "warm_up_days": warm_up_days, **starts})


def sliders_of(programme: Scenario) -> list[Slider]:
    """Those that the programme has a use for, each with its centre."""
    return [slider for slider in _candidates(programme) if slider.of_use(programme.interventions)]


def _candidates(programme: Scenario) -> Iterator[Slider]:
    """Sliders that the programme has numbers for."""
    yield Slider("traffic", 0.7, 1.3, 1.0)
    contact, frequent = programme.interventions.get("driver_contact"), programme.fleet.classes.get("frequent_semi")
    if contact is not None:
        own = contact.model_dump()
        key, operators = "interventions.driver_contact.operators", float(own["operators"])
        yield Slider(key, 1.0, max(operators + 2.0, 4.0), operators, whole=True, needs=CALLS)
        yield Slider("interventions.driver_contact.leave_share", 0.5, 0.98, own["leave_share"], needs=CALLS)
    if frequent is not None:
        share = frequent.terminal_online_share
        key = "fleet.classes.frequent_semi.terminal_online_share"
        yield Slider(key, min(0.3, share), 0.95, share, needs=WATCHING)
    yield Slider("fleet.call_answer_probability", 0.4, 0.95, programme.fleet.call_answer_probability, needs=CALLS)


def moved(scenario: Scenario, sliders: Sequence[Slider], places: Sequence[float]) -> Scenario:
    """A scenario with sliders at places from -1 to 1; a measure that it does not have is left out."""
    values = {
        slider.key: round(slider.at(place)) if slider.whole else slider.at(place)
        for slider, place in zip(sliders, places, strict=True)
    }
    return with_values(scenario, values)


def with_values(scenario: Scenario, values: Mapping[str, float]) -> Scenario:
    """A scenario with sliders at values, by their keys; a measure that it does not have is left out."""
    changes: dict[str, Any] = {}
    for key, value in values.items():
        if key == "traffic":
            changes |= _scaled(scenario, value)
        elif not key.startswith("interventions.") or key.split(".")[1] in scenario.interventions:
            changes[key] = value
    return scenario.changed(changes) if changes else scenario


def _scaled(scenario: Scenario, factor: float) -> dict[str, Any]:
    """Trips and the flow of all vehicles times a factor."""
    flows = scenario.demand.model_dump(mode="json")["flows"]
    for flow in flows:
        flow["trips_per_year"] = {name: trips * factor for name, trips in flow["trips_per_year"].items()}
    links = scenario.road.model_dump(mode="json")["links"]
    for link in links:
        link["aadt"] *= factor
    return {"demand.flows": flows, "road.links": links}


def explored(
    programme: Scenario, links: Sequence[str], simulate: Simulate, draw: Draw, seed: int, draws: int
) -> Explored:
    """All sets, what chance and assumptions leave open, and the surrogate.

    Parameters
    ----------
    programme : as `prepared` has it
    links : of the main road, whose risk is drawn
    simulate, draw : run scenarios, or draws of what is uncertain in them
    seed : of the design
    draws : of uncertain parameters; 0 leaves them out
    """
    kinds = sorted(programme.interventions)
    by_mask = {sum(1 << kinds.index(kind) for kind in parts): parts for parts in subsets(kinds)}
    sets = [with_parts(programme, by_mask[mask]) for mask in range(len(by_mask))]
    believed = with_own_ranges([sets[0], sets[-1]]) if draws else []
    outcomes = [runs[0] for runs in simulate(sets, 1).outcomes.values()]
    chance, degrees = _chance(sets, simulate)
    year = DAYS_PER_YEAR / programme.days
    found = Explored(
        kinds=kinds,
        scenarios=sets,
        yearly={name: [year * _expected(one, name) for one in outcomes] for name in OUTCOMES},
        cost_cny=[year * one.metrics["cost_cny"] for one in outcomes],
        compliance=[_known(one.metrics["compliance_rate"]) for one in outcomes],
        chance=chance,
        unknown=_unknown(believed, draw, draws, chance),
        quantile=t_quantile(degrees),
        sliders=sliders_of(programme),
    )
    found.cost_by_place = _costs_by_place(programme, found, simulate)
    found.fit = _fitted(found, simulate, seed)
    found.ends_km, found.risk = _along(programme.road, links, outcomes, year)
    return found


def _expected(outcome: Outcome, name: str) -> float:
    return outcome.metrics[f"expected_{name}"]


def _known(value: float) -> float | None:
    return None if np.isnan(value) else value


def _logs(outcomes: Sequence[Outcome], base: Sequence[Outcome], name: str) -> Floats:
    """Logarithms of ratios, run by run."""
    above, below = ([max(_expected(one, name), SMALLEST) for one in runs] for runs in (outcomes, base))
    result: Floats = np.log(np.array(above)) - np.log(np.array(below))
    return result


def _chance(sets: list[Scenario], simulate: Simulate) -> tuple[dict[str, float], int]:
    """Scatter of ratios between runs, pooled over the whole programme and its single measures, with degrees of freedom.

    Sets share the runs without measures; half of the degrees of freedom are taken to be their own.
    """
    masks = {0, len(sets) - 1, *(1 << bit for bit in range(len(sets).bit_length() - 1))}
    some = [sets[mask] for mask in sorted(masks)]
    runs = list(simulate(some, REPEATS).outcomes.values())
    scatter = {name: [_logs(own, runs[0], name).var(ddof=1) for own in runs[1:]] for name in OUTCOMES}
    degrees = max((len(some) - 1) * (REPEATS - 1) // 2, REPEATS - 1)
    return {name: float(np.sqrt(np.mean(of_sets))) for name, of_sets in scatter.items()}, degrees


def _unknown(pair: list[Scenario], draw: Draw, draws: int, chance: dict[str, float]) -> dict[str, float]:
    """Scatter of the whole programme's ratio over draws of what is uncertain, chance taken off, over its logarithm."""
    if not uncertain_keys(pair):
        return dict.fromkeys(OUTCOMES, 0.0)
    base, whole = draw(pair, draws, 1).outcomes.values()
    found = {}
    for name in OUTCOMES:
        logs = _logs(whole, base, name)
        own = max(float(logs.var(ddof=1)) - chance[name] ** 2, 0.0)
        found[name] = float(np.sqrt(own)) / max(abs(float(np.median(logs))), SMALLEST_EFFECT)
    return found


def _fitted(found: Explored, simulate: Simulate, seed: int) -> dict[str, Surrogate]:
    """Least squares on random sets at random places of all sliders."""
    sliders, sets = found.sliders, found.scenarios
    shares = latin_hypercube(DESIGN, ["set", *(slider.key for slider in sliders)], seed)
    masks = 1 + (shares[:, 0] * (len(sets) - 1)).astype(np.int64)
    places = 2.0 * shares[:, 1:] - 1.0
    for column, slider in enumerate(sliders):
        places[:, column] = [_reached(slider, place) for place in places[:, column].tolist()]
    pairs = [
        moved(sets[mask], sliders, row).changed({"name": f"{kind}_{number}"})
        for number, row in enumerate(places.tolist())
        for kind, mask in (("without", 0), ("with", int(masks[number])))
    ]
    runs = [own[0] for own in simulate(pairs, 1).outcomes.values()]
    return {name: _surrogate(found, name, masks.tolist(), places, runs) for name in OUTCOMES}


def _reached(slider: Slider, place: float) -> float:
    """The place of the whole number that a value is rounded to."""
    if not slider.whole:
        return place
    value = round(slider.at(place))
    if value == slider.centre:
        return 0.0
    above = value > slider.centre
    share = (value - slider.centre) / ((slider.high if above else slider.low) - slider.centre)
    return share if above else -share


def _surrogate(found: Explored, name: str, masks: Sequence[int], places: Floats, runs: Sequence[Outcome]) -> Surrogate:
    values = np.maximum(np.array(found.yearly[name]), SMALLEST)
    size = np.log(values / values[0])[list(masks)]
    moved_by = _logs(runs[1::2], runs[0::2], name) - size
    year = DAYS_PER_YEAR / found.scenarios[0].days
    base = np.log(np.maximum([year * _expected(one, name) for one in runs[0::2]], SMALLEST) / values[0])
    used = places * np.array([_of_use(found, mask) for mask in masks])
    ratio, error_ratio = _least_squares(np.hstack([used, used * size[:, None]]), moved_by)
    traffic = places[:, :1]
    level, error_base = _least_squares(np.hstack([traffic, traffic**2]), base)
    count = places.shape[1]
    return Surrogate(ratio[:count], ratio[count:], level[0], level[1], error_ratio=error_ratio, error_base=error_base)


def _of_use(found: Explored, mask: int) -> list[float]:
    """1 for each slider that a set of measures has a use for, 0 for others."""
    own = {kind for bit, kind in enumerate(found.kinds) if mask >> bit & 1}
    return [float(slider.of_use(own)) for slider in found.sliders]


def _costs_by_place(programme: Scenario, found: Explored, simulate: Simulate) -> list[tuple[float, float]]:
    """What ends of sliders add to the whole programme's cost; costs are straight lines between, and need no traffic."""
    still = programme.changed({"days": 1, "warm_up_days": 0, "name": "centre"})
    ends = [still]
    for number in range(len(found.sliders)):
        for name, place in (("low", -1.0), ("high", 1.0)):
            places = [place if column == number else 0.0 for column in range(len(found.sliders))]
            ends.append(moved(still, found.sliders, places).changed({"name": f"{name}_{number}"}))
    costs = [runs[0].metrics["cost_cny"] * DAYS_PER_YEAR for runs in simulate(ends, 1).outcomes.values()]
    return [(low - costs[0], high - costs[0]) for low, high in zip(costs[1::2], costs[2::2], strict=True)]


def _least_squares(columns: Floats, answers: Floats) -> tuple[list[float], float]:
    """Coefficients, and the root mean square of what points are missed by that are left out one by one.

    Notes
    -----
    The error of a point that is left out is e / (1 - h) with its residual e and its leverage h;
    a test compares it with fits without each point.
    """
    inverse = np.linalg.pinv(columns)
    coefficients = np.einsum("ij,j->i", inverse, answers)
    leverage = np.einsum("ij,ji->i", columns, inverse)
    residual = answers - np.einsum("ij,j->i", columns, coefficients)
    left_out = residual / np.maximum(1.0 - leverage, SMALLEST)
    return coefficients.tolist(), float(np.sqrt(np.mean(left_out**2)))


def _along(road: Road, links: Sequence[str], outcomes: Sequence[Outcome], year: float) -> Along:
    """Ends of the main road's sections [km], and expected accidents per km and year in each set."""
    lengths = [section.length_km for link in road.links if link.name in links for section in link.sections]
    ends = np.concatenate([[0.0], np.cumsum(lengths)]).round(3).tolist()
    rows = [
        (year * risk_per_km(one.sections.assign(scenario="", replication=0), "", links)).round(4).tolist()
        for one in outcomes
    ]
    return ends, rows
