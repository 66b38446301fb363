"""The case study says what its numbers say, and the province's files are what writes them."""

import json
import re
import sys

import pytest
from jinja2 import meta

from benchmarks import province


@pytest.fixture(scope="module")
def build(root):
    sys.path.insert(0, str(root / "docs" / "taishun"))
    import build as module

    yield module
    sys.path.remove(str(root / "docs" / "taishun"))


@pytest.fixture(scope="module")
def numbers(root):
    return json.loads((root / "docs" / "taishun" / "numbers.json").read_text())


def test_the_texts_are_made_from_the_numbers(root, build, numbers) -> None:
    for file, text in build.texts(numbers).items():
        assert (root / "docs" / file).read_text() == text


def test_no_result_is_typed(root, build) -> None:
    """Outside of placeholders, templates hold no decimal number and no percentage but those of intervals' names."""
    for file in (root / "docs" / "taishun").glob("*.j2"):
        text = re.sub(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}|`[^`]*`|\]\([^)]*\)", "", file.read_text(), flags=re.DOTALL)
        named = re.sub(r"(50|90|95) ?%", "", text)
        assert not re.findall(r"\d+\.\d+|\d+ ?%", named), file
        assert meta.find_undeclared_variables(build.templates().parse(file.read_text())) >= {
            "prediction",
            "chance",
            "s228",
        }


def test_a_changed_number_changes_the_text(build, numbers) -> None:
    other = json.loads(json.dumps(numbers))
    other["prediction"]["expected"]["estimate"] = 0.123
    assert "0.12 (" in build.texts(other)["taishun.md"]
    assert build.texts(other) != build.texts(numbers)


def test_numbers_hang_together(numbers) -> None:
    """Shares of mechanisms add up, quantiles are in order, sets are counted."""
    mechanisms, portfolio = numbers["mechanisms"], numbers["portfolio"]
    assert mechanisms["share_fewer_trucks"] + mechanisms["share_calmer"] == pytest.approx(1.0)
    for key in ("expected", "prior", "counted", "deaths"):
        found = numbers["prediction"][key]
        assert 0 <= found["low"] <= found["estimate"] <= found["high"]
    assert len(portfolio["table"]) == portfolio["sets"] == 256
    assert portfolio["best"]["cost_cny"] <= portfolio["budget_cny"]
    assert portfolio["best"]["avoided"] >= portfolio["half"]["avoided"]


def test_the_charts_draw_the_numbers(build, numbers) -> None:
    axes = build.figures(numbers)["taishun_reported.en"].axes[0]
    drawn = [line.get_xdata()[0] for line in axes.lines if line.get_marker() == "s" and len(line.get_xdata())]
    assert drawn[0] == pytest.approx(numbers["prediction"]["expected"]["estimate"])
    assert drawn[1] == pytest.approx(1 - numbers["reported_fall_pct"] / 100)


def test_the_provinces_files_are_what_writes_them(root) -> None:
    for name, text in province.files().items():
        assert (root / "scenarios" / "province" / name).read_text() == text
