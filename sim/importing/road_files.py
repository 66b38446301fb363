"""What an imported road is written as: a road file, the line for maps, and a report in two languages."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import ValidationError

from sim.core.polyline import simplified
from sim.core.units import DAYS_PER_YEAR, METRES_PER_KM, Floats
from sim.importing import inventory
from sim.importing.alignment import Trace
from sim.importing.findings import Language, refused
from sim.importing.merging import joined, network_in
from sim.importing.options import Options, Place
from sim.importing.plan import Plane
from sim.importing.road_import import Imported, facts, known_shares, name_of_link
from sim.importing.sections import link_aadt, section_content
from sim.importing.written import OneLine, as_yaml, hash_of
from sim.inputs.road import Road
from sim.system.made_files import as_json

ASSUMED_AADT = 3000.0
AADT_RANGE = "1,000 to 10,000"
TRUCK_SHARE = 0.1
"""Of all traffic, in a scenario made beside the road: assumption, 0.03 to 0.4."""
TRUCK_CLASS_SHARES = {"local_semi": 0.1, "frequent_semi": 0.1, "occasional_semi": 0.1, "rigid": 0.7}
"""Of the trucks: assumption, semi-trailers together 0.1 to 0.7."""
SHOWN_SHARE, SHOWN_KM = 0.001, 0.01
"""A map leaves out what lies nearer to the line than so much of its length, or so many kilometres."""
LONGEST_NAME = 80
"""Letters of a road's name."""
MOSTLY = 0.5
"""Of the length: where limits are assumed on more, they are uncertain as a whole; assumption, 0.2 to 0.8."""
DOUBTS: dict[str, tuple[float, float, str]] = {
    "grade_factor": (0.95, 1.05, "two roads with a published climb came within 3 % of it"),
    "curvature_factor": (0.8, 1.25, "curves of tracks and maps: 21 of 26 published hairpins of a track were found"),
    "limit_factor": (0.75, 1.25, "no file gave limits on most of the length"),
}
"""What an imported road may be wrong by: assumptions, each with what is known of it."""
FLEET = Path(__file__).parent / "fleet.yaml"


def road_files(road: Imported, options: Options, *, scenario: bool) -> tuple[dict[str, bytes], dict[str, Any]]:
    """Content of all files by name, and the report as data.

    Raises
    ------
    RefusedError
        if other commands would refuse the road
    """
    trace, report = road.alignment.trace, report_content(road, options)
    network = None if options.merge is None else network_in(options.merge)
    if network is not None and trace is None:
        raise refused(road.file, "has no places, so that nothing tells where it would join a network (--merge)", "R06")
    own = road_content(road, options, None if network is None else network.origin)
    content = own if network is None else joined(road.file, network, own)
    _see_that_it_loads(road.file, content)
    files = {
        "road.yaml": road_yaml(road, content).encode(),
        "import.json": as_json(report).encode(),
        "import.md": report_text(report, road.name, "en").encode(),
        "import.zh-CN.md": report_text(report, road.name, "zh").encode(),
    }
    if trace is not None:
        features = features_of(own["links"], trace)
        files["geometry.geojson"] = geojson(features if network is None else [*network.features, *features])
    if scenario:
        files["baseline.yaml"] = scenario_yaml(road, content["links"]).encode()
        files["fleet.yaml"] = FLEET.read_bytes()
    return files, report


def _see_that_it_loads(file: Path, content: dict[str, Any]) -> None:
    try:
        Road.model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise refused(
            file,
            f"its road can't be written as a scenario's: {place}: {first['msg']}. Are its stations and places "
            "right, and in the unit that they seem to be?",
        ) from error


