"""Places on Chinese maps: shifted by 300 to 600 m (GCJ-02), and once more (BD-09); formulas as published by many.

The public algorithm of the shift (EvilTransform, 2013, github.com/googollee/eviltransform, MIT) is a function of the
place; back from it by repetition, to less than a centimetre.
"""

from math import pi

import numpy as np

from sim.core.units import Floats

AXIS_M, ECCENTRICITY2 = 6_378_245.0, 0.00669342162296594323
CHINA = (73.0, 135.5, 18.0, 54.0)
"""A frame around it: longitudes, latitudes. Neighbours lie in it too, so that it only asks."""
REPEATS = 20


def looks_chinese(lon_deg: Floats, lat_deg: Floats) -> bool:
    """Whether a line lies in the frame around China."""
    west, east, south, north = CHINA
    lon, lat = float(np.mean(lon_deg)), float(np.mean(lat_deg))
    return west < lon < east and south < lat < north


def true_places(lon_deg: Floats, lat_deg: Floats, datum: str) -> tuple[Floats, Floats]:
    """Longitudes and latitudes on WGS 84 of places on another datum."""
    if datum == "bd09":
        x, y = lon_deg - 0.0065, lat_deg - 0.006
        radius = np.hypot(x, y) - 0.00002 * np.sin(y * pi * 3000.0 / 180.0)
        angle = np.arctan2(y, x) - 0.000003 * np.cos(x * pi * 3000.0 / 180.0)
        lon_deg, lat_deg = radius * np.cos(angle), radius * np.sin(angle)
    if datum == "wgs84":
        return lon_deg, lat_deg
    lon, lat = lon_deg.copy(), lat_deg.copy()
    for _ in range(REPEATS):
        shifted_lon, shifted_lat = shifted(lon, lat)
        lon, lat = lon + lon_deg - shifted_lon, lat + lat_deg - shifted_lat
    return lon, lat


def shifted(lon_deg: Floats, lat_deg: Floats) -> tuple[Floats, Floats]:
    """Where a place of WGS 84 is drawn on maps of GCJ-02."""
    x, y = lon_deg - 105.0, lat_deg - 35.0
    waves = 20.0 * (np.sin(6.0 * pi * x) + np.sin(2.0 * pi * x))
    north = (
        -100.0
        + 2.0 * x
        + 3.0 * y
        + 0.2 * y**2
        + 0.1 * x * y
        + 0.2 * np.sqrt(np.abs(x))
        + _of(y, waves, (20.0, 1.0, 40.0, 3.0), (160.0, 12.0, 320.0, 30.0))
    )
    east = (
        300.0
        + x
        + 2.0 * y
        + 0.1 * x**2
        + 0.1 * x * y
        + 0.1 * np.sqrt(np.abs(x))
        + _of(x, waves, (20.0, 1.0, 40.0, 3.0), (150.0, 12.0, 300.0, 30.0))
    )
    latitude = np.radians(lat_deg)
    magic = 1.0 - ECCENTRICITY2 * np.sin(latitude) ** 2
    along = AXIS_M * (1.0 - ECCENTRICITY2) / magic**1.5
    across = AXIS_M / np.sqrt(magic) * np.cos(latitude)
    return lon_deg + np.degrees(east / across), lat_deg + np.degrees(north / along)


def _of(
    value: Floats, waves: Floats, near: tuple[float, float, float, float], far: tuple[float, float, float, float]
) -> Floats:
    """Two thirds of the sines that the algorithm adds up; amplitudes and periods in turn."""
    sines = near[0] * np.sin(pi * value / near[1]) + near[2] * np.sin(pi * value / near[3])
    sines += far[0] * np.sin(pi * value / far[1]) + far[2] * np.sin(pi * value / far[3])
    result: Floats = 2.0 / 3.0 * (waves + sines)
    return result
