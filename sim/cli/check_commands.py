"""The command that CI runs against unintended changes: `check`."""

import sys
from fnmatch import fnmatch
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sim.cli.options import Quiet, Workers, progress_bar, write_named
from sim.system.shipped import REFERENCE, SCENARIOS, shipped

if TYPE_CHECKING:
    from sim.experiment.regression import Moved
    from sim.scenario import Scenario

FOUND_A_DIFFERENCE = 1
EVERY = "*"
Folder = Annotated[Path, typer.Option(help="Folder whose folders hold the scenario files.")]
Reference = Annotated[Path, typer.Option(help="Stored references.")]
Only = Annotated[str, typer.Option(help="Only those whose names are of this pattern, such as taishun/*.")]
JunitFile = Annotated[Path | None, typer.Option(help="Also write JUnit XML here.", show_default=False)]


def check(
    *,
    scenarios: Folder = SCENARIOS,
    reference: Reference = REFERENCE,
    only: Only = EVERY,
    update: Annotated[bool, typer.Option("--update", help="Rewrite the references and print what moved.")] = False,
    junit: JunitFile = None,
    workers: Workers = None,
    quiet: Quiet = False,
) -> None:
    """Run the shipped scenarios in a short form and compare with results/reference.

    On the versions that wrote the references numbers must be equal; on others, equal but for the last digits as long as
    the random numbers are the same, else replications are compared in pairs with a false-alarm rate of 1 % over all
    comparisons. Exit code 1 if something moved.
    """
    from sim.experiment import regression

    scenarios, reference = shipped(scenarios), shipped(reference)
    _refuse(reference, only, update=update)
    scenarios_of_check = _loaded(scenarios, only)
    with progress_bar(quiet=quiet) as progress:
        found = regression.measure(scenarios_of_check, workers=workers, progress=progress)
    stored = regression.read(reference) if reference.is_file() else None
    if stored is not None and only != EVERY:
        stored["scenarios"] = {name: one for name, one in stored["scenarios"].items() if name in found}
    moved = [] if stored is None else regression.differences(stored, found)
    unknown = [] if stored is None else sorted(found.keys() - stored["scenarios"].keys())
    if junit is not None:
        write_named(junit, regression.junit(scenarios_of_check, moved).encode())
    if not quiet:
        _print([entry for entry in moved if entry.scenario not in unknown], len(scenarios_of_check) - len(unknown))
        for name in unknown:
            sys.stdout.write(f"{name} has no reference in {reference}; hairpin check --update writes one\n")
    if update:
        regression.write(reference, found)
    elif moved:
        raise typer.Exit(FOUND_A_DIFFERENCE)


def _refuse(reference: Path, only: str, *, update: bool) -> None:
    """What can't be done, before anything runs."""
    from sim.cli.problems import Problem

    if update and only != EVERY:
        raise Problem("--only: references are written of all scenarios together; leave it out with --update")
    if not reference.is_file() and not update:
        raise Problem(f"--reference: {reference} is not there; write it with hairpin check --update")


def _loaded(folder: Path, only: str) -> "dict[str, Scenario]":
    """What is run, by name."""
    from sim.cli.problems import Problem
    from sim.experiment import regression
    from sim.scenario import ScenarioError

    files = regression.shipped(folder)
    if not files:
        raise Problem(f"--scenarios: {folder} has no folders with scenario files")
    try:
        cases = regression.cases(files)
    except ScenarioError as error:
        raise Problem(str(error)) from error
    chosen = {name: one for name, one in cases.items() if fnmatch(name, only)}
    if not chosen:
        raise Problem(f"--only: no scenario of {folder} is called {only}")
    return chosen


def _print(moved: "list[Moved]", scenarios: int) -> None:
    from sim.cli.tables import print_rows

    if not moved:
        sys.stdout.write(f"{scenarios} scenarios are as stored\n")
        return
    rows = [[own.scenario, own.metric, f"{own.before:.6g}", f"{own.after:.6g}", own.told] for own in moved]
    title = f"{len(moved)} metrics of {len({m.scenario for m in moved})} scenarios moved"
    print_rows(("scenario", "metric", "stored", "now", "change"), rows, title)
