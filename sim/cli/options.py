"""Options that commands share, and how a command simulates with them."""

import shlex
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sim.cli.rehearsal import RehearsedError, rehearse, told
from sim.core.seeds import LARGEST_SEED

if TYPE_CHECKING:
    from sim.experiment.runner import Experiment, Progress, ReplicationFailed
    from sim.experiment.store import Store
    from sim.hindcast.cases import LoadedCase, Registers
    from sim.hindcast.draws import Draws
    from sim.scenario import Scenario

ScenarioFiles = Annotated[list[Path], typer.Argument(help="Scenario files (YAML).", show_default=False)]
Replications = Annotated[
    int, typer.Option(min=1, max=100_000, help="Simulated repetitions; intervals need at least 2.")
]
Seed = Annotated[
    int, typer.Option(min=0, max=LARGEST_SEED, help="Names the random numbers; the same seed gives the same results.")
]
Workers = Annotated[int | None, typer.Option(min=1, help="Processes; by default one a core.", show_default=False)]
Dask = Annotated[
    str | None,
    typer.Option(metavar="ADDRESS", help="Run on a Dask cluster (needs the extra `distributed`).", show_default=False),
]
Fresh = Annotated[bool, typer.Option("--fresh", help="Compute runs again that are kept in the result folder.")]
Out = Annotated[Path | None, typer.Option(help="Result folder.", show_default="results/<folder of the first file>")]
Days = Annotated[
    int | None,
    typer.Option(min=1, help="Shorten every scenario to so many days; none gets longer.", show_default=False),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print summary.json, not tables.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print neither tables nor progress.")]
Events = Annotated[bool, typer.Option("--events", help="Also write events.parquet: every accident, violation, alarm.")]

FAILED = 3
"""Exit code if a run stops."""


@dataclass(frozen=True)
class Simulation:
    """How a command simulates; finished runs are kept in the result folder and taken from it."""

    folder: Path
    seed: int
    workers: int | None
    dask: str | None = None
    fresh: bool = False
    quiet: bool = False
    dry: bool = False
    """Whether to stop before the first run and say how many there are."""
    stages: bool = False
    """Whether later runs go by the results of the first."""

    def run_lean(self, scenarios: "list[Scenario]", replications: int) -> "Experiment":
        """Simulate without records of events."""
        return self.run(scenarios, replications, lean=True)

    def run(self, scenarios: "list[Scenario]", replications: int, *, lean: bool = False) -> "Experiment":
        """Simulate, with a bar; what stops a run is told, and so is what was kept."""
        from sim.experiment.runner import run_experiment

        with self._told(scenarios), self._bar() as progress:
            return run_experiment(
                scenarios,
                replications=replications,
                seed=self.seed,
                workers=self.workers,
                dask=self.dask,
                store=self._store(),
                fresh=self.fresh,
                progress=progress,
                lean=lean,
            )

    def draw(self, scenarios: "list[Scenario]", draws: int, replications: int) -> "Experiment":
        """Simulate draws of uncertain parameters."""
        from sim.analysis.uncertainty import run_draws

        with self._told(scenarios), self._bar() as progress:
            return run_draws(
                scenarios,
                draws=draws,
                replications=replications,
                seed=self.seed,
                workers=self.workers,
                dask=self.dask,
                store=self._store(),
                fresh=self.fresh,
                progress=progress,
            )

    def hindcast(self, cases: "list[LoadedCase]", registers: "Registers", draws: int) -> "Draws":
        """Simulate draws of observed cases."""
        from sim.hindcast.draws import draw

        scenarios = [scenario for case in cases for scenario in case.scenarios.values()]
        with self._told(scenarios), self._bar() as progress:
            return draw(
                cases,
                registers,
                draws=draws,
                seed=self.seed,
                workers=self.workers,
                dask=self.dask,
                store=self._store(),
                fresh=self.fresh,
                progress=progress,
            )

    def _store(self) -> "Store":
        from sim.experiment.store import Store

        return Store(self.folder / "store")

    @contextmanager
    def _bar(self) -> "Iterator[Progress | None]":
        """A bar, or what stops before the first run."""
        if self.dry:
            yield rehearse
            return
        with progress_bar(quiet=self.quiet) as progress:
            yield progress

    @contextmanager
    def _told(self, scenarios: "Sequence[Scenario]") -> Iterator[None]:
        """What goes wrong is one message, and so is what a dry run would have simulated."""
        from sim.cli.problems import Problem
        from sim.experiment.runner import ReplicationFailed

        try:
            yield
        except RehearsedError as rehearsed:
            sys.stdout.write(told(rehearsed, scenarios, self.workers, self.folder, stages=self.stages))
            raise typer.Exit from None
        except ReplicationFailed as error:
            raise Problem(f"a run failed: {error}{self._kept(error)}", exit_code=FAILED) from error
        except ImportError as error:
            raise Problem(f"--dask needs the extra: pip install 'hairpin[distributed]' ({error})") from error
        except OSError as error:
            raise Problem(self._unwritable(error)) from error

    def _unwritable(self, error: OSError) -> str:
        if self.dask is not None and not error.errno:
            return f"--dask: no scheduler at {self.dask} ({error})"
        return f"{self.folder}: results can't be written: {error.strerror or error}; finished runs are kept"

    def _kept(self, error: "ReplicationFailed") -> str:
        """Write the runs that ended before; a sentence on where they are."""
        from sim.results.folder import write_finished

        if not error.finished:
            return ""
        file = write_finished(error.finished, self.seed, self.folder)
        return f"\n{len(error.finished)} runs were finished; they are kept in {file}"


def made(folder: Path, files: "Mapping[str, bytes]") -> None:
    """Write files into a folder; what is not ours is not touched, and what can't be written is one message."""
    from sim.cli.problems import Problem
    from sim.system.made_files import MadeFiles, NotOurs

    try:
        MadeFiles(folder).write(files)
    except NotOurs as error:
        raise Problem(str(error)) from error
    except OSError as error:
        raise Problem(f"{folder}: results can't be written: {error.strerror or error}") from error


def free_of_others(folder: Path) -> Path:
    """A result folder in which nothing of others stands in the way, found out before anything is simulated."""
    from sim.cli.problems import Problem
    from sim.results.folder import ALWAYS_WRITTEN
    from sim.system.made_files import MadeFiles, NotOurs

    try:
        foreign = MadeFiles(folder).foreign(ALWAYS_WRITTEN)
    except OSError as error:
        raise Problem(f"{folder}: results can't be written: {error.strerror or error}") from error
    if foreign:
        raise Problem(str(NotOurs(foreign)))
    return folder


@contextmanager
def _told_of(file: Path) -> "Iterator[None]":
    """What keeps a file that the user has named from being written is one message."""
    from sim.cli.problems import Problem
    from sim.system.made_files import NotOurs

    try:
        yield
    except NotOurs as error:
        raise Problem(str(error)) from error
    except OSError as error:
        raise Problem(f"{file}: can't be written: {error.strerror or error}") from error


def can_be_written(file: Path) -> None:
    """Say at once that a file that the user has named can't be made, before anything is simulated for it."""
    from sim.system.made_files import check_writable

    with _told_of(file):
        check_writable(file)


def write_named(file: Path, content: bytes) -> None:
    """Write a file that the user has named; what is not ours is not replaced."""
    from sim.system.made_files import write_signed

    with _told_of(file):
        write_signed(file, content)


Settings = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="KEY=VALUE",
        help="Change a key in all scenarios, such as road.links.provincial_2.aadt=6000 or days=90; a key of an "
        "intervention in those that have it. May be given several times.",
        show_default=False,
    ),
]


