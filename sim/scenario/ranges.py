"""Numbers of a scenario whose sources state a range, whether it calls them uncertain or not."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from sim.core.parameters import Group
from sim.interventions.cost import COST_LOG_SD, COST_SOURCE
from sim.risk.parameters import SeverityParameters
from sim.scenario.model import Scenario
from sim.scenario.uncertain import Distribution

OUTCOMES = ("severity", "valuation", "cost")
"""All that moves no rate."""
WITHOUT_RATES = ("severity", "valuation")
"""Groups that say what an accident does and costs, not whether there is one."""
ODDS = {"fatal_share": (0.645, 3.13), "injury_share": (0.91, 3.19)}
"""Factors on the odds of a share that make the stated ends for general accidents, 0.013 to 0.06 of 0.02 and 0.30 to
0.60 of 0.32; assumed for every mechanism, each by itself."""


def with_own_ranges(scenarios: Sequence[Scenario], outcomes: Collection[str] = ()) -> list[Scenario]:
    """As `with_all_ranges` where one of the scenarios asks for it, else as they are: draws are of all alike.

    A number in which they differ without a word of doubt is what is compared, and is not drawn. Of what moves no rate,
    what accidents do (`severity`), what harm is worth (`valuation`) and what measures cost (`cost`) are uncertain too
    where `outcomes` has them.
    """
    if not any(scenario.every_range_uncertain for scenario in scenarios):
        return list(scenarios)
    ranges = [_unstated(scenario, outcomes) for scenario in scenarios]
    stated = {key for scenario in scenarios for key in scenario.uncertain}
    differing = {
        key for own in ranges for key, one in own.items() if any(other.get(key, one) != one for other in ranges)
    } | stated
    return [
        _with(scenario, {key: one for key, one in own.items() if key not in differing})
        for scenario, own in zip(scenarios, ranges, strict=True)
    ]


def with_all_ranges(scenario: Scenario) -> Scenario:
    """The scenario with every number uncertain that has a range: as it says itself, else a triangle over the range.

    Its own number is the most plausible one there.

    Whole numbers are left out: how many crews there are is a choice. So are lists, what a class of trucks has for
    itself, and ranges in words, as long as the scenario does not call them uncertain.
    """
    return _with(scenario, _unstated(scenario))


def _with(scenario: Scenario, ranges: Mapping[str, Distribution]) -> Scenario:
    return scenario.changed({"uncertain": {**scenario.uncertain, **ranges}})


def moves_a_rate(key: str) -> bool:
    """Whether an uncertain key has to do with whether there is an accident, not only with what it does or costs."""
    return key.split(".", maxsplit=1)[0] not in WITHOUT_RATES and ".cost." not in key


def _unstated(scenario: Scenario, outcomes: Collection[str] = ()) -> dict[str, Distribution]:
    """Of numbers with a range that the scenario does not call uncertain itself."""
    found = dict(_ranges(_groups(scenario)))
    found |= dict(_ranges((name, getattr(scenario, name)) for name in WITHOUT_RATES if name in outcomes))
    if "severity" in outcomes:
        found |= dict(_by_mechanism(scenario.severity))
    if "cost" in outcomes:
        found |= _costs(scenario)
    return {key: own for key, own in found.items() if key not in scenario.uncertain}


def _by_mechanism(severity: SeverityParameters) -> Iterator[tuple[str, Distribution]]:
    """Shares of accidents that kill and injure, mechanism by mechanism."""
    sources = {**severity.default_sources(), **severity.sources}
    for name, factors in ODDS.items():
        for number, share in enumerate(getattr(severity, name)):
            odds = share / (1.0 - share) if share < 1.0 else 0.0
            low, high = (factor * odds / (1.0 + factor * odds) for factor in factors)
            if low < share < high:
                own = Distribution(kind="triangular", low=low, mode=share, high=high, source=sources[name])
                yield f"severity.{name}.{number}", own


def _costs(scenario: Scenario) -> dict[str, Distribution]:
    """The level of what each measure costs."""
    own = Distribution(kind="lognormal", median=1.0, log_sd=COST_LOG_SD, source=COST_SOURCE)
    return {f"interventions.{kind}.cost.level": own for kind in scenario.interventions}


def _ranges(groups: Iterable[tuple[str, Group]]) -> Iterator[tuple[str, Distribution]]:
    for key, group in groups:
        for name, source in {**group.default_sources(), **group.sources}.items():
            value = getattr(group, name, None)
            if isinstance(value, float) and (limits := source.limits_around(value)) is not None:
                low, high = limits
                if low < high:
                    own = Distribution(kind="triangular", low=low, mode=value, high=high, source=source)
                    yield f"{key}.{name}", own


def _groups(scenario: Scenario) -> Iterator[tuple[str, Group]]:
    """Groups of numbers with their keys."""
    for name in type(scenario).model_fields:
        value = getattr(scenario, name)
        if isinstance(value, Group) and name not in WITHOUT_RATES:
            yield name, value
    for kind, intervention in scenario.interventions.items():
        yield f"interventions.{kind}", intervention
