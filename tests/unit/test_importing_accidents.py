"""Accident tables as people write them: columns, dates, posts, rows of persons, and what is refused."""

import json
from pathlib import Path

import numpy as np
import pytest
import yaml
from typer.testing import CliRunner

from sim.analysis.targets import Targets
from sim.cli import app
from sim.importing.accidents import read_accidents
from sim.importing.findings import RefusedError
from sim.importing.observed import mechanism_of
from sim.importing.posts import post_of
from sim.importing.sites import fit, located, read_sites
from sim.risk.mechanisms import MECHANISMS
from sim.scenario.loading import load_as

runner = CliRunner()


def table(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    file = folder / "accidents.csv"
    file.write_text(text, encoding=encoding)
    return file


def imported(*arguments) -> tuple[int, str]:
    result = runner.invoke(app, ["import", "accidents", *map(str, arguments)])
    return result.exit_code, result.output


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk"])
def test_a_chinese_table_is_read_as_it_is(encoding: str, tmp_path) -> None:
    header = "事故编号,事故日期,路线,桩号,死亡人数,受伤人数"
    text = f"{header}\n1,2023年1月5日,S228,K12+300,1,2\n2,2023/11/30,S228,K13+050,0,1\n"
    records = read_accidents(table(tmp_path, text, encoding))
    first, second = records.accidents
    assert (first.year, first.month, first.route, first.post, first.deaths) == (2023, 1, "S228", 12.3, 1)
    assert (second.month, second.post, second.injuries) == (11, 13.05, 1)


def test_dates_that_are_numbers_are_dates(tmp_path) -> None:
    """A spreadsheet's days with their hour; seconds since 1970, whose hour is Greenwich's and left out."""
    text = "id,date\na,45047.604167\nb,45047\nc,1682951400\nd,1682951400000\ne,20230501\nf,2023050114\n"
    found = read_accidents(table(tmp_path, text)).accidents
    assert [(own.year, own.month) for own in found] == [(2023, 5)] * 6
    assert [own.hour for own in found] == [14, None, None, None, None, 14]


@pytest.mark.parametrize("number", ["2405131430", "51324", "24134", "12345"])
def test_numbers_that_are_no_dates_are_none(number, tmp_path) -> None:
    first, other = read_accidents(table(tmp_path, f"id,date\na,{number}\nb,2023-05-01\n")).accidents
    assert (first.year, other.year) == (None, 2023)


def test_rows_of_persons_are_one_accident(tmp_path) -> None:
    text = "accident_index,date,casualty_severity\na,13/01/2020,3\na,13/01/2020,1\na,13/01/2020,1\nb,02/03/2020,2\n"
    records = read_accidents(table(tmp_path, text))
    assert [(one.id, one.year, one.month, one.deaths) for one in records.accidents] == [
        ("a", 2020, 1, 2),
        ("b", 2020, 3, 0),
    ]
    assert records.rows == 4


def test_rows_of_vehicles_do_not_say_how_many_died(tmp_path) -> None:
    """The accident's severity stands on each vehicle's row."""
    rows = "".join(f"a,2020,{kind},Fatal\n" for kind in ("car", "truck", "bus"))
    text = f"id,year,vehicle,accident_severity\n{rows}b,2020,car,Slight\n"
    unknown, _ = read_accidents(table(tmp_path, text)).accidents
    assert (unknown.severity, unknown.deaths) == ("Fatal", None)


def test_a_route_is_the_same_in_small_letters_and_the_only_one_if_none_is_named(tmp_path) -> None:
    sections = tmp_path / "sections.csv"
    sections.write_text("route,from,to\nS1,10,11\nS1,11,12\n")
    for head, row in (("id,year,route,post", "1,2020,s1,10.5"), ("id,year,post", "1,2020,10.5")):
        records = read_accidents(table(tmp_path, f"{head}\n{row}\n"))
        ends, places = located(records.accidents, read_sites(sections, mile_posts=False, keep={}))
        assert (ends, places.tolist()) == (["located"], [0])


def test_mixed_dates_are_refused_until_told(tmp_path) -> None:
    file = table(tmp_path, "date,route\n13/01/2020,A\n01/14/2020,A\n03/04/2020,A\n")
    code, output = imported(file, "--out", tmp_path / "out")
    assert code == 2
    assert "accidents.csv:2" in output
    assert "line 3" in output
    assert "--date-order" in output
    assert not (tmp_path / "out").exists()
    months = [accident.month for accident in read_accidents(file, date_order="dmy").accidents]
    assert months == [1, None, 4]


@pytest.mark.parametrize(("first", "month"), [("25/03/2021", 4), ("03/25/2021", 3)])
def test_one_date_tells_the_whole_column(first: str, month: int, tmp_path) -> None:
    records = read_accidents(table(tmp_path, f"date\n{first}\n03/04/2021\n"))
    assert [accident.month for accident in records.accidents] == [3, month]


def test_dates_that_nothing_tells_are_refused(tmp_path) -> None:
    with pytest.raises(RefusedError, match="nothing tells day from month"):
        read_accidents(table(tmp_path, "date\n01/02/2020\n"))


@pytest.mark.parametrize(
    ("text", "hour"),
    [
        ("14:30", 14),
        ("2:30 PM", 14),
        ("12:05 am", 0),
        ("1430", 14),
        ("7", 7),
        ("14时30分", 14),
        ("下午2:30", 14),
        ("1:15P", 13),
        ("99", None),
        ("", None),
        ("24", None),
        ("24:00", 0),
        ("99:99", None),
        ("13:00 PM", None),
    ],
)
def test_hours_are_read_as_they_are_written(text: str, hour: int | None, tmp_path) -> None:
    (accident,) = read_accidents(table(tmp_path, f"year,time\n2020,{text}\n")).accidents
    assert accident.hour == hour


@pytest.mark.parametrize(
    ("text", "post"),
    [
        ("K36+833", 36.833),
        ("036+0.833", 36.833),
        ("12.5", 12.5),
        ("12,5", 12.5),
        ("K0+000", 0.0),
        ("K12", 12.0),
        ("K12.300", 12.3),
        ("12.3 km", 12.3),
        ("K12＋300", 12.3),
        ("K12+300m", 12.3),
        ("K12+300左侧", 12.3),
        ("", None),
        ("x", None),
    ],
)
def test_posts_are_read_as_they_are_written(text: str, post: float | None) -> None:
    found = post_of(text)
    assert found == (None if post is None else pytest.approx(post))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--map", "date"], "KEY=VALUE"),
        (["--map", "day=date"], "keys are"),
        (["--map", "date=when"], "no column is 'when'"),
        (["--format", "xls"], "auto, fars"),
        (["--route", "B"], "no accident is left of 1"),
        (["--assume", "width=1"], "must be one of"),
    ],
)
def test_wrong_options_are_told(arguments: list[str], words: str, tmp_path) -> None:
    file = table(tmp_path, "date,route\n2020-01-02,A\n")
    code, output = imported(file, "--out", tmp_path / "out", *arguments)
    assert code == 2
    assert words in output


