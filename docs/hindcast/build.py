"""The scorecard that is shipped: all observed cases, each beside what the model gives for it without having seen it.

python docs/hindcast/build.py   writes the pages and charts of docs/hindcast: half an hour on two cores; goes
on where it was stopped
"""

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
MADE = ROOT / "results" / "validation"
SHIPPED = ROOT / "sim" / "hindcast" / "shipped.json"
COMMAND = ("hindcast", "--draws", "240")
FILES = ("hindcast.md", "hindcast.zh-CN.md", "hindcast.svg", "hindcast.zh-CN.svg")


def main() -> None:
    """Run the command and keep its pages."""
    hairpin = Path(sys.executable).with_name("hairpin")
    subprocess.run([hairpin, *COMMAND], cwd=ROOT, check=True)  # noqa: S603 - our own command
    for name in FILES:
        shutil.copyfile(MADE / name, Path(__file__).parent / name)
    shutil.copyfile(MADE / "hindcast.json", SHIPPED)


if __name__ == "__main__":
    main()
