"""Places along a route as posts tell them."""

import re

from sim.importing.table import decimal_of

POST = re.compile(r"[A-Za-z]{0,2}\s*(\d+)\s*\+\s*(\d*\.?\d+)$")
"""K36+833 in metres, 036+0.833 in parts of the unit."""
UNIT_OF_PARTS = 2.0
"""A part with a point is of the posts' unit below this, of its thousandths from it on."""


def post_of(text: str) -> float | None:
    """A place along a route, in the unit of its posts; None where it can't be read."""
    marked = POST.match(text.strip())
    if marked is None:
        return decimal_of(text)
    part = float(marked[2])
    return float(marked[1]) + (part if "." in marked[2] and part < UNIT_OF_PARTS else part / 1000.0)
