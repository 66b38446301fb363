"""Accident records from real files against counts made otherwise; sources in tests/data/accidents/README.md."""

import json
from collections import Counter
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from sim.cli import app
from sim.importing.accident_files import Counted, accident_files
from sim.importing.accidents import Records, read_accidents
from sim.importing.sites import read_sites
from sim.importing.study import study_of
from sim.statistics.before_after import before_after

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


@pytest.fixture(scope="module")
def seen(montana: Records, tmp_path_factory) -> Path:
    """The folder that `import accidents` writes of the rural two-lane sections."""
    folder = tmp_path_factory.mktemp("seen")
    chosen = [accident for accident in montana.accidents if accident.route == ROUTE]
    keep = {"CORR_ID": ROUTE, "NUM_LANES": "2", "FACTOR_GRP": "R"}
    sites = read_sites(DATA / "US-12.csv", mile_posts=True, keep=keep)
    files, _ = accident_files(Counted(DATA / "US-12-crashes.csv", montana, chosen, sites, tuple(range(2019, 2024)), {}))
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return folder


def test_where_nothing_was_done_studies_find_nothing(seen: Path) -> None:
    """2019 to 2020 against 2021 to 2023: of 200 random halves 95 % should hold 1, 90 to 99 % are asked for."""
    study = study_of(seen, f"{ROUTE}:50-80", date(2021, 1, 1))
    assert (study.before, study.after) == ((2019, 2020), (2021, 2022, 2023))
    generator = np.random.Generator(np.random.Philox(3))
    held = 0
    for _ in range(200):
        half = generator.permutation(len(study.treated)) < len(study.treated) // 2
        ratio = before_after(study.sites.pick(half), study.sites.pick(~half)).ratio
        held += ratio.low <= 1.0 <= ratio.high
    assert 180 <= held <= 198


def test_a_stretch_of_it_is_studied_from_the_command_line(seen: Path) -> None:
    arguments = [
        "before-after",
        "--accidents",
        str(seen),
        "--treated",
        f"{ROUTE}:50-80",
        "--from",
        "2021-01-01",
        "--json",
    ]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    found = json.loads(result.output)
    assert found["ratio"]["low"] < 1.0 < found["ratio"]["high"]
    assert found["placebo_studies"] == found["untreated_sites"]


@pytest.mark.parametrize(
    ("treated", "day", "words"),
    [
        (f"{ROUTE}:50-80", "2019-01-01", "none lies before"),
        (f"{ROUTE}:50-80", "2023-06-01", "none after"),
        (f"{ROUTE}:500-600", "2021-01-01", "no section"),
        (ROUTE, "2021-01-01", "needs others"),
        (f"{ROUTE}:55.6-56.1", "2021-01-01", "needs 10"),
    ],
)
def test_studies_that_can_not_tell_are_refused(treated: str, day: str, words: str, seen: Path) -> None:
    arguments = ["before-after", "--accidents", str(seen), "--treated", treated, "--from", day]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 2
    assert words in result.output
