"""The tables that `run` and `compare` print."""

import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from math import isnan
from pathlib import Path
from typing import Any

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from sim.analysis.attribution import Attribution
from sim.analysis.drawn_worth import Worth
from sim.analysis.uncertainty import Shares
from sim.cli.spoken import money, said
from sim.core.metrics import ALL_SEMI, RATE, road_classes
from sim.evidence.verification import Evidence
from sim.results.tables import Results

NOTHING = "–"
NARROWEST = 132
"""Columns of a terminal that have room for all in one table, and of what is no terminal."""
LEAST_NAME, LONGEST_NAME, BORDER = 20, 40, 3
NUMERIC = re.compile(r"[-+−±]?\d|–$|$")
"""How cells begin that stand at the right of their column."""


def print_tables(results: Results, folder: Path) -> None:
    """Rates and ratios, then where exposure and accidents are."""
    console = _console()
    paid = any(entry["cost_cny"] > 0.0 for entry in results.costs.values())
    for table in all_tables(results.summary, results.costs if paid else {}, console.width):
        console.print(table)
    console.print(_note(results.summary))
    console.print(said("results in {}", folder), markup=False, highlight=False)


def all_tables(summary: dict[str, Any], costs: dict[str, Any], width: int) -> list[Table]:
    """Rates, where they are, and costs where there are any; none wider than `width` columns."""
    return [*_rates(summary, width), *_displacement(summary, width), *(_costs(costs, width) if costs else [])]


def _number(value: float | None, form: str) -> str:
    return NOTHING if value is None else format(value, f"z{form}")


def with_interval(entry: Mapping[str, Any], form: str, scale: float = 1.0) -> str:
    """An estimate and, where there is one, its interval."""
    middle, low, high = (None if v is None else v * scale for v in entry.values())
    if low is None or high is None or isnan(low):
        return _number(middle, form)
    between = said("{} to {}", f"{low:z{form}}", f"{high:z{form}}")
    return f"{_number(middle, form)} ({between})"


def with_limits(row: Mapping[Any, Any], name: str, form: str) -> str:
    """A column of a row with the columns of its limits."""
    return with_interval({key: row[key] for key in (name, f"{name}_low", f"{name}_high")}, form)


Column = tuple[str, Callable[[str], str]]
"""Heading, and a cell by scenario."""


def _tables(title: str, names: Iterable[str], columns: Sequence[Column], width: int) -> list[Table]:
    """The columns in as many tables below one another as keep to a width: neither names nor intervals are cut."""
    names = list(names)
    headings = [said(heading) for heading in ("scenario", *(heading for heading, _ in columns))]
    return in_width(headings, [[name, *(cell(name) for _, cell in columns)] for name in names], width, said(title))


def in_width(headings: Sequence[str], rows: Sequence[Sequence[str]], width: int, title: str = "") -> list[Table]:
    """Rows as tables below one another that keep to a width, the first column in each; its names may be folded."""
    whole = [[heading, *column] for heading, *column in zip(headings, *rows, strict=True)]
    widest = max((cell_len(cell) for column in whole[1:] for cell in column), default=0)
    beside = width - 2 * BORDER - 1
    first = min(max(map(cell_len, whole[0])), LONGEST_NAME, max(beside - widest, LEAST_NAME))
    most = beside - first
    groups: list[list[tuple[int, list[str]]]] = []
    room = 0
    for column in whole[1:]:
        wide = min(max(map(cell_len, column)), most)
        if wide + BORDER > room:
            groups.append([])
            room = width - first - BORDER - 1
        groups[-1].append((wide, column))
        room -= wide + BORDER
    return [_table("" if number else title, whole[0], first, group) for number, group in enumerate(groups)]


