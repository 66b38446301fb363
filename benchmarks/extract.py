"""`python -m benchmarks.extract`: a road out of a large OpenStreetMap extract, time and memory.

The extract is made up: a winding main road across 0.8 degrees of longitude and 150,000 other ways of twelve points each
over 0.8 by 0.9 degrees (1.8 million points), with a height model of 3 seconds of arc.
"""

import random
import subprocess
import sys
import tempfile
import time
from math import sin
from pathlib import Path

import numpy as np

from benchmarks.memory import watched

WAYS, POINTS, MAIN_POINTS, PIECE = 150_000, 12, 3_000, 100
WEST, SOUTH = 119, 27
KINDS = ("residential", "track", "unclassified", "tertiary", "service")


def make_extract(file: Path) -> None:
    """The road S331 in pieces, and ways around it."""
    import osmium
    from osmium.osm import mutable

    chance, writer = random.Random(1), osmium.SimpleWriter(str(file))
    main = [(WEST + 0.1 + 0.00027 * n, SOUTH + 0.4 + 0.02 * sin(n / 60)) for n in range(MAIN_POINTS)]
    for number, place in enumerate(main, 1):
        writer.add_node(mutable.Node(id=number, location=place))
    first = MAIN_POINTS + 1
    for _ in range(WAYS):
        lon, lat = WEST + 0.8 * chance.random(), SOUTH + 0.9 * chance.random()
        for n in range(POINTS):
            writer.add_node(mutable.Node(id=first + n, location=(lon + 1e-4 * n, lat + 1e-4 * chance.random())))
        first += POINTS
    tags = {"highway": "primary", "ref": "S331", "maxspeed": "60"}
    for way, start in enumerate(range(0, MAIN_POINTS - 1, PIECE), 1):
        nodes = list(range(start + 1, min(start + PIECE + 2, MAIN_POINTS + 1)))
        writer.add_way(mutable.Way(id=way, nodes=nodes, tags=tags))
    for way in range(WAYS):
        begin = MAIN_POINTS + 1 + POINTS * way
        own = {"highway": KINDS[way % len(KINDS)], "ref": f"X{way % 900}"}
        writer.add_way(mutable.Way(id=1_000_000 + way, nodes=list(range(begin, begin + POINTS)), tags=own))
    writer.close()


def make_heights(file: Path) -> None:
    """A tile that rises to the east and north by some 3 % at most."""
    side = np.arange(1201)
    (200 + side[::-1, None] // 4 + side // 2).astype(">i2").tofile(file)


def main() -> None:
    """Print a row of the table."""
    with tempfile.TemporaryDirectory() as folder:
        extract, tile = Path(folder) / "county.osm.pbf", Path(folder) / f"N{SOUTH}E{WEST}.hgt"
        make_extract(extract)
        make_heights(tile)
        arguments = ["import", "road", str(extract), "--ref", "S331", "--dem", str(tile), "--aadt", "3000"]
        command = [sys.executable, "-c", "from sim.cli import main; main()", *arguments, "--out", f"{folder}/road"]
        start = time.perf_counter()
        with watched() as peak:
            subprocess.run(command, check=True, capture_output=True)
        seconds, size = time.perf_counter() - start, extract.stat().st_size / 1e6
    print(f"| {size:.1f} MB, {WAYS:,} ways | {seconds:.0f} s | {peak.started_mib:.0f} MiB |")


if __name__ == "__main__":
    main()
