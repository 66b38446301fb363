"""The terminal's tables: whole names and intervals at any width that terminals have."""

import io

import pytest
from rich.console import Console

from sim import compare
from sim.cli.tables import all_tables


@pytest.fixture(scope="module")
def results(small):
    names = ["a", "enterprise_accountability_and_devices", "n" * 50]
    scenarios = [small(days=20, name=name, interventions={"driver_contact": {}}) for name in names]
    return compare(small(days=20, name="baseline"), *scenarios, replications=2, workers=1)


def printed(results, width: int) -> str:
    stream = io.StringIO()
    console = Console(file=stream, width=width)
    for table in all_tables(results.summary, results.costs, width):
        console.print(table)
    return stream.getvalue()


@pytest.mark.parametrize("width", [80, 100, 132])
def test_no_name_and_no_interval_is_cut(results, width) -> None:
    text = printed(results, width)
    assert "…" not in text
    assert max(map(len, text.splitlines())) <= width
    for heading in ("ratio to baseline", "compliance %", "counted", "expressway", "benefit / cost", "deaths avoided"):
        assert heading in text
    for name in ("enterprise_accountability_and_devices", "baseline", "n" * 40):
        assert name in text
    ratio = results.summary["comparisons"]["a"]["accident_rate_ratio"]
    assert f"{ratio['estimate']:.3f} ({ratio['low']:.3f} to {ratio['high']:.3f})" in text


def test_a_wide_terminal_has_one_table_of_rates(results) -> None:
    assert printed(results, 180).count("┃ scenario") == 3
    assert printed(results, 80).count("┃ scenario") > 3


def test_roads_that_nobody_drives_are_left_out(results) -> None:
    assert "national" not in printed(results, 132)
