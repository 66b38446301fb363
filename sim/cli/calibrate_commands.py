"""Commands that decide from many runs: `calibrate` fits parameters, `portfolio` chooses interventions."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sim.cli.options import (
    AsJson,
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
    load,
    remark,
)
from sim.cli.rehearsal import DryRun

if TYPE_CHECKING:
    import pandas as pd

    from sim.analysis.calibration import Coverage
    from sim.analysis.targets import Targets
    from sim.scenario import Scenario

FITS = 200
"""Data sets simulated to check the method."""
SHOWN_PARAMETERS = 12
"""At least, of which the data tell most."""
FEWEST_DRAWS = 50


def calibrate(
    scenarios: Annotated[
        list[Path], typer.Argument(help="Scenario files; targets name them, or mean the last.", show_default=False)
    ],
    *,
    targets: Annotated[Path, typer.Option(help="What was observed (YAML).", show_default=False)],
    draws: Annotated[int, typer.Option(min=FEWEST_DRAWS, help="Simulated parameter sets.")] = 256,
    accept: Annotated[float, typer.Option(min=0.01, max=1.0, help="Share of the draws that is accepted.")] = 0.4,
    seed: Seed = 1,
    workers: Workers = None,
    dask: Dask = None,
    fresh: Fresh = False,
    out: Out = None,
    days: Days = None,
    as_json: AsJson = False,
    dry_run: DryRun = False,
    quiet: Quiet = False,
) -> None:
    """Fit the scenarios' `uncertain` parameters to observed targets (approximate Bayesian computation).

    Writes priors and posteriors, which parameters the data can't tell, predictive checks, how often the method's
    intervals hold the truth on simulated data, and charts. Look at the table of targets before that of parameters:
    where the observed value lies outside its interval after the fit, the model can't give what was observed.

    Example: hairpin calibrate scenarios/taishun/baseline.yaml scenarios/taishun/full_programme.yaml --targets
    scenarios/taishun/parts/targets.yaml
    """
    import numpy as np

    from sim.analysis import calibration
    from sim.analysis.targets import Errors
    from sim.cli.problems import Problem

    wanted = _targets(targets)
    try:
        given = load(scenarios, days)
        loaded = calibration.with_priors(given, wanted)
        folder = added_folder(out, scenarios[0], "calibration")
        simulation = Simulation(folder, seed, workers, dask, fresh, quiet, dry_run)
        table = calibration.table_of(loaded, wanted, draws, seed, lambda count: simulation.draw(loaded, count, 1))
    except ValueError as error:
        raise Problem(f"{targets}: {error}") from error
    errors = Errors.of(wanted)
    observed = errors.scaled(np.array([target.value for target in wanted.targets]))
    seen = calibration.noisy(table, errors, seed)
    found = calibration.fit(table, seen, observed, accept)
    parameters = calibration.parameter_table(found, loaded)
    checks = calibration.predictive_table(table, found, wanted, seed)
    held = calibration.coverage(table, errors, accept, FITS, seed)
    _write(folder, given, seed, parameters, checks, held)
    if as_json:
        sys.stdout.write((folder / "calibration.json").read_text(encoding="utf-8"))
    elif not quiet:
        _show(parameters, checks, held, folder)
    remark(calibration.out_of_reach(seen, wanted))


def _targets(file: Path) -> "Targets":
    from sim.analysis.targets import Targets
    from sim.cli.problems import Problem
    from sim.scenario import ScenarioError
    from sim.scenario.loading import load_as

    try:
        return load_as(file, Targets)
    except ScenarioError as error:
        raise Problem("\n".join(str(mistake) for mistake in error.mistakes)) from error


def _write(
    folder: Path,
    scenarios: "list[Scenario]",
    seed: int,
    parameters: "pd.DataFrame",
    checks: "pd.DataFrame",
    held: "Coverage",
) -> None:
    from dataclasses import asdict

    from sim import charts
    from sim.cli.options import made
    from sim.results.folder import table_files
    from sim.system.made_files import as_json as json_text

    content: dict[str, Any] = {
        "parameters": parameters.to_dict("records"),
        "targets": checks.to_dict("records"),
        "coverage": asdict(held),
    }
    others = (
        {"calibration.json": json_text(content).encode()}
        | charts.files(charts.posteriors(parameters), "posteriors")
        | charts.files(charts.predictive(checks), "predictive")
    )
    made(folder, table_files("calibration", parameters, scenarios, seed, others))


def _show(parameters: "pd.DataFrame", checks: "pd.DataFrame", held: "Coverage", folder: Path) -> None:
    import numpy as np

    from sim.cli.tables import print_rows, with_limits

    ranked = parameters.sort_values("contraction", ascending=False, kind="stable")
    shown = ranked[ranked["told"] | (np.arange(len(ranked)) < SHOWN_PARAMETERS)]
    rows = []
    for row in shown.to_dict("records"):
        share = f"{100.0 * row['contraction']:.0f} ± {100.0 * row['contraction_se']:.0f} % of the variance"
        told = f"{'yes' if row['told'] else 'little'} ({share})"
        rows.append([row["parameter"], *(with_limits(row, name, ".3g") for name in ("prior", "posterior")), told])
    print_rows(("parameter", "prior, 95 %", "posterior, 95 %", "told by the data"), rows)
    if len(shown) < len(ranked):
        sys.stdout.write(f"of the other {len(ranked) - len(shown)} the data tell less: calibration.json has them\n")
    seen = [
        [row["target"], f"{row['observed']:.3g}", *(with_limits(row, name, ".3g") for name in ("prior", "posterior"))]
        for row in checks.to_dict("records")
    ]
    print_rows(("target", "observed", "before the fit, 95 %", "after the fit, 95 %"), seen)
    sys.stdout.write(
        f"check on {held.fits} simulated data sets: 50 % intervals hold {100.0 * held.inside_50:.0f} %, 90 % intervals "
        f"{100.0 * held.inside_90:.0f} % of the true values\nresults in {folder}\n"
    )


def portfolio(
    programme: Annotated[Path, typer.Argument(help="Scenario whose interventions may be chosen.", show_default=False)],
    *,
    budget: Annotated[
        float | None, typer.Option(min=0.0, help="CNY a year.", show_default="what the programme costs")
    ] = None,
    replications: Replications = 2,
    exhaustive: Annotated[bool, typer.Option("--exhaustive", help="Run every set as often.")] = False,
    seed: Seed = 1,
    workers: Workers = None,
    dask: Dask = None,
    fresh: Fresh = False,
    out: Out = None,
    days: Days = None,
    dry_run: DryRun = False,
    quiet: Quiet = False,
) -> None:
    """Which set of a programme's interventions avoids most accidents within a budget; table and Pareto chart.

    All sets run the whole horizon once on the same random numbers, the best ones more often (successive halving).
    Intervals hold chance in the runs, not what the parameters leave open.
    """
    from sim import charts
    from sim.analysis.portfolio import best_within, rungs_of, search
    from sim.cli.options import made
    from sim.cli.problems import Problem
    from sim.results.folder import table_files

    whole = load([programme], days)[0]
    if not whole.interventions:
        raise Problem(f"{programme}: has no interventions to choose from")
    folder = added_folder(out, programme, "portfolio")
    simulation = Simulation(folder, seed, workers, dask, fresh, quiet, dry_run, stages=True)
    rungs = rungs_of(replications)[1:] if exhaustive else rungs_of(replications)
    try:
        table = search(whole, rungs, simulation.run_lean)
        limit = float(table["cost_cny"].max()) if budget is None else budget
        best = best_within(table, limit)
    except ValueError as error:
        raise Problem(f"{programme}: {error}") from error
    drawn = charts.files(charts.pareto(table, limit), "portfolio")
    made(folder, table_files("portfolio", table, [whole], seed, drawn))
    if not quiet:
        _show_sets(table, limit, str(best["parts"]), folder)


def _show_sets(table: "pd.DataFrame", limit: float, best: str, folder: Path) -> None:
    from sim.cli.tables import print_rows

    rows = []
    for row in table[table["front"]].to_dict("records"):
        span = f"{row['avoided']:.1f} ({row['avoided_low']:.1f} to {row['avoided_high']:.1f})"
        mark = " *" if row["parts"] == best else ""
        named = (str(row["parts"]) or "nothing") + mark
        rows.append([named, f"{row['cost_cny'] / 1e6:.2f}", span, f"{row['deaths_avoided']:.2f}"])
    headings = ("set (best for its cost)", "cost, M CNY a year", "accidents avoided a year, 95 %", "deaths avoided")
    print_rows(headings, rows)
    sys.stdout.write(f"* avoids most within {limit / 1e6:.2f} M CNY a year\nresults in {folder}\n")