def load(files: list[Path], days: int | None, settings: Sequence[str] = ()) -> "list[Scenario]":
    """All scenarios, a file named twice once; all mistakes of all files together; with keys set.

    Patterns are expanded, and what is not in the working folder is looked for among the scenarios that come along.
    """
    from sim.cli.problems import Problem
    from sim.scenario import Mistake, ScenarioError, load_scenario
    from sim.scenario.compatibility import late_starts, unseen
    from sim.system.shipped import named_by

    files = [one for file in files for one in named_by(file)]
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
    if settings:
        scenarios = _with_settings(scenarios, settings)
    for scenario in scenarios:
        remark(chain(late_starts(scenario), unseen(scenario)))
    return scenarios


def _with_settings(scenarios: "list[Scenario]", settings: Sequence[str]) -> "list[Scenario]":
    """Scenarios with keys of --set; those of an intervention only where it is."""
    from sim.cli.problems import Problem
    from sim.scenario import ScenarioError
    from sim.scenario.document import read_value

    try:
        for setting in settings:
            key, equals, value = setting.partition("=")
            if not (key and equals and value):
                raise Problem(f"--set: {setting!r} must be KEY=VALUE, such as days=90")
            first, _, rest = key.partition(".")
            kind = rest.partition(".")[0]
            reached = [first != "interventions" or kind in scenario.interventions for scenario in scenarios]
            if not any(reached):
                raise Problem(f"--set: {key}: no scenario has the intervention {kind!r}")
            change = {key: read_value(value, key)}
            scenarios = [own.changed(change) if here else own for own, here in zip(scenarios, reached, strict=True)]
    except ScenarioError as error:
        raise Problem("\n".join(f"--set: {line}" for line in dict.fromkeys(str(error).splitlines()))) from error
    return scenarios


