"""The report's tables and charts for office programs: a workbook, slides and a document (extra `hairpin[office]`)."""

from collections.abc import Iterator, Sequence
from importlib import import_module
from io import BytesIO
from typing import Any, NamedTuple

from sim.charts.saving import picture
from sim.report import rows
from sim.report.drawings import drawings
from sim.report.material import Material
from sim.report.page import period, scorecard_rows
from sim.report.summary import Said
from sim.report.words import either, word

SLIDE_INCHES = (13.333, 7.5)
MARGIN_INCHES = 0.6
WIDEST_SHEET_NAME = 31
LONGEST_TITLE = 150
PICTURE_INCHES = 6.3


class OfficeMissing(Exception):
    """A library of the extra is not installed."""


def need_libraries() -> None:
    """Ask for the extra before anything is drawn.

    Raises
    ------
    OfficeMissing
        without it
    """
    for file, library in (("tables.xlsx", "xlsxwriter"), ("slides.pptx", "pptx"), ("report.docx", "docx")):
        try:
            import_module(library)
        except ImportError as error:
            raise OfficeMissing(f"{file} needs the extra: pip install 'hairpin[office]'") from error


class Sheet(NamedTuple):
    """A table with its title; all texts."""

    title: str
    head: list[str]
    rows: list[list[str]]


def sheets(found: Material, score: dict[str, Any], language: str) -> Iterator[Sheet]:
    """The report's tables."""
    titles = {name: found.title(name, language) for name in found.summary["scenarios"]}
    yield _scenarios(found, titles, language)
    yield _indices(found, titles, language)
    if found.costs:
        yield _costs(found, titles, language)
    worst = [[row["link"], row["km"], row["before"], row["after"]] for row in rows.worst_places(found, language)]
    base, programme = titles[found.baseline], titles[found.programme]
    yield Sheet(word("worst", language), [word("road", language), "km", base, programme], worst)
    heads = [word(key, language) for key in ("observed", "seen", "predicted", "in_interval")]
    seen = [[row["title"], row["seen"], row["predicted"], row["inside"]] for row in scorecard_rows(score, language)]
    yield Sheet(word("trust", language), heads, seen)


def _scenarios(found: Material, titles: dict[str, str], language: str) -> Sheet:
    keys = ["title", "ratio", *(["wide"] if found.uncertainty else []), "deaths", "accidents", "rate"]
    keys += ["compliance"] if found.has_ban else []
    heads = {
        "title": "scenario",
        "wide": "ratio_wide",
        "accidents": "expected_accidents",
        "compliance": "compliance_rate",
    }
    return _keyed("all", keys, heads, rows.scenarios(found, titles, language), language)


def _keyed(title: str, keys: list[str], heads: dict[str, str], content: list[rows.Row], language: str) -> Sheet:
    """A table by the keys of its rows; `heads` has words of other names than the keys."""
    head = [word(heads.get(key, key), language) for key in keys]
    return Sheet(word(title, language), head, [[str(row[key]) for key in keys] for row in content])


def _indices(found: Material, titles: dict[str, str], language: str) -> Sheet:
    head = [word("index", language), titles[found.baseline], titles[found.programme], word("change", language)]
    content = rows.indices(found, language)
    return Sheet(
        word("indices", language),
        head,
        [[word(row["key"], language), row["before"], row["after"], row["change"]] for row in content],
    )


def _costs(found: Material, titles: dict[str, str], language: str) -> Sheet:
    keys = ["title", "cost", "deaths", "avoided", "ratio", "pays", "per_accident", "hours"]
    heads = {"title": "scenario", "deaths": "deaths_avoided", "ratio": "bcr"}
    return _keyed("costs", keys, heads, rows.costs(found, titles, language), language)


def workbook(tables: Sequence[Sheet], note: str) -> bytes:
    """An Excel file, a sheet a table, numbers as numbers where a cell is one."""
    import xlsxwriter

    stream = BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        bold, small = (
            book.add_format({"bold": True, "bottom": 1, "text_wrap": True}),
            book.add_format({"italic": True}),
        )
        for table in tables:
            sheet = book.add_worksheet(_sheet_name(table.title, {own.name for own in book.worksheets()}))
            sheet.write(0, 0, table.title, book.add_format({"bold": True, "font_size": 13}))
            sheet.write_row(1, 0, table.head, bold)
            for number, row in enumerate(table.rows, start=2):
                for column, text in enumerate(row):
                    value = _as_number(text)
                    sheet.write(number, column, text if value is None else value)
            sheet.write(len(table.rows) + 3, 0, note, small)
            sheet.set_column(0, 0, 42)
            sheet.set_column(1, len(table.head), 22)
            sheet.freeze_panes(2, 1)
    return stream.getvalue()


