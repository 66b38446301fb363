"""XML of strangers: nothing is expanded or fetched, and what is broken is said with its line."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sim.importing.extras import library
from sim.importing.findings import refused
from sim.system.files import read_file, reason

MOST_BYTES = 300_000_000


def read_xml(file: Path) -> Any:
    """Root of a file as an element tree.

    Raises
    ------
    RefusedError
        if it can't be read, is broken, or declares entities
    """
    tree = library("defusedxml.ElementTree", f"{file.name}, which is XML,")
    common = library("defusedxml.common", f"{file.name}, which is XML,")
    try:
        return tree.fromstring(read_file(file, MOST_BYTES).lstrip())
    except OSError as error:
        raise refused(file, f"can't be read: {reason(error)}") from error
    except common.DefusedXmlException as error:
        raise refused(file, "declares entities, which are not expanded: remove its DOCTYPE", "R12") from error
    except tree.ParseError as error:
        line, column = error.position
        raise refused(f"{file}:{line}", f"is broken XML at column {column + 1}: {error.msg}", "R12") from error
    except (ValueError, LookupError) as error:
        raise refused(file, f"is broken XML: {error}", "R12") from error


def name_of(element: Any) -> str:
    """An element's name without its namespace."""
    return str(element.tag).rpartition("}")[2]


def all_named(root: Any, name: str) -> Iterator[Any]:
    """Elements of a name, whatever their namespace, in the order of the file."""
    return (element for element in root.iter() if name_of(element) == name)


def child(element: Any, name: str) -> Any:
    """The first child of a name, or None."""
    return next((own for own in element if name_of(own) == name), None)
