"""Designs with stations: in feet, turned round, and in part."""

from pathlib import Path

import numpy as np
import pytest

from sim.core.units import METRES_PER_FOOT
from sim.importing.findings import RefusedError
from sim.importing.options import Options
from sim.importing.road_files import road_content
from sim.importing.road_import import Imported, import_road
from sim.inputs.road import Road

ROWS = ((0.0, 4.0, 0.0, "80"), (600.0, -6.0, 200.0, "60"), (1000.0, -2.0, 0.0, "60"), (2000.0, 0.0, 0.0, ""))
"""Station, grade, radius and limit."""


def written(folder: Path, rows: tuple[tuple[object, ...], ...] = ROWS) -> Path:
    file = folder / "design.csv"
    lines = [",".join(map(str, row)) for row in rows]
    file.write_text("\n".join(["station,grade,radius,limit", *lines]), encoding="utf-8")
    return file


def shape(road: Imported) -> list[tuple[float, float, float]]:
    """Of each section: length, grade, and radius, positive to the left."""
    return [
        (
            round(piece.to_m - piece.from_m, 3),
            round(piece.grade_pct, 6),
            0.0 if piece.curve is None else round(np.sign(piece.curve.turn_deg) * piece.curve.radius_m, 3),
        )
        for piece in road.pieces
    ]


def test_the_other_way_falls_where_it_rose_and_turns_right_where_it_turned_left(tmp_path) -> None:
    forth, back = (import_road(written(tmp_path), Options(direction=way)) for way in ("as-is", "reverse"))
    assert shape(back) == [(length, -grade, -radius or 0.0) for length, grade, radius in shape(forth)[::-1]]
    assert [piece.forward_kmh.value for piece in back.pieces] == [
        piece.forward_kmh.value for piece in forth.pieces[::-1]
    ]
    assert shape(import_road(written(tmp_path), Options(direction="downhill"))) == shape(forth)


def test_a_part_is_cut_out_and_its_curve_with_it(tmp_path) -> None:
    whole = import_road(written(tmp_path), Options())
    part = import_road(written(tmp_path), Options(from_km=0.8, to_km=1.5))
    assert part.alignment.length_m == pytest.approx(700.0)
    (curve,) = part.alignment.curves
    assert (curve.from_m, curve.to_m, curve.radius_m) == (0.0, 200.0, 200.0)
    assert curve.turn_deg == pytest.approx(0.5 * whole.alignment.curves[0].turn_deg)
    assert part.alignment.break_height_m[0] == pytest.approx(float(whole.alignment.height_m(np.array(800.0))))
    with pytest.raises(RefusedError, match=r"the road has 2\.000 km"):
        import_road(written(tmp_path), Options(from_km=1.0, to_km=2.5))


def test_american_stations_are_feet_a_hundred_at_a_time(tmp_path) -> None:
    rows = (("0+00", 4.0, 0, 50), ("20+00", -6.0, 650, 35), ("33+50", -2.0, 0, 35), ("66+00", 0, 0, ""))
    road = import_road(written(tmp_path, rows), Options(feet=True))
    assert road.alignment.length_m == pytest.approx(6600.0 * METRES_PER_FOOT)
    (curve,) = road.alignment.curves
    assert curve.radius_m == pytest.approx(650.0 * METRES_PER_FOOT)
    assert curve.from_m == pytest.approx(2000.0 * METRES_PER_FOOT)
    assert {round(piece.forward_kmh.value or 0.0, 1) for piece in road.pieces} == {80.5, 56.3}
    metric = import_road(written(tmp_path, rows), Options())
    assert metric.alignment.length_m == pytest.approx(66_000.0)


def test_units_in_a_columns_name_go_before_those_of_the_file(tmp_path) -> None:
    file = tmp_path / "design.csv"
    file.write_text("station_m,elevation_m,radius_m,speed_limit_kmh\n0,100,300,80\n2000,160,0,80\n", encoding="utf-8")
    road = import_road(file, Options(feet=True))
    assert road.alignment.length_m == 2000.0
    assert road.alignment.curves[0].radius_m == 300.0
    assert {piece.forward_kmh.value for piece in road.pieces} == {80.0}