def test_a_table_without_any_date_is_refused(tmp_path) -> None:
    code, output = imported(table(tmp_path, "when,route\n1,A\n"), "--out", tmp_path / "out")
    assert code == 2
    assert "--map date=COLUMN" in output


def test_accidents_end_in_one_of_four_ways_and_none_is_lost(tmp_path) -> None:
    """In a section, between sections, in two that overlap, and nowhere."""
    sections = tmp_path / "sections.csv"
    sections.write_text("route,from,to,aadt,lanes\nA,0,5,1000,2\nA,4,6,1000,2\nB,0,5,1000,2\n")
    file = table(tmp_path, "year,route,km\n2020,A,1\n2020,A,4.5\n2020,A,9\n2021,B,\n2021,B,2\n")
    code, output = imported(file, "--sections", sections, "--out", tmp_path / "out", "--json")
    assert code == 0, output
    report = json.loads(output)
    assert report["where"] == {"located": 2, "ambiguous": 1, "outside": 1, "unlocated": 1}
    assert report["sections"]["counted"] == 3
    assert len((tmp_path / "out" / "accidents.csv").read_text().splitlines()) == 6
    assert (
        (tmp_path / "out" / "sections.csv").read_text().splitlines()[0].startswith("route,from,to,length_km,aadt,2020")
    )


