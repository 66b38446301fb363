"""What an imported road is written as: a road file, the line for maps, and a report in two languages."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from sim.files import read_file
from sim.importing.findings import Language
from sim.importing.options import Options
from sim.importing.plan import Plane
from sim.importing.road_import import Imported, facts
from sim.importing.sections import section_content
from sim.units import METRES_PER_KM

ASSUMED_AADT = 3000.0
AADT_RANGE = "1,000 to 10,000"
TRUCK_SHARE = 0.1
"""Of all traffic, in a scenario made beside the road: assumption, 0.03 to 0.4."""
TRUCK_CLASS_SHARES = {"local_semi": 0.1, "frequent_semi": 0.1, "occasional_semi": 0.1, "rigid": 0.7}
"""Of the trucks: assumption."""
DAYS_PER_YEAR = 365
FLEET = Path(__file__).parent / "fleet.yaml"
MOST_BYTES = 2_000_000_000
WIDE = 10_000
"""No line of a road file is broken."""


def road_files(road: Imported, options: Options, *, scenario: bool) -> dict[str, bytes]:
    """Content of all files by name."""
    report = report_content(road, options)
    content = {
        "road.yaml": road_yaml(road, options).encode(),
        "import.json": (json.dumps(report, indent=2, ensure_ascii=False) + "\n").encode(),
        "import.md": report_text(report, road, "en").encode(),
        "import.zh-CN.md": report_text(report, road, "zh").encode(),
    }
    if road.alignment.trace is not None:
        content["geometry.geojson"] = geometry(road, options)
    if scenario:
        content["baseline.yaml"] = scenario_yaml(road, options).encode()
        content["fleet.yaml"] = FLEET.read_bytes()
    return content


def road_content(road: Imported, options: Options) -> dict[str, Any]:
    """The road as a scenario has it."""
    nodes, links = [_node(road, "start", 0.0)], []
    for number, link in enumerate(road.links, 1):
        last = number == len(road.links)
        end_m = link.pieces[-1].to_m
        nodes.append(_node(road, "end" if last else f"km_{end_m / METRES_PER_KM:.1f}", end_m))
        content: dict[str, Any] = {
            "name": options.link_name if len(road.links) == 1 else f"{options.link_name}_{number}",
            "start": nodes[-2]["name"],
            "end": nodes[-1]["name"],
            "road_class": link.road_class,
            "aadt": options.aadt or ASSUMED_AADT,
            "lanes": link.lanes,
        }
        if link.divided:
            content["divided"] = True
        content["sections"] = [section_content(piece, options) for piece in link.pieces]
        links.append(content)
    return {"sources": _sources(road, options), "nodes": nodes, "links": links}


def _node(road: Imported, name: str, station_m: float) -> dict[str, Any]:
    trace = road.alignment.trace
    if trace is None:
        return {"name": name, "x_km": round(station_m / METRES_PER_KM, 3), "y_km": 0.0}
    plane = Plane(float(trace.lon_deg[0]), float(trace.lat_deg[0]))
    lon, lat = (np.interp([station_m], trace.station_m, column) for column in (trace.lon_deg, trace.lat_deg))
    x, y = plane.metres(lon, lat)
    east, north = (round(float(metres[0]) / METRES_PER_KM, 3) + 0.0 for metres in (x, y))
    return {"name": name, "x_km": east, "y_km": north}


def _sources(road: Imported, options: Options) -> dict[str, Any]:
    """Where the road's numbers come from, for each key that a reviewer would ask about."""
    how = "as designed" if road.alignment.exact else f"heights smoothed over {road.alignment.wavelength_m:.0f} m"
    file = {"basis": "derived", "reference": f"{road.file.name}, SHA-256 {_hash(road.file)[:16]}", "range": how}
    known = facts(road)["known"]
    limit, width = known["limit"]["assumed"], known["lane_width"]["assumed"]
    found: dict[str, Any] = {"alignment": file}
    if options.height_files:
        names = ", ".join(f"{path.name} (SHA-256 {_hash(path)[:16]})" for path in options.height_files)
        found["heights"] = {"basis": "derived", "reference": names, "range": "3 to 10 m"}
    found["speed_limit_kmh"] = _assumed_share(limit, "20 km/h more or less", "by class of road")
    found["lane_width_m"] = _assumed_share(width, "0.25 m more or less", "by class of road")
    found["shoulders_roadside_and_driveways"] = {
        "basis": "assumption",
        "range": "shoulders 0 to 2 m, roadside hazard 2 to 7, driveways 0 to 10 per km",
        "note": "the format's defaults: no file of this kind has them",
    }
    if options.road_class is None and not any(piece.tags.get("highway") for piece in road.pieces):
        found["road_class"] = {"basis": "assumption", "range": "provincial to county", "note": "say --road-class"}
    if options.aadt is None:
        found["aadt"] = {"basis": "assumption", "range": AADT_RANGE, "note": "say --aadt"}
    else:
        found["aadt"] = {"basis": "assumption", "range": "as counted by whoever imported it"}
    return found


