"""Commands that bring in what people have: `import inspect`, `road`, `accidents` and `counts`."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sim.cli.problems import Problem

if TYPE_CHECKING:
    from sim.importing.options import Options, Place
    from sim.importing.road_import import Imported

Wanted = Annotated[Path, typer.Argument(help="Track, map, alignment or table.", show_default=False)]
AsJson = Annotated[bool, typer.Option("--json", help="Print the report as JSON.")]


def inspect(file: Wanted, *, as_json: AsJson = False) -> None:
    """Say what a file is, what it holds and whether a road can be had from it; writes nothing."""
    from sim.importing.inspection import inspected
    from sim.system.made_files import as_json as json_text

    found = inspected(file)
    if as_json:
        sys.stdout.write(json_text(found))
        return
    for key, value in found.items():
        sys.stdout.write(f"{key.replace('_', ' ')}: {value}\n")


def road(
    file: Wanted,
    *,
    out: Annotated[Path, typer.Option(help="Folder for road.yaml and the report.", show_default=False)],
    dem: Annotated[
        list[Path] | None, typer.Option(help="Height model: .hgt, .hgt.zip or GeoTIFF.", show_default=False)
    ] = None,
    ref: Annotated[str | None, typer.Option(help="Number of the road on a map, such as CG-2.")] = None,
    name: Annotated[str | None, typer.Option(help="Name of the road on a map, or of an alignment.")] = None,
    start: Annotated[str | None, typer.Option("--from", help="LON,LAT where it begins on a map.")] = None,
    end: Annotated[str | None, typer.Option("--to", help="LON,LAT where it ends on a map.")] = None,
    from_km: Annotated[float, typer.Option(min=0, help="Kilometre of a track to begin at.")] = 0.0,
    to_km: Annotated[float | None, typer.Option(min=0, help="Kilometre of a track to end at.")] = None,
    direction: Annotated[str, typer.Option(help="as-is, reverse or downhill.")] = "as-is",
    datum: Annotated[str, typer.Option(help="wgs84, gcj02 (Chinese maps) or bd09 (Baidu).")] = "wgs84",
    units: Annotated[str, typer.Option(help="Of a track's or table's heights: metric or us (feet).")] = "metric",
    elevation_wavelength: Annotated[
        float | None,
        typer.Option(min=0, max=5000, help="Metres over which heights are smoothed; by source if not given."),
    ] = None,
    min_section: Annotated[
        float, typer.Option(min=10, max=2000, help="Least length of a section, curves aside.")
    ] = 40.0,
    max_grade: Annotated[
        float, typer.Option(min=1, max=40, help="Percent over 100 m above which you are warned.")
    ] = 12.0,
    link_name: Annotated[str, typer.Option(help="Name of the link in the road file.")] = "road",
    road_class: Annotated[
        str | None, typer.Option(help="expressway, national, provincial or county; by the map if not given.")
    ] = None,
    aadt: Annotated[
        float | None,
        typer.Option(min=1, max=200_000, help="Vehicles a day, both directions, where the file tells none."),
    ] = None,
    speed_limit_kmh: Annotated[float | None, typer.Option(min=5, max=130, help="Where the file has no limit.")] = None,
    merge: Annotated[
        Path | None,
        typer.Option(
            help="Folder of an earlier import whose network it joins at a node within 50 m.", show_default=False
        ),
    ] = None,
    each: Annotated[
        bool,
        typer.Option(
            "--each",
            help="Each track of a GPX, each name or number of a GeoJSON, is a road; those that meet make a network.",
        ),
    ] = False,
    scenario: Annotated[bool, typer.Option("--scenario", help="Also write a scenario that runs.")] = False,
    strict: Annotated[
        bool,
        typer.Option(
            "--strict",
            help="Write nothing if heights or places were changed or dropped, or traffic or limits are assumed.",
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Make a road file from a GPX or FIT track, an OpenStreetMap extract, GeoJSON, LandXML, a SUMO network or CSV.

    A map needs heights: hairpin import road county.osm.pbf --ref S228 --dem N27E120.hgt --out s228
    """
    from sim.core.vocabulary import STANDARD_ROAD_CLASSES
    from sim.importing.options import Options

    options = Options(
        height_files=tuple(dem or ()),
        ref=ref,
        road_name=name,
        start=_place("--from", start),
        end=_place("--to", end),
        from_km=from_km,
        to_km=to_km,
        direction=_one_of("--direction", direction, ("as-is", "reverse", "downhill")),
        datum=_one_of("--datum", datum, ("wgs84", "gcj02", "bd09")),
        feet=_one_of("--units", units, ("metric", "us")) == "us",
        wavelength_m=elevation_wavelength,
        least_section_m=min_section,
        most_grade_pct=max_grade,
        link_name=link_name,
        road_class=None if road_class is None else _one_of("--road-class", road_class, STANDARD_ROAD_CLASSES),
        aadt=aadt,
        speed_limit_kmh=speed_limit_kmh,
        merge=merge,
    )
    if each:
        _finish(out, *_each(file, options, scenario=scenario, strict=strict), as_json=as_json)
        return
    found, files, report, text = _imported(file, options, scenario=scenario, strict=strict)
    _finish(out, files, report, text, as_json=as_json)
    if not as_json:
        _say_what_next(found, out, scenario=scenario)


