"""Outputs change only on purpose: a week of the shipped county against `results/reference/`."""

import json

import pytest
from reference import FILE, week

STORED = json.loads(FILE.read_text())


@pytest.mark.parametrize("name", list(STORED["scenarios"]))
def test_a_week_is_as_stored(name) -> None:
    """Counts are equal; amounts agree to 1e-9, as other versions of numpy may round elsewhere."""
    found, stored = week(name), STORED["scenarios"][name]
    assert set(found) == set(stored)
    for metric, value in stored.items():
        expected = None if value is None else pytest.approx(value, rel=1e-9)
        assert found[metric] == expected, metric
