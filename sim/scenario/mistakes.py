"""Mistakes in a scenario file, told all together: file, line, key, value found, what is allowed."""

from typing import NamedTuple

LONGEST_VALUE = 60


class Mistake(NamedTuple):
    """One thing that a user has to mend."""

    file: str
    line: int
    key: str
    message: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {self.key}: {self.message}" if self.key else f"{place}: {self.message}"


class ScenarioError(Exception):
    """All mistakes of one scenario."""

    def __init__(self, mistakes: list[Mistake]) -> None:
        self.mistakes = sorted(set(mistakes), key=lambda m: (m.file, m.line, m.key, m.message))
        super().__init__("\n".join(str(mistake) for mistake in self.mistakes))


def shown(value: object) -> str:
    """A value as it can stand in a message."""
    text = repr(value)
    return text if len(text) <= LONGEST_VALUE else text[: LONGEST_VALUE - 3] + "..."


def key_text(path: tuple[str | int, ...]) -> str:
    """A path as `road.links[2].end`."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text
