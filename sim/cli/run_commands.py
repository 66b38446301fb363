"""Commands that simulate: `run` and `compare`."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from sim.experiment import Progress, ReplicationFailed
    from sim.results import Results
    from sim.scenario import Scenario

ScenarioFiles = Annotated[list[Path], typer.Argument(help="Scenario files (YAML).", show_default=False)]
Replications = Annotated[
    int, typer.Option(min=1, max=100_000, help="Simulated repetitions; intervals need at least 2.")
]
Seed = Annotated[int, typer.Option(min=0, help="Names the random numbers; the same seed gives the same results.")]
Workers = Annotated[int | None, typer.Option(min=1, help="Processes; by default one a core.", show_default=False)]
Out = Annotated[Path | None, typer.Option(help="Result folder.", show_default="results/<folder of the first file>")]
Days = Annotated[int | None, typer.Option(min=1, help="Shorten every scenario's horizon.", show_default=False)]
AsJson = Annotated[bool, typer.Option("--json", help="Print summary.json instead of tables.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print neither tables nor progress.")]
Events = Annotated[bool, typer.Option("--events", help="Also write events.parquet: every accident, violation, alarm.")]


def compare(
    baseline: Annotated[Path, typer.Argument(help="The scenario to compare with.", show_default=False)],
    alternatives: Annotated[
        list[Path],
        typer.Argument(help="Scenarios to compare; the baseline among them is left out.", show_default=False),
    ],
    *,
    replications: Replications = 4,
    seed: Seed = 1,
    workers: Workers = None,
    out: Out = None,
    days: Days = None,
    events: Events = False,
    attribute: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="Share this scenario's effect among its interventions: leave-one-out and Shapley values.",
            show_default=False,
        ),
    ] = None,
    orders: Annotated[int, typer.Option(min=2, help="Orders drawn for --attribute with more than 4 parts.")] = 8,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Compare scenarios with a baseline on the same random numbers.

    Prints accident rates, compliance, the ratio of each scenario's expected accident rate to the baseline's with a
    95 % interval, and where exposure and accidents went; writes tables, charts and summary.json to the result folder.
    """
    scenarios = _load([baseline, *alternatives], days)
    folder = out or _default_folder(baseline)
    programme = None if attribute is None else _programme(scenarios, attribute)
    results = _simulate(scenarios, replications, seed, workers, folder, quiet=quiet, baseline=scenarios[0].name)
    _deliver(results, scenarios, folder, events=events, as_json=as_json, quiet=quiet)
    if programme is not None:
        _attribute(programme, replications, seed, workers, folder, orders, quiet=quiet or as_json)


def _programme(scenarios: "list[Scenario]", name: str) -> "Scenario":
    """The scenario to share out, found before anything is simulated."""
    from sim.cli.problems import Problem

    found = [scenario for scenario in scenarios if scenario.name == name]
    if not found:
        names = ", ".join(scenario.name for scenario in scenarios)
        raise Problem(f"--attribute: {name!r} is not a scenario; scenarios are {names}")
    if len(found[0].interventions) < 2:  # noqa: PLR2004
        raise Problem(f"--attribute: {name} has {len(found[0].interventions)} interventions, must have at least 2")
    return found[0]


def _attribute(
    programme: "Scenario",
    replications: int,
    seed: int,
    workers: int | None,
    folder: Path,
    orders: int,
    *,
    quiet: bool,
) -> None:
    """Simulate what sharing needs, write attribution.json, print a table."""
    from sim.attribution import attribute as shared_out
    from sim.cli.tables import print_attribution
    from sim.experiment import Experiment, run_experiment
    from sim.results import write_attribution

    def simulate(sets: "list[Scenario]") -> Experiment:
        with _progress(quiet=quiet) as progress:
            return run_experiment(sets, replications=replications, seed=seed, workers=workers, progress=progress)

    shares = shared_out(programme, simulate, orders, seed)
    write_attribution(shares, folder)
    if not quiet:
        print_attribution(shares)