def _sheet_name(title: str, taken: set[str]) -> str:
    """What Excel allows, and no other sheet has."""
    name = "".join(letter for letter in title if letter not in "[]:*?/\\")[:WIDEST_SHEET_NAME]
    return name if name not in taken else f"{name[: WIDEST_SHEET_NAME - 2]}_{len(taken)}"


def _as_number(text: str) -> float | None:
    try:
        return float(text.replace(",", "").replace("−", "-"))
    except ValueError:
        return None


Shown = Sequence[tuple[str, bytes | None]]
"""Findings with their charts as PNG, None where no font has the language."""


def charts_of(found: Material, language: str) -> Shown:
    """The report's charts, drawn once for slides and document."""
    return [(finding, picture(figure)) for figure, finding in drawings(found, language).values()]


def slides(title: str, charts: Shown, note: str) -> bytes:
    """A PowerPoint file: the headline, then a chart a slide with its finding as title and the source below."""
    from pptx import Presentation
    from pptx.util import Inches, Pt

    deck = Presentation()
    deck.slide_width, deck.slide_height = (Inches(side) for side in SLIDE_INCHES)
    width, height = SLIDE_INCHES[0] - 2.0 * MARGIN_INCHES, SLIDE_INCHES[1] - 2.6
    for finding, image in [(title, None), *charts]:
        slide = deck.slides.add_slide(deck.slide_layouts[5])
        box = slide.shapes.title
        box.left, box.top, box.width, box.height = (Inches(v) for v in (MARGIN_INCHES, 0.3, width, 1.5))
        box.text_frame.word_wrap = True
        box.text_frame.text = finding
        box.text_frame.paragraphs[0].font.size = Pt(26 if len(finding) < LONGEST_TITLE else 18)
        if image is not None:
            shown = slide.shapes.add_picture(BytesIO(image), Inches(MARGIN_INCHES), Inches(1.9), height=Inches(height))
            if shown.width > Inches(width):
                shown.height = int(shown.height * Inches(width) / shown.width)
                shown.width = Inches(width)
            shown.left = int((deck.slide_width - shown.width) / 2)
        foot = slide.shapes.add_textbox(
            Inches(MARGIN_INCHES), Inches(SLIDE_INCHES[1] - 0.6), Inches(width), Inches(0.4)
        )
        foot.text_frame.text = note
        foot.text_frame.paragraphs[0].font.size = Pt(11)
    stream = BytesIO()
    deck.save(stream)
    return stream.getvalue()


def document(
    title: str, said: Sequence[Said], charts: Shown, tables: Sequence[Sheet], language: str, note: str
) -> bytes:
    """A Word file: the answer, the tables and the charts with their findings, to be edited."""
    from docx import Document
    from docx.shared import Inches

    paper = Document()
    paper.add_heading(title, 0)
    paper.add_paragraph(note)
    for line in said:
        paragraph = paper.add_paragraph()
        paragraph.add_run(line.label + either(language, ": ", "：")).bold = True
        paragraph.add_run(line.text)
    for finding, image in charts:
        paper.add_heading(finding, 3)
        if image is not None:
            paper.add_picture(BytesIO(image), width=Inches(PICTURE_INCHES))
    for table in tables:
        paper.add_heading(table.title, 2)
        grid = paper.add_table(rows=1, cols=len(table.head))
        grid.style = "Light Grid Accent 1"
        for cells, texts in ((grid.rows[0].cells, table.head), *((grid.add_row().cells, row) for row in table.rows)):
            for cell, text in zip(cells, texts, strict=True):
                cell.text = text
    stream = BytesIO()
    paper.save(stream)
    return stream.getvalue()


def note_of(found: Material, language: str) -> str:
    """Place, period, version and what it is, for the foot of everything."""
    place = found.place(language)
    versions: dict[str, str] = found.manifest["versions"]
    parts = [*([place] if place else []), period(found.scenarios[found.baseline]), word("stamp", language)]
    return " · ".join([*parts, f"Hairpin {versions['hairpin']}", word("source", language)])
