"""Roads from FIT tracks; the files are written here by the protocol, byte by byte."""

import struct
from pathlib import Path

import pytest

from sim.importing.findings import RefusedError
from sim.importing.inspection import inspected
from sim.importing.options import Options
from sim.importing.road_import import import_road

pytest.importorskip("fitdecode")
SEMICIRCLES = 2.0**31 / 180.0
CRC = (0x0000, 0xCC01, 0xD801, 0x1400, 0xF001, 0x3C00, 0x2800, 0xE401)
CRC += (0xA001, 0x6C00, 0x7800, 0xB401, 0x5000, 0x9C01, 0x8801, 0x4400)
METRES_PER_DEGREE = 111_195.0
STARTED = 1_000_000_000
"""Seconds since the last day of 1989, from which FIT counts."""


def checksum(content: bytes) -> int:
    crc = 0
    for byte in content:
        for nibble in (byte & 0xF, byte >> 4):
            crc = ((crc >> 4) & 0x0FFF) ^ CRC[crc & 0xF] ^ CRC[nibble]
    return crc


def track(points: list[tuple[float, float, float]]) -> bytes:
    """Of longitude, latitude and height; a record each second, and one without a place."""
    fields = bytes([253, 4, 0x86, 0, 4, 0x85, 1, 4, 0x85, 2, 2, 0x84])
    content = bytes([0x40, 0, 0]) + struct.pack("<HB", 20, 4) + fields
    nowhere = 0x7FFFFFFF
    content += struct.pack("<BIiiH", 0, STARTED, nowhere, nowhere, 0xFFFF)
    for second, (lon, lat, height) in enumerate(points):
        place = (round(lat * SEMICIRCLES), round(lon * SEMICIRCLES))
        content += struct.pack("<BIiiH", 0, STARTED + second, *place, round((height + 500.0) * 5.0))
    head = struct.pack("<BBHI4s", 14, 0x10, 2134, len(content), b".FIT")
    head += struct.pack("<H", checksum(head))
    return head + content + struct.pack("<H", checksum(head + content))


@pytest.fixture
def file(tmp_path) -> Path:
    """3 km north at 6 %, a point every 10 m."""
    found = tmp_path / "pass.fit"
    points = [(10.0, 46.0 + 10.0 * n / METRES_PER_DEGREE, 1200.0 + 0.6 * n) for n in range(301)]
    found.write_bytes(track(points))
    return found


def test_a_track_is_a_road(file) -> None:
    road = import_road(file, Options())
    assert road.alignment.length_m == pytest.approx(3000.0, rel=2e-3)
    assert road.alignment.break_height_m[-1] - road.alignment.break_height_m[0] == pytest.approx(180.0, abs=1.0)
    assert {round(piece.grade_pct) for piece in road.pieces} == {6}


def test_it_is_known_by_what_it_begins_with(file, tmp_path) -> None:
    renamed = tmp_path / "ride.bin"
    renamed.write_bytes(file.read_bytes())
    found = inspected(renamed)
    assert found["kind"] == "a FIT track"
    assert found["points"] == 301
    assert found["heights_m"] == [1200.0, 1380.0]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda content: content[:-1] + bytes([content[-1] ^ 1]), "is broken FIT"),
        (lambda content: content[: len(content) // 2], "is broken FIT"),
        (lambda content: content[:20], "is broken FIT"),
        (lambda _: track([(10.0, 46.0, 100.0)] * 3), "has 3 records with a place"),
    ],
)
def test_what_is_wrong_is_said(change, message, file) -> None:
    file.write_bytes(change(file.read_bytes()))
    with pytest.raises(RefusedError, match=message):
        import_road(file, Options())
