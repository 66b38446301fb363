"""Numbers of a scenario whose sources state a range, whether it calls them uncertain or not."""

from collections.abc import Iterator

from sim.core.parameters import Group
from sim.scenario.model import Scenario
from sim.scenario.uncertain import Distribution

WITHOUT_RATES = ("severity", "valuation")
"""Groups that say what an accident does and costs, not whether there is one."""


def with_own_ranges(scenario: Scenario) -> Scenario:
    """As `with_all_ranges` where the scenario asks for it, else the scenario itself."""
    return with_all_ranges(scenario) if scenario.every_range_uncertain else scenario


def with_all_ranges(scenario: Scenario) -> Scenario:
    """The scenario with every number uncertain that has a range: as it says itself, else a triangle over the range.

    Its own number is the most plausible one there.

    Whole numbers are left out: how many crews there are is a choice. So are lists, what a class of trucks has for
    itself, and ranges in words, as long as the scenario does not call them uncertain.
    """
    ranges = {key: found for key, found in _ranges(scenario) if key not in scenario.uncertain}
    return scenario.changed({"uncertain": {**scenario.uncertain, **ranges}})


def _ranges(scenario: Scenario) -> Iterator[tuple[str, Distribution]]:
    for key, group in _groups(scenario):
        for name, source in {**group.default_sources(), **group.sources}.items():
            value = getattr(group, name, None)
            if isinstance(value, float) and (limits := source.limits_around(value)) is not None:
                low, high = limits
                yield f"{key}.{name}", Distribution(kind="triangular", low=low, mode=value, high=high, source=source)


def _groups(scenario: Scenario) -> Iterator[tuple[str, Group]]:
    """Groups of numbers with their keys."""
    for name in type(scenario).model_fields:
        value = getattr(scenario, name)
        if isinstance(value, Group) and name not in WITHOUT_RATES:
            yield name, value
    for kind, intervention in scenario.interventions.items():
        yield f"interventions.{kind}", intervention