def _assumed_share(share: float, span: str, note: str) -> dict[str, Any]:
    return {"basis": "assumption", "range": span, "note": f"{note}, on {share:.0%} of the length"}


def _hash(file: Path) -> str:
    return hashlib.sha256(read_file(file, MOST_BYTES)).hexdigest()


def road_yaml(road: Imported, options: Options) -> str:
    """A road file, a line for each section."""
    content = road_content(road, options)
    head = f"# {road.alignment.name or road.file.name}: imported; import.md says what is known and what is assumed.\n"
    return head + yaml.dump(content, sort_keys=False, allow_unicode=True, width=WIDE, default_flow_style=None)


def scenario_yaml(road: Imported, options: Options) -> str:
    """A scenario that runs: trucks through the road, both ways."""
    trips = (options.aadt or ASSUMED_AADT) * TRUCK_SHARE * DAYS_PER_YEAR / 2.0
    by_class = {name: round(trips * share) for name, share in TRUCK_CLASS_SHARES.items()}
    ends = ("start", "end"), ("end", "start")
    content = {
        "format": 1,
        "name": "baseline",
        "title": f"{road.alignment.name or road.file.stem}, as it is",
        "description": "Made by an import: weather, demand and fleet are assumptions to be replaced.",
        "days": DAYS_PER_YEAR,
        "road": "road.yaml",
        "demand": {
            "sources": {
                "flows": {
                    "basis": "assumption",
                    "range": "a third to four times",
                    "note": f"{TRUCK_SHARE:.0%} of the traffic are taken to be trucks",
                }
            },
            "flows": [{"origin": one, "destination": other, "trips_per_year": by_class} for one, other in ends],
        },
        "fleet": "fleet.yaml",
    }
    return yaml.dump(content, sort_keys=False, allow_unicode=True, width=WIDE, default_flow_style=None)


def geometry(road: Imported, options: Options) -> bytes:
    """A GeoJSON feature for each section, its properties those of the road file and its place in it."""
    trace = road.alignment.trace
    features = []
    for number, link in enumerate(road.links, 1):
        name = options.link_name if len(road.links) == 1 else f"{options.link_name}_{number}"
        first_m = link.pieces[0].from_m
        for index, piece in enumerate(link.pieces):
            inside = (trace.station_m > piece.from_m) & (trace.station_m < piece.to_m)  # type: ignore[union-attr]
            at = np.concatenate([[piece.from_m], trace.station_m[inside], [piece.to_m]])  # type: ignore[union-attr]
            columns = [
                np.interp(at, trace.station_m, column)  # type: ignore[union-attr]
                for column in (trace.lon_deg, trace.lat_deg, trace.height_m)  # type: ignore[union-attr]
            ]
            places = [
                [round(lon, 6), round(lat, 6), round(height, 1)]
                for lon, lat, height in zip(*(column.tolist() for column in columns), strict=True)
            ]
            place = {
                "link": name,
                "section": index,
                "from_km": round((piece.from_m - first_m) / METRES_PER_KM, 6),
                "to_km": round((piece.to_m - first_m) / METRES_PER_KM, 6),
            }
            features.append(
                {
                    "type": "Feature",
                    "properties": {**place, **section_content(piece, options)},
                    "geometry": {"type": "LineString", "coordinates": places},
                }
            )
    return (json.dumps({"type": "FeatureCollection", "features": features}, separators=(",", ":")) + "\n").encode()


