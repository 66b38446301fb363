"""Times written as numbers: days of a spreadsheet, seconds since 1970; and which times are not the road's own."""

import re
from datetime import UTC, datetime, timedelta

EXCEL = re.compile(r"(\d{5})(?:\.(\d+))?")
EXCEL_BEGAN = datetime(1899, 12, 30, tzinfo=UTC)
FIRST_EXCEL, LAST_EXCEL = 29_221, 51_136
"""1980 to 2039."""
FEW_DECIMALS = 5
"""Of a day: up to so many mean minutes, more mean seconds."""
UNIX = re.compile(r"(\d{10})(?:\.\d+)?|(\d{13})")
FIRST_UNIX, LAST_UNIX = 1_000_000_000, 1_950_000_000
"""2001 to 2031."""
BY_HOUR = re.compile(r"(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:[01]\d|2[0-4])")
"""2024051314, which is no number of seconds."""
OF_GREENWICH = re.compile(
    r"\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:\s*[AaPp]\.?[Mm]\.?)?\s*(?:Z|UTC|GMT|\+00(?::?00)?)$"
    r"|\d{2}:\d{2}:\d{2}(?:\.\d+)?-00:?00$",
    re.IGNORECASE,
)
"""The end of a time that is Greenwich's."""
OTHER_ZONE = re.compile(r"\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?\s*\+(?!00)\d{2}(?::?\d{2})?$")
FORM = "%Y-%m-%d %H:%M:%S"


def of_spreadsheet(text: str, *, midnight: bool = False) -> str:
    """A day of a spreadsheet (45047.5), or digits down to the hour, as 2023-05-01 12:00:00; other text as it is.

    A whole number is a day without a time, or its midnight where one column has both.
    """
    if BY_HOUR.fullmatch(text.strip()):
        day = text.strip()
        return f"{day[:4]}-{day[4:6]}-{day[6:8]} {day[8:]}:00:00"
    found = EXCEL.fullmatch(text.strip())
    if found is None or not FIRST_EXCEL <= int(found[1]) <= LAST_EXCEL:
        return text
    decimals, seconds = found[2] or "", 86_400.0 * float(f"0.{found[2] or 0}")
    if not decimals and not midnight:
        return (EXCEL_BEGAN + timedelta(days=int(found[1]))).strftime("%Y-%m-%d")
    whole = 60 * round(seconds / 60.0) if len(decimals) <= FEW_DECIMALS else round(seconds)
    return (EXCEL_BEGAN + timedelta(days=int(found[1]), seconds=whole)).strftime(FORM)


def of_unix(text: str) -> str | None:
    """Seconds or thousandths of one since 1970, as a time of Greenwich; None where it is neither."""
    found = UNIX.fullmatch(text.strip())
    if found is None or BY_HOUR.fullmatch(text.strip()):
        return None
    seconds = int(found[1]) if found[1] else int(found[2]) // 1000
    if not FIRST_UNIX <= seconds <= LAST_UNIX:
        return None
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)).strftime(FORM)


def is_of_greenwich(text: str) -> bool:
    """Whether a time says that it is Greenwich's, not the road's."""
    return OF_GREENWICH.search(text.strip()) is not None


def is_of_another_zone(text: str) -> bool:
    """Whether a time says by how much it is ahead of Greenwich's: then it is the road's own."""
    return OTHER_ZONE.search(text.strip()) is not None
