"""The report's tables and charts for office programs: a workbook, slides and a document (extra `hairpin[office]`)."""

import re
from collections.abc import Iterator, Sequence
from datetime import date
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
    yield from _where_there_are_some(found, language)
    worst = [[row["link"], row["km"], row["before"], row["after"]] for row in rows.worst_places(found, language)]
    base, programme = titles[found.baseline], titles[found.programme]
    yield Sheet(word("worst", language), [word("road", language), "km", base, programme], worst)
    heads = [word(key, language) for key in ("observed", "seen", "predicted", "in_interval")]
    seen = [[row["title"], row["seen"], row["predicted"], row["inside"]] for row in scorecard_rows(score, language)]
    yield Sheet(word("trust", language), heads, seen)


def _where_there_are_some(found: Material, language: str) -> Iterator[Sheet]:
    """Who pays and gains, sites, parts: tables that not every comparison has."""
    if own := rows.balance(found, language):
        yield _keyed("balance", ["title", "value"], {"title": "side", "value": "better_off"}, own, language)
    if own := rows.sites(found, language):
        before_after = [{**row, "before": row["accidents"][0], "after": row["accidents"][1]} for row in own]
        heads = {
            "place": "place_km",
            "before": "accidents_before",
            "after": "accidents_after",
            "deaths": "deaths_avoided",
            "ratio": "deaths_over_cost",
        }
        keys = ["place", "measures", "before", "after", "deaths", "cost", "ratio"]
        yield _keyed("sites", keys, heads, before_after, language)
    if own := rows.parts(found, language):
        heads = {"title": "measure", "left_out": "lost", "deaths": "shapley_deaths"}
        yield _keyed("parts", ["title", "alone", "left_out", "shapley", "deaths"], heads, own, language)


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
    more = ["change", *(["change_wide"] if found.uncertainty else [])]
    head = [word("index", language), titles[found.baseline], titles[found.programme]]
    keys = ["before", "after", "change", *(["wide"] if found.uncertainty else [])]
    return Sheet(
        word("indices", language),
        head + [word(key, language) for key in more],
        [[word(row["key"], language), *(row[key] for key in keys)] for row in rows.indices(found, language)],
    )


def _costs(found: Material, titles: dict[str, str], language: str) -> Sheet:
    keys = ["title", "cost", "deaths", "avoided", "ratio", "pays", "per_accident", "hours"]
    heads = {"title": "scenario", "deaths": "deaths_avoided", "ratio": "bcr"}
    return _keyed("costs", keys, heads, rows.costs(found, titles, language), language)


NUMBER = r"([+−-]?[\d,.]+)"
INTERVAL = re.compile(rf"^{NUMBER}(?: ?%| pp| 个百分点)? \({NUMBER}(?:–|～| to ){NUMBER}\)$")
"""An estimate with its interval, in per cent or not."""
ENDS = 2


def workbook(tables: Sequence[Sheet], note: str, language: str) -> bytes:
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
            head, content = _in_columns(table, language)
            sheet.write_row(1, 0, head, bold)
            for number, row in enumerate(content, start=2):
                for column, value in enumerate(row):
                    sheet.write(number, column, value)
            sheet.write(len(table.rows) + 3, 0, note, small)
            sheet.set_column(0, 0, 42)
            sheet.set_column(1, len(head), 16)
            sheet.freeze_panes(2, 1)
    return stream.getvalue()


def _sheet_name(title: str, taken: set[str]) -> str:
    """What Excel allows, and no other sheet has."""
    name = "".join(letter for letter in title if letter not in "[]:*?/\\")[:WIDEST_SHEET_NAME]
    return name if name not in taken else f"{name[: WIDEST_SHEET_NAME - 2]}_{len(taken)}"


def _in_columns(table: Sheet, language: str) -> tuple[list[str], list[list[str | float]]]:
    """Head and cells, numbers as numbers: intervals have columns for their ends, units are left to the head."""
    parts = [[_estimate_and_ends(row[column]) for row in table.rows] for column in range(len(table.head))]
    wide = [any(len(cell) > 1 for cell in cells) for cells in parts]
    low, high = word("low_end", language), word("high_end", language)
    head = [
        name
        for title, has_ends in zip(table.head, wide, strict=True)
        for name in ([title, f"{title}: {low}", f"{title}: {high}"] if has_ends else [title])
    ]
    content = [
        [
            value
            for cells, has_ends in zip(parts, wide, strict=True)
            for value in (*cells[number], *[""] * (ENDS * has_ends + 1 - len(cells[number])))
        ]
        for number in range(len(table.rows))
    ]
    return head, content


def _estimate_and_ends(text: str) -> tuple[str | float, ...]:
    """A cell as an estimate with both ends of its interval, as one number, or as it is."""
    match = INTERVAL.match(text)
    values = [] if match is None else [_as_number(part) for part in match.groups()]
    if values and None not in values:
        return tuple(value for value in values if value is not None)
    value = _as_number(text)
    return (text if value is None else value,)


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


def note_of(found: Material, language: str, made_on: date, maker: str = "") -> str:
    """Maker, place, period, what it is, version and date, for the foot of everything."""
    version = found.manifest["versions"]["hairpin"]
    source = word("source", language).format(version, made_on.isoformat())
    parts = maker, found.place(language), period(found.scenarios[found.baseline]), word("stamp", language), source
    return " · ".join(part for part in parts if part)
