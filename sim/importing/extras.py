"""Libraries that only imports need; what is missing is said with the command that installs it."""

from importlib import import_module
from typing import Any

from sim.importing.findings import RefusedError

INSTALL = 'pip install "hairpin[import]"'


def library(name: str, purpose: str) -> Any:
    """A module of the extra `import`.

    Raises
    ------
    RefusedError
        if it is not installed
    """
    try:
        return import_module(name)
    except ImportError as error:
        raise RefusedError(f"{purpose} needs {name.partition('.')[0]}: {INSTALL}") from error