def comparable(scenarios: "list[Scenario]") -> "list[Scenario]":
    """Scenarios that can be compared with the first of them; found out before anything is simulated."""
    from sim.cli.problems import Problem
    from sim.scenario.compatibility import differences, obstacles

    if found := list(obstacles(scenarios)):
        raise Problem("\n".join(found))
    remark(differences(scenarios))
    return scenarios


def remark(remarks: Iterable[str]) -> None:
    """Say what stops nothing and yet has to be known."""
    for text in remarks:
        sys.stderr.write(f"note: {text}\n")


def default_folder(file: Path) -> Path:
    """Where results go if nothing is said."""
    return Path("results") / (file.resolve().parent.name or "experiment")


def added_folder(out: Path | None, file: Path, command: str) -> Path:
    """Where a command writes what enters the report of a comparison: beside it, or in the comparison's own folder."""
    from sim.results.folder import MANIFEST

    if out is None:
        return default_folder(file) / command
    return out / command if (out / MANIFEST).is_file() else out


def command_line() -> str:
    """The command as it was typed."""
    return shlex.join(["hairpin", *sys.argv[1:]])


@contextmanager
def progress_bar(*, quiet: bool) -> "Iterator[Progress | None]":
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

    rate, left = TextColumn("{task.fields[rate]}"), (TextColumn("left"), TimeRemainingColumn())
    columns = (TextColumn("runs"), BarColumn(), MofNCompleteColumn(), rate, TimeElapsedColumn(), *left)
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("runs", rate="")
        of = RunRate()
        yield lambda done, total: bar.update(task, completed=done, total=total, rate=of(done, bar.tasks[0].elapsed))


class RunRate:
    """Runs a minute; those taken from the store at the start don't count."""

    def __init__(self) -> None:
        self._taken: int | None = None

    def __call__(self, done: int, elapsed_s: float | None) -> str:
        """What is shown after so many runs and seconds; nothing before the first run."""
        from sim.core.units import SECONDS_PER_MINUTE

        self._taken = done if self._taken is None else self._taken
        ran = done - self._taken
        return f"{SECONDS_PER_MINUTE * ran / elapsed_s:.0f} a minute" if ran and elapsed_s else ""