def run(
    scenarios: ScenarioFiles,
    *,
    replications: Replications = 4,
    seed: Seed = 1,
    workers: Workers = None,
    out: Out = None,
    days: Days = None,
    events: Events = False,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Run scenarios and report each by itself, without a comparison."""
    loaded = _load(scenarios, days)
    folder = out or _default_folder(scenarios[0])
    results = _simulate(loaded, replications, seed, workers, folder, quiet=quiet, baseline=None)
    _deliver(results, loaded, folder, events=events, as_json=as_json, quiet=quiet)


def _load(files: list[Path], days: int | None) -> "list[Scenario]":
    """All scenarios, a file named twice once; all mistakes of all files together."""
    from sim.cli.problems import Problem
    from sim.scenario import Mistake, ScenarioError, load_scenario

    by_path = {file.resolve(): file for file in reversed(files)}
    wanted = [file for place, file in enumerate(files) if file.resolve() not in {f.resolve() for f in files[:place]}]
    scenarios, mistakes, names = [], [], dict[str, Path]()
    for file in wanted:
        try:
            scenario = load_scenario(by_path[file.resolve()])
        except ScenarioError as error:
            mistakes += error.mistakes
            continue
        if scenario.name in names:
            message = f"{scenario.name!r} is also the name of {names[scenario.name]}; names must differ"
            mistakes.append(Mistake(str(file), 0, "name", message))
        names[scenario.name] = file
        scenarios.append(scenario if days is None else scenario.changed({"days": min(days, scenario.days)}))
    if mistakes:
        raise Problem("\n".join(str(mistake) for mistake in dict.fromkeys(mistakes)))
    return scenarios


def _default_folder(file: Path) -> Path:
    return Path("results") / (file.resolve().parent.name or "experiment")


def _simulate(
    scenarios: "list[Scenario]",
    replications: int,
    seed: int,
    workers: int | None,
    folder: Path,
    *,
    quiet: bool,
    baseline: str | None,
) -> "Results":
    from sim.cli.problems import Problem
    from sim.experiment import ReplicationFailed, run_experiment
    from sim.results import results_of

    command = " ".join(["hairpin", *sys.argv[1:]])
    with _progress(quiet=quiet) as progress:
        try:
            experiment = run_experiment(
                scenarios, replications=replications, seed=seed, workers=workers, progress=progress
            )
        except ReplicationFailed as error:
            raise Problem(f"a run failed: {error}{_kept(error, seed, folder)}", exit_code=3) from error
    return results_of(experiment, baseline=baseline, command=command)


def _kept(error: "ReplicationFailed", seed: int, folder: Path) -> str:
    """Write the runs that ended before; a sentence on where they are."""
    from sim.results import write_finished

    if not error.finished:
        return ""
    return (
        f"\n{len(error.finished)} runs were finished; they are kept in {write_finished(error.finished, seed, folder)}"
    )


@contextmanager
def _progress(*, quiet: bool) -> "Iterator[Progress | None]":
    """A bar with rate and time left on stderr, where somebody watches."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    columns = (TextColumn("runs"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("runs")
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _deliver(
    results: "Results", scenarios: "list[Scenario]", folder: Path, *, events: bool, as_json: bool, quiet: bool
) -> None:
    """Write the folder, then print."""
    from sim.cli.problems import Problem
    from sim.results import as_json as json_text
    from sim.results import write_results

    titles = {scenario.name: scenario.shown_title for scenario in scenarios}

    def charts(partial: Path) -> None:
        _draw(results, titles, partial)

    try:
        write_results(results, folder, events=events, charts=charts)
    except OSError as error:
        raise Problem(f"{folder}: results can't be written: {error.strerror or error}") from error
    if as_json:
        sys.stdout.write(json_text(results.summary))
    elif not quiet:
        from sim.cli.tables import print_tables

        print_tables(results, folder)


def _draw(results: "Results", titles: dict[str, str], folder: Path) -> None:
    from sim import charts

    if results.summary["comparisons"]:
        charts.save(charts.forest(results.summary, titles), folder, "forest")
    charts.save(charts.months(results.monthly, titles), folder, "monthly")
