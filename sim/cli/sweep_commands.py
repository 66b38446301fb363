"""Commands that vary parameters: `sweep` and `sensitivity`."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sim.cli.options import (
    Dask,
    Days,
    Fresh,
    Out,
    Quiet,
    Replications,
    Seed,
    Simulation,
    Workers,
    added_folder,
    comparable,
    load,
    made,
)
from sim.cli.rehearsal import DryRun

if TYPE_CHECKING:
    import pandas as pd


One = Annotated[Path, typer.Argument(help="Scenario file (YAML).", show_default=False)]


class Method(StrEnum):
    """Of a sensitivity analysis."""

    morris = "morris"
    sobol = "sobol"


MEANING = {
    Method.morris: "mean absolute effect on the log ratio of accident rates (Morris)",
    Method.sobol: "share of the variance of the log ratio, total (Sobol)",
}


def sweep(
    scenario: One,
    *,
    settings: Annotated[
        list[str],
        typer.Option(
            "--set",
            help="key=low:high (whole numbers, else 5 values), key=low:high:step or key=a,b,c; several make a grid.",
        ),
    ],
    design: Annotated[
        int | None,
        typer.Option(
            min=2, help="Instead of a grid, so many points of a Latin hypercube between the ends.", show_default=False
        ),
    ] = None,
    replications: Replications = 2,
    seed: Seed = 1,
    workers: Workers = None,
    dask: Dask = None,
    fresh: Fresh = False,
    out: Out = None,
    days: Days = None,
    dry_run: DryRun = False,
    quiet: Quiet = False,
) -> None:
    """Vary parameters of a scenario over a grid or a design; table and chart of the ratio to the scenario as it stands.

    Example: hairpin sweep scenarios/taishun/driver_contact.yaml --set
    interventions.driver_contact.leave_share=0.2:1
    """
    from sim.analysis.sweeping import SweepMistake, axis, grid, latin_points, variants
    from sim.analysis.sweeping import sweep as over
    from sim.cli.problems import Problem
    from sim.results.folder import table_files
    from sim.scenario import ScenarioError

    loaded = load([scenario], days)[0]
    folder = added_folder(out, scenario, "sweep")
    simulation = Simulation(folder, seed, workers, dask, fresh, quiet, dry_run)
    try:
        axes = [axis(text) for text in settings]
        points = grid(axes) if design is None else latin_points(axes, design, seed)
        keys = [one.key for one in axes]
        varied = variants(loaded, keys, points)
    except (SweepMistake, ScenarioError) as error:
        raise Problem("\n".join(f"--set: {line}" for line in str(error).splitlines())) from error
    table = over(loaded, keys, points, varied, simulation.run_lean, replications)
    drawn = _chart(table, keys, designed=design is not None)
    made(folder, table_files("sweep", table, [loaded], seed, drawn))
    if not quiet:
        _show(table, folder)


def sensitivity(
    baseline: One,
    alternative: Annotated[Path | None, typer.Argument(help="Scenario whose effect is looked at.")] = None,
    *,
    method: Annotated[Method, typer.Option(help="Screening, or shares of variance.")] = Method.morris,
    samples: Annotated[int, typer.Option(min=2, help="Trajectories, or base samples (a power of 2).")] = 8,
    every: Annotated[
        bool,
        typer.Option(
            "--all", help="Every single number whose source states a range of two, not only those in `uncertain`."
        ),
    ] = False,
    seed: Seed = 1,
    workers: Workers = None,
    dask: Dask = None,
    fresh: Fresh = False,
    out: Out = None,
    days: Days = None,
    dry_run: DryRun = False,
    quiet: Quiet = False,
) -> None:
    """Which of the `uncertain` parameters drive the answer: Morris screening or Sobol indices, with a tornado chart.

    With --all every single number is moved whose source states a range of two numbers, which shows what `uncertain`
    leaves out; lists, such as shares by month, and ranges in words are not.
    """
    from sim.analysis.sweeping import sensitivity as of
    from sim.analysis.uncertainty import uncertain_keys
    from sim.cli.problems import Problem
    from sim.results.folder import table_files
    from sim.scenario.ranges import with_all_ranges, with_own_ranges

    given = comparable(load([baseline] if alternative is None else [baseline, alternative], days))
    loaded = [with_all_ranges(one) for one in given] if every else with_own_ranges(given)
    if not uncertain_keys(loaded):
        raise Problem(f"{baseline}: has no `uncertain` parameters")
    folder = added_folder(out, baseline, "sensitivity")
    simulation = Simulation(folder, seed, workers, dask, fresh, quiet, dry_run)
    other = loaded[1] if len(loaded) > 1 else None
    try:
        table = of(loaded[0], other, method.value, samples, simulation.run_lean, seed=seed)
    except ModuleNotFoundError as error:
        raise Problem(f"sensitivity needs the extra: pip install 'hairpin[sensitivity]' ({error})") from error
    made(folder, table_files("sensitivity", table, given, seed, _tornado(table, MEANING[method])))
    if not quiet:
        _show(table, folder)


def _chart(table: "pd.DataFrame", keys: list[str], *, designed: bool) -> dict[str, bytes]:
    from sim import charts

    return charts.files((charts.scattered if designed else charts.swept)(table, keys), "sweep")


def _tornado(table: "pd.DataFrame", meaning: str) -> dict[str, bytes]:
    from sim import charts

    return charts.files(charts.tornado(table, meaning), "tornado")


def _show(table: "pd.DataFrame", folder: Path) -> None:
    """Print a table; an estimate and its limits are one column."""
    from sim.cli.tables import print_rows

    limits = {f"{name}_{end}" for name in table.columns for end in ("low", "high")}
    names = [name for name in table.columns if name not in limits]
    print_rows(list(map(str, names)), [[_cell(row, name) for name in names] for row in table.to_dict("records")])
    sys.stdout.write(f"results in {folder}\n")


def _cell(row: dict[Any, Any], name: str) -> str:
    """A value, with its limits where there are some."""
    from sim.cli.tables import with_limits

    if f"{name}_low" in row:
        return with_limits(row, name, ".4g")
    return f"{row[name]:.4g}" if isinstance(row[name], float) else str(row[name])