def report_content(road: Imported, options: Options) -> dict[str, Any]:
    """The report as data: facts, curves, grades, and what was found, changed or assumed."""
    alignment = road.alignment
    ends = alignment.break_m.tolist()
    return {
        "file": road.file.name,
        "sha256": _hash(road.file),
        "kind": road.kind,
        "heights": [path.name for path in options.height_files],
        "facts": facts(road),
        "curves": [
            {
                "from_km": round(curve.from_m / METRES_PER_KM, 6),
                "to_km": round(curve.to_m / METRES_PER_KM, 6),
                "radius_m": round(curve.radius_m, 3),
                "turn_deg": round(curve.turn_deg, 2),
            }
            for curve in alignment.curves
        ],
        "grades": [
            {
                "from_km": round(low / METRES_PER_KM, 6),
                "to_km": round(high / METRES_PER_KM, 6),
                "grade_pct": round(grade, 3),
            }
            for low, high, grade in zip(ends[:-1], ends[1:], alignment.grades_pct.tolist(), strict=True)
        ],
        "findings": [
            {"code": found.number, "place": found.place, "en": found.text("en"), "zh": found.text("zh")}
            for found in road.findings
        ],
    }


WORDS: dict[Language, dict[str, str]] = {
    "en": {
        "title": "Imported road",
        "facts": "What came out",
        "known": "How it is known (share of the length)",
        "findings": "What was seen, changed or assumed",
        "none": "Nothing.",
        "length": "Length",
        "net": "End above start",
        "climb": "Climb and fall",
        "steep": "Steepest",
        "curves": "Curves; turns above 120 degrees; least radius",
        "next": "Next: replace the traffic (--aadt), then",
        "limit": "speed limit",
        "truck_limit": "limit for trucks",
        "lane_width": "lane width",
        "lanes": "lanes",
        "tagged": "in the file",
        "inferred": "worked out",
        "assumed": "assumed",
        "gentle": "no curve",
    },
    "zh": {
        "title": "导入的道路",
        "facts": "结果",
        "known": "数据依据（按长度占比）",
        "findings": "发现、修改与假设",
        "none": "无。",
        "length": "长度",
        "net": "终点与起点高差",
        "climb": "累计上升与下降",
        "steep": "最陡",
        "curves": "弯道数；大于 120 度的弯；最小半径",
        "next": "下一步：填入实际交通量（--aadt），然后运行",
        "limit": "限速",
        "truck_limit": "货车限速",
        "lane_width": "车道宽度",
        "lanes": "车道数",
        "tagged": "文件给出",
        "inferred": "推算",
        "assumed": "假设",
        "gentle": "无弯道",
    },
}


def report_text(report: Mapping[str, Any], road: Imported, language: Language) -> str:
    """The report for people, in Markdown."""
    words, own = WORDS[language], report["facts"]
    curves = own["curves"]
    least = words["gentle"] if curves["least_radius_m"] is None else f"{curves['least_radius_m']:.0f} m"
    steep = ", ".join(f"{grade:.1f} % / {over}" for over, grade in own["steepest_pct"].items())
    lines = [f"# {words['title']}: {road.alignment.name or report['file']}", "", f"## {words['facts']}", ""]
    lines += [
        f"- {words['length']}: {own['length_km']:.3f} km",
        f"- {words['net']}: {own['net_height_m']:.0f} m ({own['mean_grade_pct']:.2f} %)",
        f"- {words['climb']}: {own['climb_m']:.0f} m, {own['fall_m']:.0f} m",
        f"- {words['steep']}: {steep}",
        f"- {words['curves']}: {curves['count']}; {curves['turns_above_120_deg']}; {least}",
        "",
        f"## {words['known']}",
        "",
        f"| | {words['tagged']} | {words['inferred']} | {words['assumed']} |",
        "|---|---|---|---|",
    ]
    lines += [
        f"| {words[name]} | {shares['tagged']:.0%} | {shares['inferred']:.0%} | {shares['assumed']:.0%} |"
        for name, shares in own["known"].items()
    ]
    lines += ["", f"## {words['findings']}", ""]
    lines += [
        f"- {found['code']} {found['place']} {found[language]}".replace("  ", " ") for found in report["findings"]
    ]
    lines += [] if report["findings"] else [words["none"]]
    lines += ["", f"{words['next']} `hairpin compare baseline.yaml …`", ""]
    return "\n".join(lines)