def test_the_factor_and_its_interval_are_those_of_the_counts() -> None:
    """Poisson counts of a known factor: estimate and width by the standard error, k near none."""
    generator = np.random.Generator(np.random.Philox(5))
    predictions = generator.uniform(2.0, 20.0, 200)
    counts = generator.poisson(0.7 * predictions)
    found = fit(counts, predictions)
    assert found is not None
    error = 1.0 / np.sqrt(counts.sum())
    assert np.log(found.factor.estimate / 0.7) == pytest.approx(0.0, abs=4.0 * error)
    assert np.log(found.factor.high / found.factor.estimate) == pytest.approx(1.96 * error, rel=0.3)
    assert found.overdispersion < 0.02
    assert float(found.excess.sum()) == pytest.approx(0.0, abs=1e-6)


def test_too_few_sections_give_no_factor() -> None:
    assert fit(np.array([1, 2]), np.array([1.0, 2.0])) is None
    assert fit(np.zeros(9, dtype=np.int64), np.ones(9)) is None


def test_years_that_are_codes_are_no_years(tmp_path) -> None:
    records = read_accidents(table(tmp_path, "year\n2020\n9999\n20210514\n201\n"))
    assert [accident.year for accident in records.accidents] == [2020, None, None, None]


@pytest.mark.parametrize("text", ["20200514", "2020-05-14", "2020年5月14日"])
def test_dates_of_every_form_are_read(text: str, tmp_path) -> None:
    (accident,) = read_accidents(table(tmp_path, f"date\n{text}\n")).accidents
    assert (accident.year, accident.month) == (2020, 5)


def test_a_column_without_one_date_is_refused(tmp_path) -> None:
    with pytest.raises(RefusedError, match="no row has a date that is understood"):
        read_accidents(table(tmp_path, "date\n14/05/20\n2020-13-45\n"))


def test_what_agrees_in_the_number_alone_is_not_folded(tmp_path) -> None:
    """And a number that all rows share is none."""
    records = read_accidents(table(tmp_path, "id,year,km\n1,2020,3\n1,2020,3\n1,2021,9\n2,2020,4\n"))
    assert [(one.id, one.year) for one in records.accidents] == [("1", 2020), ("1", 2021), ("2", 2020)]
    records = read_accidents(table(tmp_path, "id,year\nunknown,2020\nunknown,2020\n"))
    assert len(records.accidents) == 2


def test_persons_are_added_up(tmp_path) -> None:
    """A row a person tells 0 or 1; an accident's own number stands in each of its rows."""
    persons = read_accidents(
        table(tmp_path, "id,year,deaths,injuries\n1,2020,1,0\n1,2020,1,0\n1,2020,0,1\n2,2020,0,1\n")
    )
    assert [(one.deaths, one.injuries) for one in persons.accidents] == [(2, 1), (0, 1)]
    repeated = read_accidents(table(tmp_path, "id,year,deaths\n1,2020,3\n1,2020,3\n2,2020,0\n"))
    assert [one.deaths for one in repeated.accidents] == [3, 0]


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("A,0,5,-1,2,3.5", "must not be negative"),
        ("A,0,5,3000,2,12", "lane_width_m"),
        ("A,5,5,3000,2,3.5", "ends after"),
        ("A,5,6,3000,2,3.5,-1", "length is -1"),
        ("A,5,6,3000,2,3.5,1000", "which can't be: its posts are 1 apart"),
    ],
)
def test_sections_that_can_not_be_are_refused(row: str, words: str, tmp_path) -> None:
    sections = tmp_path / "sections.csv"
    sections.write_text(f"route,from,to,aadt,lanes,lane_width_m,length\n{row}\n")
    file = table(tmp_path, "year,route,km\n2020,A,1\n")
    code, output = imported(file, "--sections", sections, "--out", tmp_path / "out")
    assert code == 2
    assert words in output


@pytest.mark.parametrize(
    ("texts", "hours"),
    [
        (["2024-05-21 00:00:00", "2024-05-22 00:00:00"], [None, None]),
        (["05/21/2024 12:00:00 AM", "05/22/2024 12:00:00 AM"], [None, None]),
        (["2024-05-21 00:00:00", "2024-05-22 14:30:00"], [0, 14]),
        (["2024年5月21日14时30分", "2024年5月22日"], [14, None]),
    ],
)
def test_a_clock_behind_the_day_is_the_hour_unless_all_say_midnight(texts, hours, tmp_path) -> None:
    records = read_accidents(table(tmp_path, "\n".join(["id,date", *(f"{n},{t}" for n, t in enumerate(texts)), ""])))
    assert [own.hour for own in records.accidents] == hours


