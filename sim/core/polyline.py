"""Lines on a plane, for maps: points with the same unit in x and y, places as shares of the whole length."""

import numpy as np

from sim.core.units import Floats

POST_STEPS_KM = (1.0, 2.0, 5.0, 10.0, 20.0, 50.0)
MOST_POSTS = 12


def shares(points: Floats) -> Floats:
    """Share of the line's length at each of its points, shape (points,) from points of shape (points, 2)."""
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(points, axis=0).T))])
    if not along[-1] > 0.0:
        return np.linspace(0.0, 1.0, len(points))
    result: Floats = along / along[-1]
    return result


def places(points: Floats, at: Floats) -> Floats:
    """Points of the line at shares of its length, shape (shares, 2)."""
    own = shares(points)
    return np.column_stack([np.interp(at, own, points[:, 0]), np.interp(at, own, points[:, 1])])


def piece(points: Floats, start: float, stop: float) -> Floats:
    """The line between two shares of its length, shape (points, 2)."""
    own = shares(points)
    inner = points[(start < own) & (own < stop)]
    return np.concatenate([places(points, np.array([start])), inner, places(points, np.array([stop]))])


def posts_km(length_km: float) -> list[float]:
    """Kilometres at which a map counts a road's length: at most a dozen, its ends not among them."""
    step = next((km for km in POST_STEPS_KM if length_km / km <= MOST_POSTS), POST_STEPS_KM[-1])
    found: list[float] = np.arange(step, length_km, step).tolist()
    return found


def simplified(points: Floats, tolerance: float) -> Floats:
    """The line with the fewest of its points that leave none of it farther off than the tolerance.

    By Douglas and Peucker: what lies farthest from the chord is kept, and both halves are looked at in turn.
    """
    kept = np.zeros(len(points), dtype=np.bool_)
    kept[[0, -1]] = True
    open_ends = [(0, len(points) - 1)]
    while open_ends:
        first, last = open_ends.pop()
        off = _off_the_chord(points[first : last + 1])
        farthest = int(off.argmax())
        if off[farthest] > tolerance:
            kept[first + farthest] = True
            open_ends += [(first, first + farthest), (first + farthest, last)]
    return points[kept]


def _off_the_chord(points: Floats) -> Floats:
    """Distance of each point from the straight piece between the first and the last, shape (points,)."""
    chord, own = points[-1] - points[0], points - points[0]
    long = float(chord[0] * chord[0] + chord[1] * chord[1])
    along = own[:, 0] * chord[0] + own[:, 1] * chord[1]
    share = np.clip(along / long, 0.0, 1.0) if long > 0.0 else np.zeros(len(points))
    result: Floats = np.hypot(*(own - share[:, None] * chord).T)
    return result
