"""Writes scenarios/province: 50 corridors drawn once from a seed; `--check` says whether the files are what it writes.

A corridor is a pass between two towns: a provincial road through a village, banned for semi-trailers, and an expressway
beside it with an interchange near the village. Enterprises and drivers work on all corridors, one control centre answers.
"""

import argparse
import sys
from pathlib import Path

import numpy as np

FOLDER = Path(__file__).parents[1] / "scenarios" / "province"
CORRIDORS, SEED = 50, 2025
TRIPS_PER_YEAR = 1_000_000
"""Of each corridor, on average."""
SHARES = {"local_semi": 0.05, "frequent_semi": 0.15, "occasional_semi": 0.1, "rigid": 0.7}
LIMITS = {"provincial": (40, 50), "expressway": (80,), "county": (40,)}


def section(generator: np.random.Generator, road_class: str) -> str:
    """A section in one line."""
    grade = {"provincial": 5.0, "expressway": 2.5, "county": 3.0}[road_class] * generator.uniform(-1.0, 1.0)
    length = generator.uniform(0.8, 2.4) if road_class == "expressway" else generator.uniform(0.6, 1.6)
    parts = [f"length_km: {length:.1f}", f"grade_pct: {grade:.1f}"]
    if road_class == "provincial" and generator.random() < 0.6:
        parts.append(f"curve_radius_m: {generator.integers(6, 30) * 10}, superelevation_pct: 5")
    parts.append(f"speed_limit_kmh: {generator.choice(LIMITS[road_class])}")
    parts.append(
        {"provincial": "roadside_hazard: 6", "expressway": "roadside_hazard: 3", "county": "roadside_hazard: 5"}[
            road_class
        ]
    )
    return "      - {" + ", ".join(parts) + "}"


def link(generator: np.random.Generator, name: str, ends: tuple[str, str], road_class: str, count: int) -> list[str]:
    """A link with its sections."""
    lines = [f"  - name: {name}", f"    start: {ends[0]}", f"    end: {ends[1]}", f"    road_class: {road_class}"]
    if road_class == "provincial":
        lines += ["    aadt: 4500", "    ban: {truck_classes: [local_semi, frequent_semi, occasional_semi]}"]
    elif road_class == "expressway":
        lines += ["    aadt: 9000", "    toll_cny_per_km: 2.2"]
    else:
        lines += ["    aadt: 2000"]
    return [*lines, "    sections:", *(section(generator, road_class) for _ in range(count))]


