"""The terminal's tables: whole names and intervals at any width that terminals have."""

import ast
import io
import re
from pathlib import Path

import pytest
from rich.cells import cell_len
from rich.console import Console

from sim import compare
from sim.cli import tables
from sim.cli.spoken import CHINESE, Spoken, speak
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


@pytest.mark.parametrize("language", list(Spoken))
def test_a_class_of_roads_of_ones_own_goes_by_its_name(small, language) -> None:
    """Beside a scenario that has no such road; in the report by its title."""
    road = small().road.model_dump(mode="json", exclude_none=True) | {"classes": {"village": {"like": "county"}}}
    road["links"][-1]["road_class"] = "village"
    found = compare(small(days=6), small(days=6, name="own", road=road), replications=2, workers=1)
    speak(language)
    try:
        text = printed(found, 132)
    finally:
        speak(Spoken.en)
    rows = {line.split("│")[1].strip(): line for line in text.splitlines() if "|" in line and line.startswith("│")}
    assert "village" in text
    assert rows["small"].split("│")[-2].strip() == "-"
    assert "|" in rows["own"].split("│")[-2]


@pytest.mark.parametrize("width", [80, 100, 132])
def test_in_chinese_nothing_is_cut_and_nothing_is_english_but_names(results, width) -> None:
    speak(Spoken.zh)
    try:
        text = printed(results, width)
    finally:
        speak(Spoken.en)
    assert "…" not in text
    assert max(map(cell_len, text.splitlines())) <= width
    for heading in ("与无措施之比", "禁行守法率（%）", "实际起数率", "高速公路", "效益费用比", "减少死亡", "（万元）"):
        assert heading in text
    ratio = results.summary["comparisons"]["a"]["accident_rate_ratio"]
    assert f"{ratio['estimate']:.3f} ({ratio['low']:.3f}～{ratio['high']:.3f})" in text
    cost = results.costs["a"]["cost_cny"] / 1e4
    assert f"{cost:,.0f}" in text
    left = set(re.findall(r"[A-Za-z]{2,}", text)) - {"baseline", "enterprise", "accountability", "and", "devices"}
    assert not {word for word in left if set(word) != {"n"}}


def test_the_chinese_table_has_no_text_that_nobody_says() -> None:
    tree = ast.parse(Path(tables.__file__).read_text())
    texts = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    assert set(CHINESE) <= texts


KEY = "interventions.driving_warning.false_alarms_per_100_km"
TOLD = [
    [KEY, "0.915 (0.864 to 0.958)", "0.932 (0.897 to 0.965)", "little (43 ± 17 % of the variance)"],
    ["speed.cautious_factor", "1 (0.457 to 2.19)", "−1.56 (−0.75 to 3.1)", "yes"],
]


@pytest.mark.parametrize("width", [80, 100, 132])
def test_rows_of_any_command_keep_to_the_width_with_whole_numbers(width) -> None:
    stream = io.StringIO()
    shown = tables.in_width(("parameter", "prior, 95 %", "posterior, 95 %", "told by the data"), TOLD, width, "fit")
    console = Console(file=stream, width=width)
    for table in shown:
        console.print(table)
    text = stream.getvalue()
    assert max(map(cell_len, text.splitlines())) <= width
    assert "…" not in text
    for cell in (cell for row in TOLD for cell in row[1:]):
        assert cell in text
    first = re.findall(r"^│ (\S+)", text, flags=re.MULTILINE)
    assert KEY in "".join(first)
    assert text.count("fit") == 1
    assert len(shown) == {80: 3, 100: 2, 132: 1}[width]


def test_what_is_longer_than_a_page_is_folded_and_not_cut() -> None:
    stream = io.StringIO()
    source = "Author (2001), a report with a long title, " * 5
    console = Console(file=stream, width=80)
    for table in tables.in_width(("what", "ours", "source"), [["a value", "12.5", source]], 80):
        console.print(table)
    text = stream.getvalue()
    assert max(map(cell_len, text.splitlines())) <= 80
    assert re.sub(r"[^a-z]", "", text).count("areportwithalongtitle") == 5
