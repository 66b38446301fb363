"""Places along a route as posts tell them."""

import re

from sim.importing.table import decimal_of

BARE = re.compile(r"[A-Za-z]{0,2}\s*(\d+(?:[.,]\d+)?)\s*(?:km|公里)?$", re.IGNORECASE)
SIDES = "左右上下行侧"
"""Behind a post, that say on which side of the road."""
POST = re.compile(r"[A-Za-z]{0,2}\s*(\d+)\s*\+\s*(\d*\.?\d+)\s*(?:m|米)?$")
"""K36+833 in metres, 036+0.833 in parts of the unit."""
UNIT_OF_PARTS = 2.0
"""A part with a point is of the posts' unit below this, of its thousandths from it on."""


def post_of(text: str) -> float | None:
    """A place along a route, in the unit of its posts; None where it can't be read."""
    text = text.strip().replace("＋", "+").rstrip(SIDES)
    marked = POST.match(text)
    if marked is None:
        bare = BARE.match(text)
        return decimal_of(text if bare is None else bare[1])
    part = float(marked[2])
    return float(marked[1]) + (part if "." in marked[2] and part < UNIT_OF_PARTS else part / 1000.0)