def road(generator: np.random.Generator) -> str:
    """All corridors, on a grid of ten by five."""
    nodes, links = [], []
    for number in range(CORRIDORS):
        here = f"c{number + 1:02d}"
        x, y = 60.0 * (number % 10), 40.0 * (number // 10)
        for name, dx, dy in (("a", 0, 0), ("village", 14, 3), ("b", 28, 0), ("gate", 14, -2)):
            nodes.append(f"  - {{name: {here}_{name}, x_km: {x + dx:g}, y_km: {y + dy:g}}}")
        a, village, b, gate = (f"{here}_{name}" for name in ("a", "village", "b", "gate"))
        count = int(generator.integers(5, 9))
        links += link(generator, f"{here}_upper", (a, village), "provincial", count)
        links += link(generator, f"{here}_lower", (village, b), "provincial", count)
        links += link(generator, f"{here}_fast_1", (a, gate), "expressway", max(count - 2, 3))
        links += link(generator, f"{here}_fast_2", (gate, b), "expressway", max(count - 2, 3))
        links += link(generator, f"{here}_connector", (village, gate), "county", 2)
    head = [
        "# 50 corridors that no link joins, written by `python -m benchmarks.province`; nothing in them is surveyed.",
        "sources:",
        "  sections: {basis: assumption, range: drawn once; grades to 5 % on provincial roads}",
    ]
    return "\n".join([*head, "nodes:", *nodes, "links:", *links]) + "\n"


def demand(generator: np.random.Generator) -> str:
    """Both directions of every corridor, a quarter of the trips to and from the village."""
    lines = [
        "# 50 million trips a year.",
        "sources:",
        "  flows: {basis: assumption, range: half to twice each flow}",
        "flows:",
    ]
    size = generator.lognormal(0.0, 0.4, CORRIDORS)
    size *= TRIPS_PER_YEAR * CORRIDORS / size.sum()
    for number in range(CORRIDORS):
        here = f"c{number + 1:02d}"
        for origin, destination, share in (
            ("a", "b", 0.375),
            ("b", "a", 0.375),
            ("a", "village", 0.125),
            ("village", "a", 0.125),
        ):
            trips = ", ".join(f"{name}: {size[number] * share * part:.0f}" for name, part in SHARES.items())
            lines.append(
                f"  - {{origin: {here}_{origin}, destination: {here}_{destination}, trips_per_year: {{{trips}}}}}"
            )
    hours = "[1.2, 1.0, 0.9, 1.0, 1.4, 2.4, 4.0, 5.6, 6.4, 6.6, 6.2, 5.4, 4.8, 5.6, 6.2, 6.4, 6.2, 5.6, 4.6, 3.8, 3.2, 2.6, 2.0, 1.6]"
    return "\n".join([*lines, f"hourly_weights: {hours}", "loaded_share: 0.65"]) + "\n"


BASELINE = """\
# A province of 50 corridors before its programme: one control centre, enterprises and drivers that work on all of them.
format: 1
name: baseline
title: A province before its programme
title_zh: 全省无措施
place: A province of 50 corridors, stylised network
place_zh: 概化（示意）省域路网，非实测
start_date: 2025-01-01
days: 365
warm_up_days: 30
road: parts/road.yaml
climate: ../taishun/parts/climate.yaml
demand: parts/demand.yaml
fleet: parts/fleet.yaml
"""
PROGRAMME = """\
# Devices, alarms, calls and enterprises, for all corridors from one control centre.
extends: baseline.yaml
name: programme
title: Devices, alarms, calls and enterprises
title_zh: 设备、预警、电话与企业责任
interventions:
  device_coverage: {rollout_months: 6}
  early_warning: {}
  driver_contact: {operators: 6, night_operators: 3}
  enterprise_accountability: {}
"""
FLEET = """\
# Enterprises, drivers and trucks of the province: the county's fleet of scenarios/taishun, 25 times as large.
sources:
  enterprises: {basis: assumption, range: half to three times the value}
  drivers: {basis: assumption, range: half to three times the value}
  terminal_online_share: {basis: assumption, range: 0.3 to 0.95}
  banned_entry_utility: {basis: assumption, range: -5 to -2}
classes:
"""
CLASSES = {
    "local_semi": (500, 7500, 46000, 300, 0.35, 0.5, -3.2),
    "frequent_semi": (3000, 60000, 47000, 330, 0.35, 0.5, -3.4),
    "occasional_semi": (40000, 200000, 47000, 330, 0.35, 0.4, -3.8),
    "rigid": (5000, 75000, 20000, 180, 0.45, 0.3, -3.4),
}


def fleet() -> str:
    """Classes of trucks."""
    lines = []
    for name, (enterprises, drivers, mass, power, rollover, online, utility) in CLASSES.items():
        empty = 8000 if name == "rigid" else 16000
        lines.append(
            f"  {name}:\n    {{enterprises: {enterprises}, drivers: {drivers}, empty_mass_kg: {empty}, loaded_mass_kg: {mass}, "
            f"power_kw: {power}, retarder_share: 0.4,\n     rollover_threshold_g: {rollover}, "
            f"terminal_online_share: {online}, banned_entry_utility: {utility}}}"
        )
    return FLEET + "\n".join(lines) + "\n"


def files() -> dict[str, str]:
    """Contents by file name."""
    generator = np.random.Generator(np.random.Philox(SEED))
    return {
        "parts/road.yaml": road(generator),
        "parts/demand.yaml": demand(generator),
        "parts/fleet.yaml": fleet(),
        "baseline.yaml": BASELINE,
        "programme.yaml": PROGRAMME,
    }


def main() -> None:
    """Write, or compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if a file differs")
    check = parser.parse_args().check
    differing = []
    for name, text in files().items():
        file = FOLDER / name
        if check:
            differing += [name] if not file.is_file() or file.read_text(encoding="utf-8") != text else []
        else:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
    sys.exit(f"differ: {', '.join(differing)}" if differing else 0)


if __name__ == "__main__":
    main()