Files = dict[str, bytes]


def _imported(
    file: Path, options: "Options", *, scenario: bool, strict: bool
) -> "tuple[Imported, Files, dict[str, Any], str]":
    """One road: as imported, all files, the report as data and as text."""
    from sim.importing.road_files import report_text, road_files
    from sim.importing.road_import import import_road

    found = import_road(file, options)
    if strict:
        _see_that_nothing_is_doubtful(found, options)
    files, report = road_files(found, options, scenario=scenario)
    files["profile.svg"] = _profile(found)
    return found, files, report, report_text(report, found.name, "en")


def _each(file: Path, options: "Options", *, scenario: bool, strict: bool) -> "tuple[Files, dict[str, Any], str]":
    """All roads of a file as one network: its files, reports by link as data, and as text."""
    from dataclasses import replace
    from tempfile import TemporaryDirectory

    from sim.importing.road_import import import_road
    from sim.importing.several import Part, joined_one_by_one, parts_of, roads_in

    if options.from_km or options.to_km is not None or options.start or options.end:
        raise Problem("--each: --from, --to, --from-km and --to-km are of one road; cut that road out first")
    files: Files = {}
    reports: dict[str, Any] = {}
    texts: dict[str, str] = {}
    with TemporaryDirectory() as name:
        parts, stage = Path(name) / "parts", Path(name) / "network"
        parts.mkdir()
        stage.mkdir()

        def make(part: Part, there: bool) -> None:  # noqa: FBT001 - as `joined_one_by_one` calls it
            network = (stage if files else options.merge) if there else None
            own = replace(options, link_name=part.link, from_km=part.from_km, to_km=part.to_km, merge=network)
            _, made_files, report, text = _imported(part.file, own, scenario=scenario, strict=strict)
            reports[part.link], texts[part.link] = {**report, "file": file.name}, text
            for key, content in made_files.items():
                shared = key in ("road.yaml", "geometry.geojson", "baseline.yaml", "fleet.yaml")
                files[key if shared else f"{part.link}.{key}"] = content
            for key in ("road.yaml", "geometry.geojson"):
                if key in made_files:
                    (stage / key).write_bytes(made_files[key])

        roads = roads_in(file, parts)
        traces = [import_road(own, replace(options, direction="as-is")).alignment.trace for _, own in roads]
        known = [trace for trace in traces if trace is not None]  # tracks and features always have one
        joined_one_by_one(file, parts_of(roads, known), make, there=options.merge is not None)
    return files, {"roads": reports}, "\n\n".join(texts.values())


def _see_that_nothing_is_doubtful(found: "Imported", options: "Options") -> None:
    """All that was seen, changed or assumed of what matters most, as one mistake."""
    from sim.importing import inventory
    from sim.importing.findings import ONLY_SAID

    told = [
        f"{found.file}{f', {own.place}' if own.place else ''}: {own.text()} [{own.number}]"
        for own in found.findings
        if own.number not in ONLY_SAID
    ]
    if options.aadt is None and not all(inventory.AADT in piece.tags for piece in found.pieces):
        told.append(f"{found.file}: nothing says how many vehicles there are a day (--aadt)")
    if told:
        raise Problem("\n".join([*told, "--strict: nothing was written"]))


