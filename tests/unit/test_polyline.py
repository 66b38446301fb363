"""Lines on maps: places by share of length, pieces, and what may be left out."""

import numpy as np
import pytest

from sim.core.polyline import piece, places, posts_km, shares, simplified

CORNER = np.array([[0.0, 0.0], [3.0, 0.0], [3.0, 1.0]])


def test_shares_go_by_length() -> None:
    assert shares(CORNER).tolist() == [0.0, 0.75, 1.0]
    assert places(CORNER, np.array([0.375, 0.75, 0.875])).tolist() == [[1.5, 0.0], [3.0, 0.0], [3.0, 0.5]]


def test_a_line_without_length_has_its_ends() -> None:
    assert shares(np.zeros((2, 2))).tolist() == [0.0, 1.0]


def test_pieces_put_together_are_the_line() -> None:
    first, second = piece(CORNER, 0.0, 0.5), piece(CORNER, 0.5, 1.0)
    assert first.tolist() == [[0.0, 0.0], [2.0, 0.0]]
    assert second.tolist() == [[2.0, 0.0], [3.0, 0.0], [3.0, 1.0]]


@pytest.mark.parametrize("tolerance", [0.001, 0.03, 0.3])
def test_no_point_left_out_lies_farther_off_than_the_tolerance(tolerance) -> None:
    rng = np.random.default_rng(5)
    line = np.cumsum(rng.normal(size=(400, 2)), axis=0) * 0.1
    shown = simplified(line, tolerance)
    starts, chords = shown[:-1], np.diff(shown, axis=0)
    along = np.clip(((line[:, None] - starts) * chords).sum(2) / (chords**2).sum(1), 0.0, 1.0)
    off = np.hypot(*np.moveaxis(line[:, None] - (starts + along[..., None] * chords), 2, 0)).min(axis=1)
    assert off.max() <= tolerance
    assert shown[[0, -1]].tolist() == line[[0, -1]].tolist()
    assert len(shown) < len(line) or tolerance < 0.01


def test_a_loop_keeps_its_farthest_point() -> None:
    loop = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 0.0]])
    assert [1.0, 1.0] in simplified(loop, 0.1).tolist()


@pytest.mark.parametrize(
    ("length_km", "posts"), [(0.8, []), (5.5, [1.0, 2.0, 3.0, 4.0, 5.0]), (28.0, [5, 10, 15, 20, 25])]
)
def test_posts_are_round_and_few(length_km, posts) -> None:
    assert posts_km(length_km) == posts
    assert len(posts_km(400.0)) <= 12
