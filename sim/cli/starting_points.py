"""Commented scenarios to begin with: whole folders that run as they stand."""

from importlib.resources import files
from pathlib import Path
from typing import NamedTuple

from sim.system.files import write_whole
from sim.system.shipped import SCENARIOS, shipped

LANGUAGES = ("en", "zh")


class StartingPoint(NamedTuple):
    """What a folder gets: copies of files that come along, and commented texts."""

    summary: str
    copies: dict[str, str]
    """By name in the folder, a file of the shipped scenarios."""
    texts: dict[str, str]
    """By name in the folder, a file beside this one."""


FLEET = {"parts/fleet.yaml": "taishun/parts/fleet.yaml"}
STARTING_POINTS = {
    "minimal": StartingPoint(
        "one road, its weather, trucks and drivers, and two measures: every key that a scenario needs",
        FLEET,
        {"baseline.yaml": "minimal.baseline.yaml", "measures.yaml": "minimal.measures.yaml"},
    ),
    "downgrade": StartingPoint(
        "a real long downgrade of an expressway, with a brake check and an escape ramp",
        FLEET
        | {
            "baseline.yaml": "qidaoliang/baseline.yaml",
            **{f"parts/{part}.yaml": f"qidaoliang/parts/{part}.yaml" for part in ("road", "climate", "demand")},
        },
        {"own_measures.yaml": "downgrade.measures.yaml"},
    ),
    "taishun": StartingPoint(
        "the county with its banned road, control centre and programme",
        FLEET
        | {
            **{f"{name}.yaml": f"taishun/{name}.yaml" for name in ("baseline", "full_programme")},
            **{f"parts/{part}.yaml": f"taishun/parts/{part}.yaml" for part in ("road", "climate", "demand")},
        },
        {"own_programme.yaml": "taishun.measures.yaml"},
    ),
}


def text_in(language: str, text: str) -> str:
    """A commented text with the comments of one language."""
    lines = []
    for line in text.splitlines():
        indent, sign, comment = line.partition("#")
        if sign and not indent.strip() and comment[:2] in LANGUAGES:
            if comment[:2] == language:
                lines.append(f"{indent}#{comment[2:]}")
        else:
            lines.append(line)
    return "\n".join(lines) + "\n"


def start(folder: Path, name: str, language: str) -> list[Path]:
    """Write a starting point into a folder that is empty or not there; the scenario files, the baseline first.

    Raises
    ------
    FileExistsError
        if the folder holds anything
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise FileExistsError(f"{folder} is there already and not empty")
    point, own = STARTING_POINTS[name], files("sim.cli") / "starts"
    contents = {
        target: shipped(SCENARIOS / source).read_text(encoding="utf-8") for target, source in point.copies.items()
    }
    contents |= {
        target: text_in(language, (own / source).read_text(encoding="utf-8")) for target, source in point.texts.items()
    }
    for target, content in contents.items():
        file = folder / target
        file.parent.mkdir(parents=True, exist_ok=True)
        write_whole(file, content.replace("../taishun/parts/", "parts/").encode())
    scenarios = sorted(target for target in contents if "/" not in target)
    return [folder / target for target in sorted(scenarios, key=lambda one: one != "baseline.yaml")]
