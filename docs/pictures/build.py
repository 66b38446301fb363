"""The READMEs' pictures: the county's network and the answer of the command that they begin with.

python docs/pictures/build.py   simulates the county's scenarios (24 runs, some three minutes) and writes docs/images
"""

import subprocess
import sys
from pathlib import Path

from sim.charts.saving import inline
from sim.report.drawings import drawings
from sim.report.material import material
from sim.report.words import LANGUAGES

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "results" / "pictures"
SHOWN = {"forest": "answer", "map": "county"}


def main() -> None:
    """Simulate, then draw."""
    files = sorted((ROOT / "scenarios" / "taishun").glob("*.yaml"))
    hairpin = Path(sys.executable).with_name("hairpin")
    subprocess.run([hairpin, "compare", *files, "--replications", "4", "--out", FOLDER, "--quiet"], check=True)  # noqa: S603
    found = material(FOLDER)
    for language in LANGUAGES:
        for name, (figure, finding) in drawings(found, language).items():
            if name in SHOWN:
                file = ROOT / "docs" / "images" / f"{SHOWN[name]}.{language}.svg"
                svg = inline(figure, finding).replace("<svg ", '<svg style="background:#fff" ', 1)
                file.write_text('<?xml version="1.0" encoding="utf-8"?>\n' + svg, encoding="utf-8")


if __name__ == "__main__":
    main()
