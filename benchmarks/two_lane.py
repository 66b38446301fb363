"""Following and overtaking on a two-lane road: the capacity manual's percent followers and our encounters beside SUMO.

A straight, level road of 10 km with the same flow in both directions, a tenth of it trucks, where vehicles overtake into
oncoming traffic if they find a gap (SUMO's opposite-direction driving). Followers are vehicles at most 2.5 s behind the
one ahead at 8 km; overtakings are pairs that change their order between 2 and 8 km.
"""

import subprocess
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as Xml

import numpy as np
from numpy.typing import NDArray

from sim.core.units import METRES_PER_MILE
from sim.driving.held_up import grown, reached_per_s, wait_s
from sim.driving.traffic import Traffic
from sim.risk import encounters
from sim.risk.followers import Segment, percent_followers

FLOWS_PER_H = (50, 100, 200, 400, 600, 800)
VEHICLES, WARM_UP_H = 4000.0, 1.0
"""Each way in the hours that are simulated, and what goes before they count."""
LIMIT_MS, LENGTH_M, FROM_M, TO_M = 25.0, 10_000.0, 2_000.0, 8_000.0
SPEEDS = {"car": (1.05, 0.12, 0.9), "truck": (0.85, 0.06, 0.1)}
"""Mean and spread of the speed over the limit, share of the flow."""
FOLLOWER_S = 2.5

Passages = dict[str, tuple[float, float, str]]
"""Times at both detectors and kind, by vehicle."""


def _until_s(flow_per_h: float) -> float:
    return 3600.0 * (WARM_UP_H + VEHICLES / flow_per_h)


def _network(folder: Path, programs: Path, lanes: int) -> None:
    (folder / "n.xml").write_text(
        f'<nodes><node id="a" x="0" y="0"/><node id="b" x="{LENGTH_M}" y="0"/></nodes>', encoding="utf-8"
    )
    edges = "".join(
        f'<edge id="{a}{b}" from="{a}" to="{b}" numLanes="{lanes}" speed="{LIMIT_MS}" spreadType="center"/>'
        for a, b in ("ab", "ba")
    )
    (folder / "e.xml").write_text(f"<edges>{edges}</edges>", encoding="utf-8")
    files = ["-n", str(folder / "n.xml"), "-e", str(folder / "e.xml"), "-o", str(folder / "net.xml")]
    opposite = ["--opposites.guess", "true"] if lanes == 1 else []
    subprocess.run([programs / "netconvert", *files, *opposite], check=True, capture_output=True)


def _traffic(folder: Path, flow_per_h: float, lanes: int) -> None:
    """Poisson arrivals; each vehicle keeps its own desired speed."""
    routes, random = Xml.Element("routes"), np.random.default_rng(int(flow_per_h))
    for kind, length in (("car", 4.5), ("truck", 16.0)):
        own = {"length": str(length), "speedDev": "0", "lcOpposite": "1", "sigma": "0.5"}
        Xml.SubElement(routes, "vType", id=kind, vClass="truck" if kind == "truck" else "passenger", **own)
    for edge in ("ab", "ba"):
        Xml.SubElement(routes, "route", id=edge, edges=edge)
    rows, until_s = [], _until_s(flow_per_h)
    for edge in ("ab", "ba"):
        times = np.cumsum(random.exponential(3600.0 / flow_per_h, int(flow_per_h * until_s / 3600.0 * 1.2) + 20))
        for n, time in enumerate(times[times < until_s]):
            kind = "truck" if random.random() < SPEEDS["truck"][2] else "car"
            mean, spread, _ = SPEEDS[kind]
            factor = float(np.clip(random.normal(mean, spread), 0.5, 1.6))
            rows.append((float(time), edge, n, kind, factor))
    for time, edge, n, kind, factor in sorted(rows):
        own = {"depart": f"{time:.2f}", "departSpeed": "max", "speedFactor": f"{factor:.4f}"}
        Xml.SubElement(routes, "vehicle", id=f"{edge}{n}", type=kind, route=edge, **own)
    Xml.ElementTree(routes).write(folder / "r.xml")
    detectors = "".join(
        f'<instantInductionLoop id="{place:.0f}_{lane}" lane="ab_{lane}" pos="{place}" file="{folder}/d.xml"/>'
        for place in (FROM_M, TO_M)
        for lane in range(lanes)
    )
    (folder / "d.add.xml").write_text(f"<additional>{detectors}</additional>", encoding="utf-8")


def _passages(folder: Path) -> Passages:
    found: dict[str, dict[str, float]] = {}
    kinds: dict[str, str] = {}
    for row in Xml.parse(folder / "d.xml").getroot().iter("instantOut"):
        if row.get("state") == "enter":
            vehicle = str(row.get("vehID"))
            found.setdefault(vehicle, {})[str(row.get("id")).split("_")[0]] = float(str(row.get("time")))
            kinds[vehicle] = str(row.get("type"))
    places = f"{FROM_M:.0f}", f"{TO_M:.0f}"
    whole = {name: times for name, times in found.items() if len(times) == len(places)}
    return {name: (times[places[0]], times[places[1]], kinds[name]) for name, times in whole.items()}


