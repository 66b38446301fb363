"""Tables (CSV) as people keep them: where the header is, what columns are called, how numbers are written."""

import csv
import io
import re
from collections.abc import Callable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from pathlib import Path

from sim.core.texts import shown
from sim.core.units import METRES_PER_FOOT
from sim.importing.findings import refused
from sim.system.files import read_file, reason

MOST_BYTES = 200_000_000
CHINESE = "gb18030"
ENCODINGS = ("utf-8-sig", CHINESE)
UTF_16_MARKS = (b"\xff\xfe", b"\xfe\xff")
"""Tried in turn; a third, Latin-1, reads everything."""
SEPARATOR = re.compile(r'^"?sep=.?"?,*\s*$', re.IGNORECASE)
"""First line of tables for Excel."""
DELIMITERS = ",;\t|"
MOST_PREAMBLE = 60
LARGEST = 1e15
"""Not a number and infinity are none either."""
UNIT = re.compile(r"^(.*?)\s*[\[(（](.*?)[\])）]$")
"""Behind a column's name, such as in `grade (%)`."""
UNITS = {"%": "pct", "％": "pct", "km/h": "kmh"}
"""As names end that have their unit in them."""
THOUSANDS = re.compile(r"[-+]?\d{1,3}(,\d{3})+(\.\d+)?")

DECIMAL_COMMA = re.compile(r"\s*[-+]?\d+,\d+\s*")
POINTS = re.compile(r"\s*[-+]?\d{1,3}(\.\d{3})+(,\d+)?\s*")
"""Of thousands, as in Germany."""
APOSTROPHES = re.compile(r"[-+]?\d{1,3}(['’]\d{3})+(\.\d+)?")
"""Of thousands, as in Switzerland."""
Names = Mapping[str, tuple[str, ...]]
"""What columns are called, by what they hold."""
Row = tuple[int, Mapping[str, str]]
"""Line of the file, and cells by column."""


@dataclass(frozen=True)
class Table:
    """Rows by column, each with its line of the file."""

    file: Path
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    delimiter: str = ","
    repeated: frozenset[str] = frozenset()
    """Names that stand more than once in the header; the last column of each is kept."""

    def where(self, kept: Mapping[str, str]) -> "Table":
        """The rows whose cells begin with these texts.

        Raises
        ------
        RefusedError
            if a column is not there, or no row is left
        """
        return self._with_rows(kept, lambda cell, text: cell.startswith(text))

    def holding(self, kept: Mapping[str, str]) -> "Table":
        """The rows whose cells hold these texts, in letters of any size; refused as by `where`."""
        return self._with_rows(kept, lambda cell, text: text.casefold() in cell.casefold())

    def _with_rows(self, kept: Mapping[str, str], fits: Callable[[str, str], bool]) -> "Table":
        missing = [name for name in kept if name not in self.columns]
        if missing:
            columns = ", ".join(self.columns)
            raise refused(f"{self.file}:1", f"no column is {shown(missing[0])}; columns are {columns}")
        rows = [row for row in self.rows if all(fits(row[1].get(name, "").strip(), own) for name, own in kept.items())]
        if not rows:
            raise refused(self.file, f"no row has {', '.join(f'{name}={own}' for name, own in kept.items())}")
        return replace(self, rows=tuple(rows))

    def columns_of(self, usual: Names, named: Mapping[str, str] | None = None) -> dict[str, str]:
        """Columns by what they hold: as they are named, else as they are usually called; none where there is none.

        Raises
        ------
        RefusedError
            if something is named that is not asked for, or a column that is not there
        """
        chosen = named or {}
        wrong = [what for what in chosen if what not in usual]
        if wrong:
            raise refused(self.file, f"--map {wrong[0]}: keys are {', '.join(usual)}")
        missing = [column for column in chosen.values() if column not in self.columns]
        if missing:
            columns = ", ".join(self.columns)
            raise refused(f"{self.file}:1", f"no column is {shown(missing[0])}; columns are {columns}")
        lower = {plain_name(column): column for column in reversed(self.columns)}
        found = {what: next((lower[name] for name in names if name in lower), "") for what, names in usual.items()}
        columns_by_what = {what: column for what, column in {**found, **chosen}.items() if column}
        twice = [column for column in columns_by_what.values() if column in self.repeated]
        if twice:
            raise refused(f"{self.file}:1", f"{shown(twice[0])} stands twice in the header: which is meant?")
        return columns_by_what


def all_names(*usual: Names) -> frozenset[str]:
    """Whatever columns may be called, by which a header is told from what stands above it."""
    return frozenset(name for names in usual for own in names.values() for name in own)


def unit_m(column: str, otherwise: float) -> float:
    """Metres in a column's unit: what its name says goes before what is said of the file."""
    name = plain_name(column)
    return 1.0 if name.endswith("_m") else METRES_PER_FOOT if name.endswith(("_ft", "_feet")) else otherwise


