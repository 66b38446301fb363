"""Numbers of a scenario whose sources state a range, whether it calls them uncertain or not."""

from collections.abc import Iterator, Mapping, Sequence

from sim.core.parameters import Group
from sim.scenario.model import Scenario
from sim.scenario.uncertain import Distribution

WITHOUT_RATES = ("severity", "valuation")
"""Groups that say what an accident does and costs, not whether there is one."""


def with_own_ranges(scenarios: Sequence[Scenario]) -> list[Scenario]:
    """As `with_all_ranges` where one of the scenarios asks for it, else as they are: draws are of all alike.

    A number in which they differ without a word of doubt is what is compared, and is not drawn.
    """
    if not any(scenario.every_range_uncertain for scenario in scenarios):
        return list(scenarios)
    ranges = [_unstated(scenario) for scenario in scenarios]
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


def _unstated(scenario: Scenario) -> dict[str, Distribution]:
    """Of numbers with a range that the scenario does not call uncertain itself."""
    return {key: found for key, found in _ranges(scenario) if key not in scenario.uncertain}


def _ranges(scenario: Scenario) -> Iterator[tuple[str, Distribution]]:
    for key, group in _groups(scenario):
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