def test_years_are_those_of_the_file_or_as_they_are_said(tmp_path) -> None:
    """Quiet years of a route are years too, and a stray one is left out by --years."""
    rows = [f"{n},{year}-05-01,{route},10.5" for n, (year, route) in enumerate(
        [(2019, "S9"), (2023, "S9"), *((2020 + i % 3, "S1") for i in range(30)), (1960, "S1")]
    )]  # fmt: skip
    file = table(tmp_path, "\n".join(["id,date,route,post", *rows, ""]))
    sections = tmp_path / "sections.csv"
    sections.write_text("route,from,to,aadt\n" + "".join(f"S1,{i},{i + 1},5000\n" for i in range(10, 16)))
    rates = {}
    for years in ("2019-2023", "2020-2022", None):
        more = () if years is None else ("--years", years)
        code, output = imported(
            file, "--route", "S1", "--sections", sections, *more, "--out", tmp_path / "out", "--json"
        )
        assert code == 0, output
        rates[years] = json.loads(output)["sections"]["per_million_vehicle_km"]
    vkm_a_year = 5000 * 365 * 6 / 1e6
    assert rates["2019-2023"] == pytest.approx(30 / vkm_a_year / 5, abs=1e-4)
    assert rates["2020-2022"] == pytest.approx(30 / vkm_a_year / 3, abs=1e-4)
    assert rates[None] == pytest.approx(31 / vkm_a_year / 64, abs=1e-4)
    assert "studied: 1960 to 2023" in imported(file, "--sections", sections, "--out", tmp_path / "out")[1]
    for wrong in ("2023-2019", "x", "2030-2031"):
        assert imported(file, "--years", wrong, "--out", tmp_path / "out")[0] == 2


@pytest.mark.parametrize(
    ("head", "value", "km"),
    [("length_km", "2", 2.0), ("length", "1.5", 1.5), ("length_mi", "1", 1.609344), ("length", "", 1.0)],
)
def test_lengths_go_by_their_columns_name(head, value, km, tmp_path) -> None:
    file = tmp_path / "sections.csv"
    file.write_text(f"route,from,to,{head}\nS1,10,11,{value}\n")
    [site] = read_sites(file, mile_posts=False, keep={})
    assert site.length_km == pytest.approx(km)


def test_traffic_that_is_not_known_gives_no_rate(tmp_path) -> None:
    """And the last post of the last section is in it."""
    sections = tmp_path / "sections.csv"
    sections.write_text("route;from;to\nA;0;5\n")
    file = table(tmp_path, "year,route,km\n2020,A,1\n2020,A,5\n")
    code, output = imported(file, "--sections", sections, "--out", tmp_path / "out")
    assert code == 0, output
    assert "2 in 1 sections, whose traffic is not known" in output
    assert json.loads((tmp_path / "out" / "accidents.json").read_text())["where"] == {"located": 2}


def test_rows_of_vehicles_are_one_accident_by_its_own_number(tmp_path) -> None:
    """The row's number beside it is none."""
    rows = "1,1001,2023-01-04,12.3\n2,1001,2023-01-04,12.3\n3,1002,2023-01-05,1\n"
    text = f"id,crash_id,date,post\n{rows}"
    assert [one.id for one in read_accidents(table(tmp_path, text)).accidents] == ["1001", "1002"]


def test_a_model_year_is_no_year_of_an_accident(tmp_path) -> None:
    text = "id,date,make,year\na,2023-01-04,FAW,2009\nb,2023-05-04,FAW,2016\n"
    with pytest.raises(RefusedError, match="is it a model year"):
        read_accidents(table(tmp_path, text))


def test_a_single_person_killed_is_a_death(tmp_path) -> None:
    (one,) = read_accidents(table(tmp_path, "accident_index,date,casualty_severity\na,13/01/2020,1\n")).accidents
    assert one.deaths == 1


def test_deaths_that_rows_of_vehicles_repeat_are_the_accidents(tmp_path) -> None:
    """Told by the whole column: 1 and 1 is one death where others repeat 2 and 2, else two."""
    head, rows = "crash_id,date,deaths\n", "a,2023-01-04,1\na,2023-01-04,1\n"
    repeated = read_accidents(table(tmp_path, f"{head}{rows}b,2023-02-04,2\nb,2023-02-04,2\n")).accidents
    assert [one.deaths for one in repeated] == [1, 2]
    own = read_accidents(table(tmp_path, f"{head}{rows}b,2023-02-04,2\nb,2023-02-04,0\n")).accidents
    assert [one.deaths for one in own] == [2, 2]


