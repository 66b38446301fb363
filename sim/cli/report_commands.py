"""The command that writes the report: `report`."""

import sys
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sim.cli.options import made, write_named

if TYPE_CHECKING:
    from sim.report.material import Material

REPORT = "report.html"


class Language(StrEnum):
    """Of a report."""

    both = "both"
    en = "en"
    zh = "zh"


Lang = Annotated[Language, typer.Option(help="English, Chinese, or both with a switch.")]


OpenIt = Annotated[bool, typer.Option("--open", help="Open the page in a browser.")]


def report(
    folder: Annotated[Path, typer.Argument(help="Result folder of compare.", show_default=False)],
    *,
    lang: Lang = Language.both,
    out: Annotated[Path | None, typer.Option(help="File.", show_default="FOLDER/report.html")] = None,
    slides: Annotated[bool, typer.Option("--slides", help="Also write every chart as PNG and SVG to slides/.")] = False,
    office: Annotated[
        bool,
        typer.Option(
            "--office", help="Also write tables.xlsx, slides.pptx and report.docx (needs the extra `office`)."
        ),
    ] = False,
    maker: Annotated[str, typer.Option(help="Who made it, for the first screen: an office or a name.")] = "",
    open_it: OpenIt = False,
) -> None:
    """Write one self-contained page that can be mailed and printed: the answer first, then how sure it is and why."""
    if office:
        _need_office()
    found = _read(folder)
    _write_page(found, folder, lang, out, maker=maker)
    if slides:
        _write_slides(found, folder, lang)
    if office:
        _write_office(found, folder, lang, maker)
    if open_it:
        typer.launch(str((out or folder / REPORT).resolve()))


def _need_office() -> None:
    from sim.cli.problems import Problem
    from sim.report import office

    try:
        office.need_libraries()
    except office.OfficeMissing as error:
        raise Problem(str(error)) from error


def languages_of(lang: Language) -> tuple[str, ...]:
    """The languages of a page."""
    from sim.report.words import LANGUAGES

    return LANGUAGES if lang is Language.both else (lang.value,)


def _read(folder: Path) -> "Material":
    """The results in a folder; what is wrong with it is one message."""
    from sim.cli.problems import Problem
    from sim.report.material import material
    from sim.results.folder import NotAResultFolder

    try:
        return material(folder)
    except NotAResultFolder as error:
        raise Problem(str(error)) from error


def _write_office(found: "Material", folder: Path, lang: Language, maker: str) -> None:
    """A workbook, slides and a document in each language."""
    from sim.report import office
    from sim.report.page import shipped_score
    from sim.report.summary import headline, summary

    score, files = shipped_score(), dict[str, bytes]()
    for language in languages_of(lang):
        note = office.note_of(found, language, date.today(), maker)
        tables = list(office.sheets(found, score, language))
        said = summary(found, score, language)
        files[f"tables.{language}.xlsx"] = office.workbook(tables, note, language)
        title, charts = headline(found, language), office.charts_of(found, language)
        files[f"slides.{language}.pptx"] = office.slides(title, charts, note)
        files[f"report.{language}.docx"] = office.document(title, said, charts, tables, language, note)
    made(folder, files)
    sys.stdout.write(f"in {folder}: {', '.join(files)}\n")


def _write_slides(found: "Material", folder: Path, lang: Language) -> None:
    """Charts as files; PNG in Chinese only where a font has Chinese."""
    from sim.charts.saving import inline, picture
    from sim.report.drawings import drawings

    files, lacking = dict[str, bytes](), []
    for language in languages_of(lang):
        for name, (figure, finding) in drawings(found, language).items():
            files[f"slides/{name}.{language}.svg"] = inline(figure, finding).encode()
            image = picture(figure)
            if image is None:
                lacking.append(f"{name}.{language}.png")
            else:
                files[f"slides/{name}.{language}.png"] = image
    made(folder, files)
    if lacking:
        missing = ", ".join(lacking)
        remedy = "pip install 'hairpin[fonts]', or Debian's fonts-noto-cjk"
        sys.stderr.write(f"no font with Chinese on this machine ({remedy}): SVG only, without {missing}\n")
    sys.stdout.write(f"charts in {folder / 'slides'}\n")


def write_report(folder: Path, lang: Language, *, quiet: bool = False) -> None:
    """Read a result folder and write the page there."""
    _write_page(_read(folder), folder, lang, None, quiet=quiet)


def _write_page(
    found: "Material", folder: Path, lang: Language, file: Path | None, *, maker: str = "", quiet: bool = False
) -> None:
    """The page, in the result folder or in a file that the user has named."""
    from sim.report.page import page

    content = page(found, languages_of(lang), maker=maker).encode()
    if file is None or file == folder / REPORT:
        made(folder, {REPORT: content})
    else:
        write_named(file, content)
    if not quiet:
        sys.stdout.write(f"report in {file or folder / REPORT}\n")


def replay(
    folder: Annotated[Path, typer.Argument(help="Result folder of compare.", show_default=False)],
    *,
    day: Annotated[int, typer.Option(min=0, help="Day of the simulated time, from 0.")] = 0,
    scenario: Annotated[str | None, typer.Option(help="Name.", show_default="the one with most measures")] = None,
    replication: Annotated[int, typer.Option(min=0, help="Which run.")] = 0,
    lang: Annotated[Language, typer.Option(help="Of the chart; the page has both languages.")] = Language.en,
    open_it: OpenIt = False,
) -> None:
    """Run one day again and show every truck: a space-time chart and a page that plays the day."""
    from sim.cli.problems import Problem

    found = _read(folder)
    name = scenario or found.programme
    if name not in found.scenarios:
        raise Problem(f"--scenario {name}: {folder} has {', '.join(found.scenarios)}")
    runs, days = int(found.manifest["replications"]), int(found.scenarios[name]["days"])
    if replication >= runs:
        raise Problem(f"--replication {replication}: {folder} has runs 0 to {runs - 1}")
    if day >= days:
        raise Problem(f"--day {day}: {name} has days 0 to {days - 1}")
    beside = found.scenarios[found.baseline] if name != found.baseline else None
    page = _replayed(folder, found.scenarios[name], beside, int(found.manifest["seed"]), replication, day, lang)
    if open_it:
        typer.launch(str(page.resolve()))


def _replayed(
    folder: Path,
    content: dict[str, Any],
    beside: dict[str, Any] | None,
    seed: int,
    replication: int,
    day: int,
    lang: Language,
) -> Path:
    """Files of a day, and the page among them; it has the baseline's same day beside it."""
    from functools import partial

    from sim.charts.replay import space_time
    from sim.charts.saving import inline, picture
    from sim.report import replay as of_day
    from sim.report.words import word
    from sim.scenario.loading import scenario_from

    sys.stderr.write("running the replication again ...\n")
    found = of_day.replay(scenario_from(content), seed, replication, day)
    stem = of_day.file_stem(found.scenario.name, day)
    sides = [] if beside is None else [of_day.replay(scenario_from(beside), seed, replication, day)]
    files = {f"{stem}.html": of_day.replay_page(*sides, found).encode()}
    for language in languages_of(lang):
        say = partial(word, language=language)
        figure = space_time(found.along, found.marks, say)
        files[f"{stem}.{language}.svg"] = inline(figure, say("replay")).encode()
        if (image := picture(figure)) is not None:
            files[f"{stem}.{language}.png"] = image
    made(folder, files)
    sys.stdout.write(f"in {folder}: {', '.join(files)}\n")
    return folder / f"{stem}.html"