def plain_name(column: str) -> str:
    """A column's name in small letters, a unit in brackets behind it as the end of the name: `grade_pct`."""
    name = column.strip().lower()
    found = UNIT.match(name)
    return name if found is None else f"{found[1]}_{UNITS.get(found[2].strip(), found[2].strip())}"


def cell(row: Row, columns: Mapping[str, str], what: str) -> str:
    """What a row holds in the column for something, empty where there is none."""
    return row[1].get(columns[what], "").strip() if what in columns else ""


def read_table(
    file: Path, *, unpacked: Callable[[bytes], bytes] | None = None, needed: Iterable[str] = (), least: int = 1
) -> Table:
    """A table with a header, unpacked first where it has to be.

    With `needed` names, lines before the first that holds so many of them at least are a preamble.

    Raises
    ------
    RefusedError
        if it can't be read, has no rows, or a row is longer than the header
    """
    text, before = _without_preamble(read_text(file, unpacked), set(needed), least)
    head = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(DELIMITERS, key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    rows: list[Row] = []
    columns: list[str] = []
    try:
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if not columns:
                columns = [cell.strip() for cell in cells]
            elif any(cell.strip() for cell in cells[len(columns) :]):
                message = f"has {len(cells)} values, the header has {len(columns)}"
                raise refused(f"{file}:{reader.line_num + before}", message)
            else:
                rows.append((reader.line_num + before, dict(zip(columns, cells, strict=False))))
    except csv.Error as error:
        raise refused(f"{file}:{reader.line_num + before}", f"can't be read as CSV: {error}") from error
    if not rows:
        raise refused(file, "has no rows below a header")
    repeated = frozenset(name for name in columns if name and columns.count(name) > 1)
    return Table(file, tuple(columns), tuple(_without_points(rows, delimiter)), delimiter, repeated)


def _without_points(rows: list[Row], delimiter: str) -> list[Row]:
    """Rows without points between thousands, where other numbers have a decimal comma."""
    if delimiter != ";" or not any(DECIMAL_COMMA.fullmatch(cell) for _, row in rows for cell in row.values()):
        return rows
    return [
        (line, {name: cell.replace(".", "") if POINTS.fullmatch(cell) else cell for name, cell in row.items()})
        for line, row in rows
    ]


def _without_preamble(text: str, needed: AbstractSet[str], least: int) -> tuple[str, int]:
    """Text from its header on, and the number of lines before it."""
    lines = text.splitlines(keepends=True)
    if lines and SEPARATOR.match(lines[0]):
        rest, before = _without_preamble("".join(lines[1:]), needed, least)
        return rest, before + 1
    for number, line in enumerate(lines[:MOST_PREAMBLE]):
        cells = {plain_name(cell.strip().strip('"')) for cell in re.split(f"[{DELIMITERS}]", line)}
        if needed and len(cells & needed) >= least:
            return "".join(lines[number:]), number
    return text, 0


def number_of(text: str) -> float | None:
    """A number with a decimal point or comma, thousands apart by commas or spaces; None where it is none."""
    text = text.replace(" ", "").replace("\u00a0", "").strip()
    text = re.sub("['’]", "", text) if APOSTROPHES.fullmatch(text) else text
    return decimal_of(text.replace(",", "") if THOUSANDS.fullmatch(text) else text)


def decimal_of(text: str) -> float | None:
    """A number with a decimal point or comma, such as a place, that has no thousands apart; None where it is none."""
    try:
        value = float(text.strip().replace(",", "."))
    except ValueError:
        return None
    return value if abs(value) < LARGEST else None


def read_text(file: Path, unpacked: Callable[[bytes], bytes] | None = None) -> str:
    """Text in UTF-8, UTF-16 that says so at its beginning (as spreadsheets save it), GB 18030 (with GBK) or Latin-1."""
    try:
        content = read_file(file, MOST_BYTES)
        content = content if unpacked is None else unpacked(content)
    except OSError as error:
        raise refused(file, f"can't be read: {reason(error)}") from error
    if content.startswith(UTF_16_MARKS):
        try:
            return content.decode("utf-16")
        except UnicodeDecodeError as error:
            raise refused(file, f"begins as UTF-16 and is not: {error.reason}") from error
    for encoding in ENCODINGS:
        try:
            found = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if encoding != CHINESE or _is_chinese(found):
            return found
    return content.decode("cp1252", errors="replace") if b"\x81" not in content else content.decode("latin-1")


def _is_chinese(text: str) -> bool:
    """Whether most of what is not ASCII is in common use, which letters with accents are not if they are taken so."""
    signs = [sign for sign in text if not sign.isascii()]
    return 2 * sum(_in_common_use(sign) for sign in signs) >= len(signs)


def _in_common_use(sign: str) -> bool:
    try:
        sign.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True
