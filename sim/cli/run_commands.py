"""Commands that simulate scenarios as they stand: `run` and `compare`."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sim.cli.options import (
    AsJson,
    Dask,
    Days,
    Events,
    Fresh,
    Out,
    Quiet,
    Replications,
    ScenarioFiles,
    Seed,
    Settings,
    Simulation,
    Workers,
    command_line,
    comparable,
    default_folder,
    free_of_others,
    load,
    remark,
)
from sim.cli.rehearsal import DryRun, RehearsedError, told
from sim.cli.report_commands import Language, write_report
from sim.cli.spoken import LangOfTables, Spoken, speak

if TYPE_CHECKING:
    from sim.experiment.runner import Experiment
    from sim.results.tables import Results
    from sim.scenario import Scenario

FIRST_STAGE = 5
"""Replications of the first stage of --precision, if --replications is not larger."""
SMALLEST_PROGRAMME = 2
ROUNDING = 1e-9

Precision = Annotated[
    float | None,
    typer.Option(
        min=1e-5,
        max=1.0,
        help="Go on until every ratio to the baseline is known to this half-width, such as 0.02 (two-stage rule).",
        show_default=False,
    ),
]
MaxReplications = Annotated[int, typer.Option(min=2, help="With --precision: stop here at the latest.")]
Draws = Annotated[
    int | None,
    typer.Option(
        min=3,
        help="Also draw the `uncertain` parameters so often (Latin hypercube), each with --replications runs.",
        show_default=False,
    ),
]
Attribute = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        help="Share this scenario's effect among its interventions: leave-one-out and Shapley values.",
        show_default=False,
    ),
]
RATIO = "accident_rate_ratio"
Orders = Annotated[int, typer.Option(min=2, help="Orders drawn for --attribute with more than 4 parts.")]


def compare(
    baseline: Annotated[Path, typer.Argument(help="The scenario to compare with.", show_default=False)],
    alternatives: Annotated[
        list[Path],
        typer.Argument(help="Scenarios to compare; the baseline among them is left out.", show_default=False),
    ],
    *,
    replications: Replications = 4,
    precision: Precision = None,
    max_replications: MaxReplications = 200,
    draws: Draws = None,
    seed: Seed = 1,
    workers: Workers = None,
    dask: Dask = None,
    fresh: Fresh = False,
    out: Out = None,
    days: Days = None,
    settings: Settings = None,
    events: Events = False,
    attribute: Attribute = None,
    orders: Orders = 8,
    dry_run: DryRun = False,
    lang: LangOfTables = Spoken.en,
    report: Annotated[bool, typer.Option("--report", help="Also write report.html, in English and Chinese.")] = False,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Compare scenarios with a baseline on the same random numbers.

    Prints accident rates, compliance, the ratio of each scenario's expected accident rate to the baseline's with a
    95 % interval, and where exposure and accidents went; writes tables, charts and summary.json to the result folder.
    Finished runs are kept there: the same command goes on where it was stopped.
    """
    speak(lang)
    scenarios = comparable(load([baseline, *alternatives], days, settings or ()))
    _check_request(scenarios)
    believed = None if draws is None else _with_beliefs(scenarios)
    folder = free_of_others(out or default_folder(baseline))
    programme = None if attribute is None else _programme(scenarios, attribute)
    simulation = Simulation(folder, seed, workers, dask, fresh, quiet)
    if dry_run:
        _tell_runs(simulation, scenarios, replications, draws, programme, orders)
        if precision is not None:
            sys.stdout.write(f"more runs may follow until the ratio is known, up to {max_replications} of each\n")
        return
    first = None if precision is None else max(replications, FIRST_STAGE)
    if precision is None or first is None:
        experiment = simulation.run(scenarios, replications)
    else:
        experiment = _to_precision(simulation, scenarios, precision, first, max_replications)
    results = _results(experiment, scenarios[0].name, first)
    if precision is not None:
        _tell_what_is_wide(results, precision)
    _deliver(results, scenarios, folder, events=events, as_json=as_json and draws is None, quiet=quiet or as_json)
    if draws is not None and believed is not None:
        _compare_draws(simulation, scenarios, believed, draws, replications, as_json=as_json)
    if programme is not None:
        _attribute(programme, simulation, replications, orders, quiet=quiet or as_json)
    if report:
        write_report(folder, Language.both, quiet=quiet or as_json)


