"""Whether scenarios can be compared, and what is worth a word: measures that never start, more than measures."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from sim.driving.violations import named
from sim.interventions.answering import answered_by
from sim.scenario.model import TEXTS, Scenario

SHARED = ("start_date", "days")
"""What scenarios must have in common to be compared."""
NOT_COMPARED = ("format", "name", *TEXTS, "interventions", "uncertain", "every_range_uncertain", *SHARED)


def late_starts(scenario: Scenario) -> Iterator[str]:
    """Interventions that are in force on no recorded day."""
    first, days = scenario.start_date, scenario.days
    end = first + timedelta(days=days)
    simulated = {(first + timedelta(days=day)).month for day in range(days)}
    for kind, intervention in scenario.interventions.items():
        start, last, months = intervention.start_date, intervention.end_date, intervention.months
        if start is not None and start >= end:
            yield f"{scenario.name}: {kind} starts on {start}, after the last simulated day, and so changes nothing"
        elif last is not None and last < first:
            yield f"{scenario.name}: {kind} ends on {last}, before the first recorded day, and so changes nothing"
        elif months is not None and simulated.isdisjoint(months):
            yield f"{scenario.name}: {kind} is in force in none of the simulated months, and so changes nothing"


def unseen(scenario: Scenario) -> Iterator[str]:
    """Violations that a measure answers and nothing sees."""
    weigh = (one for kind, one in scenario.interventions.items() if kind == "weigh_stations" and one.strength > 0.0)
    if any(getattr(one, "tells_centre", False) for one in weigh):
        return
    for kind, intervention in scenario.interventions.items():
        for name in answered_by(intervention):
            if named(name).seen_by == "scales":
                yield f"{scenario.name}: nothing sees {name}, so that {kind} answers none: weigh_stations.tells_centre"


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
