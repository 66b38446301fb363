"""Times written as numbers: days of a spreadsheet, seconds since 1970; and which times are not the road's own."""

import re
from datetime import UTC, datetime, timedelta

EXCEL = re.compile(r"(\d{5})(\.\d+)?")
EXCEL_BEGAN = datetime(1899, 12, 30, tzinfo=UTC)
FIRST_EXCEL, LAST_EXCEL = 18_264, 73_050
"""1950 to 2099."""
UNIX = re.compile(r"(\d{10})(?:\.\d+)?|(\d{13})")
OF_GREENWICH = re.compile(r"\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?\s*(?:Z|UTC|GMT|[+-]00:?00)$", re.IGNORECASE)
"""The end of a time that is Greenwich's."""
FORM = "%Y-%m-%d %H:%M:%S"


def of_spreadsheet(text: str) -> str:
    """A day of a spreadsheet (45047.5) as 2023-05-01 12:00:00; other text as it is."""
    found = EXCEL.fullmatch(text.strip())
    if found is None or not FIRST_EXCEL <= int(found[1]) <= LAST_EXCEL:
        return text
    return (EXCEL_BEGAN + timedelta(seconds=round(86_400.0 * float(found[0])))).strftime(FORM)


def of_unix(text: str) -> str | None:
    """Seconds or thousandths of one since 1970, as a time of Greenwich; None where it is neither."""
    found = UNIX.fullmatch(text.strip())
    if found is None:
        return None
    seconds = int(found[1]) if found[1] else int(found[2]) // 1000
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)).strftime(FORM)


def is_of_greenwich(text: str) -> bool:
    """Whether a time says that it is Greenwich's, not the road's."""
    return OF_GREENWICH.search(text.strip()) is not None