INVENTORY = (
    "station_km,grade_pct,radius_m,limit_mph,lane width (ft),shoulder_width_m,AADT,RHR,tunnel,inspector\n"
    "0,-4,,40,11,1.0,4000,4,no,Li\n"
    "1.2,-6,120,25,11,0.5,4000,5,no,Li\n"
    "1.5,-5,,40,12,0.5,5200,5,yes,Li\n"
    "4.0,,,,,,,,,\n"
)


def test_an_inventory_gives_widths_roadside_and_traffic(tmp_path) -> None:
    file = tmp_path / "inventory.csv"
    file.write_text(INVENTORY, encoding="utf-8")
    found = import_road(file, Options())
    content = road_content(found, Options())
    (link,) = content["links"]
    road = Road.model_validate(content)
    sections = road.links[0].sections
    assert [own.length_km for own in sections] == [1.2, 0.3, 2.5]
    assert [own.lane_width_m for own in sections] == pytest.approx([3.3528, 3.3528, 3.6576])
    assert [own.shoulder_width_m for own in sections] == [1.0, 0.5, 0.5]
    assert [own.roadside_hazard for own in sections] == [4, 5, 5]
    assert [own.tunnel for own in sections] == [False, False, True]
    assert [own.speed_limit_kmh for own in sections] == pytest.approx([64.4, 40.2, 64.4])
    assert link["aadt"] == pytest.approx((1.5 * 4000 + 2.5 * 5200) / 4.0)
    assert [road.links[0].aadt_on(own) for own in sections] == pytest.approx([4000, 4000, 5200], rel=1e-5)
    assert content["sources"]["aadt"]["basis"] == content["sources"]["lane_width_m"]["basis"] == "derived"
    assert "driveways" in content["sources"]
    (told,) = [own for own in found.findings if own.number == "R19"]
    assert told.text() == "columns that are not read: 'inspector'"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("0.5,4000", "9,4000", "inventory.csv:3: shoulder_width_m is 9: must be less than or equal to 4"),
        ("0,-4,,40,11", "0,-4,,40,30", r"inventory.csv:2: lane width \(ft\) is 9.144: must be less"),
        ("5200,5", "0,5", "inventory.csv:4: AADT is 0, must be above 0"),
        ("4000,4,no", "4000,bad,no", "inventory.csv:2: RHR: found 'bad', must be a number"),
    ],
)
def test_an_inventory_that_can_not_be_is_refused_with_its_line(old, new, said, tmp_path) -> None:
    file = tmp_path / "inventory.csv"
    file.write_text(INVENTORY.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(RefusedError, match=said):
        import_road(file, Options())


def test_a_line_of_places_takes_its_rows_inventory_along(tmp_path) -> None:
    rows = [f"{0.001 * n:.4f},45.0,{500 - n},{3000 if n < 20 else 6000},{60 if n < 20 else 40}" for n in range(41)]
    file = tmp_path / "line.csv"
    file.write_text("\n".join(["lon,lat,ele,aadt,limit", *rows]), encoding="utf-8")
    content = road_content(import_road(file, Options()), Options())
    (link,) = content["links"]
    assert link["aadt"] == pytest.approx(4500.0, rel=0.01)
    traffic = {round(link["aadt"] * own["aadt_factor"], -1): own["speed_limit_kmh"] for own in link["sections"]}
    assert traffic == {3000.0: 60.0, 6000.0: 40.0}


@pytest.mark.parametrize(
    ("told", "lanes"),
    [
        *(("2", 2), ("two lanes", 2), ("双向四车道", 4), ("双向两车道", 2), ("4车道", 4), ("6 lanes", 4)),
        *(("2x2", 4), ("单向两车道", 4), ("单车道", 2), ("three lanes", 2), ("三车道", 2)),
    ],
)
def test_lanes_are_read_as_they_are_written(told, lanes, tmp_path) -> None:
    """Six lanes are no road of the county's classes, which have two or four."""
    file = tmp_path / "lanes.csv"
    file.write_text(f"a title above,,\nstation_km,grade,lanes\n0,-4,{told}\n1,-2,{told}\n2,,\n", encoding="utf-8")
    (link,) = road_content(import_road(file, Options()), Options())["links"]
    assert link["lanes"] == lanes


@pytest.mark.parametrize(
    ("header", "cells", "said"),
    [
        ("lanes", "99", "lanes is 99, must be above 0 and at most 12"),
        ("lanes", "2级", "lanes: found '2级', must be a number"),
        ("superelevation", "0.06", "superelevation is 0.06: a fraction"),
        ("superelevation", "6%", ""),
    ],
)
def test_what_no_inventory_says_is_refused(header, cells, said, tmp_path) -> None:
    file = tmp_path / "inventory.csv"
    file.write_text(f"station_km,grade,{header}\n0,-4,{cells}\n2,,\n", encoding="utf-8")
    if said:
        with pytest.raises(RefusedError, match=said):
            import_road(file, Options())
    else:
        (section,) = road_content(import_road(file, Options()), Options())["links"][0]["sections"]
        assert section["superelevation_pct"] == 6.0


def test_points_between_thousands_are_none_in_a_table_with_decimal_commas(tmp_path) -> None:
    file = tmp_path / "german.csv"
    file.write_text("km;Längsneigung;Radius;AADT\n0;-4,5;1.200;4.500\n1,5;-3,0;;5.200\n3;;;\n", encoding="utf-8")
    content = road_content(import_road(file, Options()), Options())
    road = Road.model_validate(content)
    link = road.links[0]
    assert [round(link.aadt_on(own)) for own in link.sections] == [4500, 5200]
    assert link.sections[0].curve_radius_m == 1200.0
    assert link.sections[0].length_km == 1.5


def test_traffic_that_is_told_of_a_part_is_its_mean_elsewhere(tmp_path) -> None:
    file = tmp_path / "partly.csv"
    file.write_text("station_km,grade,aadt\n0,-4,4000\n1,-3,\n2,-2,6000\n3,,\n", encoding="utf-8")
    content = road_content(import_road(file, Options()), Options())
    (link,) = content["links"]
    assert link["aadt"] == 5000.0
    assert [own.get("aadt_factor", 1.0) for own in link["sections"]] == [0.8, 1.0, 1.2]
    assert content["sources"]["aadt"]["note"] == "on 33% of the length the mean of the rest"


def test_stations_of_hundreds_of_feet_are_named_unless_said(tmp_path) -> None:
    file = tmp_path / "feet.csv"
    file.write_text("Station,Grade (%),Radius (ft)\n10+00,-4,\n30+00,-5,1000\n60+00,,\n", encoding="utf-8")
    as_it_stands, in_feet = import_road(file, Options()), import_road(file, Options(feet=True))
    assert [own.code for own in as_it_stands.findings if own.number == "R10"] == ["R10-stations"]
    assert "R10" not in {own.number for own in in_feet.findings}
    assert in_feet.alignment.length_m == pytest.approx(5000.0 * METRES_PER_FOOT)
    assert in_feet.alignment.curves[0].radius_m == pytest.approx(1000.0 * METRES_PER_FOOT)


@pytest.mark.parametrize("told", ["-", "/", "N/A", "无", "no", ""])
def test_no_tunnel_however_it_is_written(told, tmp_path) -> None:
    file = tmp_path / "tunnel.csv"
    file.write_text(f"station_km,grade,tunnel\n0,-4,{told}\n2,,\n", encoding="utf-8")
    (section,) = road_content(import_road(file, Options()), Options())["links"][0]["sections"]
    assert "tunnel" not in section
