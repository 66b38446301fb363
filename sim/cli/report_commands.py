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
) -> None:
    """Write one self-contained page that can be mailed and printed: the answer first, then how sure it is and why."""
    write_report(folder, lang, out or folder / "report.html")


def write_report(folder: Path, lang: Language, file: Path) -> None:
    """Read a result folder, write the page."""
    from sim.cli.problems import Problem
    from sim.report.page import NotAResultFolder, material, page
    from sim.report.words import LANGUAGES
    from sim.store import write_whole

    languages = LANGUAGES if lang is Language.both else (lang.value,)
    try:
        text = page(material(folder), languages)
        write_whole(file, text.encode())
    except NotAResultFolder as error:
        raise Problem(str(error)) from error
    except OSError as error:
        raise Problem(f"{file}: can't be written: {error.strerror or error}") from error
    sys.stdout.write(f"report in {file}\n")
