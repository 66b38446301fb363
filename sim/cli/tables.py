"""The tables that `run` and `compare` print."""

import sys
from collections.abc import Mapping
from dataclasses import asdict
from math import isnan
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from sim.attribution import Attribution
from sim.experiment import RATE
from sim.parameters import ROAD_CLASSES
from sim.results import Results
from sim.uncertainty import Shares
from sim.verification import Evidence

NOTHING = "–"
NARROWEST = 132


def print_tables(results: Results, folder: Path) -> None:
    """Rates and ratios, then where exposure and accidents are."""
    console = _console()
    console.print(_rates(results.summary))
    console.print(_displacement(results.summary))
    if any(entry["cost_cny"] > 0.0 for entry in results.costs.values()):
        console.print(_costs(results.costs))
    console.print(_note(results.summary))
    console.print(f"results in {folder}", markup=False, highlight=False)


def _number(value: float | None, form: str) -> str:
    return NOTHING if value is None else format(value, form)


def with_interval(entry: Mapping[str, Any], form: str, scale: float = 1.0) -> str:
    """An estimate and, where there is one, its interval."""
    middle, low, high = (None if v is None else v * scale for v in entry.values())
    if low is None or high is None or isnan(low):
        return _number(middle, form)
    return f"{_number(middle, form)} ({low:{form}} to {high:{form}})"


def with_limits(row: Mapping[Any, Any], name: str, form: str) -> str:
    """A column of a row with the columns of its limits."""
    return with_interval({key: row[key] for key in (name, f"{name}_low", f"{name}_high")}, form)


def _rates(summary: dict[str, Any]) -> Table:
    table = Table(title="Accidents per million vehicle-km, mean of the runs (95 % interval)", title_justify="left")
    table.add_column("scenario", overflow="fold")
    ratio = "ratio to baseline" if summary["comparisons"] else None
    for heading in ("counted", "expected", "compliance %", *([ratio] if ratio else [])):
        table.add_column(heading, justify="right", no_wrap=True)
    for name, entry in summary["scenarios"].items():
        metrics = entry["metrics"]
        cells = [
            with_interval(metrics["accident_rate_per_million_vkm"], ".2f"),
            with_interval(metrics[RATE], ".3f"),
            with_interval(metrics["compliance_rate"], ".1f", 100.0),
        ]
        if ratio:
            comparison = summary["comparisons"].get(name)
            cells.append(with_interval(comparison["accident_rate_ratio"], ".3f") if comparison else "1 (baseline)")
        table.add_row(Text(name), *cells)
    return table


def _displacement(summary: dict[str, Any]) -> Table:
    """A ban moves trucks, so where they went is always shown."""
    table = Table(
        title="Where exposure and risk are: million vehicle-km | expected accidents a run", title_justify="left"
    )
    table.add_column("scenario", overflow="fold")
    for name in (*ROAD_CLASSES, "semi"):
        table.add_column("semi-trailers, all roads" if name == "semi" else name, justify="right")
    for name, entry in summary["scenarios"].items():
        table.add_row(Text(name), *(_exposure_and_risk(entry["metrics"], where) for where in (*ROAD_CLASSES, "semi")))
    return table


def _exposure_and_risk(metrics: dict[str, Any], where: str) -> str:
    exposure = metrics[f"vehicle_km_{where}"]["mean"]
    risk = metrics[f"expected_accidents_{where}"]["mean"]
    return f"{exposure / 1e6:.2f} | {risk:.2f}"


def _costs(costs: dict[str, Any]) -> Table:
    """Never one figure alone: benefit-cost at three values of a life, and the value at which a measure pays."""
    title = "Costs against what they avoid over the simulated time (assumed costs; million CNY where not said)"
    table = Table(title=title, title_justify="left")
    table.add_column("scenario", overflow="fold")
    headings = (
        "cost",
        "accidents avoided",
        "direct loss avoided",
        "benefit / cost: low, central, high",
        "pays from a life of",
    )
    for heading in headings:
        table.add_column(heading, justify="right")
    for name, entry in costs.items():
        ratios = (_number(value, ".2f") for value in entry["benefit_cost_ratio"].values())
        value = entry["break_even_statistical_life_cny"]
        table.add_row(
            Text(name),
            f"{entry['cost_cny'] / 1e6:.2f}",
            with_interval(entry["avoided"]["accidents"], ".1f"),
            with_interval(entry["avoided"]["property_loss_cny"], ".2f", 1e-6),
            ", ".join(ratios),
            "never" if value is None else f"{value / 1e6:.1f}",
        )
    return table


def print_attribution(shares: Attribution) -> None:
    """What each part of a programme avoids: alone, last, and on average over orders."""
    orders = "all orders" if shares.exact else f"{shares.orders} drawn orders"
    table = Table(title=f"Expected accidents avoided by the parts of {shares.programme}", title_justify="left")
    table.add_column("part", overflow="fold")
    for heading in ("alone", "lost without it", f"share (Shapley, {orders})"):
        table.add_column(heading, justify="right", no_wrap=True)
    for share in shares.shares:
        cells = (with_interval(asdict(one), ".2f") for one in (share.alone, share.left_out, share.shapley))
        table.add_row(Text(share.kind), *cells)
    table.add_row("all together", "", "", with_interval(asdict(shares.total), ".2f"), end_section=True)
    _console().print(table)


def print_shares(shares: dict[str, Shares], draws: int, replications: int) -> None:
    """Ratios under uncertain parameters."""
    table = Table(title=f"Ratio to baseline, {draws} draws of parameters x {replications} runs", title_justify="left")
    table.add_column("scenario", overflow="fold")
    for heading in ("ratio (95 % interval, parameters and chance)", "of its variance from parameters"):
        table.add_column(heading, justify="right")
    for name, one in shares.items():
        table.add_row(Text(name), with_interval(asdict(one.ratio), ".3f"), f"{one.parameter_share:.0%}")
    _console().print(table)


def _note(summary: dict[str, Any]) -> Text:
    replications = min(entry["replications"] for entry in summary["scenarios"].values())
    if replications == 1:
        return Text("One run gives no interval: use --replications 2 or more.")
    return Text(
        f"{replications} runs each, paired by common random numbers. Intervals cover chance in the model, not what "
        "the model leaves out or assumes."
    )


def print_evidence(rows: list[Evidence]) -> None:
    """Published values beside ours."""
    table = Table(title="Published values and ours", title_justify="left")
    for heading in ("what", "published", "ours", "difference", "tolerated", "unit", "holds", "source"):
        table.add_column(heading, overflow="fold")
    for row in rows:
        numbers = (f"{value:.5g}" for value in (row.published, row.ours, row.difference, row.tolerance))
        table.add_row(row.what, *numbers, row.unit, "yes" if row.holds else "NO", row.source)
    _console().print(table)


def _console() -> Console:
    """The terminal, or a page wide enough for the tables."""
    console = Console(file=sys.stdout)
    return console if console.is_terminal else Console(file=sys.stdout, width=NARROWEST)
