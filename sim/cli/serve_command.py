"""The command that serves a what-if page which simulates exactly: `serve`."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from sim.cli.options import Seed, Workers, default_folder, load

Days = Annotated[int, typer.Option(min=5, help="Days of a full run, scaled to a year.")]
WarmUp = Annotated[int, typer.Option(min=0, help="Days before, with the measures in force.")]
MOST_BYTES = 50_000_000
Port = Annotated[int, typer.Option(min=1, max=65535, help="Port on this machine.")]


def serve(
    programme: Annotated[Path, typer.Argument(help="Scenario whose measures may be chosen.", show_default=False)],
    *,
    port: Port = 8765,
    days: Days = 60,
    warm_up_days: WarmUp = 30,
    explore: Annotated[
        Path | None,
        typer.Option(
            help="A page that `hairpin explore` made of the same programme: served too, at /explore, with a panel that "
            "simulates its choice exactly.",
            show_default=False,
        ),
    ] = None,
    seed: Seed = 1,
    workers: Workers = None,
    browser: Annotated[bool, typer.Option("--open", help="Open the page in a browser.")] = False,
) -> None:
    """Serve a page that simulates a choice of measures exactly: a rough answer at once, then refined run by run.

    Only for this machine: the address carries a token. Finished runs are kept in the result folder. Ctrl-C ends it.
    """
    import secrets

    from sim.cli.problems import Problem
    from sim.experiment.store import Store
    from sim.report.exploring import prepared

    try:
        import uvicorn

        from sim.serving.server import application
    except ImportError as error:
        raise Problem("hairpin serve needs the extra: pip install 'hairpin[serve]'") from error
    whole = load([programme], None)[0]
    try:
        short = prepared(whole, days, warm_up_days).changed({"uncertain": {}})
    except ValueError as error:
        raise Problem(f"{programme}: {error}") from error
    what_if = None if explore is None else _what_if(explore)
    token = secrets.token_urlsafe(16)
    store = Store(default_folder(programme) / "serve" / "store")
    app = application(short, store, token, seed=seed, workers=workers or os.cpu_count() or 1, what_if=what_if)
    address = f"http://127.0.0.1:{port}/{'' if what_if is None else 'explore'}?token={token}"
    sys.stdout.write(f"{address}\nCtrl-C ends it\n")
    sys.stdout.flush()
    if browser:
        typer.launch(address)
    uvicorn.run(app, host="127.0.0.1", port=port, log_level="warning", timeout_graceful_shutdown=2)


def _what_if(file: Path) -> str:
    """The what-if page, seen to be one."""
    from sim.cli.problems import Problem
    from sim.serving.page import live_page
    from sim.system.files import read_file, reason

    try:
        found = read_file(file, MOST_BYTES).decode()
        live_page(found, "")
    except OSError as error:
        raise Problem(f"--explore {file}: can't be read: {reason(error)}") from error
    except ValueError as error:
        raise Problem(
            f"--explore {file}: is no page of hairpin explore: make it with hairpin explore PROGRAMME"
        ) from error
    return found
