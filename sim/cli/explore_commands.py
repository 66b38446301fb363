"""The command that makes a what-if page: `explore`."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from sim.cli.options import (
    Dask,
    Fresh,
    Quiet,
    Seed,
    Simulation,
    Workers,
    can_be_written,
    default_folder,
    load,
    write_named,
)
from sim.cli.rehearsal import DryRun
from sim.cli.report_commands import Lang, Language, OpenIt, languages_of

PAGE = "explore.html"


def explore(
    programme: Annotated[Path, typer.Argument(help="Scenario whose measures may be chosen.", show_default=False)],
    *,
    out: Annotated[Path | None, typer.Option(help="File.", show_default="results/<folder>/explore.html")] = None,
    lang: Lang = Language.both,
    days: Annotated[int, typer.Option(min=5, help="Days that are simulated, scaled to a year.")] = 18,
    warm_up_days: Annotated[int, typer.Option(min=0, help="Days before, with the measures in force.")] = 12,
    draws: Annotated[int, typer.Option(min=0, help="Draws of what is uncertain; 0 for none.")] = 16,
    seed: Seed = 1,
    workers: Workers = None,
    dask: Dask = None,
    fresh: Fresh = False,
    open_it: OpenIt = False,
    dry_run: DryRun = False,
    quiet: Quiet = False,
) -> None:
    """Make one what-if page that can be mailed: a switch for each measure, sliders, costs, who avoids what.

    All sets of up to eight measures are simulated; what sliders do is estimated from runs at random places of
    them, with the error of that estimate. Whole years: --days 365. The page needs no server and no network.
    """
    from importlib.metadata import version

    from sim.cli.problems import Problem
    from sim.report.drawings import banned_line
    from sim.report.explore_page import explore_page
    from sim.report.exploring import explored, prepared

    whole = load([programme], None)[0]
    folder = default_folder(programme)
    simulation = Simulation(folder / "explore", seed, workers, dask, fresh, quiet, dry_run, stages=True)
    try:
        short = prepared(whole, days, warm_up_days)
    except ValueError as error:
        raise Problem(f"{programme}: {error}") from error
    file = out or folder / PAGE
    file.parent.mkdir(parents=True, exist_ok=True)
    can_be_written(file)
    line = banned_line(whole.road.model_dump(mode="json"))
    found = explored(short, line, simulation.run_lean, simulation.draw, seed, draws)
    made = {"seed": seed, "version": version("hairpin")}
    page = explore_page(found, short, programme.name, made, languages_of(lang))
    write_named(file, page.encode())
    if not quiet:
        sys.stdout.write(f"{file}: {len(found.scenarios)} sets of measures, {len(page) / 1e6:.1f} MB\n")
    if open_it:
        typer.launch(str(file.resolve()))