def _table(title: str, names: Sequence[str], first: int, columns: Sequence[tuple[int, Sequence[str]]]) -> Table:
    """A table of columns that each begin with their heading; only what is wider than a page is folded."""
    table = Table(title=title or None, title_justify="left")
    table.add_column(names[0], width=first, overflow="fold")
    for wide, (heading, *cells) in columns:
        numbers = all(NUMERIC.match(own) for own in cells)
        table.add_column(heading, justify="right" if numbers else "left", width=wide, overflow="fold")
    for row, name in enumerate(names[1:], start=1):
        table.add_row(Text(name), *(Text(column[row]) for _, column in columns))
    return table


def print_rows(headings: Sequence[str], rows: Sequence[Sequence[str]], title: str = "") -> None:
    """Rows of a result in as many tables as the terminal's width needs; nothing where there are none."""
    console = _console()
    for table in in_width(headings, rows, console.width, title) if rows else ():
        console.print(table)


def _rates(summary: dict[str, Any], width: int) -> list[Table]:
    """The answer first: expected rate and ratio, then what was counted, and compliance."""
    scenarios = summary["scenarios"]

    def metric(name: str, form: str, scale: float = 1.0) -> Callable[[str], str]:
        return lambda scenario: with_interval(scenarios[scenario]["metrics"][name], form, scale)

    def ratio(scenario: str) -> str:
        comparison = summary["comparisons"].get(scenario)
        return with_interval(comparison["accident_rate_ratio"], ".3f") if comparison else said("1 (baseline)")

    columns: list[Column] = [
        ("expected", metric(RATE, ".3f")),
        *([("ratio to baseline", ratio)] if summary["comparisons"] else []),
        ("counted", metric("accident_rate_per_million_vkm", ".2f")),
        ("compliance %", metric("compliance_rate", ".1f", 100.0)),
    ]
    return _tables("Accidents per million vehicle-km, mean of the runs (95 % interval)", scenarios, columns, width)


def _displacement(summary: dict[str, Any], width: int) -> list[Table]:
    """A ban moves trucks, so where they went is always shown; roads that nobody drives are left out."""
    scenarios = summary["scenarios"]

    def cell(where: str) -> Callable[[str], str]:
        return lambda scenario: _exposure_and_risk(scenarios[scenario]["metrics"], where)

    driven = [
        where
        for where in dict.fromkeys(one for entry in scenarios.values() for one in road_classes(entry["metrics"]))
        if any(entry["metrics"].get(f"vehicle_km_{where}", NOBODY)["mean"] for entry in scenarios.values())
    ]
    columns = [("semi-trailers" if where == ALL_SEMI else where, cell(where)) for where in driven]
    return _tables("Million vehicle-km | expected accidents a run, by road", scenarios, columns, width)


NO_SUCH_ROAD = "-"
NOBODY: dict[str, float | None] = {"mean": None}
"""Of a class of roads that a scenario does not have."""


def _exposure_and_risk(metrics: dict[str, Any], where: str) -> str:
    exposure = metrics.get(f"vehicle_km_{where}", NOBODY)["mean"]
    risk = metrics.get(f"expected_accidents_{where}", NOBODY)["mean"]
    return NO_SUCH_ROAD if exposure is None or risk is None else f"{exposure / 1e6:.2f} | {risk:.2f}"


def _costs(costs: dict[str, Any], width: int) -> list[Table]:
    """Never one figure alone: benefit-cost at three values of a life, and the value at which a measure pays."""
    title = "Costs against what they avoid in the simulated time (million CNY)"
    unit, form = money()

    def avoided(name: str, form: str, scale: float = 1.0) -> Callable[[str], str]:
        return lambda scenario: with_interval(costs[scenario]["avoided"][name], form, scale)

    def ratios(scenario: str) -> str:
        return ", ".join(_number(value, ".2f") for value in costs[scenario]["benefit_cost_ratio"].values())

    def pays(scenario: str) -> str:
        value = costs[scenario]["break_even_statistical_life_cny"]
        return said("never") if value is None else f"{value * unit:{form}}"

    columns: list[Column] = [
        ("cost", lambda scenario: f"{costs[scenario]['cost_cny'] * unit:{form}}"),
        ("deaths avoided", avoided("deaths", ".2f")),
        ("benefit / cost", ratios),
        ("accidents avoided", avoided("accidents", ".1f")),
        ("direct loss avoided", avoided("property_loss_cny", form, unit)),
        ("break-even value of a life", pays),
    ]
    return _tables(title, costs, columns, width)


