"""Whether scenarios can be compared, and what is worth a word: measures that never start, more than measures."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from sim.scenario.model import TEXTS, Scenario

SHARED = ("start_date", "days")
"""What scenarios must have in common to be compared."""
NOT_COMPARED = ("format", "name", *TEXTS, "interventions", "uncertain", *SHARED)


def late_starts(scenario: Scenario) -> Iterator[str]:
    """Interventions that start after the simulated time has ended."""
    end = scenario.start_date + timedelta(days=scenario.days)
    for kind, intervention in scenario.interventions.items():
        start = intervention.start_date
        if start is not None and start >= end:
            yield f"{scenario.name}: {kind} starts on {start}, after the last simulated day, and so changes nothing"


def obstacles(scenarios: Sequence[Scenario]) -> Iterator[str]:
    """Why scenarios can't be compared with the first of them."""
    base = scenarios[0]
    links = {link.name for link in base.road.links}
    for other in scenarios[1:]:
        for key in SHARED:
            own, theirs = getattr(base, key), getattr(other, key)
            if own != theirs:
                yield f"{other.name}: {key} is {theirs}, of {base.name} {own}; scenarios to compare must share it"
        if links.isdisjoint(link.name for link in other.road.links):
            yield f"{other.name}: has no link in common with {base.name}; they are on different roads"


def differences(scenarios: Sequence[Scenario]) -> Iterator[str]:
    """In what scenarios differ from the first of them beside their measures."""
    base = scenarios[0]
    for other in scenarios[1:]:
        keys = [key for key in Scenario.model_fields if key not in NOT_COMPARED]
        found = [key for key in keys if getattr(base, key) != getattr(other, key)]
        if found:
            yield f"{other.name}: differs from {base.name} in {', '.join(found)} too: ratios are of all that differs"
