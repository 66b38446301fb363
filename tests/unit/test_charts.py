"""What is drawn are the numbers of the tables."""

import pandas as pd
import pytest

from sim import charts

SUMMARY = {
    "scenarios": {"base": {}, "a": {}, "b": {}},
    "comparisons": {
        "a": {"accident_rate_ratio": {"estimate": 0.9, "low": 0.8, "high": 1.0}},
        "b": {"accident_rate_ratio": {"estimate": 0.7, "low": None, "high": None}},
    },
}


def test_forest_draws_estimates_and_intervals() -> None:
    axes = charts.forest(SUMMARY, {"a": "Plan <A>", "b": ""}).axes[0]
    squares = [line for line in axes.lines if line.get_marker() == "s"]
    assert [(float(s.get_xdata()[0]), float(s.get_ydata()[0])) for s in squares] == [(0.9, 0.0), (0.7, 1.0)]
    bars = [line for line in axes.lines if line.get_marker() == "None" and len(line.get_xdata()) == 2]
    assert list(bars[0].get_xdata()) == [0.8, 1.0]
    assert [t.get_text() for t in axes.get_yticklabels()] == ["Plan <A>", "b"]
    assert {t.get_text() for t in axes.texts} == {"0.900 (0.800 to 1.000)", "0.700 (one run)"}
    assert axes.get_xscale() == "log"


def test_monthly_lines_are_the_months_means() -> None:
    monthly = pd.DataFrame(
        {
            "scenario": ["base"] * 4,
            "replication": [0, 0, 1, 1],
            "month": ["2025-01", "2025-02"] * 2,
            "vehicle_km": [1e6] * 4,
            "expected_accidents": [1.0, 2.0, 3.0, 4.0],
            "candidate_trips": [100, 100, 100, 0],
            "violations": [10, 20, 30, 0],
        }
    )
    rows = charts.monthly_rows(monthly)
    assert rows["accident_rate"].tolist() == [2.0, 3.0]
    assert rows["compliance_pct"].tolist() == pytest.approx([80.0, 80.0])
    upper, lower = charts.months(monthly, {}).axes
    assert upper.lines[0].get_ydata().tolist() == pytest.approx([80.0, 80.0])
    assert lower.lines[0].get_ydata().tolist() == [2.0, 3.0]


def test_a_scenario_keeps_its_colour() -> None:
    shade = charts.colours(["base", "a", "b"])
    assert len(set(shade.values())) == 3
    assert charts.forest(SUMMARY, {}).axes[0].lines[0].get_color() == shade["a"]


def test_a_sweep_does_not_magnify_rounding() -> None:
    """No effect looks like none, and whole numbers have whole ticks."""
    table = pd.DataFrame({"k": [1, 2, 3], "ratio": [1.0, 1.0 + 1e-6, 1.0]})
    table = table.assign(ratio_low=table["ratio"], ratio_high=table["ratio"])
    for axes in (charts.swept(table, ["k"]).axes[0], charts.scattered(table, ["k"]).axes[0]):
        low, high = axes.get_ylim()
        assert high - low == pytest.approx(0.02)
        assert all(float(tick).is_integer() for tick in axes.get_xticks())
    large = table.assign(ratio=[0.5, 1.0, 2.0])
    assert charts.swept(large, ["k"]).axes[0].get_ylim()[1] > 2.0


@pytest.mark.parametrize("title", ["from $5 to $6", "$\\frac{$"])
def test_a_users_title_is_no_formula(title) -> None:
    svg = charts.files(charts.forest(SUMMARY, {"a": title, "b": ""}), "forest")["forest.svg"].decode()
    assert title in svg
    assert b"hairpin" in charts.files(charts.forest(SUMMARY, {"a": title, "b": ""}), "forest")["forest.png"]