def print_attribution(shares: Attribution) -> None:
    """What each part of a programme avoids: alone, last, and on average over orders."""
    exact, drawn = "share (Shapley, all orders)", "share (Shapley, {} orders drawn)"
    third = said(exact) if shares.exact else said(drawn, shares.orders)
    title = said("Expected accidents avoided by the parts of {}", shares.programme)
    rows = [
        [
            one.kind,
            *(with_interval(asdict(own), ".2f") for own in (one.alone, one.left_out, one.shapley)),
            with_interval(asdict(one.shapley_deaths), ".3f"),
        ]
        for one in shares.shares
    ]
    together = [with_interval(asdict(own), form) for own, form in ((shares.total, ".2f"), (shares.total_deaths, ".3f"))]
    rows.append([said("all together"), "", "", *together])
    headings = [said("part"), said("alone"), said("lost without it"), third, said("of deaths (Shapley)")]
    print_rows(headings, rows, title)


def print_shares(
    shares: dict[str, dict[str, Shares]], worth: Mapping[str, Worth | None], draws: int, replications: int
) -> None:
    """Ratios under uncertain parameters, and what is given for the cost."""
    title = said("Ratio to baseline, {} draws of parameters x {} runs", draws, replications)
    rows = [
        [
            name,
            with_interval(asdict(own[RATE].ratio), ".3f"),
            f"{own[RATE].parameter_share:.0%}",
            with_interval(asdict(own["expected_deaths"].ratio), ".3f") if "expected_deaths" in own else NOTHING,
            *_worth(worth[name]),
        ]
        for name, own in shares.items()
    ]
    headings = (
        "scenario",
        "ratio (95 % interval, parameters and chance)",
        "of its variance from parameters",
        "ratio of deaths",
        "benefit / cost (nine draws in ten)",
        "draws above 1",
    )
    print_rows([said(heading) for heading in headings], rows, title)


def _worth(worth: Worth | None) -> tuple[str, str]:
    if worth is None:
        return NOTHING, NOTHING
    entry = {"median": worth.median, "low": worth.low, "high": worth.high}
    return with_interval(entry, ".2g"), f"{worth.pays:.0%}"


def _note(summary: dict[str, Any]) -> Text:
    replications = min(entry["replications"] for entry in summary["scenarios"].values())
    if replications == 1:
        return Text(said("One run gives no interval: use --replications 2 or more."))
    return Text(
        said(
            "{} runs each, paired by common random numbers. Intervals cover chance in the model, not what the model "
            "leaves out or assumes.",
            replications,
        )
    )


def print_evidence(rows: list[Evidence]) -> None:
    """Published values beside ours."""
    headings = ("what", "published", "ours", "difference", "tolerated", "unit", "holds", "source")
    cells = [
        [
            row.what,
            *(f"{value:.5g}" for value in (row.published, row.ours, row.difference, row.tolerance)),
            row.unit,
            "yes" if row.holds else "NO",
            _source(row),
        ]
        for row in rows
    ]
    print_rows(headings, cells, "Published values and ours")
    read = [row for row in rows if row.kind == "published"]
    publications = len({row.publication for row in read})
    sys.stdout.write(f"{len(read)} of {len(rows)} rows are from pages that were read, of {publications} publications\n")


def _source(row: Evidence) -> str:
    return row.source if row.kind == "published" else f"{row.source} ({row.kind})"


def _console() -> Console:
    """The terminal, or a page wide enough for the tables."""
    console = Console(file=sys.stdout)
    return console if console.is_terminal else Console(file=sys.stdout, width=NARROWEST)