def road_content(road: Imported, options: Options, origin: Place | None = None) -> dict[str, Any]:
    """The road as a scenario has it, measured from a place or else from its start."""
    plane = None if road.alignment.trace is None else _plane(road.alignment.trace, origin)
    nodes, links = [_node(road, "start", 0.0, plane)], []
    for number, link in enumerate(road.links, 1):
        last = number == len(road.links)
        end_m = link.pieces[-1].to_m
        nodes.append(_node(road, "end" if last else f"km_{end_m / METRES_PER_KM:.1f}", end_m, plane))
        aadt, factors = link_aadt(link.pieces, options.aadt or ASSUMED_AADT)
        content: dict[str, Any] = {
            "name": name_of_link(options.link_name, number, len(road.links)),
            **_title(road, number),
            "start": nodes[-2]["name"],
            "end": nodes[-1]["name"],
            "road_class": link.road_class,
            "aadt": aadt,
            "lanes": link.lanes,
        }
        if link.divided:
            content["divided"] = True
        content |= road.alignment.post_at(link.pieces[0].from_m)
        shape_km = _shape_km(road, link.pieces[0].from_m, end_m, plane)
        if shape_km:
            content["shape_km"] = shape_km
        content["sections"] = [
            section_content(piece, options) | ({} if factor == 1.0 else {"aadt_factor": factor})
            for piece, factor in zip(link.pieces, factors, strict=True)
        ]
        links.append(content)
    return {"sources": _sources(road, options), "nodes": nodes, "links": links}


def _title(road: Imported, number: int) -> dict[str, str]:
    """What a link is called in reports, where the file names its road."""
    name = road.alignment.name[:LONGEST_NAME]
    return {"title": name if len(road.links) == 1 else f"{name} ({number})"} if name else {}


def _node(road: Imported, name: str, station_m: float, plane: Plane | None) -> dict[str, Any]:
    trace = road.alignment.trace
    if trace is None or plane is None:
        return {"name": name, "x_km": round(station_m / METRES_PER_KM, 3), "y_km": 0.0}
    [[east, north]] = _on_the_plane(trace, np.array([station_m]), plane).round(3) + 0.0
    return {"name": name, "x_km": float(east), "y_km": float(north)}


def _plane(trace: Trace, origin: Place | None) -> Plane:
    """Around a place, or else the line's start."""
    return Plane(float(trace.lon_deg[0]), float(trace.lat_deg[0])) if origin is None else Plane(*origin)


def _on_the_plane(trace: Trace, station_m: Floats, plane: Plane) -> Floats:
    """East and north of the plane's middle at stations [km], shape (stations, 2)."""
    lon, lat = (np.interp(station_m, trace.station_m, column) for column in (trace.lon_deg, trace.lat_deg))
    return np.column_stack(plane.metres(lon, lat)) / METRES_PER_KM


def _shape_km(road: Imported, from_m: float, to_m: float, plane: Plane | None) -> list[list[float]]:
    """Points of the line between two stations, for maps: those that show on a page."""
    trace = road.alignment.trace
    if trace is None or plane is None:
        return []
    within = trace.station_m[(from_m < trace.station_m) & (trace.station_m < to_m)]
    points = _on_the_plane(trace, np.concatenate([[from_m], within, [to_m]]), plane)
    shown = simplified(points, max((to_m - from_m) / METRES_PER_KM * SHOWN_SHARE, SHOWN_KM))
    found: list[list[float]] = (shown[1:-1].round(3) + 0.0).tolist()
    return found


