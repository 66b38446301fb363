"""Formulas in TeX become MathML when the site is built: no script, no network."""

import re
from typing import Any

from latex2mathml.converter import convert

BLOCK = re.compile(r"^\$\$(.+?)\$\$$", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"\$([^$\n]+)\$")


def on_page_markdown(markdown: str, **_: Any) -> str:
    """MkDocs calls it for each page; only those with formulas of their own lines have any, others have prices."""
    if not BLOCK.search(markdown):
        return markdown
    shown = BLOCK.sub(lambda found: f"\n{convert(found[1].strip(), display='block')}\n", markdown)
    return INLINE.sub(lambda found: convert(found[1].strip()), shown)
