"""The command line; each command imports what it needs when it runs, so that help comes at once."""

import sys
from collections.abc import Callable
from functools import wraps
from typing import Any

import typer

from sim.cli import (
    calibrate_commands,
    check_commands,
    evidence_commands,
    inspect_commands,
    report_commands,
    run_commands,
    statistics_commands,
    sweep_commands,
)

BAD_INPUT = 2
INTERRUPTED = 130

app = typer.Typer(
    name="hairpin",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help=(
        "Trucks, violations and accidents on mountain roads: by how much does an intervention change the accident "
        "rate, and how sure are we?"
    ),
    epilog="Start with: hairpin compare scenarios/taishun/baseline.yaml scenarios/taishun/*.yaml",
)


def _guarded(command: Callable[..., Any]) -> Callable[..., Any]:
    """Bad input is one message and exit code 2; Ctrl-C stops without a traceback."""

    @wraps(command)
    def guarded(*arguments: Any, **options: Any) -> Any:
        from sim.cli.problems import Problem

        try:
            return command(*arguments, **options)
        except Problem as problem:
            sys.stderr.write(f"{problem}\n")
            raise typer.Exit(problem.exit_code) from None
        except KeyboardInterrupt:
            sys.stderr.write("stopped; finished runs are kept, and nothing half-written was left\n")
            raise typer.Exit(INTERRUPTED) from None

    return guarded


for _function, _name in (
    (run_commands.compare, "compare"),
    (run_commands.run, "run"),
    (inspect_commands.validate, "validate"),
    (inspect_commands.schema, "schema"),
    (inspect_commands.interventions, "interventions"),
    (inspect_commands.parameters, "parameters"),
    (evidence_commands.verify, "verify"),
    (evidence_commands.descent, "descent"),
    (sweep_commands.sweep, "sweep"),
    (sweep_commands.sensitivity, "sensitivity"),
    (calibrate_commands.calibrate, "calibrate"),
    (calibrate_commands.portfolio, "portfolio"),
    (report_commands.report, "report"),
    (report_commands.replay, "replay"),
    (check_commands.check, "check"),
    (statistics_commands.before_after, "before-after"),
    (statistics_commands.power, "power"),
):
    app.command(_name)(_guarded(_function))


def main() -> None:
    """Entry point of the command `hairpin`."""
    app()
