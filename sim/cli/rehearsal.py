"""What a command would simulate, and about how long that takes: for --dry-run."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from sim.scenario import Scenario

DryRun = Annotated[
    bool,
    typer.Option("--dry-run", help="Only say how many runs it takes, how many of them are kept already, and how long."),
]
MOST_TRIED = 8
SHORT_DAYS, LONG_DAYS = 3, 11
"""Runs by which the time of a whole one is reckoned."""
WARM_UP_SHARE = 0.2
"""Of the time of a recorded day: only trips that may violate are simulated in the warm-up. About, as measured."""
SHOWN_AS_SECONDS = 90.0


class RehearsedError(Exception):
    """Raised in the place of the first run."""

    def __init__(self, kept: int, whole: int) -> None:
        super().__init__(f"{kept} of {whole} runs are kept")
        self.kept, self.whole = kept, whole


def rehearse(done: int, whole: int) -> None:
    """In the place of a bar: stops before the first run."""
    raise RehearsedError(done, whole)


def told(
    rehearsed: RehearsedError,
    scenarios: "Sequence[Scenario]",
    workers: int | None,
    folder: Path,
    others: Mapping[str, int] = MappingProxyType({}),
    *,
    stages: bool = False,
) -> str:
    """What would be simulated, how long that takes, where results would go; `others`: further runs by what for."""
    left = rehearsed.whole - rehearsed.kept + sum(others.values())
    days = sum(one.days + one.warm_up_days for one in scenarios) / len(scenarios)
    lines = [f"{rehearsed.whole} runs of {days:.0f} days with their warm-up, {rehearsed.kept} of them kept already"]
    lines += [f"{number} runs of {what}" for what, number in others.items() if number]
    lines += [time_told(left, scenarios, workers)] if left else []
    lines += ["more runs follow, which go by the results of these"] if stages else []
    return "\n".join([*lines, f"nothing was simulated; results would go to {folder}", ""])


def time_told(left: int, scenarios: "Sequence[Scenario]", workers: int | None) -> str:
    """How long so many runs take on this machine, about."""
    processes = min(workers or os.cpu_count() or 1, left)
    seconds = left * seconds_a_run(scenarios) / processes
    return f"about {_time(seconds)} here, by {processes} process{'es' * (processes > 1)}"


def _time(seconds: float) -> str:
    from sim.core.units import SECONDS_PER_MINUTE

    if seconds < SHOWN_AS_SECONDS:
        return f"{max(seconds, 1.0):.0f} s"
    return f"{seconds / SECONDS_PER_MINUTE:.0f} min"


def seconds_a_run(scenarios: "Sequence[Scenario]") -> float:
    """CPU time of one of them, mean of up to eight, from two short runs of each."""
    step = max((len(scenarios) - 1) / (MOST_TRIED - 1), 1.0)
    chosen = [scenarios[round(number * step)] for number in range(min(len(scenarios), MOST_TRIED))]
    return sum(map(_seconds, chosen)) / len(chosen)


def _seconds(scenario: "Scenario") -> float:
    from time import process_time

    from sim.engine.replication import run_replication

    taken = []
    for days in (SHORT_DAYS, SHORT_DAYS, LONG_DAYS):  # the first makes what is kept for the others
        short = scenario.model_copy(update={"days": min(days, scenario.days), "warm_up_days": 0})
        began = process_time()
        run_replication(short, 0, 0)
        taken.append(process_time() - began)
    a_day = max(taken[2] - taken[1], 0.0) / (LONG_DAYS - SHORT_DAYS)
    return taken[1] + a_day * (scenario.days - SHORT_DAYS + WARM_UP_SHARE * scenario.warm_up_days)
