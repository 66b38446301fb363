"""The case study says what its numbers say, and the province's files are what writes them."""

import json
import re
import sys
from math import ceil, log

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
    """What is told in several places, or follows from other numbers."""
    mechanisms, portfolio, fitted = numbers["mechanisms"], numbers["portfolio"], numbers["calibration"]
    whole, fewer = mechanisms["whole"]["estimate"], mechanisms["fewer_trucks_only"]["estimate"]
    assert mechanisms["calmer_driving"]["estimate"] == pytest.approx(whole / fewer)
    assert mechanisms["share_fewer_trucks"] == pytest.approx(log(fewer) / log(whole))
    assert len(portfolio["table"]) == portfolio["sets"] == 256
    for name, part in (("best", 1), ("half", 2), ("tenth", 10)):
        assert portfolio[name]["cost_cny"] <= portfolio["budget_cny"] / part
        gap = portfolio["whole"]["avoided"]["estimate"] - portfolio[name]["avoided"]["estimate"]
        assert portfolio[name]["less_than_whole"]["estimate"] == pytest.approx(gap, abs=1e-9)
    assert fitted["effective"] < fitted["accepted"] == ceil(0.4 * fitted["draws"])
    assert numbers["needed"]["share_of_prior_draws"]["estimate"] == numbers["needed"]["draws"] / fitted["draws"]


def test_what_is_said_of_chance_is_right(numbers) -> None:
    """Of smaller counts only multiples of 3 make the reported fall, rounded half up, in tenths of a per cent."""
    limit = numbers["given"]["other_count"]
    found = [b for b in range(1, limit + 1) if any((2000 * f + b) // (2 * b) == 333 for f in range(b))]
    assert [b for b in found if b % 3] == [limit]


@pytest.mark.slow
def test_the_model_is_the_one_that_made_the_numbers(build, numbers) -> None:
    """One replication, done again; if it fails, outputs have moved and the study must be built again."""
    assert build.witness() == pytest.approx(numbers["witness"], rel=1e-9)


def test_the_charts_draw_the_numbers(build, numbers) -> None:
    axes = build.figures(numbers)["taishun_reported.en"].axes[0]
    drawn = [line.get_xdata()[0] for line in axes.lines if line.get_marker() == "s" and len(line.get_xdata())]
    assert drawn[0] == pytest.approx(numbers["prediction"]["expected"]["estimate"])
    assert drawn[1] == pytest.approx(1 - numbers["reported_fall_pct"] / 100)


def test_the_provinces_files_are_what_writes_them(root) -> None:
    for name, text in province.files().items():
        assert (root / "scenarios" / "province" / name).read_text() == text
