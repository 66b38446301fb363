"""The command that serves a what-if page which simulates exactly: `serve`."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from sim.cli.options import Seed, Workers, default_folder, load

Days = Annotated[int, typer.Option(min=5, help="Days of a full run, scaled to a year.")]
WarmUp = Annotated[int, typer.Option(min=0, help="Days before, with the measures in force.")]
Port = Annotated[int, typer.Option(min=1, max=65535, help="Port on this machine.")]


def serve(
    programme: Annotated[Path, typer.Argument(help="Scenario whose measures may be chosen.", show_default=False)],
    *,
    port: Port = 8765,
    days: Days = 60,
    warm_up_days: WarmUp = 30,
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
    token = secrets.token_urlsafe(16)
    store = Store(default_folder(programme) / "serve" / "store")
    app = application(short, store, token, seed=seed, workers=workers or os.cpu_count() or 1)
    address = f"http://127.0.0.1:{port}/?token={token}"
    sys.stdout.write(f"{address}\nCtrl-C ends it\n")
    sys.stdout.flush()
    if browser:
        typer.launch(address)
    uvicorn.run(app, host="127.0.0.1", port=port, log_level="warning", timeout_graceful_shutdown=2)