def _sources(road: Imported, options: Options) -> dict[str, Any]:
    """Where the road's numbers come from, for each key that a reviewer would ask about."""
    how = "as designed" if road.alignment.exact else f"heights smoothed over {road.alignment.wavelength_m:.0f} m"
    file = {"basis": "derived", "reference": f"{road.file.name}, SHA-256 {hash_of(road.file)[:16]}", "range": how}
    known = known_shares(road.pieces)
    limit, width = known["limit"]["assumed"], known["lane_width"]["assumed"]
    found: dict[str, Any] = {"alignment": file}
    if options.height_files:
        names = ", ".join(f"{path.name} (SHA-256 {hash_of(path)[:16]})" for path in options.height_files)
        note = "that a model of the surface errs by 3 to 10 m is an assumption"
        found["heights"] = {"basis": "derived", "reference": names, "note": note}
    found["speed_limit_kmh"] = _assumed_share(limit, "20 km/h more or less", "by class of road", file)
    found["lane_width_m"] = _assumed_share(width, "0.25 m more or less", "by class of road", file)
    told = {key for piece in road.pieces for key in piece.tags}
    untold = {what: span for key, (what, span) in DEFAULTS.items() if key not in told}
    if untold:
        found["_".join(untold)] = {
            "basis": "assumption",
            "range": ", ".join(f"{what} {span}" for what, span in untold.items()),
            "note": "the format's defaults: this file has none",
        }
    if options.road_class is None and not any(piece.tags.get("highway") for piece in road.pieces):
        found["road_class"] = {"basis": "assumption", "range": "provincial to county", "note": "say --road-class"}
    if inventory.AADT in told:
        share = known["aadt"]["assumed"]
        part = {"note": f"on {share:.0%} of the length the mean of the rest"} if share else {}
        found["aadt"] = {"basis": "derived", "reference": file["reference"]} | part
    elif options.aadt is None:
        found["aadt"] = {"basis": "assumption", "range": AADT_RANGE, "note": "say --aadt"}
    else:
        found["aadt"] = {"basis": "assumption", "range": "as counted by whoever imported it"}
    return found


DEFAULTS = {
    "shoulder_width_m": ("shoulders", "0 to 2 m"),
    "roadside_hazard": ("roadside_hazard", "2 to 7"),
    "driveways_per_km": ("driveways", "0 to 10 per km"),
}
"""What few files have, and the range of what is assumed instead."""


def _assumed_share(share: float, span: str, note: str, file: Mapping[str, str]) -> dict[str, Any]:
    """Of what is assumed by class where the file has nothing."""
    if share == 0.0:
        return {"basis": "derived", "reference": file["reference"]}
    return {"basis": "assumption", "range": span, "note": f"{note}, on {share:.0%} of the length"}


def road_yaml(road: Imported, content: Mapping[str, Any]) -> str:
    """A road file, a line for each section, and one for a link's shape."""
    links = [
        {key: OneLine(value) if key == "shape_km" else value for key, value in link.items()}
        for link in content["links"]
    ]
    head = f"# {road.name}: imported; import.md says what is known and what is assumed.\n"
    return head + as_yaml({**content, "links": links})


