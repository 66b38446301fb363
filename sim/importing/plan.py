"""The line in plan: metres on a plane around the road, and its curves.

[1] Bil et al. (2018), ROCA: an ArcGIS toolbox for road alignment identification and horizontal curve radii computation,
    PLoS ONE 13(12) e0208407: curves as runs of one direction of turning, radius as length over turn.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from sim.core.units import Floats
from sim.importing.extras import library
from sim.importing.lines import stretches
from sim.importing.smoothing import whittaker

STEP_M = 5.0
"""Between the points at which direction is looked at."""
HALF_WINDOW_M = 20.0
"""On each side, over which a change of direction is taken."""
LEAST_CURVATURE_PER_M = 1.0 / 500.0
LEAST_TURN_RAD = np.radians(5.0)
LEAST_LENGTH_M = 20.0
COMPOUND_SHARE, COMPOUND_LENGTH_M = 0.25, 40.0
"""A run is cut where its curvature stays for so long below so much of its largest: on a pass road with 26 published
hairpins this gives 21 turns of more than 120 degrees, half of them with radii of 19 to 27 m."""


@dataclass(frozen=True)
class Curve:
    """A piece of one direction of turning; stations from the start of the road."""

    from_m: float
    to_m: float
    radius_m: float
    turn_deg: float
    """Positive to the left."""
    spiral_ends: int = 0

    @property
    def length_m(self) -> float:
        """Of the whole curve."""
        return self.to_m - self.from_m


class Plane:
    """A plane that touches the earth near a road: transverse Mercator around its middle, WGS 84."""

    def __init__(self, lon_deg: float, lat_deg: float) -> None:
        projected = f"+proj=tmerc +lat_0={lat_deg:.6f} +lon_0={lon_deg:.6f} +k=1 +ellps=WGS84 +units=m"
        self._project = library("pyproj", "a line in degrees").Proj(projected)

    def metres(self, lon_deg: Floats, lat_deg: Floats) -> tuple[Floats, Floats]:
        """East and north of the middle [m]."""
        x, y = self._project(lon_deg, lat_deg)
        return np.asarray(x), np.asarray(y)

    def degrees(self, x_m: Floats, y_m: Floats) -> tuple[Floats, Floats]:
        """Longitude and latitude."""
        lon, lat = self._project(x_m, y_m, inverse=True)
        return np.asarray(lon), np.asarray(lat)


def distances(x_m: Floats, y_m: Floats) -> Floats:
    """Way along a line from its first point, shape (points,)."""
    result: Floats = np.concatenate([[0.0], np.cumsum(np.hypot(np.diff(x_m), np.diff(y_m)))])
    return result


def smooth_line(x_m: Floats, y_m: Floats, wavelength_m: float) -> tuple[Floats, Floats, Floats]:
    """A line at equal steps, smoothed, and the way along the line as given of each of its points."""
    along = distances(x_m, y_m)
    at = np.linspace(0.0, along[-1], max(round(along[-1] / STEP_M), 1) + 1)
    step = float(at[1] - at[0])
    x, y = (np.interp(at, along, values) for values in (x_m, y_m))
    return whittaker(x, wavelength_m, step), whittaker(y, wavelength_m, step), at


def curvature(x_m: Floats, y_m: Floats, station_m: Floats) -> Floats:
    """Change of direction over a window around each point [rad/m], positive to the left, shape (points,)."""
    middle = 0.5 * (station_m[1:] + station_m[:-1])
    direction = np.unwrap(np.arctan2(np.diff(y_m), np.diff(x_m)))
    ahead, behind = (
        np.interp(np.clip(station_m + shift, middle[0], middle[-1]), middle, direction)
        for shift in (HALF_WINDOW_M, -HALF_WINDOW_M)
    )
    result: Floats = (ahead - behind) / (2.0 * HALF_WINDOW_M)
    return result


def curves_of(station_m: Floats, curvature_per_m: Floats) -> list[Curve]:
    """Curves of a line: runs of one sign of curvature, each as the arc that turns as much on that length [1].

    A run with a long piece that is far less curved than its sharpest point holds several curves.
    """
    sign = np.sign(curvature_per_m) * (np.abs(curvature_per_m) > LEAST_CURVATURE_PER_M)
    found = [
        curve
        for first, stop in stretches(sign)
        if sign[first]
        for curve in _arcs(station_m, curvature_per_m, first, stop)
    ]
    return sorted(found, key=lambda curve: curve.from_m)


def _arcs(station_m: Floats, curvature_per_m: Floats, first: int, stop: int) -> list[Curve]:
    """Arcs of a run; none where it turns or reaches too little."""
    size, step = np.abs(curvature_per_m[first:stop]), float(station_m[1] - station_m[0])
    turn, length = float(size.sum()) * step, (stop - first) * step
    if turn < LEAST_TURN_RAD or length < LEAST_LENGTH_M:
        return []
    flat = size < COMPOUND_SHARE * size.max()
    parts = stretches(flat)
    between = [(low, high) for low, high in parts if flat[low] and (high - low) * step >= COMPOUND_LENGTH_M]
    if between:
        bounds = sorted({0, len(size), *(bound for part in between for bound in part)})
        return [
            arc
            for low, high in pairwise(bounds)
            for arc in _arcs(station_m, curvature_per_m, first + low, first + high)
        ]
    side = float(np.sign(curvature_per_m[first]))
    from_m = max(float(station_m[first]) - step / 2.0, 0.0)
    to_m = min(float(station_m[stop - 1]) + step / 2.0, float(station_m[-1]))
    return [Curve(from_m, to_m, (to_m - from_m) / turn, side * float(np.degrees(turn)))]
