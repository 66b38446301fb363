"""The command that writes a commented starting point: `init`."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from sim.cli.starting_points import STARTING_POINTS, start

Point = StrEnum("Point", {name: name for name in STARTING_POINTS})  # type: ignore[misc]


class CommentLanguage(StrEnum):
    """Languages of the comments."""

    en = "en"
    zh = "zh"


def init(
    folder: Annotated[Path, typer.Argument(help="Folder to be made.", show_default=False)],
    *,
    origin: Annotated[
        Point, typer.Option("--from", help="; ".join(f"{name}: {one.summary}" for name, one in STARTING_POINTS.items()))
    ] = Point["minimal"],
    lang: Annotated[CommentLanguage, typer.Option(help="Language of the comments.")] = CommentLanguage.en,
) -> None:
    """Write scenarios to begin with: commented, and they run as they stand."""
    from sim.cli.problems import Problem

    try:
        baseline, *others = start(folder, str(origin), lang.value)
    except FileExistsError as error:
        raise Problem(f"{error}; name another folder") from error
    sys.stdout.write(
        f"in {folder}: {', '.join(str(file.relative_to(folder)) for file in (baseline, *others))} and parts\n"
        f"next: hairpin compare {baseline} {' '.join(map(str, others))} --report\n"
    )
