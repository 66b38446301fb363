"""The command line; each command imports what it needs when it runs, so that help comes at once."""

import gc
import io
import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from typing import Annotated, Any

import typer

from sim.cli import (
    calibrate_commands,
    check_commands,
    evidence_commands,
    explore_commands,
    hindcast_commands,
    import_commands,
    init_command,
    inspect_commands,
    report_commands,
    run_commands,
    serve_command,
    statistics_commands,
    sweep_commands,
)
from sim.core.texts import escaped

BAD_INPUT = 2
INTERRUPTED = 130
BROKEN_PIPE = 141
RARELY = 50_000
"""New objects until unused ones are looked for: what is imported at the start stays."""

app = typer.Typer(
    name="hairpin",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
    help=(
        "Trucks, violations and accidents on mountain roads: by how much does an intervention change the accident "
        "rate, and how sure are we?"
    ),
    epilog=(
        "Start with: hairpin compare scenarios/taishun/baseline.yaml scenarios/taishun/*.yaml --report. "
        "Exit codes: 0 done, 1 a check found a difference, 2 bad input, 3 a run failed, 130 stopped."
    ),
)


def _guarded(command: Callable[..., Any]) -> Callable[..., Any]:
    """Bad input is one message and exit code 2; Ctrl-C stops without a traceback."""

    @wraps(command)
    def guarded(*arguments: Any, **options: Any) -> Any:
        from sim.cli.problems import Problem, gone_folder

        try:
            gone_folder()
            return command(*arguments, **options)
        except Problem as problem:
            sys.stderr.write(f"{escaped(str(problem))}\n")
            raise typer.Exit(problem.exit_code) from None
        except ImportError as error:
            from sim.core.compiled import NumbaMissing

            if not isinstance(error, NumbaMissing):
                raise
            sys.stderr.write(f"{escaped(str(error))}\n")
            raise typer.Exit(BAD_INPUT) from None
        except ValueError as error:
            from sim.importing.findings import RefusedError
            from sim.scenario import ScenarioError
            from sim.statistics.intervals import NoRatioError

            if not isinstance(error, NoRatioError | RefusedError | ScenarioError):
                raise
            sys.stderr.write(f"{escaped(str(error))}\n")
            raise typer.Exit(BAD_INPUT) from None
        except KeyboardInterrupt:
            signal.signal(signal.SIGINT, signal.SIG_IGN)  # a second one has nothing left to stop
            kept = "finished runs are kept, and " if _runs_were_kept() else ""
            sys.stderr.write(f"stopped; {kept}nothing half-written was left\n")
            raise typer.Exit(INTERRUPTED) from None

    return guarded


def _print_version(wanted: bool) -> None:  # noqa: FBT001 - as the library calls it
    if wanted:
        from importlib.metadata import version

        sys.stdout.write(f"hairpin {version('hairpin')}\n")
        raise typer.Exit


@app.callback()
def _options(
    *,
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and exit.", callback=_print_version, is_eager=True)
    ] = False,
) -> None:
    pass


COMMANDS: dict[str, tuple[Callable[..., Any], ...]] = {
    "Simulate": (run_commands.compare, run_commands.run, explore_commands.explore, serve_command.serve),
    "What is not known": (
        sweep_commands.sweep,
        sweep_commands.sensitivity,
        calibrate_commands.calibrate,
        calibrate_commands.portfolio,
    ),
    "Read": (report_commands.report, report_commands.replay, inspect_commands.card),
    "Scenarios": (
        init_command.init,
        inspect_commands.validate,
        inspect_commands.show,
        inspect_commands.diff,
        inspect_commands.interventions,
        inspect_commands.parameters,
        inspect_commands.metrics,
        inspect_commands.schema,
    ),
    "Evidence": (
        hindcast_commands.hindcast,
        evidence_commands.verify,
        check_commands.check,
        evidence_commands.descent,
        statistics_commands.before_after,
        statistics_commands.power,
    ),
}
for _panel, _functions in COMMANDS.items():
    for _function in _functions:
        app.command(_function.__name__.replace("_", "-"), rich_help_panel=_panel)(_guarded(_function))


imports = typer.Typer(no_args_is_help=True, help="Bring in your own road from a track, a map, an alignment or a table.")
imports.command("inspect")(_guarded(import_commands.inspect))
imports.command("road")(_guarded(import_commands.road))
imports.command("accidents")(_guarded(import_commands.accidents))
imports.command("counts")(_guarded(import_commands.counts))
app.add_typer(imports, name="import", rich_help_panel="Scenarios")


def _runs_were_kept() -> bool:
    store = sys.modules.get("sim.experiment.store")
    return store is not None and bool(store.Store.kept)


def main() -> None:
    """Entry point of the command `hairpin`; output that nobody takes, or that has no room, is no traceback."""
    gc.set_threshold(RARELY)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    code: object = 0
    try:
        try:
            if _asks_for_help_in_chinese():
                from sim.cli.help_zh import in_chinese

                in_chinese(typer.main.get_command(app))()
            else:
                app()
        except SystemExit as ended:
            code = ended.code
        sys.stdout.flush()
    except BrokenPipeError:
        _leave_unsaid()
        code = BROKEN_PIPE
    except OSError as error:
        _leave_unsaid()
        sys.stderr.write(f"what was to be printed can't be written: {error.strerror or error}\n")
        code = BAD_INPUT
    sys.exit(code)  # type: ignore[arg-type]


def _asks_for_help_in_chinese() -> bool:
    """Whether what is asked for is help, in a terminal that speaks Chinese."""
    asked = len(sys.argv) == 1 or not {"--help", "-h"}.isdisjoint(sys.argv[1:])
    if not asked:
        return False
    from sim.cli.help_zh import wanted

    return wanted(os.environ)


def _leave_unsaid() -> None:
    """What is left in the buffer of standard output goes nowhere, so that Python does not try again at its end."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
