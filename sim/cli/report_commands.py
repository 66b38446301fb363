"""The command that writes the report: `report`."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class Language(StrEnum):
    """Of a report."""

    both = "both"
    en = "en"
    zh = "zh"


Lang = Annotated[Language, typer.Option(help="English, Chinese, or both with a switch.")]


def report(
    folder: Annotated[Path, typer.Argument(help="Result folder of compare.", show_default=False)],
    *,
    lang: Lang = Language.both,
    out: Annotated[Path | None, typer.Option(help="File.", show_default="FOLDER/report.html")] = None,
    slides: Annotated[bool, typer.Option("--slides", help="Also write every chart as PNG and SVG to slides/.")] = False,
) -> None:
    """Write one self-contained page that can be mailed and printed: the answer first, then how sure it is and why."""
    write_report(folder, lang, out or folder / "report.html")
    if slides:
        _write_slides(folder, lang)


def _languages(lang: Language) -> tuple[str, ...]:
    from sim.report.words import LANGUAGES

    return LANGUAGES if lang is Language.both else (lang.value,)


def _write_slides(folder: Path, lang: Language) -> None:
    """Charts as files; PNG in Chinese only where a font has Chinese."""
    from sim.charts.report import inline, picture
    from sim.report.page import drawings, material
    from sim.store import write_whole

    found, target, lacking = material(folder), folder / "slides", []
    target.mkdir(exist_ok=True)
    for language in _languages(lang):
        for name, (figure, finding) in drawings(found, language).items():
            write_whole(target / f"{name}.{language}.svg", inline(figure, finding).encode())
            image = picture(figure)
            if image is None:
                lacking.append(f"{name}.{language}.png")
            else:
                write_whole(target / f"{name}.{language}.png", image)
    if lacking:
        missing = ", ".join(lacking)
        sys.stderr.write(f"no font with Chinese on this machine (try fonts-noto-cjk): SVG only, without {missing}\n")
    sys.stdout.write(f"charts in {target}\n")


def write_report(folder: Path, lang: Language, file: Path) -> None:
    """Read a result folder, write the page."""
    from sim.cli.problems import Problem
    from sim.report.page import NotAResultFolder, material, page
    from sim.store import write_whole

    try:
        text = page(material(folder), _languages(lang))
        write_whole(file, text.encode())
    except NotAResultFolder as error:
        raise Problem(str(error)) from error
    except OSError as error:
        raise Problem(f"{file}: can't be written: {error.strerror or error}") from error
    sys.stdout.write(f"report in {file}\n")