def _finish(out: Path, files: dict[str, bytes], report: dict[str, Any], text: str, *, as_json: bool) -> None:
    """Write what was made, and print the report."""
    from sim.cli.options import made
    from sim.system.made_files import as_json as json_text

    made(out, files)
    sys.stdout.write(json_text(report) if as_json else f"{text}\n")


def _profile(found: "Imported") -> bytes:
    """The chart of heights, grades, curves and limits."""
    from sim import charts

    return charts.content_of(charts.road_profile(found.alignment, found.pieces), ".svg")


def _one_of(option: str, value: str, allowed: tuple[str, ...]) -> Any:
    if value not in allowed:
        raise Problem(f"{option}: found {value!r}, must be one of {', '.join(allowed)}")
    return value


def _place(option: str, text: str | None) -> "Place | None":
    """A place from LON,LAT."""
    if text is None:
        return None
    parts = text.split(",")
    try:
        lon, lat = (float(part) for part in parts)
    except ValueError as error:
        raise Problem(f"{option}: found {text!r}, must be LON,LAT in degrees, such as 1.5218,42.5063") from error
    if not (abs(lon) <= 180.0 and abs(lat) <= 90.0):  # noqa: PLR2004 - degrees
        raise Problem(f"{option}: {text} is no place on earth; the longitude comes first")
    return lon, lat


def _say_what_next(found: "Imported", out: Path, *, scenario: bool) -> None:
    """The next command to type."""
    written = f"{out / 'road.yaml'} has {len(found.pieces)} sections; the report is {out / 'import.md'}"
    if scenario:
        sys.stdout.write(f"{written}\nnext: hairpin compare {out / 'baseline.yaml'}\n")
    else:
        sys.stdout.write(f"{written}\nnext: hairpin descent {out / 'road.yaml'} --mass-kg 40000 --speed-kmh 30\n")


