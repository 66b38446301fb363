"""What a file is, by what it begins with and by its name."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from sim.importing.findings import refused
from sim.system.files import reason

Kind = Literal["gpx", "fit", "landxml", "osm", "sumo", "geojson", "table", "height_model", "unknown"]
HEAD_BYTES = 4096
COMMENT = re.compile(rb"<!--.*?(?:-->|$)", re.DOTALL)
"""Of XML, which may name the files that it was made from; the first bytes may end in it."""
WHAT: dict[Kind, str] = {
    "gpx": "a GPX track",
    "fit": "a FIT track",
    "landxml": "a LandXML design",
    "osm": "an OpenStreetMap extract",
    "sumo": "a SUMO network",
    "geojson": "GeoJSON",
    "table": "a table (CSV)",
    "height_model": "a height model",
    "unknown": "of no known kind",
}
READ = "GPX, FIT, OpenStreetMap (.osm, .osm.pbf), GeoJSON, LandXML, SUMO networks (.net.xml) and CSV files are read"


@dataclass(frozen=True)
class Sign:
    """How a kind is told."""

    kind: Kind
    endings: tuple[str, ...]
    begins: Callable[[bytes], bool]


SIGNS = (
    Sign("height_model", (".hgt", ".hgt.zip", ".tif", ".tiff"), lambda head: head[:4] in {b"II*\0", b"MM\0*"}),
    Sign("osm", (".osm", ".pbf"), lambda head: b"<osm" in head or b"OSMHeader" in head[:64]),
    Sign("fit", (".fit",), lambda head: head[8:12] == b".FIT"),
    Sign("gpx", (".gpx",), lambda head: b"<gpx" in head),
    Sign("landxml", (), lambda head: b"<LandXML" in head),
    Sign("sumo", (".net.xml",), lambda head: b"<net" in head and b"<network" not in head),
    Sign("geojson", (".geojson",), lambda head: head.lstrip()[:1] == b"{" and b"coordinates" in head),
    Sign("table", (".csv", ".tsv", ".txt"), lambda _: False),
)


def kind_of(file: Path) -> Kind:
    """Kind of a file; what it begins with goes before its name.

    Raises
    ------
    RefusedError
        if it can't be read
    """
    try:
        if not file.is_file():
            raise refused(file, "is not there, or no file")
        with file.open("rb") as stream:
            head = stream.read(HEAD_BYTES)
    except OSError as error:
        raise refused(file, f"can't be read: {reason(error)}") from error
    head = COMMENT.sub(b"", head)
    begins = [sign.kind for sign in SIGNS if sign.begins(head)]
    ends = [sign.kind for sign in SIGNS if file.name.lower().endswith(sign.endings)]
    unknown: Kind = "unknown"
    return [*begins, *ends, unknown][0]
