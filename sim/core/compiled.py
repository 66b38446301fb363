"""Formulas compiled for the sweep, in single precision, with the same bits as the Python that they are written in.

A formula is a plain Python function of numbers or arrays, in terms of module constants, `numpy` and `core/portable.py`.
`single` compiles it as it stands, but for its numbers: constants and literals are taken in single precision, as NumPy
takes them when it meets an array of single precision. Nothing is reordered or contracted, so that compiled and plain
give the same bits on every processor.
"""

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache, partial
from hashlib import blake2b
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any, TypeVar

import numpy as np

from sim.core import portable

Function = TypeVar("Function", bound=Callable[..., Any])
PACKAGE = Path(__file__).parents[1]
NOTICE = "compiling the sweep, once for this version on this machine ...\n"
NOTICE_AFTER_S = 1.5
COMPILED_FROM = (
    "core/compiled.py",
    "core/portable.py",
    "core/exact_sums.py",
    "core/units.py",
    "physics",
    "risk",
    "driving",
)
"""Files and folders that what is kept on disk was compiled from."""
BUILT_OF_IEEE_OPERATIONS: dict[str, Callable[..., Any]] = {
    "exp": portable.exp_single,
    "softplus": portable.softplus_single,
}
"""Functions of `sim.core.portable` for one number in single precision."""


class NumbaMissing(ImportError):
    """There is no Numba for this Python."""

    def __init__(self) -> None:
        super().__init__("Hairpin needs Numba, which is not installed for this Python: pip install numba")


def compiler() -> Any:
    """The module that compiles.

    Raises
    ------
    NumbaMissing
        if it is not installed
    """
    try:
        import numba
    except ImportError as error:
        raise NumbaMissing from error
    return numba


def compiled(function: Function) -> Function:
    """A part of the sweep, to be called from what is compiled; it is compiled with its caller, and not by itself."""
    result: Function = compiler().njit(error_model="numpy", inline="always")(function)
    return result


def kept_on_disk(function: Function) -> Function:
    """A function of arrays that is called from Python; what was compiled is kept for the next process.

    It is kept beside the package, or in a folder of the user's where that can't be written, or not at all. The name of
    the sources is part of its file's, so that what was compiled of others is not used.
    """
    function.__qualname__ += f"_{sources()}"
    compile_ = partial(compiler().njit, error_model="numpy", nogil=True)
    try:
        result: Function = compile_(cache=True)(function)
    except RuntimeError:  # no folder can be written
        result = compile_()(function)
    return result


def forget_what_was_kept(function: Callable[..., Any]) -> None:
    """Remove the files of a function that `kept_on_disk` made."""
    folder, name = Path(function.stats.cache_path), function.__qualname__  # type: ignore[attr-defined]
    for file in folder.glob(f"*.{name}-*.nb?"):
        file.unlink(missing_ok=True)


@contextmanager
def told_if_it_takes_long() -> Iterator[None]:
    """Say that something is compiled, unless it is soon done."""
    notice = threading.Timer(NOTICE_AFTER_S, sys.stderr.write, [NOTICE])
    notice.daemon = True
    notice.start()
    try:
        yield
    finally:
        notice.cancel()
        notice.join()


@cache
def single(formula: Callable[..., Any]) -> Callable[..., Any]:
    """A formula compiled with all its numbers in single precision, to be called from what is compiled."""
    return compiled(_in_single(formula, single))


@cache
def plain(formula: Callable[..., Any]) -> Callable[..., Any]:
    """The same formula as plain Python, for numbers in single precision: the same bits."""
    return _in_single(formula, plain)


Form = Callable[[Callable[..., Any]], Callable[..., Any]]


def _in_single(formula: Callable[..., Any], form: Form) -> FunctionType:
    """A formula whose constants and literals are in single precision; what it calls is taken in the same form."""
    code = formula.__code__
    names = {name: _taken(formula.__globals__[name], form) for name in code.co_names if name in formula.__globals__}
    names["__name__"] = formula.__module__
    constants = tuple(np.float32(c) if isinstance(c, float) else c for c in code.co_consts)
    return FunctionType(code.replace(co_consts=constants), names, formula.__name__, formula.__defaults__)


def _taken(value: Any, form: Form) -> Any:
    """What a name stands for."""
    if isinstance(value, float):
        return np.float32(value)
    if isinstance(value, tuple):
        return tuple(_taken(one, form) for one in value)
    if value is portable:
        own = ModuleType(portable.__name__)
        vars(own).update({name: form(function) for name, function in BUILT_OF_IEEE_OPERATIONS.items()})
        return own
    return form(value) if isinstance(value, FunctionType) else value


@cache
def sources() -> str:
    """A name for the state of the files that are compiled: what was kept of another state is not used."""
    files = [file for name in COMPILED_FROM for file in _files(PACKAGE / name)]
    return blake2b(b"".join(file.read_bytes() for file in files), digest_size=8).hexdigest()


def _files(path: Path) -> list[Path]:
    return sorted(path.rglob("*.py")) if path.is_dir() else [path]
