"""Where runs are done: in processes that hand over results as files, or on a Dask cluster."""

import multiprocessing
import multiprocessing.context
import os
import pickle
import shutil
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from functools import partial
from multiprocessing import forkserver, resource_tracker
from pathlib import Path
from types import ModuleType
from typing import Any

from sim.system.files import marked_folder, remove_abandoned
from sim.system.interrupts import interrupts_held

SPOOL = "spool"
"""Names folders for results on their way from workers."""
MAIN_HIDDEN = threading.Lock()
"""Held while the script is hidden from a worker that starts."""


class _Worker(multiprocessing.context.ForkServerProcess):
    """A worker that does not run the script of who started it: a script needs no guard around its own commands."""

    @staticmethod
    def _Popen(process_obj: Any) -> Any:  # noqa: N802 - the standard library's name
        with MAIN_HIDDEN:
            script = sys.modules["__main__"]
            sys.modules["__main__"] = ModuleType("__main__")
            try:
                return multiprocessing.context.ForkServerProcess._Popen(process_obj)  # noqa: SLF001
            finally:
                sys.modules["__main__"] = script


class _Context(multiprocessing.context.ForkServerContext):
    Process = _Worker


def _context() -> multiprocessing.context.ForkServerContext:
    """The server that forks workers, with the model loaded once."""
    context = _Context()
    context.set_forkserver_preload(["sim.engine.ready"])
    resource_tracker.ensure_running()  # it unblocks the signal when it starts, so it must not start in between
    with interrupts_held():
        forkserver.ensure_running()
    return context


def _end_with_parent(spool: Path) -> None:
    """A worker whose parent was killed ends too, instead of waiting for ever, and clears what both had."""
    parent = multiprocessing.parent_process()
    if parent is not None:

        def watch() -> None:
            parent.join()
            shutil.rmtree(spool, ignore_errors=True)
            os._exit(1)

        threading.Thread(target=watch, daemon=True).start()


def _spooled(spool: Path, work: Callable[..., Any], *arguments: Any) -> Path:
    """Do the work and leave its result in a file."""
    handle, name = tempfile.mkstemp(dir=spool)
    with os.fdopen(handle, "wb") as stream:
        pickle.dump(work(*arguments), stream, protocol=pickle.HIGHEST_PROTOCOL)
    return Path(name)


class Processes(ProcessPoolExecutor):
    """Processes that hand over results as files and send no more than their names.

    A name goes through the workers' common pipe whole or not at all. A result of some MiB would go in pieces: a worker
    killed in between would leave the reader waiting for the rest for ever, and the other workers for their turn.
    """

    def __init__(self, workers: int) -> None:
        temporary = Path(tempfile.gettempdir())
        remove_abandoned(temporary)
        self._spool = marked_folder(temporary, SPOOL)
        super().__init__(workers, mp_context=_context(), initializer=_end_with_parent, initargs=(self._spool,))

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """As any executor's; the file is read and removed where the result is asked for."""
        done: Future[Any] = Future()
        super().submit(_spooled, self._spool, partial(fn, **kwargs), *args).add_done_callback(partial(_fetch, done))
        return done

    def clear(self) -> None:
        """Remove what nobody has fetched."""
        shutil.rmtree(self._spool, ignore_errors=True)


def _fetch(done: Future[Any], named: Future[Path]) -> None:
    """Give the result in the named file to who waits for it."""
    if named.cancelled():
        done.cancel()
        return
    try:
        file = named.result()
        with file.open("rb") as stream:
            result = pickle.load(stream)  # noqa: S301 - written by our own worker
        file.unlink()
    except BaseException as error:  # noqa: BLE001 - whatever it is, who waits gets it
        done.set_exception(error)
    else:
        done.set_result(result)


@contextmanager
def processes(workers: int) -> Iterator[Executor]:
    """Processes; on an error or Ctrl-C nothing more is started and the processes end."""
    pool = Processes(workers)
    try:
        yield pool
    except BaseException:
        alive = list((pool._processes or {}).values())  # noqa: SLF001
        for process in alive:
            process.kill()
        for process in alive:
            process.join()
        pool.shutdown(wait=False, cancel_futures=True)
        raise
    else:
        pool.shutdown()
    finally:
        pool.clear()


@contextmanager
def dask_cluster(address: str) -> Iterator[Executor]:
    """A Dask cluster through the same interface; lost workers' tasks are run again by its scheduler.

    Raises
    ------
    ImportError
        if `hairpin[distributed]` is not installed
    OSError
        if there is no scheduler at the address
    """
    from distributed import Client

    client = Client(address, timeout="10s", set_as_default=False)  # type: ignore[no-untyped-call]
    with client:
        yield client.get_executor(pure=False)  # type: ignore[no-untyped-call]