def simulated(flow_per_h: float, lanes: int = 1) -> dict[str, float]:
    """Followers [%] and overtakings per vehicle-km in SUMO, with lanes in each direction."""
    import sumo as package

    programs, folder = Path(package.SUMO_HOME) / "bin", Path(tempfile.mkdtemp())
    _network(folder, programs, lanes)
    _traffic(folder, flow_per_h, lanes)
    files = ["-n", folder / "net.xml", "-r", folder / "r.xml", "-a", folder / "d.add.xml"]
    options = ["--no-step-log", "--no-warnings", "--step-length", "0.5", "--time-to-teleport", "-1"]
    ends = ["--collision.action", "none", "--end", str(_until_s(flow_per_h) + 1200.0)]
    subprocess.run([programs / "sumo", *map(str, (*files, *options, *ends))], check=True, capture_output=True)
    rows = [row for row in _passages(folder).values() if row[0] > WARM_UP_H * 3600.0]
    first, last = (np.array([row[n] for row in rows]) for n in (0, 1))
    passed = np.array([row[2] == "truck" for row in rows])
    gaps = np.diff(np.sort(last))
    kilometres = len(rows) * (TO_M - FROM_M) / 1000.0
    return {
        "vehicles": float(len(rows)),
        "followers_pct": 100.0 * float((gaps <= FOLLOWER_S).mean()),
        "overtakings_per_km": _inversions(first, last) / kilometres,
        "trucks_overtaken_per_km": _overtaken(first, last, passed) / (passed.sum() * (TO_M - FROM_M) / 1000.0),
        "speed_ms": (TO_M - FROM_M) / float(np.mean(last - first)),
    }


def _inversions(first: NDArray[Any], last: NDArray[Any]) -> int:
    """Pairs in which the later one at the first place is the earlier at the last."""
    order = np.argsort(first)
    times = last[order]
    return int(sum((times[n + 1 :] < times[n]).sum() for n in range(len(times))))


def _overtaken(first: NDArray[Any], last: NDArray[Any], chosen: NDArray[Any]) -> int:
    return int(sum(((first > first[n]) & (last < last[n])).sum() for n in np.flatnonzero(chosen)))


def predicted(flow_per_h: float) -> dict[str, float]:
    """The capacity manual's followers, and how often trucks are reached by those who are free to pass."""
    mean_ms = LIMIT_MS * sum(mean * share for mean, _, share in SPEEDS.values())
    segment = Segment(3.0, 0.0, mean_ms * 3600.0 / METRES_PER_MILE, 100.0 * SPEEDS["truck"][2], flow_per_h)
    return {
        "followers_pct": percent_followers(flow_per_h, segment),
        "trucks_reached_per_km": 1000.0 * sum(_reached_per_m(flow_per_h, kind) for kind in SPEEDS),
        "trucks_passed_per_km": _passed_per_km(flow_per_h),
    }


def _passed_per_km(flow_per_h: float) -> float:
    """By those who wait behind a truck for a gap, between the detectors."""
    flow, truck_ms, step_s = flow_per_h / 3600.0, SPEEDS["truck"][0] * LIMIT_MS, 10.0
    passes = 1.0 / wait_s(np.array([flow]), Traffic().critical_gap_s)
    arrivals = np.array([sum(_reached_per_m(flow_per_h, kind) for kind in SPEEDS) * truck_ms])
    behind, passed = np.zeros(1), 0.0
    for start_m in np.arange(0.0, TO_M, truck_ms * step_s).tolist():
        before, behind = behind, grown(behind, arrivals, passes, step_s)
        passed += float((before + arrivals * step_s - behind)[0]) if start_m >= FROM_M else 0.0
    return passed / (TO_M - FROM_M) * 1000.0


def _reached_per_m(flow_per_h: float, kind: str) -> float:
    """How often others of a kind reach a truck of mean speed per metre."""
    (mean, spread, share), truck = SPEEDS[kind], SPEEDS["truck"][0]
    cv = float(np.hypot(spread / mean, SPEEDS["truck"][1] / mean))
    reached = reached_per_s(truck / mean, encounters.speed_spread(cv))
    return reached * flow_per_h * share / 3600.0 / (truck * LIMIT_MS)


def rows(flows: Iterable[float] = FLOWS_PER_H) -> list[str]:
    """The table."""
    columns = "vehicles an hour, each way | followers, SUMO [%] | manual [%] | trucks reached per km, ours"
    ends = "overtaken, SUMO, three lanes each way | over reached | two-lane road | over reached | passed, ours"
    lines = [f"| {columns} | {ends} |", "|" + " --- |" * 9]
    for flow in flows:
        theirs, free, ours = simulated(flow), simulated(flow, lanes=3), predicted(flow)
        reached = ours["trucks_reached_per_km"]
        cells = [flow, theirs["followers_pct"], ours["followers_pct"], reached]
        for found in (free, theirs):
            overtaken = found["trucks_overtaken_per_km"]
            cells += [overtaken, overtaken / reached]
        cells.append(ours["trucks_passed_per_km"])
        shown = zip(cells, (":g", ":.1f", ":.1f", ":.3f", ":.3f", ":.2f", ":.3f", ":.2f", ":.3f"), strict=True)
        lines.append("| " + " | ".join(f"{{{form}}}".format(cell) for cell, form in shown) + " |")
    return lines


def main() -> None:
    """Print the table."""
    print("\n".join(rows()))