def accidents(
    file: Annotated[Path, typer.Argument(help="Accident records: CSV, one row an accident or a person.")],
    *,
    out: Annotated[Path, typer.Option(help="Folder for the tables and the report.", show_default=False)],
    layout: Annotated[str, typer.Option("--format", help="auto, fars, montana or table.")] = "auto",
    named: Annotated[
        list[str] | None, typer.Option("--map", help="KEY=COLUMN where a column is called otherwise.")
    ] = None,
    date_order: Annotated[str | None, typer.Option(help="dmy or mdy, where dates don't tell.")] = None,
    route: Annotated[str | None, typer.Option(help="Only accidents on this route.")] = None,
    from_post: Annotated[float | None, typer.Option(help="Only from this post of the route on.")] = None,
    to_post: Annotated[float | None, typer.Option(help="Only up to this post of the route.")] = None,
    sections: Annotated[
        Path | None, typer.Option(help="CSV of sections: route, from, to, and aadt, lanes, length if known.")
    ] = None,
    years: Annotated[
        str | None,
        typer.Option(
            metavar="FROM-TO", help="Whole years that are studied, such as 2019-2023.", show_default="those of the file"
        ),
    ] = None,
    keep: Annotated[list[str] | None, typer.Option(help="COLUMN=TEXT: only sections whose cell begins so.")] = None,
    assume: Annotated[
        list[str] | None, typer.Option(help="KEY=NUMBER for the prediction, such as shoulder_width_m=1.2.")
    ] = None,
    only: Annotated[
        list[str] | None,
        typer.Option(help="COLUMN=TEXT: only accidents of which a row's cell holds this text, as vehicle=truck."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Read accident records, place them on sections, and hold their counts against predictions.

    hairpin import accidents crashes.csv --sections sections.csv --keep lanes=2 --out seen
    """
    from sim.importing.accident_files import Counted, accident_files, report_text
    from sim.importing.accidents import read_accidents
    from sim.importing.inventory import section_of
    from sim.importing.sites import OF_SECTION, read_sites, same_route

    records = read_accidents(
        file,
        layout=_one_of("--format", layout, ("auto", "fars", "montana", "table")),
        named=_pairs("--map", named),
        date_order=_order(date_order),
        only=(chosen_by := _pairs("--only", only)),
    )
    chosen = [one for one in records.accidents if route is None or same_route(one.route) == same_route(route)]
    chosen = [one for one in chosen if from_post is None or (one.post is not None and one.post >= from_post)]
    chosen = [one for one in chosen if to_post is None or (one.post is not None and one.post <= to_post)]
    if not chosen:
        raise Problem(f"{file}: no accident is left of {len(records.accidents):,}: check --route and the posts")
    kept = _pairs("--keep", keep)
    sites = [] if sections is None else read_sites(sections, mile_posts=records.mile_posts, keep=kept)
    sites = [site for site in sites if route is None or same_route(site.route) == same_route(route)]
    span = _years(years, [one.year for one in records.accidents if one.year is not None])
    chosen = [one for one in chosen if one.year is None or one.year in span]
    assumed = {key: _numbered("--assume", key, text, OF_SECTION) for key, text in _pairs("--assume", assume).items()}
    section_of("--assume", 0.0, assumed)
    counted = Counted(file, records, chosen, sites, span, assumed, chosen_by)
    files, report = accident_files(counted)
    if (report["sections"] or {}).get("calibration") is not None:
        from sim import charts

        files["residuals.svg"] = charts.content_of(charts.residuals(counted.tables[1]), ".svg")
    _finish(out, files, report, report_text(report, "en"), as_json=as_json)


def _years(text: str | None, known: list[int]) -> tuple[int, ...]:
    """Years from the first to the last that is known, or as they are said."""
    if text is None:
        return tuple(range(min(known), max(known) + 1)) if known else ()
    first, _, last = text.partition("-")
    if not (first.isdecimal() and (last or first).isdecimal()) or int(first) > int(last or first):
        raise Problem(f"--years: found {text!r}, must be like 2019-2023")
    found = tuple(range(int(first), int(last or first) + 1))
    if not set(found) & set(known):
        raise Problem(f"--years: no accident of the file is of {text}")
    return found


def _order(text: str | None) -> Any:
    return None if text is None else _one_of("--date-order", text, ("dmy", "mdy"))


def _pairs(option: str, texts: list[str] | None) -> dict[str, str]:
    """Pairs of KEY=VALUE."""
    wrong = [text for text in texts or [] if not text.partition("=")[0] or "=" not in text]
    if wrong:
        raise Problem(f"{option}: found {wrong[0]!r}, must be like KEY=VALUE")
    keys = [text.partition("=")[0] for text in texts or []]
    twice = [key for key in keys if keys.count(key) > 1]
    if twice:
        raise Problem(f"{option}: {twice[0]} is given twice, must be given once")
    return {text.partition("=")[0]: text.partition("=")[2] for text in texts or []}


def _numbered(option: str, key: str, text: str, allowed: tuple[str, ...]) -> float:
    if key not in allowed:
        raise Problem(f"{option}: found {key!r}, must be one of {', '.join(allowed)}")
    try:
        return float(text)
    except ValueError as error:
        raise Problem(f"{option} {key}: found {text!r}, must be a number") from error


def counts(
    file: Annotated[Path, typer.Argument(help="Counts: CSV, a row a vehicle, or a row an interval and class.")],
    *,
    out: Annotated[Path, typer.Option(help="Folder for profiles and the report.", show_default=False)],
    named: Annotated[
        list[str] | None, typer.Option("--map", help="KEY=COLUMN where a column is called otherwise.")
    ] = None,
    date_order: Annotated[str | None, typer.Option(help="dmy or mdy, where dates don't tell.")] = None,
    units: Annotated[str, typer.Option(help="Of speeds: metric (km/h) or us (mph).")] = "metric",
    keep: Annotated[
        list[str] | None, typer.Option(help="COLUMN=TEXT: only rows whose cell begins so, such as a station's.")
    ] = None,
    utc_offset: Annotated[
        float | None,
        typer.Option(min=-14.0, max=14.0, help="Hours to add where times are Greenwich's.", show_default=False),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Read traffic counts: vehicles a day with its error, trucks' share, profiles by hour and weekday, speeds.

    Classes are the 13 of the Traffic Monitoring Guide (14 and more: unclassified, no trucks) or Chinese names.
    """
    from sim.importing.count_files import count_files, report_text
    from sim.importing.counts import read_counts

    found = read_counts(
        file,
        named=_pairs("--map", named),
        date_order=_order(date_order),
        miles=_one_of("--units", units, ("metric", "us")) == "us",
        utc_offset_h=utc_offset,
        keep=_pairs("--keep", keep),
    )
    files, report = count_files(file, found)
    _finish(out, files, report, report_text(report, "en"), as_json=as_json)
