"""What axe-core finds wrong with a page, at a width and in a language."""

import json
from html import escape, unescape
from importlib.resources import files

import pytest
from browser import browse

AXE = files("axe_core_python") / "axe.min.js"
GRAVE = ("serious", "critical")
WINDOWS = [
    (390, "zh"),
    *(
        pytest.param(width, language, marks=pytest.mark.slow)
        for width in (390, 820, 1440)
        for language in ("en", "zh")
        if (width, language) != (390, "zh")
    ),
]
"""A telephone's in the default tests, all others in the slow ones."""
RUN = """
window.addEventListener("load", () => axe.run(document, {resultTypes: ["violations"]}).then((found) => {
  parent.document.title = JSON.stringify(found.violations.map((one) =>
    [one.impact, one.id, one.nodes.slice(0, 3).map((node) => node.html.slice(0, 160))]));
}).catch((error) => { parent.document.title = JSON.stringify([["critical", "axe itself", [String(error)]]]); }));
"""


def grave_findings(html: str, tmp_path, width: int, language: str) -> list[list]:
    """Impact, rule and some of the places of what is serious or critical."""
    told = f'document.documentElement.lang || "{language}";'
    inside = html.replace("<head>", f"<head><script>history.replaceState(0, '', '#{language}')</script>", 1)
    inside = inside.replace("</body>", f"<script>{AXE.read_text()}</script><script>{told}{RUN}</script></body>")
    outer = tmp_path / f"outer_{width}_{language}.html"
    frame = f'<iframe title="page" style="width:{width}px; height:900px; border:0" srcdoc="{escape(inside)}"></iframe>'
    outer.write_text(f"<!doctype html><title>-</title><body>{frame}</body>")
    title, _ = browse(outer, tmp_path, "", "--virtual-time-budget=20000")
    return [one for one in json.loads(unescape(title)) if one[0] in GRAVE]
