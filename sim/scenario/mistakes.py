"""Mistakes in a scenario file, told all together: file, line, key, value found, what is allowed."""

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from sim.core.texts import escaped, shown

MOST_MISTAKES = 50
"""Of a file that are told."""

__all__ = ["MOST_MISTAKES", "Mistake", "ScenarioError", "key_text", "shown"]


class Mistake(NamedTuple):
    """One thing that a user has to mend."""

    file: str
    line: int
    key: str
    message: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        parts = [part for part in (place, self.key, self.message) if part]
        return escaped(": ".join(parts))


class ScenarioError(ValueError):
    """All mistakes of one scenario, at most so many of a file."""

    def __init__(self, mistakes: Iterable[Mistake]) -> None:
        every = sorted(set(mistakes), key=lambda m: (m.file, m.line, m.key, m.message))
        self.mistakes = _first_of_each_file(every)
        super().__init__("\n".join(str(mistake) for mistake in self.mistakes))


def _first_of_each_file(every: list[Mistake]) -> list[Mistake]:
    """The first mistakes of each file, and how many more it has."""
    count: Counter[str] = Counter()
    found: list[Mistake] = []
    for mistake in every:
        count[mistake.file] += 1
        if count[mistake.file] < MOST_MISTAKES:
            found.append(mistake)
    more = {file: number - MOST_MISTAKES + 1 for file, number in count.items() if number >= MOST_MISTAKES}
    return found + [Mistake(file, 0, "", f"and {number:,} more mistakes") for file, number in more.items()]


def key_text(path: tuple[str | int, ...]) -> str:
    """A path as `road.links[2].end`."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text
