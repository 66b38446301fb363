"""Tracks of sports watches and bicycle computers in FIT (Flexible and Interoperable Data Transfer)."""

from datetime import datetime
from math import nan
from pathlib import Path
from typing import Any

from sim.importing.extras import library
from sim.importing.findings import refused
from sim.importing.gpx import FEWEST_POINTS
from sim.importing.lines import Line, line_of
from sim.system.files import reason

DEGREES_PER_SEMICIRCLE = 180.0 / 2.0**31
"""Garmin, FIT SDK: positions are whole numbers of semicircles."""
ALTITUDES = ("enhanced_altitude", "altitude")


def read_fit(file: Path) -> Line:
    """All records that have a place, in the order of the file.

    Raises
    ------
    RefusedError
        if it is no FIT, is broken, or has too few places
    """
    fitdecode = library("fitdecode", f"{file.name}, a FIT track,")
    try:
        with fitdecode.FitReader(str(file), check_crc=fitdecode.CrcCheck.RAISE) as frames:
            records = [_record(one) for one in frames if isinstance(one, fitdecode.FitDataMessage)]
    except OSError as error:
        raise refused(file, f"can't be read: {reason(error)}") from error
    except (fitdecode.FitError, ValueError, TypeError) as error:
        raise refused(file, f"is broken FIT: {error}", "R12") from error
    points = [record for record in records if record is not None]
    if len(points) < FEWEST_POINTS:
        raise refused(file, f"has {len(points)} records with a place, a road needs {FEWEST_POINTS} or more")
    lon, lat, heights, times = zip(*points, strict=True)
    return line_of(lon, lat, heights, times)


def _record(message: Any) -> tuple[float, float, float, float] | None:
    """Longitude, latitude, height and time of a record; None of what has no place."""
    if message.name != "record":
        return None
    lon, lat = (message.get_value(key, fallback=None) for key in ("position_long", "position_lat"))
    if lon is None or lat is None:
        return None
    height = next((value for key in ALTITUDES if (value := message.get_value(key, fallback=None)) is not None), nan)
    when = message.get_value("timestamp", fallback=None)
    time_s = when.timestamp() if isinstance(when, datetime) else nan
    return lon * DEGREES_PER_SEMICIRCLE, lat * DEGREES_PER_SEMICIRCLE, float(height), time_s