@pytest.mark.parametrize(("column", "factor"), [("milepost", 1.609344), ("post_mi", 1.609344), ("km", 1.0)])
def test_posts_named_after_miles_are_miles(column, factor, tmp_path) -> None:
    text = f"id,date,route,{column}\na,2023-01-04,S228,12.3\nb,2023-02-04,S228,12.3\n"
    sections = tmp_path / "sections.csv"
    sections.write_text("route,from,to,aadt\nS228,10,20,4000\n")
    code, output = imported(table(tmp_path, text), "--sections", sections, "--out", tmp_path / "out", "--json")
    assert code == 0, output
    exposure = json.loads(output)["sections"]["million_vehicle_km"]
    assert exposure == pytest.approx(10.0 * factor * 4000 * 365 / 1e6, rel=1e-3)


@pytest.mark.parametrize(("route", "section"), [("s228", "S228"), ("S228", "s228")])
def test_a_route_is_the_same_in_small_letters(route, section, tmp_path) -> None:
    sections = tmp_path / "sections.csv"
    sections.write_text(f"route,from,to,aadt\n{section},10,20,4000\n")
    file = table(tmp_path, "id,date,route,km\na,2023-01-04,S228,12.3\nb,2023-02-04,S228,12.3\n")
    code, output = imported(file, "--sections", sections, "--route", route, "--out", tmp_path / "out", "--json")
    assert (code, json.loads(output)["sections"]["counted"]) == (0, 2)


def test_times_written_as_numbers_count_from_midnight(tmp_path) -> None:
    """5, 35 and 935 are five, thirty-five and nine thirty-five where another is 1435; alone 5 is an hour."""
    head = "id,date,time\n"
    rows = [f"{time},2023-01-04,{time}\n" for time in (5, 35, 935, 1435)]
    assert [one.hour for one in read_accidents(table(tmp_path, head + "".join(rows))).accidents] == [0, 0, 9, 14]
    assert read_accidents(table(tmp_path, f"{head}a,2023-01-04,5\nb,2023-01-04,17\n")).accidents[0].hour == 5


def test_the_time_in_a_date_stands_in_for_an_empty_one(tmp_path) -> None:
    text = "id,date,time\na,2023-01-04 08:30,\nb,2023-01-05 09:30,1435\n"
    assert [one.hour for one in read_accidents(table(tmp_path, text)).accidents] == [8, 14]


def test_cells_that_are_no_number_of_an_accident_join_nothing(tmp_path) -> None:
    text = "id,date,deaths\nN/A,2023-01-04,-1\nN/A,2023-01-09,1\nx,2023-02-01,0\nx,2023-02-01,0\n"
    found = read_accidents(table(tmp_path, text)).accidents
    assert len(found) == 3
    assert [one.deaths for one in found] == [None, 1, 0]


def test_most_dates_that_are_not_understood_are_refused(tmp_path) -> None:
    with pytest.raises(RefusedError, match="most rows don't have a date"):
        read_accidents(table(tmp_path, "id,date\na,2023-01-04\nb,4-Feb-23\nc,5-Feb-23\nd,6-Feb-23\n"))


def test_a_short_row_is_no_traceback(tmp_path) -> None:
    text = "date,route,post,id\n2023-01-04,S228,12.3,1\n2023-01-05,S228\n"
    assert len(read_accidents(table(tmp_path, text)).accidents) == 2


@pytest.mark.parametrize(
    ("words", "mechanism"),
    [
        ("Head-on", "head_on"),
        ("Front to front", "head_on"),
        ("FRONT-TO-REAR", "rear_end"),
        ("rear end", "rear_end"),
        ("Overturn/Rollover", "rollover"),
        ("Runaway truck", "runaway"),
        ("brake failure", "runaway"),
        ("passing manoeuvre", "overtaking"),
        ("fixed object", ""),
        ("No rollover", ""),
        ("not overturned", ""),
        ("非追尾", ""),
        ("正面相撞", "head_on"),
        ("追尾碰撞", "rear_end"),
        ("侧翻", "rollover"),
        ("制动失效", "runaway"),
        ("超车时碰撞", "overtaking"),
        ("坠车", ""),
        ("unknown", ""),
        ("不详", ""),
        ("", ""),
    ],
)
def test_mechanisms_by_a_records_words(words, mechanism) -> None:
    assert mechanism_of(words) == mechanism
    assert mechanism in {"", *MECHANISMS}


