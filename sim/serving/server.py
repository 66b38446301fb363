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
from sim.report.exploring import sliders_of
from sim.scenario import Scenario, ScenarioError
from sim.serving.form import form_of
from sim.serving.jobs import MOST_CHANGES, Jobs, TooManyJobs
from sim.serving.page import live_page, page_of

MOST_BYTES = 64_000
MOST = 1e9
"""Of a slider; it has bounds of its own."""
ROUNDING = 1e-9
HOSTS = ("127.0.0.1", "localhost")

Handler = Callable[[Request], Awaitable[Response]]
NO_FORM = "measures must map kinds to their numbers, runs be a whole number, sliders map keys to numbers"


class _Server:
    """What answers; jobs are there as long as the application lives."""

    def __init__(
        self, programme: Scenario, store: Store, token: str, seed: int, workers: int, what_if: str | None
    ) -> None:
        self._programme, self._store, self._token = programme, store, token
        self._seed, self._workers, self._what_if = seed, workers, what_if
        self._sliders = {slider.key: slider for slider in sliders_of(programme)}
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
        return HTMLResponse(page_of(self._programme, form_of(self._programme), self._token, link=bool(self._what_if)))

    async def what_if(self, _request: Request) -> Response:
        """The what-if page, with a panel that simulates its choice exactly."""
        if self._what_if is None:
            return PlainTextResponse("no what-if page: hairpin serve PROGRAMME --explore PAGE.html\n", 404)
        return HTMLResponse(live_page(self._what_if, self._token))

    async def start(self, request: Request) -> Response:
        """Begin a job; what is wrong with the choice is told."""
        choice = _choice(await _body(request))
        if choice is None:
            return _refused(422, NO_FORM)
        measures, runs, sliders = choice
        unknown = sorted(set(measures) - set(self._programme.interventions))
        if unknown:
            return _refused(422, f"{', '.join(unknown)}: {self._programme.name} has no such measure")
        if wrong := [told for key, value in sliders.items() if (told := self._wrong_slider(key, value))]:
            return _refused(422, *wrong)
        bounds = {key: (self._sliders[key].low, self._sliders[key].high) for key in sliders}
        sliders = {key: min(max(value, bounds[key][0]), bounds[key][1]) for key, value in sliders.items()}
        try:
            job = self._jobs.start(measures, runs, sliders)
        except ScenarioError as error:
            return _refused(422, *map(str, error.mistakes))
        except TooManyJobs:
            return _refused(429, "too many choices are being simulated; try again in a moment")
        return JSONResponse({"job": job.name})

    def _wrong_slider(self, key: str, value: float) -> str:
        """What is wrong with a slider's value, if anything."""
        slider = self._sliders.get(key)
        if slider is None:
            return f"{key}: there is no such slider; sliders are {', '.join(self._sliders)}"
        if not slider.low - ROUNDING <= value <= slider.high + ROUNDING:
            return f"{key}: found {value:g}, must be from {slider.low:g} to {slider.high:g}"
        return ""

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


def application(
    programme: Scenario, store: Store, token: str, *, seed: int, workers: int, what_if: str | None = None
) -> Starlette:
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
    what_if : str, optional
        a page of `hairpin explore` for the same programme
    """
    server = _Server(programme, store, token, seed, workers, what_if)
    routes = [
        Route("/", server.allowed(server.page)),
        Route("/explore", server.allowed(server.what_if)),
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


def _choice(body: Any) -> tuple[dict[str, dict[str, Any]], int, dict[str, float]] | None:
    """Measures with their numbers, runs, and sliders; None if it is of another form."""
    measures, runs = (body.get("measures"), body.get("runs", 4)) if isinstance(body, dict) else (None, 0)
    if not isinstance(measures, dict) or not isinstance(runs, int) or runs < 1:
        return None
    if not all(isinstance(own, dict) for own in measures.values()):
        return None
    sliders = body.get("sliders", {})
    if not isinstance(sliders, dict) or not all(map(_is_number, sliders.values())):
        return None
    return (measures, runs, sliders) if sum(map(len, measures.values())) <= MOST_CHANGES else None


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and -MOST <= value <= MOST
