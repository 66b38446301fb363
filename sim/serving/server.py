"""The server: one page, three calls, a token; bound to this machine."""

import asyncio
import json
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from sim.experiment.executors import processes
from sim.experiment.store import Store
from sim.scenario import Scenario, ScenarioError
from sim.serving.form import form_of
from sim.serving.jobs import MOST_CHANGES, Jobs, TooManyJobs
from sim.serving.page import page_of

MOST_BYTES = 64_000
HOSTS = ("127.0.0.1", "localhost")

Handler = Callable[[Request], Awaitable[Response]]
NO_FORM = "measures must map kinds to their numbers, and runs be a whole number"


class _Server:
    """What answers; jobs are there as long as the application lives."""

    def __init__(self, programme: Scenario, store: Store, token: str, seed: int, workers: int) -> None:
        self._programme, self._store, self._token = programme, store, token
        self._seed, self._workers = seed, workers
        self._jobs: Jobs

    @asynccontextmanager
    async def living(self, _app: Starlette) -> AsyncIterator[None]:
        """Processes and jobs from start to end."""
        with processes(self._workers) as pool:
            self._jobs = Jobs(self._programme, self._store, pool, self._seed)
            ready = asyncio.create_task(self._jobs.warm_up())
            try:
                yield
            finally:
                ready.cancel()
                await self._jobs.close()

    def allowed(self, handler: Handler) -> Handler:
        """Only from this machine's browser, with the token: other pages that are open know neither."""

        async def checked(request: Request) -> Response:
            given = request.query_params.get("token", "")
            if request.url.hostname not in HOSTS or not secrets.compare_digest(given.encode(), self._token.encode()):
                return PlainTextResponse("the address needs its token, as hairpin serve printed it\n", 403)
            return await handler(request)

        return checked

    async def page(self, _request: Request) -> Response:
        """The page."""
        return HTMLResponse(page_of(self._programme, form_of(self._programme), self._token))

    async def start(self, request: Request) -> Response:
        """Begin a job; what is wrong with the choice is told."""
        choice = _choice(await _body(request))
        if choice is None:
            return _refused(422, NO_FORM)
        measures, runs = choice
        unknown = sorted(set(measures) - set(self._programme.interventions))
        if unknown:
            return _refused(422, f"{', '.join(unknown)}: {self._programme.name} has no such measure")
        try:
            job = self._jobs.start(measures, runs)
        except ScenarioError as error:
            return _refused(422, *map(str, error.mistakes))
        except TooManyJobs:
            return _refused(429, "too many choices are being simulated; try again in a moment")
        return JSONResponse({"job": job.name})

    async def events(self, request: Request) -> Response:
        """What a job tells, as it comes."""
        job = self._jobs.get(request.path_params["job"])
        if job is None:
            return PlainTextResponse("no such job\n", 404)

        async def told() -> AsyncIterator[str]:
            async for what in job.watch():
                yield f"data: {json.dumps(what)}\n\n"

        return StreamingResponse(told(), media_type="text/event-stream", headers={"Cache-Control": "no-store"})

    async def stop(self, request: Request) -> Response:
        """Stop a job before its next run."""
        job = self._jobs.get(request.path_params["job"])
        if job is None:
            return PlainTextResponse("no such job\n", 404)
        job.stopped = True
        return JSONResponse({"stopped": True})


def application(programme: Scenario, store: Store, token: str, *, seed: int, workers: int) -> Starlette:
    """The web application.

    Parameters
    ----------
    programme : Scenario
        whose measures may be chosen
    store : Store
        of finished runs
    token : str
        that every request has to carry
    seed, workers : int
        random numbers, processes
    """
    server = _Server(programme, store, token, seed, workers)
    routes = [
        Route("/", server.allowed(server.page)),
        Route("/api/jobs", server.allowed(server.start), methods=["POST"]),
        Route("/api/jobs/{job}", server.allowed(server.events)),
        Route("/api/jobs/{job}/stop", server.allowed(server.stop), methods=["POST"]),
    ]
    return Starlette(routes=routes, lifespan=server.living)


def _refused(code: int, *mistakes: str) -> Response:
    return JSONResponse({"mistakes": mistakes}, code)


async def _body(request: Request) -> Any:
    """The body as JSON; None if it is too long or none."""
    content = b""
    async for part in request.stream():
        content += part
        if len(content) > MOST_BYTES:
            return None
    try:
        return json.loads(content)
    except ValueError:
        return None


def _choice(body: Any) -> tuple[dict[str, dict[str, Any]], int] | None:
    """Measures with their numbers, and runs; None if it is of another form."""
    measures, runs = (body.get("measures"), body.get("runs", 4)) if isinstance(body, dict) else (None, 0)
    if not isinstance(measures, dict) or not isinstance(runs, int) or runs < 1:
        return None
    if not all(isinstance(own, dict) for own in measures.values()):
        return None
    return (measures, runs) if sum(map(len, measures.values())) <= MOST_CHANGES else None