TOLD = (
    "accident_id,date,vehicle,collision_type,killed\n"
    "a,2021-05-01,truck,rear end,0\na,2021-05-01,car,rear end,1\n"
    "b,2022-05-01,truck,overturn,0\n"
    "c,2022-06-01,car,head-on,1\n"
    "d,2023-05-01,truck,fixed object,0\n"
    "e,2023-07-01,truck,overturn,2\n"
)


def parts_of(file: Path) -> dict[str, dict]:
    """Targets that stand in a file as comments."""
    text = file.read_text(encoding="utf-8")
    lines = [line[2:] for line in text[text.index("# Parts of the sum") :].splitlines()]
    return {own["name"]: own for own in yaml.safe_load("\n".join(lines[2:]))}


def test_counts_become_a_target_of_a_calibration_and_its_parts_beside_it(tmp_path) -> None:
    """Of accidents with a truck all rows count: the death in the car behind it is one of them."""
    out = tmp_path / "seen"
    code, said = imported(table(tmp_path, TOLD), "--only", "vehicle=truck", "--out", out)
    assert code == 0, said
    target, fatal = load_as(out / "observed.yaml", Targets).targets
    assert (target.metric, target.value, target.years, target.overdispersion) == ("expected_accidents", 4, 3.0, 0.0)
    assert (fatal.metric, fatal.of, fatal.value) == ("expected_fatal_accidents", ("expected_accidents",), 0.5)
    assert fatal.sd == pytest.approx(0.25, abs=1e-6)
    parts = parts_of(out / "observed.yaml")
    assert {name: own["value"] for name, own in parts.items()} == {"fatal_accidents": 2, "rear_end": 1, "rollover": 2}
    assert Targets.model_validate({"targets": [parts["rollover"]]}).targets[0].metric == "expected_rollover"
    report = (out / "accidents.md").read_text(encoding="utf-8")
    assert "in 3 years" in report
    assert "--only" not in report


def test_what_no_record_tells_of_is_no_target(tmp_path) -> None:
    out = tmp_path / "seen"
    told = (
        TOLD.replace("overturn", "unknown")
        .replace("rear end", "other")
        .replace("head-on", "-")
        .replace(",killed", ",x")
    )
    assert imported(table(tmp_path, told), "--out", out)[0] == 0
    assert "Parts of the sum" not in (out / "observed.yaml").read_text(encoding="utf-8")
    (target,) = load_as(out / "observed.yaml", Targets).targets
    assert target.value == 5
    assert "--only COLUMN=TEXT" in (out / "accidents.md").read_text(encoding="utf-8")


def test_head_on_and_rear_end_collisions_make_a_share(tmp_path) -> None:
    """Three of twelve, with the error of a binomial share; nine are too few."""
    for number, held in ((12, True), (9, False)):
        rows = [f"{n},2022-05-{n + 1:02d},{'head-on' if n % 4 == 0 else 'rear end'}\n" for n in range(number)]
        out = tmp_path / f"seen{number}"
        assert imported(table(tmp_path, "id,date,collision_type\n" + "".join(rows)), "--out", out)[0] == 0
        own = {target.name: target for target in load_as(out / "observed.yaml", Targets).targets}
        assert ("share_head_on" in own) is held
        if held:
            share = own["share_head_on"]
            assert (share.metric, share.of) == ("expected_head_on", ("expected_head_on", "expected_rear_end"))
            assert (share.value, share.sd) == (0.25, pytest.approx(np.sqrt(3.5 / 13 * 9.5 / 13 / 12), abs=1e-6))


@pytest.mark.parametrize(
    ("header", "cells", "key"),
    [
        ("事故类型", ("追尾", "侧翻", "正面碰撞"), "type"),
        ("事故类型", ("死亡事故", "伤人事故", "财产损失"), "severity"),
        ("accident_type", ("PDO", "Fatal", "Injury"), "severity"),
        ("crash_type", ("Rear end", "Overturn", "Angle"), "type"),
    ],
)
def test_a_column_that_may_be_either_is_what_its_cells_are(header, cells, key, tmp_path) -> None:
    rows = "".join(f"{n},2023-05-0{n},{text}\n" for n, text in enumerate(cells, start=1))
    records = read_accidents(table(tmp_path, f"编号,日期,{header}\n{rows}"))
    assert [getattr(own, key) for own in records.accidents] == list(cells)
    assert {"type", "severity"} & set(records.columns) == {key}


