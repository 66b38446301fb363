"""`import inspect`: what a file is and what it holds, before anything is made of it."""

from pathlib import Path
from typing import Any

import numpy as np

from sim.importing.accidents import NAMES as ACCIDENT_COLUMNS
from sim.importing.count_columns import NAMES as COUNT_COLUMNS
from sim.importing.count_columns import with_a_row_a_class
from sim.importing.findings import RefusedError
from sim.importing.fit import read_fit
from sim.importing.geojson import read_geojson
from sim.importing.gpx import read_gpx
from sim.importing.heights import height_model
from sim.importing.kinds import READ, WHAT, kind_of
from sim.importing.landxml import read_landxml
from sim.importing.lines import Line
from sim.importing.osm import lengths_of, roads_of
from sim.importing.road_table import NAMES as ROAD_COLUMNS
from sim.importing.sumo import network_ways
from sim.importing.table import Table, all_names, read_table

MOST_NUMBERS = 40
COLUMNS = {"road": ROAD_COLUMNS, "counts": COUNT_COLUMNS, "accidents": ACCIDENT_COLUMNS}
HEADS = all_names(COUNT_COLUMNS)
"""By which the header is found below a counter's preamble."""


def inspected(file: Path) -> dict[str, Any]:
    """What there is to say of a file, by name.

    Raises
    ------
    RefusedError
        if it can't be read
    """
    kind = kind_of(file)
    found: dict[str, Any] = {"file": str(file), "kind": WHAT[kind], "bytes": file.stat().st_size}
    if kind == "unknown":
        return {**found, "can_be_imported": f"no: {READ}"}
    if kind == "height_model":
        _, spacing = height_model([file])
        return {**found, "points_apart_m": round(spacing, 1), "can_be_imported": "as --dem, beside a road"}
    try:
        if kind == "table":
            table = read_table(file, needed=HEADS)
            held = {"columns": list(table.columns), "rows": len(table.rows)}
            return {**found, **held, "can_be_imported": _as_what(table)}
        return {**found, **_held(file, kind), "can_be_imported": "as a road"}
    except RefusedError as error:
        return {**found, "can_be_imported": f"no: {error}"}


def _as_what(table: Table) -> str:
    """What the columns of a table are known for."""
    columns = {what: set(table.columns_of(names)) for what, names in COLUMNS.items()}
    columns["counts"] |= set(with_a_row_a_class(table, {})[1])
    road, counts, accidents = columns["road"], columns["counts"], columns["accidents"]
    found = []
    if {"lon", "lat", "height"} <= road or {"station", "grade"} <= road:
        found.append("as a road")
    if ({"class", "count"} & counts) and ("moment" in counts or {"date", "time"} & counts):
        found.append("as counts")
    if ({"date", "year"} & accidents) and ({"severity", "deaths", "injuries", "post"} & accidents):
        found.append("as accidents")
    return " or ".join(found) or "not as it is: say with --map what its columns hold (import road, counts, accidents)"


def _held(file: Path, kind: str) -> dict[str, Any]:
    if kind in {"osm", "sumo"}:
        lengths = roads_of(file) if kind == "osm" else lengths_of(network_ways(file), named=True)
        longest = sorted(lengths, key=lambda ref: -lengths[ref])[:MOST_NUMBERS]
        return {"roads_km": {ref: round(lengths[ref] / 1000.0, 1) for ref in longest}}
    if kind == "landxml":
        design = read_landxml(file)
        return {"alignment": design.name, "length_m": round(design.length_m, 3), "curves": len(design.curves)}
    return _of_line({"gpx": read_gpx, "fit": read_fit}.get(kind, read_geojson)(file))


def _of_line(line: Line) -> dict[str, Any]:
    bounds = [float(np.min(line.lon_deg)), float(np.min(line.lat_deg))]
    bounds += [float(np.max(line.lon_deg)), float(np.max(line.lat_deg))]
    found: dict[str, Any] = {"name": line.name, "points": len(line), "extent_deg": [round(own, 5) for own in bounds]}
    if line.has_heights:
        found["heights_m"] = [round(float(np.nanmin(line.height_m)), 1), round(float(np.nanmax(line.height_m)), 1)]
    else:
        found["heights_m"] = "none: a height model is needed (--dem)"
    return found