def run(
    scenarios: ScenarioFiles,
    *,
    replications: Replications = 4,
    seed: Seed = 1,
    workers: Workers = None,
    dask: Dask = None,
    fresh: Fresh = False,
    out: Out = None,
    days: Days = None,
    settings: Settings = None,
    events: Events = False,
    dry_run: DryRun = False,
    lang: LangOfTables = Spoken.en,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Run scenarios and report each by itself, without a comparison."""
    speak(lang)
    loaded = load(scenarios, days, settings or ())
    folder = free_of_others(out or default_folder(scenarios[0]))
    experiment = Simulation(folder, seed, workers, dask, fresh, quiet, dry_run).run(loaded, replications)
    _deliver(_results(experiment, None, None), loaded, folder, events=events, as_json=as_json, quiet=quiet)


def _tell_runs(
    simulation: Simulation,
    scenarios: "list[Scenario]",
    replications: int,
    draws: int | None,
    programme: "Scenario | None",
    orders: int,
) -> None:
    """What a command would simulate."""
    from sim.analysis.attribution import orders_of, subsets_of
    from sim.experiment.store import Store, run_key

    store, seed = Store(simulation.folder / "store"), simulation.seed
    kept = sum(store.holds(run_key(one, seed, number)) for one in scenarios for number in range(replications))
    kinds = [] if programme is None else list(programme.interventions)
    sets = subsets_of(kinds, orders_of(kinds, orders, seed)[0]) if kinds else []
    others = {
        "--draws": len(scenarios) * (draws or 0) * replications,
        "--attribute, fewer where sets are kept": len(sets) * replications,
    }
    rehearsed = RehearsedError(kept, len(scenarios) * replications)
    sys.stdout.write(told(rehearsed, scenarios, simulation.workers, simulation.folder, others))


def _check_request(scenarios: "list[Scenario]") -> None:
    """See that there is something to compare."""
    from sim.cli.problems import Problem

    if len(scenarios) == 1:
        raise Problem(f"nothing to compare: {scenarios[0].name} is the baseline and the only scenario")


def _with_beliefs(scenarios: "list[Scenario]") -> "list[Scenario]":
    """Scenarios with all that is uncertain in them, seen to be something."""
    from sim.analysis.uncertainty import uncertain_keys
    from sim.cli.problems import Problem
    from sim.scenario.ranges import OUTCOMES, with_own_ranges

    found = with_own_ranges(scenarios, OUTCOMES)
    if not uncertain_keys(found):
        raise Problem("--draws: no scenario has `uncertain` parameters; `every_range_uncertain: true` takes all ranges")
    return found


def _results(experiment: "Experiment", baseline: str | None, first_stage: int | None) -> "Results":
    from sim.cli.problems import Problem
    from sim.results.tables import results_of

    found = results_of(experiment, baseline=baseline, command=command_line(), first_stage=first_stage)
    nobody = next((name for name, one in found.summary["comparisons"].items() if RATIO not in one), None)
    if nobody is not None:
        raise Problem(f"{nobody}: no truck drives in the recorded days; do demand's weights or flows leave any?")
    return found


def _to_precision(
    simulation: Simulation, scenarios: "list[Scenario]", precision: float, first: int, most: int
) -> "Experiment":
    """Two stages; what the first one ran is taken from the store by the second."""
    from dataclasses import replace

    from sim.experiment.runner import run_to_precision

    stages = iter((simulation, replace(simulation, fresh=False)))
    return run_to_precision(
        scenarios,
        precision=precision,
        first_stage=first,
        most=max(most, first),
        simulate=lambda count: next(stages).run(scenarios, count),
    )


def _tell_what_is_wide(results: "Results", precision: float) -> None:
    """Where the limit of replications came before the precision, it is said."""
    ratios = results.ratios.dropna()
    half = ratios["high"] / ratios["estimate"] - 1.0
    for name, own in zip(ratios["scenario"], half, strict=True):
        if own > precision + ROUNDING:
            wanted = f"{precision:.2g} was asked for: raise --max-replications"
            sys.stderr.write(f"{name}: the ratio is known to {own:.2g} of itself only, {wanted}\n")


def _compare_draws(
    simulation: Simulation,
    scenarios: "list[Scenario]",
    believed: "list[Scenario]",
    draws: int,
    replications: int,
    *,
    as_json: bool,
) -> None:
    """Ratios under uncertain parameters, and how much of each interval they make; written to uncertainty.json."""
    from sim.analysis.drawn_worth import worth_of
    from sim.analysis.uncertainty import outcome_shares, uncertain_keys
    from sim.cli.tables import print_shares
    from sim.results.folder import write_shares
    from sim.system.made_files import as_json as json_text

    experiment = simulation.draw(believed, draws, replications)
    base = scenarios[0].name
    found = {s.name: outcome_shares(experiment, s.name, base, replications) for s in scenarios[1:]}
    worth = {s.name: worth_of(experiment, s.name, base, replications) for s in scenarios[1:]}
    drawn = uncertain_keys(believed)
    content = write_shares(found, worth, scenarios, drawn, draws, replications, simulation.seed, simulation.folder)
    if as_json:
        sys.stdout.write(json_text(content))
    elif not simulation.quiet:
        print_shares(found, worth, draws, replications)


def _programme(scenarios: "list[Scenario]", name: str) -> "Scenario":
    """The scenario to share out, found before anything is simulated."""
    from sim.cli.problems import Problem

    found = [scenario for scenario in scenarios if scenario.name == name]
    if not found:
        names = ", ".join(scenario.name for scenario in scenarios)
        raise Problem(f"--attribute: {name!r} is not a scenario; scenarios are {names}")
    if len(found[0].interventions) < SMALLEST_PROGRAMME:
        raise Problem(f"--attribute: {name} has {len(found[0].interventions)} interventions, must have at least 2")
    return found[0]


def _attribute(programme: "Scenario", simulation: Simulation, replications: int, orders: int, *, quiet: bool) -> None:
    """Simulate what sharing needs, write attribution.json, print a table."""
    from sim.analysis.attribution import attribute as shared_out
    from sim.cli.tables import print_attribution
    from sim.results.folder import write_attribution

    shares = shared_out(programme, lambda sets: simulation.run_lean(sets, replications), orders, simulation.seed)
    write_attribution(shares, programme, simulation.seed, simulation.folder)
    if not quiet:
        print_attribution(shares)


def _deliver(
    results: "Results", scenarios: "list[Scenario]", folder: Path, *, events: bool, as_json: bool, quiet: bool
) -> None:
    """Write the folder, then print."""
    from sim.cli.problems import Problem
    from sim.results.folder import write_results
    from sim.results.tables import unsettled
    from sim.system.made_files import NotOurs
    from sim.system.made_files import as_json as json_text

    titles = {scenario.name: scenario.shown_title for scenario in scenarios}
    try:
        earlier = write_results(results, folder, events=events, charts=lambda: _drawn(results, titles))
    except NotOurs as error:
        raise Problem(f"{error}; finished runs are kept") from error
    except OSError as error:
        message = f"{folder}: results can't be written: {error.strerror or error}; finished runs are kept"
        raise Problem(message) from error
    remark(unsettled(results))
    if earlier is not None:
        remark([f"{folder} held other results; they and what was made of them are kept in {earlier}"])
    if as_json:
        sys.stdout.write(json_text(results.summary))
    elif not quiet:
        from sim.cli.tables import print_tables

        print_tables(results, folder)


def _drawn(results: "Results", titles: dict[str, str]) -> dict[str, bytes]:
    from sim import charts

    titles = charts.told_apart(titles)
    found = charts.files(charts.months(results.monthly, titles), "monthly")
    if results.summary["comparisons"]:
        found |= charts.files(charts.forest(results.summary, titles), "forest")
    return found