def test_the_sum_of_sections_scatters_less_than_each() -> None:
    counts = np.array([3, 9, 1, 14, 5, 8, 2, 11])[:, None]
    found = fit(counts.sum(axis=1), np.full(8, 6.0))
    assert found is not None
    assert found.overdispersion > 0.0
    assert found.overdispersion_of_sum == pytest.approx(found.overdispersion / 8)


def test_lines_above_the_header_are_no_header(tmp_path) -> None:
    titles = "S228 2023年交通事故台账,,,\n制表：交警大队,,2024年1月,\n"
    text = f"{titles}事故编号,事故日期,路线,公里数\n1,2023-05-01,S228,12.3\n"
    (found,) = read_accidents(table(tmp_path, text)).accidents
    assert (found.row, found.year, found.post) == (4, 2023, 12.3)


def test_kilometres_and_metres_in_columns_of_their_own_are_one_place(tmp_path) -> None:
    """Where the kilometre is not whole already, and there are fewer than a thousand."""
    rows = ("12,350", "7,", ",20", "12.350,350", "K13+200,200", "12,-50", "12,1350")
    text = "编号,日期,路线,公里,米\n" + "".join(f"{n},2023-05-01,S228,{row}\n" for n, row in enumerate(rows))
    found = [own.post for own in read_accidents(table(tmp_path, text)).accidents]
    assert found == [12.35, 7.0, None, 12.35, 13.2, 12.0, 12.0]


@pytest.mark.parametrize(
    ("text", "hour"),
    [
        *(("8点", 8), ("下午3点", 15), ("8点半", 8), ("下午8点半", 20), ("21点40分", 21), ("25点", None)),
        *(("晚8点", 20), ("早8点", 8), ("15时许", 15), ("傍晚6点多", 18), ("8 PM", 20), ("8pm", 20)),
        ("中午12点30分", 12),
    ],
)
def test_hours_in_chinese_words(text, hour, tmp_path) -> None:
    (found,) = read_accidents(table(tmp_path, f"编号,日期,时间\n1,2023-05-01,{text}\n")).accidents
    assert found.hour == hour


@pytest.mark.parametrize(("text", "hour"), [("下午3点", 15), ("8点半", 8), ("23:15", 23), ("2时许", 2), ("", None)])
def test_hours_behind_the_day(text, hour, tmp_path) -> None:
    other = "2,2019年5月4日 23:00\n"
    first, _ = read_accidents(table(tmp_path, f"编号,事故时间\n1,2019年5月3日 {text}\n{other}")).accidents
    assert (first.year, first.month, first.hour) == (2019, 5, hour)


def test_only_holds_in_letters_of_any_size_and_is_said_once(tmp_path) -> None:
    text = "id,date,车辆类型\n1,2023-05-01,重型货车\n2,2023-05-02,小客车\n3,2023-05-03,轻型 货车\n"
    chosen = read_accidents(table(tmp_path, text), only={"车辆类型": "货车"}).accidents
    assert [own.id for own in chosen] == ["1", "3"]
    trucks = table(tmp_path, "id,date,vehicle\n1,2023-05-01,Truck\n2,2023-05-02,car\n")
    assert [own.id for own in read_accidents(trucks, only={"vehicle": "truck"}).accidents] == ["1"]
    twice = ("--only", "vehicle=truck", "--only", "vehicle=bus")
    code, said = imported(trucks, *twice, "--out", tmp_path / "seen")
    assert (code, "--only: vehicle is given twice" in said) == (2, True)


def test_sections_below_a_title_are_read(tmp_path) -> None:
    file = tmp_path / "sections.csv"
    file.write_text("Inventory of 2023,,,\nroute,from,to,aadt\nA1,0,2,1'008\n", encoding="utf-8")
    (site,) = read_sites(file, mile_posts=False, keep={})
    assert (site.route, site.length_km, site.aadt) == ("A1", 2.0, 1008.0)
