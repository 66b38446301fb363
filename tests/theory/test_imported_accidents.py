"""Accident records from real files against counts made otherwise; sources in tests/data/accidents/README.md."""

from collections import Counter
from pathlib import Path

import pytest

from sim.importing.accident_files import Counted, accident_files
from sim.importing.accidents import Records, read_accidents
from sim.importing.sites import read_sites

DATA = Path(__file__).parents[1] / "data" / "accidents"
ROUTE = "C000008"


@pytest.fixture(scope="module")
def montana() -> Records:
    return read_accidents(DATA / "US-12-crashes.csv")


def report_of(records: Records, keep: dict[str, str], **assumed: float) -> dict:
    chosen = [accident for accident in records.accidents if accident.route == ROUTE]
    sites = read_sites(DATA / "US-12.csv", mile_posts=True, keep={"CORR_ID": ROUTE, **keep})
    years = tuple(range(2019, 2024))
    return accident_files(Counted(DATA / "US-12-crashes.csv", records, chosen, sites, years, assumed))[1]


def test_all_are_placed_by_their_posts_with_or_without_coordinates(montana: Records) -> None:
    """The file's own totals by section are 1,325; 382 have no coordinates and one has them at 0."""
    report = report_of(montana, {})
    assert report["where"] == {"located": 1325}
    assert report["by_year"] == {"2019": 332, "2020": 240, "2021": 270, "2022": 231, "2023": 252}
    assert report["without_coordinates"] == 383
    assert report["rows_that_are_the_same"] == [[716, 717], [739, 740], [819, 820]]


def test_a_pass_has_its_counts_and_its_rate(montana: Records) -> None:
    """MacDonald Pass, miles 23.1 to 36.8; 0.98 per million vehicle-km over the sections there."""
    years = Counter(
        accident.year
        for accident in montana.accidents
        if accident.route == ROUTE and accident.post is not None and 23.1 <= accident.post <= 36.8
    )
    assert [years[year] for year in range(2019, 2024)] == [28, 26, 35, 25, 28]
    sites = [s for s in read_sites(DATA / "US-12.csv", mile_posts=True, keep={"CORR_ID": ROUTE}) if 23 <= s.low < 36.8]
    million_vkm = sum(site.aadt * site.length_km * 365 * 5 / 1e6 for site in sites)
    assert sum(years.values()) / million_vkm == pytest.approx(0.98, abs=0.01)


def test_two_lane_sections_have_the_manuals_accidents_times_a_factor(montana: Records) -> None:
    """0.82 was found with lanes of 3.6 m, shoulders of 1.2 m and roadsides of 4, on nearly the same sections."""
    report = report_of(
        montana,
        {"FACTOR_GRP": "R", "NUM_LANES": "2"},
        lane_width_m=3.6,
        shoulder_width_m=1.2,
        roadside_hazard=4,
    )
    calibration = report["sections"]["calibration"]
    assert calibration["factor"]["estimate"] == pytest.approx(0.82, abs=0.05)
    assert calibration["factor"]["low"] < 0.82 < calibration["factor"]["high"]
    worst = report["sections"]["most_above_alike_ones"][0]
    assert worst["predicted"] * calibration["factor"]["estimate"] < worst["expected"] < worst["counted"]


def test_codes_of_fatal_accidents_are_understood() -> None:
    """MILEPT 210 is mile 21.0, 99998 and 99999 are unknown, HOUR 99 too, latitude 77.7777 is none."""
    records = read_accidents(DATA / "fars_accident_2014.csv.bz2")
    assert len(records.accidents) == 30_056
    assert dict(records.post_codes) == {"known": 16_065, "none": 11_323, "unknown": 2_668}
    assert sum(accident.hour is None for accident in records.accidents) == 222
    (one,) = [accident for accident in records.accidents if accident.id == "300063"]
    assert (one.route, one.post, one.year, one.month) == ("US-12", 21.0, 2014, 6)
    assert sum(accident.lat_deg is None for accident in records.accidents) == 160
