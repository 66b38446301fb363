"""Charts as SVG for pages, whose text is text, and as PNG for slides, in a font that has the letters."""

import re
import warnings
from functools import cache
from importlib.util import find_spec
from io import BytesIO, StringIO
from pathlib import Path

import matplotlib as mpl
from matplotlib import font_manager
from matplotlib.figure import Figure
from matplotlib.text import Text

from sim.charts.basic import PNG_DPI, STYLE

FONTS = "system-ui, 'DejaVu Sans', 'Noto Sans CJK SC', 'Microsoft YaHei', 'PingFang SC', sans-serif"
"""Of the reader's; matplotlib measures with its own."""
CHINESE_FONTS = (
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "Noto Sans SC",
    "Microsoft YaHei",
    "PingFang SC",
    "SimHei",
    "WenQuanYi Zen Hei",
    "Noto Sans CJK JP",
)
PACKAGED_FONT = "NotoSansCJKsc-Regular.otf"
CHINESE_FONT_FILES = ("CJK", "NotoSansSC", "SourceHanSans", "msyh", "simhei", "PingFang", "wqy")
NARROW = {**STYLE, "font.size": 9}


def inline(figure: Figure, finding: str) -> str:
    """SVG for a page: as wide as its place, with a text for those who can't see it."""
    stream = StringIO()
    with mpl.rc_context(NARROW), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph", category=UserWarning)  # readers' fonts have them
        figure.savefig(stream, format="svg", metadata={"Date": None})
    svg = stream.getvalue()
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = re.sub(r"font: ([\d.]+px) [^;\"]+", rf"font: \1 {FONTS}", svg)
    svg = re.sub(r'width="[\d.]+pt" height="[\d.]+pt"', "", svg, count=1)
    label = finding.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")
    return svg.replace("<svg ", f'<svg role="img" aria-label="{label}" ', 1)


@cache
def chinese_font() -> str | None:
    """A font of this machine that has Chinese, None if there is none."""
    if (packaged := _packaged_font()) is not None:
        font_manager.fontManager.addfont(packaged)
    found = _known_font()
    if found is None:  # matplotlib's list is older than a font that was installed since
        for file in font_manager.findSystemFonts():
            if any(part in Path(file).name for part in CHINESE_FONT_FILES):
                font_manager.fontManager.addfont(file)
        found = _known_font()
    return found


def _packaged_font() -> Path | None:
    """The font of the extra `hairpin[fonts]`, if that is installed."""
    spec = find_spec("mplfonts")
    file = Path(spec.origin).parent / "fonts" / PACKAGED_FONT if spec and spec.origin else None
    return file if file and file.is_file() else None


def _known_font() -> str | None:
    known = {font.name for font in font_manager.fontManager.ttflist}
    return next((name for name in CHINESE_FONTS if name in known), None)


def picture(figure: Figure) -> bytes | None:
    """PNG for slides; None where no font of this machine has a letter, as boxes help nobody."""
    stream, chinese = BytesIO(), chinese_font()
    for text in figure.findobj(Text):
        text.set_fontfamily(["DejaVu Sans", *([chinese] if chinese else [])])
    try:
        with mpl.rc_context(NARROW), warnings.catch_warnings():
            warnings.filterwarnings("error", message="Glyph", category=UserWarning)
            figure.savefig(stream, format="png", dpi=PNG_DPI, metadata={"Software": "hairpin"})
    except UserWarning:
        return None
    return stream.getvalue()
