"""Heights of the ground: tiles of the Shuttle Radar Topography Mission (.hgt, .hgt.zip) and GeoTIFF, bilinear.

Nearest pixels make steps that no road has; the value between the four around a place does not.
"""

import io
import re
import zipfile
from collections.abc import Callable, Sequence
from math import sqrt
from pathlib import Path

import numpy as np

from sim.core.units import METRES_PER_KM, Floats
from sim.importing.extras import library
from sim.importing.findings import refused
from sim.system.files import read_file, reason

VOID = -32768
TILE_SIDES = {2 * side * side: side for side in (1201, 3601)}
"""By bytes of a tile: its points along a side."""
TILE_NAME = re.compile(r"([NSns])(\d{2})([EWew])(\d{3})")
MOST_BYTES = 1_000_000_000
METRES_PER_DEGREE = 111_320.0
Model = Callable[[Floats, Floats], Floats]
"""Heights by longitude and latitude, not a number where it has none [m]."""


def height_model(files: Sequence[Path]) -> tuple[Model, float]:
    """Heights from files, the first that knows a place, and the distance of their points [m].

    Raises
    ------
    RefusedError
        if a file is no height model
    """
    models = [_tile(file) if _is_tile(file) else _geotiff(file) for file in files]

    def height(lon_deg: Floats, lat_deg: Floats) -> Floats:
        found = np.full(len(lon_deg), np.nan)
        for model, _ in models:
            missing = np.isnan(found)
            found[missing] = model(lon_deg[missing], lat_deg[missing])
        return found

    return height, max(spacing for _, spacing in models)


def _is_tile(file: Path) -> bool:
    return file.name.lower().endswith((".hgt", ".hgt.zip"))


def _tile(file: Path) -> tuple[Model, float]:
    name = TILE_NAME.match(file.name)
    if name is None:
        raise refused(file, "a tile's name says where it lies, such as N42E001.hgt")
    content = _tile_bytes(file)
    if len(content) not in TILE_SIDES:
        sizes = " or ".join(f"{size:,}" for size in TILE_SIDES)
        raise refused(file, f"has {len(content):,} bytes, a tile has {sizes}")
    side = TILE_SIDES[len(content)]
    grid = np.frombuffer(content, dtype=">i2").reshape(side, side).astype(np.float64)
    grid[grid == VOID] = np.nan
    south = float(name[2]) * (1.0 if name[1] in "Nn" else -1.0)
    west = float(name[4]) * (1.0 if name[3] in "Ee" else -1.0)
    steps = side - 1

    def height(lon_deg: Floats, lat_deg: Floats) -> Floats:
        return bilinear(grid, (south + 1.0 - lat_deg) * steps, (lon_deg - west) * steps)

    return height, METRES_PER_DEGREE / steps


def _tile_bytes(file: Path) -> bytes:
    try:
        content = read_file(file, 2 * max(TILE_SIDES))
        if file.suffix.lower() != ".zip":
            return content
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            tiles = [member for member in archive.infolist() if member.filename.lower().endswith(".hgt")]
            if len(tiles) != 1 or tiles[0].file_size not in TILE_SIDES:
                raise refused(file, f"must hold one tile of a known size, holds {len(archive.infolist())} files")
            return archive.read(tiles[0])
    except OSError as error:
        raise refused(file, f"can't be read: {reason(error)}") from error
    except zipfile.BadZipFile as error:
        raise refused(file, f"is no ZIP file: {error}") from error


def _geotiff(file: Path) -> tuple[Model, float]:
    """The first band of a raster in any coordinate system that it names."""
    rasterio = library("rasterio", f"{file.name} as a height model")
    transformer = library("pyproj", "a height model").Transformer
    try:
        with rasterio.open(file) as raster:
            if raster.width * raster.height * 8 > MOST_BYTES or raster.crs is None:
                raise refused(file, "is too large, or names no coordinate system: cut or tag it first")
            grid = raster.read(1).astype(np.float64)
            if raster.nodata is not None:
                grid[grid == raster.nodata] = np.nan
            inverse, crs = ~raster.transform, raster.crs.to_wkt()
            spacing = sqrt(abs(raster.transform.determinant))
            spacing *= METRES_PER_DEGREE if raster.crs.is_geographic else 1.0
    except rasterio.errors.RasterioIOError as error:
        raise refused(file, "is no height model: tiles end in .hgt or .hgt.zip, others are GeoTIFF") from error
    there = transformer.from_crs("EPSG:4326", crs, always_xy=True)

    def height(lon_deg: Floats, lat_deg: Floats) -> Floats:
        x, y = there.transform(lon_deg, lat_deg)
        column, row = inverse * (np.asarray(x), np.asarray(y))
        return bilinear(grid, row - 0.5, column - 0.5)

    return height, spacing


def bilinear(grid: Floats, row: Floats, column: Floats) -> Floats:
    """Values between the four points around a place; not a number outside or where one of them is none."""
    rows, columns = grid.shape
    inside = (row >= 0.0) & (row <= rows - 1) & (column >= 0.0) & (column <= columns - 1)
    r = np.clip(np.where(inside, row, 0.0), 0.0, rows - 1.0)
    c = np.clip(np.where(inside, column, 0.0), 0.0, columns - 1.0)
    top, left = np.minimum(r.astype(np.int64), rows - 2), np.minimum(c.astype(np.int64), columns - 2)
    down, right = r - top, c - left
    above = grid[top, left] * (1.0 - right) + grid[top, left + 1] * right
    below = grid[top + 1, left] * (1.0 - right) + grid[top + 1, left + 1] * right
    result: Floats = np.where(inside, above * (1.0 - down) + below * down, np.nan)
    return result


def default_wavelength_m(spacing_m: float) -> float:
    """Over what length heights of a model are smoothed along a road [m].

    800 m for points 90 m apart, on a pass road with published heights; 100 m for the metre or less of laser scans, and
    in proportion between: assumption, half to twice.
    """
    return float(np.clip(800.0 * spacing_m / (METRES_PER_DEGREE / 1200.0), 100.0, METRES_PER_KM))