def flows_between_ends(links: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Trucks from each end of a network to the others, as many as leave there, shared in the proportion of theirs."""
    meeting = Counter(node for link in links for node in (link["start"], link["end"]))
    ends = [node for node, count in meeting.items() if count == 1]
    leaving = {
        node: sum(link["aadt"] for link in links if node in {link["start"], link["end"]})
        * (TRUCK_SHARE * DAYS_PER_YEAR / 2.0)
        for node in (ends if len(ends) > 1 else meeting)
    }
    return [
        {
            "origin": one,
            "destination": other,
            "trips_per_year": {
                name: round(trips * there / (sum(leaving.values()) - trips) * share)
                for name, share in TRUCK_CLASS_SHARES.items()
            },
        }
        for one, trips in leaving.items()
        for other, there in leaving.items()
        if one != other
    ]


def scenario_yaml(road: Imported, links: Sequence[Mapping[str, Any]]) -> str:
    """A scenario that runs: trucks between all ends of the network."""
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
            "flows": flows_between_ends(links),
        },
        "fleet": "fleet.yaml",
    }
    doubts = _doubts(road)
    return as_yaml(content | ({"uncertain": doubts} if doubts else {}))


def _doubts(road: Imported) -> dict[str, Any]:
    """What `compare --draws` draws of the road: nothing of a design but limits that no file gave."""
    open_ = [] if road.alignment.exact else ["grade_factor", "curvature_factor"]
    if known_shares(road.pieces)["limit"]["assumed"] > MOSTLY:
        open_.append("limit_factor")
    return {
        f"road.{name}": {
            "kind": "triangular",
            "low": low,
            "mode": 1.0,
            "high": high,
            "source": {"basis": "assumption", "range": f"{low:g} to {high:g}", "note": note},
        }
        for name in open_
        for low, high, note in [DOUBTS[name]]
    }


def geojson(features: Sequence[Mapping[str, Any]]) -> bytes:
    """A file of features."""
    return (json.dumps({"type": "FeatureCollection", "features": features}, separators=(",", ":")) + "\n").encode()


def features_of(links: Sequence[Mapping[str, Any]], trace: Trace) -> list[dict[str, Any]]:
    """A GeoJSON feature for each section of the links in order, its properties those of the road file and its place."""
    features: list[dict[str, Any]] = []
    link_m = 0.0
    for link in links:
        from_m = 0.0
        for index, section in enumerate(link["sections"]):
            to_m = from_m + METRES_PER_KM * section["length_km"]
            span = {"from_km": round(from_m / METRES_PER_KM, 6), "to_km": round(to_m / METRES_PER_KM, 6)}
            line = {"type": "LineString", "coordinates": _places(trace, link_m + from_m, link_m + to_m)}
            properties = {"link": link["name"], "section": index, **span, **section}
            features.append({"type": "Feature", "properties": properties, "geometry": line})
            from_m = to_m
        link_m += from_m
    return features


def _places(trace: Trace, from_m: float, to_m: float) -> list[list[float]]:
    """Longitude, latitude and height along a stretch."""
    inside = (trace.station_m > from_m) & (trace.station_m < to_m)
    at = np.concatenate([[from_m], trace.station_m[inside], [to_m]])
    lon, lat, height = (
        np.interp(at, trace.station_m, column).round(digits).tolist()
        for column, digits in ((trace.lon_deg, 6), (trace.lat_deg, 6), (trace.height_m, 1))
    )
    return [list(place) for place in zip(lon, lat, height, strict=True)]


def report_content(road: Imported, options: Options) -> dict[str, Any]:
    """The report as data: facts, curves, grades, and what was found, changed or assumed."""
    alignment = road.alignment
    ends = alignment.break_m.tolist()
    return {
        "file": road.file.name,
        "sha256": hash_of(road.file),
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
        "run": "Next:",
        "limit": "speed limit",
        "truck_limit": "limit for trucks",
        "lane_width": "lane width",
        "lanes": "lanes",
        "shoulder_width": "shoulders",
        "roadside": "roadside",
        "driveways": "driveways",
        "aadt": "traffic",
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
        "run": "下一步：",
        "limit": "限速",
        "truck_limit": "货车限速",
        "lane_width": "车道宽度",
        "lanes": "车道数",
        "shoulder_width": "路肩宽度",
        "roadside": "路侧危险等级",
        "driveways": "接入口",
        "aadt": "交通量",
        "tagged": "文件给出",
        "inferred": "推算",
        "assumed": "假设",
        "gentle": "无弯道",
    },
}


def report_text(report: Mapping[str, Any], name: str, language: Language) -> str:
    """The report for people, in Markdown."""
    words, own = WORDS[language], report["facts"]
    curves = own["curves"]
    least = words["gentle"] if curves["least_radius_m"] is None else f"{curves['least_radius_m']:.0f} m"
    steep = ", ".join(f"{grade:.1f} % / {over}" for over, grade in own["steepest_pct"].items())
    lines = [f"# {words['title']}: {name}", "", f"## {words['facts']}", ""]
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
    counted = own["known"]["aadt"]["assumed"] == 0.0
    lines += ["", f"{words['run' if counted else 'next']} `hairpin compare baseline.yaml …`", ""]
    return "\n".join(lines)
