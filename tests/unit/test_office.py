"""The report for office programs, read back."""

import re
import sys
import zipfile
from datetime import date
from io import BytesIO

import docx
import pptx
import pytest
from typer.testing import CliRunner

from sim import compare
from sim.cli import app
from sim.report import office
from sim.report.drawings import drawings
from sim.report.material import material
from sim.report.page import shipped_score
from sim.report.summary import headline, summary
from sim.report.words import LANGUAGES, word
from sim.results.folder import write_results

runner = CliRunner()


@pytest.fixture(scope="module")
def folder(small, tmp_path_factory):
    out = tmp_path_factory.mktemp("office") / "out"
    calls = small(days=20, name="calls", title="Calls", title_zh="电话劝离", interventions={"driver_contact": {}})
    write_results(compare(small(days=20), calls, replications=2, seed=2, workers=1), out, events=False)
    return out


@pytest.fixture(scope="module")
def found(folder):
    return material(folder)


@pytest.mark.parametrize("language", LANGUAGES)
def test_slides_have_the_finding_as_title_and_the_source_below_and_nothing_beyond_the_edge(found, language) -> None:
    charts = office.charts_of(found, language)
    deck = pptx.Presentation(BytesIO(office.slides(headline(found, language), charts, "where and when")))
    titles = [slide.shapes.title.text_frame.text for slide in deck.slides]
    assert titles == [headline(found, language), *(finding for _, finding in drawings(found, language).values())]
    for slide in deck.slides:
        assert any(shape.has_text_frame and shape.text_frame.text == "where and when" for shape in slide.shapes)
        for shape in slide.shapes:
            assert shape.left >= 0
            assert shape.left + shape.width <= deck.slide_width
            assert shape.top + shape.height <= deck.slide_height


@pytest.mark.parametrize("language", LANGUAGES)
def test_parts_and_who_pays_have_tables_of_their_own(found, language) -> None:
    share = {key: {"estimate": 0.5, "low": 0.25, "high": 0.75} for key in ("alone", "left_out", "shapley")}
    parts = {"driver_contact": {**share, "shapley_deaths": {"estimate": 0.02, "low": 0.01, "high": 0.03}}}
    other = type(found)(**{**vars(found), "attribution": {"parts": parts}})
    tables = {table.title: table for table in office.sheets(other, shipped_score(), language)}
    own = tables[word("parts", language)]
    assert own.head[-1] == word("shapley_deaths", language)
    assert own.rows[0][-1].startswith(f"{0.02 * found.yearly:.3f}")
    side = tables[word("balance", language)].rows[1]
    assert side[0] == word("other_drivers_cny", language)
    assert word("parts", language) not in {one.title for one in office.sheets(found, shipped_score(), language)}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_document_has_the_answer_and_the_tables(found, language) -> None:
    said, tables = summary(found, shipped_score(), language), list(office.sheets(found, shipped_score(), language))
    charts = office.charts_of(found, language)
    paper = docx.Document(BytesIO(office.document(headline(found, language), said, charts, tables, language, "note")))
    text = "\n".join(paragraph.text for paragraph in paper.paragraphs)
    assert all(line.text in text for line in said)
    assert [len(table.rows) for table in paper.tables] == [len(table.rows) + 1 for table in tables]
    assert [cell.text for cell in paper.tables[1].rows[1].cells] == tables[1].rows[0]


def test_the_workbook_has_a_sheet_a_table_and_numbers_as_numbers(found) -> None:
    tables = list(office.sheets(found, shipped_score(), "en"))
    book = zipfile.ZipFile(BytesIO(office.workbook(tables, "note", "en")))
    names = [name for name in book.namelist() if name.startswith("xl/worksheets/sheet")]
    assert len(names) == len(tables)
    worst = next(table for table in tables if table.head[1] == "km")
    sheet = book.read(f"xl/worksheets/sheet{tables.index(worst) + 1}.xml").decode()
    assert f"<v>{float(worst.rows[0][2]):g}</v>" in sheet
    assert "ratio to baseline" not in sheet


def test_ends_of_intervals_have_columns_of_their_own(found) -> None:
    """So that a spreadsheet can reckon with them: each estimate lies between its ends."""
    tables = list(office.sheets(found, shipped_score(), "zh"))
    book = zipfile.ZipFile(BytesIO(office.workbook(tables, "note", "zh")))
    indices = next(n for n, table in enumerate(tables, 1) if table.title == word("indices", "zh"))
    sheet = book.read(f"xl/worksheets/sheet{indices}.xml").decode()
    rows = [
        [float(value) for value in re.findall(r"<c r=\"[B-J]\d+\"[^>]*><v>([^<]+)</v></c>", row)]
        for row in re.findall(r"<row .*?</row>", sheet)[2:]
    ]
    whole = [row for row in rows if len(row) == 9]
    assert len(whole) >= 3
    assert all(row[n + 1] <= row[n] <= row[n + 2] for row in whole for n in (0, 3, 6))


@pytest.mark.parametrize(
    ("text", "cells"),
    [
        ("0.87 (0.24～1.50)", (0.87, 0.24, 1.5)),
        ("−3.1 % (−5.0 to +1.2)", (-3.1, -5.0, 1.2)),
        ("1,234.5 (1,000.0–1,500.5)", (1234.5, 1000.0, 1500.5)),
        ("0.0 pp (±<0.05)", ("0.0 pp (±<0.05)",)),
        ("12", (12.0,)),
        ("–", ("–",)),
    ],
)
def test_cells_as_numbers(text, cells) -> None:
    assert office._estimate_and_ends(text) == cells


def test_the_note_names_maker_and_date(found) -> None:
    note = office.note_of(found, "en", date(2026, 2, 3), "County office")
    assert note.startswith("County office · ")
    assert note.endswith("simulated runs, 2026-02-03.")


def test_the_command_writes_all_three_in_both_languages(folder) -> None:
    done = runner.invoke(app, ["report", str(folder), "--office"])
    assert done.exit_code == 0, done.output
    for language in LANGUAGES:
        for name in ("tables.{}.xlsx", "slides.{}.pptx", "report.{}.docx"):
            assert (folder / name.format(language)).stat().st_size > 5000


@pytest.mark.parametrize("library", ["xlsxwriter", "pptx", "docx"])
def test_a_missing_library_is_named_in_one_message(folder, monkeypatch, library) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    done = runner.invoke(app, ["report", str(folder), "--office"])
    assert done.exit_code == 2
    assert "needs the extra: pip install 'hairpin[office]'" in done.stderr
