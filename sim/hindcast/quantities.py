"""What the model says of a quantity that was observed: yearly numbers, shares and ratios of one run."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import nan

from sim.core.units import DAYS_PER_YEAR, METRES_PER_KM, VKM_PER_MILLION
from sim.engine.accounting.outcome import Outcome
from sim.hindcast.cases import Observation, Stretch
from sim.inputs.network import Network
from sim.risk.mechanisms import MECHANISMS
from sim.risk.section_hazard import base_hazard
from sim.scenario import Scenario

MANUAL_SEVERITY = {"deaths": 0.013, "injuries": 0.308}
"""Persons per accident that a manual's reader would put: shares of fatal accidents and of those with injured.

AASHTO 2010, Highway Safety Manual, table 10-3: 1.3 % and 30.8 %.
"""

MANUAL_RATES = {"accident_rate": 1.0, "injury_accident_rate": MANUAL_SEVERITY["deaths"] + MANUAL_SEVERITY["injuries"]}
"""Accidents of a kind over all, by the same table."""


@dataclass(frozen=True, eq=False)
class Run:
    """A scenario with its numbers drawn, and what came of it."""

    scenario: Scenario
    outcome: Outcome
    share: float
    """Of the trucks that were simulated."""

    @property
    def years(self) -> float:
        """Of all trucks that the run stands for."""
        return self.scenario.days / DAYS_PER_YEAR * self.share

    def expected(self, *mechanisms: str) -> float:
        """Accidents of these mechanisms in the run."""
        return sum(self.outcome.metrics[f"expected_{name}"] for name in mechanisms)


def value_of(observation: Observation, run: Run) -> float:
    """Of a year where it is a number of events; not a number where there is none."""
    if observation.stretch is not None:
        return _on_stretch(run, observation.stretch) / run.years
    if observation.months is not None:
        return _in_months(run, observation.months)
    return QUANTITIES[observation.quantity](run)


def million_truck_km(run: Run) -> float:
    """A year."""
    return run.outcome.metrics["vehicle_km"] / VKM_PER_MILLION / run.years


def by_manual(observation: Observation, run: Run) -> float:
    """What the safety manual alone gives for a number of events a year; not a number where it has none.

    Its prediction for each section, with the draw's calibration factors and the truck-km of the run.
    """
    quantity = observation.quantity
    if quantity not in {"accidents", *MANUAL_SEVERITY, *MANUAL_RATES} or observation.stretch is not None:
        return nan
    hazard = base_hazard(Network(run.scenario.road), run.scenario.risk).per_m
    metres = run.outcome.sections["vehicle_km"].to_numpy() * METRES_PER_KM
    accidents = sum(float(one) for one in hazard * metres) / run.years
    if quantity in MANUAL_RATES:
        return accidents / million_truck_km(run) * MANUAL_RATES[quantity]
    return accidents * MANUAL_SEVERITY.get(quantity, 1.0)


def _metric(name: str) -> Callable[[Run], float]:
    return lambda run: run.outcome.metrics[name] / run.years


def _over(value: float, other: float) -> float:
    return value / other if other > 0.0 else nan


def _ratio(name: str, other: str) -> Callable[[Run], float]:
    return lambda run: _over(run.outcome.metrics[name], run.outcome.metrics[other])


def _runaways(run: Run) -> float:
    """Accidents of trucks without brakes, and those that escape ramps end."""
    return (run.expected("runaway") + run.outcome.metrics["expected_ramp_captures"]) / run.years


def _deaths_per_runaway(run: Run) -> float:
    """Deaths by the mechanism's shares, of those runaways that no ramp ends."""
    severity, place = run.scenario.severity, MECHANISMS.index("runaway")
    fatal = min(severity.fatal_share[place], 1.0) * severity.deaths_per_fatal[place]
    return _over(run.expected("runaway") / run.years * fatal, _runaways(run))


def _fatal(run: Run, *mechanisms: str) -> float:
    """Fatal accidents of these mechanisms by their shares, the truck's speed aside."""
    return _with_share(run, run.scenario.severity.fatal_share, mechanisms)


def _with_injured(run: Run) -> float:
    """Accidents with injured or dead by their shares, the truck's speed aside."""
    severity = run.scenario.severity
    return sum(_with_share(run, shares, MECHANISMS) for shares in (severity.fatal_share, severity.injury_share))


def _with_share(run: Run, shares: Sequence[float], mechanisms: Sequence[str]) -> float:
    return sum(run.expected(name) * min(shares[MECHANISMS.index(name)], 1.0) for name in mechanisms)


def _per_million_truck_km(accidents: float, run: Run) -> float:
    return _over(accidents, run.outcome.metrics["vehicle_km"]) * VKM_PER_MILLION


def _in_months(run: Run, months: tuple[int, ...]) -> float:
    table = run.outcome.monthly
    chosen = table["month"].str.slice(5).astype(int).isin(months)
    return _over(float(table.loc[chosen, "expected_accidents"].sum()), float(table["expected_accidents"].sum()))


def _on_stretch(run: Run, stretch: Stretch) -> float:
    """Accidents on the forward sections whose middle lies on a stretch."""
    table = run.outcome.sections
    middle_km = (table["start_m"] + 0.5 * table["length_m"]) / METRES_PER_KM
    here = (table["link"] == stretch.link) & table["forward"] & middle_km.between(stretch.from_km, stretch.to_km)
    return float(table.loc[here, [f"expected_{name}" for name in MECHANISMS]].to_numpy().sum())


QUANTITIES: dict[str, Callable[[Run], float]] = {
    "accidents": _metric("expected_accidents"),
    "runaways": _runaways,
    "deaths": _metric("expected_deaths"),
    "injuries": _metric("expected_injuries"),
    "deaths_per_accident": _ratio("expected_deaths", "expected_accidents"),
    "deaths_per_runaway": _deaths_per_runaway,
    "deaths_per_injury": _ratio("expected_deaths", "expected_injuries"),
    "deaths_of_others_share": _ratio("expected_deaths_of_others", "expected_deaths"),
    "fatal_rate": lambda run: _per_million_truck_km(_fatal(run, *MECHANISMS), run),
    "accident_rate": lambda run: _per_million_truck_km(run.expected(*MECHANISMS), run),
    "injury_accident_rate": lambda run: _per_million_truck_km(_with_injured(run), run),
    "runaway_share": lambda run: _over(_runaways(run) * run.years, run.outcome.metrics["expected_accidents"]),
    "rear_end_share": _ratio("expected_rear_end", "expected_accidents"),
    "rollover_share": _ratio("expected_rollover", "expected_accidents"),
    "head_on_fatal_share": lambda run: _over(_fatal(run, "head_on", "overtaking"), _fatal(run, *MECHANISMS)),
    "mean_speed_kmh": _ratio("vehicle_km", "vehicle_hours"),
}
