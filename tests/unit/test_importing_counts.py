"""Traffic counts as counters write them."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
import yaml
from conftest import TAISHUN
from typer.testing import CliRunner

from sim.cli import app
from sim.importing.counts import read_counts
from sim.importing.findings import RefusedError
from sim.importing.vehicle_classes import GROUPS, group_of
from sim.inputs.demand import Demand
from sim.scenario import load_scenario

runner = CliRunner()
START = datetime(2024, 5, 13)
"""A Monday."""
HOURS = [2, 1, 1, 1, 2, 4, 8, 14, 16, 15, 14, 14, 13, 14, 15, 16, 17, 16, 12, 9, 7, 5, 4, 3]
CLASSES = [2] * 70 + [3] * 15 + [4] * 2 + [5] * 4 + [9] * 7 + [14] * 2


def vehicles(days: int, seed: int = 1) -> list[tuple[datetime, int, float]]:
    """A row a vehicle: HOURS times five by hour, a tenth more on Fridays; a vehicle at both ends of the count."""
    generator = np.random.Generator(np.random.Philox(seed))
    found = []
    for day in range(days):
        for hour, number in enumerate(HOURS):
            for _ in range(5 * number + (5 * number // 10 if day % 7 == 4 else 0)):
                when = START + timedelta(days=day, hours=hour, seconds=float(generator.uniform(0, 3599)))
                kind = CLASSES[int(generator.integers(len(CLASSES)))]
                found.append((when, kind, float(generator.normal(60.0, 8.0))))
    ends = (START, START + timedelta(days=days) - timedelta(seconds=1))
    return [*found, *((when, 2, 60.0) for when in ends)]


def written(folder: Path, rows: list, when: str, preamble: str = "") -> Path:
    file = folder / "counts.csv"
    body = "".join(f"{time.strftime(when)},{kind},{speed:.1f}\n" for time, kind, speed in rows)
    file.write_text(f"{preamble}DateTime,Class,Speed\n{body}")
    return file


def test_american_rows_out_of_order_below_a_preamble(tmp_path) -> None:
    """US dates, a clock of twelve hours, lines above the header; nothing of that moves a number."""
    rows = vehicles(7)
    generator = np.random.Generator(np.random.Philox(2))
    mixed = [rows[index] for index in generator.permutation(len(rows))]
    plain = read_counts(written(tmp_path, sorted(rows), "%Y-%m-%d %H:%M:%S"))
    american = read_counts(written(tmp_path, mixed, "%m/%d/%Y %I:%M:%S %p", "Site: 12\nSerial, 77\n\n"))
    assert len(american.days) == 7
    assert (american.by_hour == plain.by_hour).all()
    assert plain.out_of_order == 0
    assert american.out_of_order > 1000
    assert american.unread == 0


def test_shares_are_those_of_the_classes_and_14_is_no_truck(tmp_path) -> None:
    rows = vehicles(7)
    counts = read_counts(written(tmp_path, rows, "%Y-%m-%d %H:%M:%S"))
    kinds = np.array([kind for _, kind, _ in rows])
    assert counts.shares["semi"] == pytest.approx((kinds == 9).mean(), abs=0.002)
    assert counts.shares["unclassified"] == pytest.approx((kinds == 14).mean(), abs=0.002)
    assert counts.shares["rigid"] == pytest.approx((kinds == 5).mean(), abs=0.002)
    assert sum(counts.shares.values()) == pytest.approx(1.0)
    assert counts.a_day == pytest.approx(len(rows) / 7.0)
    low, middle, high = counts.speeds_kmh["car"]
    assert middle == pytest.approx(60.0, abs=1.0)
    assert high - low == pytest.approx(2.0 * 1.036 * 8.0, rel=0.05)


def test_a_week_has_weekdays_and_a_smaller_error(tmp_path) -> None:
    week = read_counts(written(tmp_path, vehicles(7), "%Y-%m-%d %H:%M:%S"))
    weekly = week.weekly(GROUPS)
    assert weekly is not None
    assert weekly[4] / weekly[1] == pytest.approx(1.1, abs=0.02)
    two = read_counts(written(tmp_path, vehicles(2), "%Y-%m-%d %H:%M:%S"))
    assert two.weekly(GROUPS) is None
    assert two.relative_error > week.relative_error


def test_an_import_writes_profiles_for_a_scenario(tmp_path) -> None:
    file = written(tmp_path, vehicles(7), "%Y-%m-%d %H:%M:%S")
    result = runner.invoke(app, ["import", "counts", str(file), "--out", str(tmp_path / "out"), "--json"])
    assert result.exit_code == 0, result.output
    report = json.loads(result.output)
    assert report["aadt_low"] < report["aadt"] < report["aadt_high"]
    profiles = yaml.safe_load((tmp_path / "out" / "profiles.yaml").read_text())
    hourly = np.array(profiles["traffic"]["hourly_weights"])
    assert hourly / hourly.sum() == pytest.approx(np.array(HOURS) / sum(HOURS), abs=0.005)
    assert len(profiles["demand"]["hourly_weights"]) == 24
    assert len(profiles["traffic"]["weekly_weights"]) == 7


@pytest.mark.parametrize("head", ["time", "date", "时间"])
def test_one_column_that_has_day_and_time_is_enough(head, tmp_path) -> None:
    """Whatever it is called; a row a vehicle, in no order."""
    file = tmp_path / "counts.csv"
    rows = [f"2024-05-13 {hour:02d}:{minute:02d}:07,tractor-trailer" for minute in (41, 5) for hour in range(24)]
    file.write_text("\n".join([f"{head},class", *rows, ""]), encoding="utf-8")
    counts = read_counts(file)
    assert counts.a_day == 48
    assert counts.shares["semi"] == 1.0


@pytest.mark.parametrize(
    "heads", [("Class 2", "Class 6", "Class 9"), ("F2", "F6", "F9"), ("小客车", "大货车", "集装箱车"), ("2", "6", "9")]
)
def test_a_column_a_class_is_a_row_a_class(heads, tmp_path) -> None:
    """As many counters write it: intervals below each other, classes beside each other, their sum among them."""
    file = tmp_path / "counts.csv"
    rows = [f"2024-05-13,{hour}:{minute:02d},30,6,,36" for hour in range(24) for minute in (0, 30)]
    file.write_text("\n".join([",".join(["Date", "Time", *heads, "Total"]), *rows, ""]), encoding="utf-8")
    counts = read_counts(file)
    assert counts.a_day == 48 * 36
    assert [counts.shares[group] for group in ("car", "rigid", "semi")] == pytest.approx([5 / 6, 1 / 6, 0.0])
    assert counts.rows == 48 * 3


DAY = [(hour, 8 if hour < 12 else 2) for hour in range(24)]
"""Vehicles by hour: four times as many before noon."""


@pytest.mark.parametrize(
    ("head", "form"),
    [
        ("date,time,class,count", "2024-05-13,{hour}:00,2,{n}"),
        ("datetime,class,count", "2024-05-13T{hour:02d}:00:00+08:00,2,{n}"),
        ("datetime,class,count", "20240513 {hour:02d}:00,2,{n}"),
        ("datetime,class,count", "{excel:.6f},2,{n}"),
        ("datetime,class,count", "{excel:.4f},2,{n}"),
        ("datetime,class,count", "20240513{hour:02d},2,{n}"),
        ("datetime,class,count", "{excel:.9g},2,{n}"),
        ("date,time,class,count", "45425,{hour}:00,2,{n}"),
        ("datetime,class,count", "2024-05-13 {hour:02d}:00-{end:02d}:00,2,{n}"),
        ("datetime,class,count", "13-May-2024 {hour:02d}:00,2,{n}"),
        ("datetime,class,count", "2024-05-13 {hour:02d}：00,2,{n}"),
        ("日期,时间,车型,流量", "2024年5月13日,{hour:02d}时00分,小客车,{n}"),
        ("datetime,class,count", "05/13/2024 {half}:00 {mark},2,{n}"),
        ("datetime,class,count", "2024-05-13 {zh} {half:02d}:00:00,2,{n}"),
        ("date,time,class,count", "2024-05-13,{half}:00{mark[0]},2,{n}"),
        ("date,time,class,count", "2024-05-13,{half}:00 {mark[0]}.M.,2,{n}"),
        ("date,time,class,count", "2024-05-13,{end}:00,2,{n}"),
        ("date,hour,class,count", "2024-05-13,{end},2,{n}"),
        ("date,time,class,count", "2024-05-13,{hour}:00,2,{n},,"),
    ],
)
def test_a_day_is_the_same_however_its_hours_are_written(head, form, tmp_path) -> None:
    """Ends of intervals as starts, halves of a day, compact and named days, empty cells behind."""
    file = tmp_path / "counts.csv"
    rows = [
        form.format(
            hour=hour, n=n, end=hour + 1, half=hour % 12 or 12, mark="AM" if hour < 12 else "PM",
            zh="上午" if hour < 12 else "下午", excel=45425 + hour / 24,
        )
        for hour, n in DAY
    ]  # fmt: skip
    file.write_text("\n".join([head, *rows, ""]), encoding="utf-8")
    counts = read_counts(file)
    assert counts.by_hour[0, :, 0].tolist() == [n for _, n in DAY]
    assert counts.unread == 0


@pytest.mark.parametrize(
    "form",
    [
        "2024-05-12T{hour:02d}:00:00Z",
        "2024-05-12 {hour:02d}:00:00+00:00",
        "2024-05-12 {hour:02d}:00:00+00",
        "2024-05-12 {half}:00:00 {mark} +00:00",
        "{unix}",
        "{unix}000",
    ],
)
def test_greenwich_times_are_refused_until_the_offset_is_said(form, tmp_path) -> None:
    """From 16:00 to 16:00 there is a day in China."""
    file, start = tmp_path / "counts.csv", datetime(2024, 5, 12, 16, tzinfo=UTC)
    moments = [start + timedelta(hours=hour) for hour, _ in DAY]
    times = [
        form.replace("05-12", f"{own:%m-%d}").format(
            hour=own.hour, unix=int(own.timestamp()), half=own.hour % 12 or 12, mark="AM" if own.hour < 12 else "PM"
        )
        for own in moments
    ]
    rows = [f"{time},2,{n}" for time, (_, n) in zip(times, DAY, strict=True)]
    file.write_text("\n".join(["datetime,class,count", *rows, ""]))
    with pytest.raises(RefusedError, match=r"counts.csv:2: .*--utc-offset"):
        read_counts(file)
    counts = read_counts(file, utc_offset_h=8.0)
    assert [str(day) for day in counts.days] == ["2024-05-13"]
    assert counts.by_hour[0, :, 0].tolist() == [n for _, n in DAY]
    out = ["--utc-offset", "8", "--out", str(tmp_path / "out")]
    assert runner.invoke(app, ["import", "counts", str(file), *out]).exit_code == 0


@pytest.mark.parametrize("zone", ["", "+08:00"])
def test_an_offset_that_nothing_asks_for_is_refused(zone, tmp_path) -> None:
    file = tmp_path / "counts.csv"
    rows = [f"2024-05-13 {hour:02d}:00:00{zone},2,{n}" for hour, n in DAY]
    file.write_text("\n".join(["datetime,class,count", *rows, ""]))
    with pytest.raises(RefusedError, match="leave --utc-offset out"):
        read_counts(file, utc_offset_h=8.0)


def test_a_column_of_words_may_be_the_class(tmp_path) -> None:
    """Without it cars, trucks and their sum would be counted together."""
    file = tmp_path / "counts.csv"
    rows = [f"2024-05-13 {hour}:00,{kind},{n}" for hour, n in DAY for kind in ("car", "truck", "Total")]
    file.write_text("\n".join(["datetime,vehicle type,count", *rows, ""]))
    with pytest.raises(RefusedError, match=r"--map class=COLUMN, such as vehicle type"):
        read_counts(file)
    assert read_counts(file, named={"class": "vehicle type"}).a_day == 2 * sum(n for _, n in DAY)


def test_counts_without_a_class_have_no_share_of_trucks(tmp_path) -> None:
    file = tmp_path / "counts.csv"
    file.write_text("\n".join(["datetime,volume", *(f"2024-05-13 {hour}:00,{n}" for hour, n in DAY), ""]))
    counts = read_counts(file)
    assert counts.a_day == sum(n for _, n in DAY)
    assert counts.truck_share is None
    out = tmp_path / "out"
    assert runner.invoke(app, ["import", "counts", str(file), "--out", str(out)]).exit_code == 0
    profiles = yaml.safe_load((out / "profiles.yaml").read_text())
    assert "truck_share" not in profiles
    assert profiles["traffic"]["hourly_weights"][0] == 8.0
    assert "not known" in (out / "counts.md").read_text()
    assert "不明" in (out / "counts.zh-CN.md").read_text()
    assert "classes that are not known" not in (out / "counts.md").read_text()


def test_points_between_thousands_are_not_taken_as_fractions(tmp_path) -> None:
    file = tmp_path / "counts.csv"
    rows = [f"2024-05-13 {hour}:00,2,{'1.234' if hour == 7 else n}" for hour, n in DAY]
    file.write_text("\n".join(["datetime,class,count", *rows, ""]))
    with pytest.raises(RefusedError, match=r"counts.csv:9: count: '1.234' may be thousands.*write 1234 or 1.234"):
        read_counts(file)


@pytest.mark.parametrize("minutes", [15, 30, 60])
def test_ends_of_shorter_intervals_are_starts_too(minutes, tmp_path) -> None:
    file = tmp_path / "counts.csv"
    ends = [divmod(end, 60) for end in range(minutes, 24 * 60 + 1, minutes)]
    rows = [f"2024-05-13,{hour}:{minute:02d},2,{n}" for n, (hour, minute) in enumerate(ends)]
    file.write_text("\n".join(["date,time,class,count", *rows, ""]))
    each = 60 // minutes
    by_hour = [sum(range(hour * each, (hour + 1) * each)) for hour in range(24)]
    assert read_counts(file).by_hour[0, :, 0].tolist() == by_hour


@pytest.mark.parametrize(
    ("heads", "a_day", "semi_and_rigid", "unknown"),
    [
        ("中小客车,大客车,小型货车,中型货车,大型货车,特大型货车,集装箱车", 7 * 24, 5 / 7, ()),
        ("Cars,Vans,Trucks,Heavy vehicles", 4 * 24, 0.5, ()),
        ("Cars,Buses,Total trucks", 3 * 24, 1 / 3, ()),
        ("Cars,Trucks,Hovercraft", 2 * 24, 0.5, ("Hovercraft",)),
        ("Cars,Rigid,Artic,Trucks total,Total", 3 * 24, 2 / 3, ()),
        ("客车,货车", 2 * 24, 0.5, ()),
    ],
)
def test_columns_of_classes_are_counted_once_or_named(heads, a_day, semi_and_rigid, unknown, tmp_path) -> None:
    file = tmp_path / "counts.csv"
    ones = ",".join("1" for _ in heads.split(","))
    rows = [f"2024-05-13,{hour}:00,{ones}" for hour in range(24)]
    file.write_text("\n".join([f"date,time,{heads}", *rows, ""]), encoding="utf-8")
    counts = read_counts(file)
    assert counts.a_day == a_day
    assert counts.shares["rigid"] + counts.shares["semi"] == pytest.approx(semi_and_rigid)
    assert counts.unknown_classes == unknown


@pytest.mark.parametrize("name", ["Subtotal", "小计", "Trucks total", "Gesamt", "All vehicles"])
def test_sums_of_classes_are_no_vehicles(name, tmp_path) -> None:
    file = tmp_path / "counts.csv"
    rows = [f"2024-05-13,{hour}:00,{kind},{n}" for hour in range(24) for kind, n in (("2", 8), ("9", 2), (name, 10))]
    file.write_text("\n".join(["date,time,class,count", *rows, ""]), encoding="utf-8")
    assert read_counts(file).a_day == 240


def test_other_vehicles_beside_known_ones_count(tmp_path) -> None:
    file = tmp_path / "counts.csv"
    rows = [f"2024-05-13,{hour}:00,7,2,1" for hour in range(24)]
    file.write_text("\n".join(["date,time,Cars,Trucks,Other", *rows, ""]))
    counts = read_counts(file)
    assert counts.a_day == 240
    assert counts.shares["unclassified"] == pytest.approx(0.1)


@pytest.mark.parametrize(
    ("head", "cell", "us", "kmh"),
    [("speed_mph", "50", False, 80.4672), ("speed_kmh", "80", True, 80.0), ("speed", "50 mph", False, 80.4672),
     ("Speed (km/h)", "80", False, 80.0), ("speed", "50", True, 80.4672)],
)  # fmt: skip
def test_the_unit_that_a_speed_bears_goes_before_what_is_said_of_the_file(head, cell, us, kmh, tmp_path) -> None:
    file = tmp_path / "counts.csv"
    rows = [f"2024-05-13 {hour:02d}:00:60,2,{cell}" for hour in range(24)]
    file.write_text("\n".join([f"datetime,class,{head}", *rows, ""]))
    assert read_counts(file, miles=us).speeds_kmh["car"][1] == pytest.approx(kmh)


@pytest.mark.parametrize("encoding", ["gbk", "utf-16"])
def test_chinese_intervals_are_counts(encoding, tmp_path) -> None:
    file = tmp_path / "counts.csv"
    rows = "".join(
        f"2024-05-13,{hour},{kind},{n}\n" for hour in range(24) for kind, n in (("小客车", 30), ("特大货车", 10))
    )
    file.write_text(f"日期,时间,车型,流量\n{rows}", encoding=encoding)
    counts = read_counts(file)
    assert counts.a_day == 24 * 40
    assert counts.shares["semi"] == 0.25
    assert counts.speeds_kmh == {}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("datetime,speed\n2024-05-13 10:00,50\n", "class of vehicle"),
        ("class,speed\n2,50\n", "no column holds when"),
        ("datetime,class\nyesterday,2\n", "no time can be read"),
        ("datetime,class\n2024-05-13 10:00,2\n2024-W20-1 16:00,inf\n", "1 of 2 rows have a time that can't be read"),
        ("datetime,class\n2024-05-13 10:00,2\n2024-05-13 16:00,2\n", "6 hours were counted"),
        ("datetime,class\n13/05/2024 10:00,2\n05/14/2024 10:00,2\n", "--date-order"),
    ],
)
def test_what_is_no_count_is_refused(text: str, words: str, tmp_path) -> None:
    file = tmp_path / "counts.csv"
    file.write_text(text)
    with pytest.raises(RefusedError, match=words):
        read_counts(file)


@pytest.mark.parametrize(
    ("text", "group"),
    [("1", "car"), ("3", "car"), ("4", "bus"), ("5", "rigid"), ("7", "rigid"), ("8", "semi"), ("13", "semi"),
     ("14", "unclassified"), ("15", "unclassified"), ("0", "unclassified"), ("x", "unclassified"), ("集装箱", "semi")],
)  # fmt: skip
def test_classes_are_those_of_the_guide(text: str, group: str) -> None:
    assert group_of(text) == group


@pytest.mark.parametrize("form", ["{:02d}00", "{}", "{}:00", "{:02d}:00:00"])
def test_hours_of_every_form_are_read(form: str, tmp_path) -> None:
    file = tmp_path / "counts.csv"
    rows = "".join(f"2024-05-13,{form.format(hour)},2,{10 + hour}\n" for hour in range(24))
    file.write_text(f"date,time,class,count\n{rows}")
    counts = read_counts(file)
    assert counts.hourly(["car"]) == [10.0 + hour for hour in range(24)]


def test_numbers_of_every_form_are_read_and_others_refused(tmp_path) -> None:
    file = tmp_path / "counts.csv"
    rows = "".join(f'2024-05-13,{hour}:00,2,"1,100"\n2024-05-13,{hour}:00,9,10\n' for hour in range(24))
    file.write_text(f"date,time,class,count\n{rows}")
    assert read_counts(file).a_day == 24 * 1110
    file.write_text(f"date,time,class,count\n{rows}2024-05-13,23:00,2,-5\n")
    with pytest.raises(RefusedError, match=r"counts\.csv:50: count: found '-5'"):
        read_counts(file)


def test_sums_are_no_vehicles_and_unknown_classes_are_named(tmp_path) -> None:
    file = tmp_path / "counts.csv"
    kinds = (("Class 2", 10), ("F9", 5), ("Total", 15), ("moped", 1))
    rows = "".join(f"2024-05-13,{hour}:00,{kind},{n}\n" for hour in range(24) for kind, n in kinds)
    file.write_text(f"date,time,class,count\n{rows}")
    counts = read_counts(file)
    assert counts.a_day == 24 * 16
    assert counts.shares["semi"] == pytest.approx(5 / 16)
    assert counts.unknown_classes == ("moped",)


def test_hours_by_light_without_a_vehicle_are_told(tmp_path) -> None:
    file = tmp_path / "counts.csv"
    hours = [hour for hour in range(24) if not 9 <= hour < 13]
    file.write_text("date,time,class,count\n" + "".join(f"2024-05-13,{hour}:00,2,10\n" for hour in hours))
    result = runner.invoke(app, ["import", "counts", str(file), "--out", str(tmp_path / "out")])
    assert "4 hours from 7 to 19 without a vehicle" in result.output


HOURLY = [8] * 12 + [2] * 12
"""Cars of a day by hour: 120."""


def table_of(head: str, row, days: int = 1, hours=range(24)) -> str:
    """A row or several an hour; `row` gives them for a day, an hour and its cars."""
    lines = [head]
    for day in range(days):
        for hour in hours:
            found = row(f"2024-05-{13 + day}", hour, HOURLY[hour])
            lines += [found] if isinstance(found, str) else found
    return "\n".join([*lines, ""])


def cars_alone(day: str, hour: int, cars: int) -> str:
    """A row of an hour."""
    return f"{day},{hour}:00,2,{cars}"


def last(hour: int, *rows: str) -> list[str]:
    """Rows below those of a day."""
    return list(rows) if hour == 23 else []


def by(parts: str, form: str, cars: int) -> list[str]:
    """A row for two parts and one for their sum."""
    return [form.format(part, cars / halves) for part, halves in zip(parts.split(), (2, 2, 1), strict=True)]


def of_text(tmp_path, text: str, **options):
    file = tmp_path / "counts.csv"
    file.write_text(text)
    return read_counts(file, **options)


@pytest.mark.parametrize(
    "name", ["交通量", "车流量", "流量（辆/小时）", "辆数", "Flow", "Volume (veh)", "Total Volume", "Anzahl"]
)
def test_the_number_of_vehicles_under_its_usual_names(name, tmp_path) -> None:
    counts = of_text(
        tmp_path, table_of(f"date,time,class,{name}", lambda d, h, n: [f"{d},{h}:00,2,{n}", f"{d},{h}:00,9,3"])
    )
    assert counts.a_day == 120 + 72
    assert counts.truck_share == pytest.approx(72 / 192)


def test_a_number_under_an_unknown_name_makes_no_vehicles_of_rows(tmp_path) -> None:
    text = table_of("date,time,class,Qty", lambda d, h, n: f"{d},{h}:00,2,{n}")
    with pytest.raises(RefusedError, match="--map count=Qty"):
        of_text(tmp_path, text)
    assert of_text(tmp_path, text, named={"count": "Qty"}).a_day == 120


@pytest.mark.parametrize(
    ("head", "row"),
    [
        ("date,time,direction,class,count", lambda d, h, n: by("N S Both", f"{d},{h}:00,{{}},2,{{:g}}", n)),
        ("日期,时间,方向,车型,流量", lambda d, h, n: by("上行 下行 合计", f"{d},{h}:00,{{}},小客车,{{:g}}", n)),
        ("date,time,lane,class,count", lambda d, h, n: by("1 2 Total", f"{d},{h}:00,{{}},2,{{:g}}", n)),
        ("date,time,class,count", lambda d, h, n: [f"{d},{h}:00,2,{n}"] * 2),
        (
            "date,time,class,count",
            lambda d, h, n: [f"{d},{h}:00-{h + 1}:00,2,{n}", *last(h, f"{d},0:00-24:00,2,120", f"{d},7:00-19:00,2,66")],
        ),
        ("datetime,class,count", lambda d, h, n: [f"{d} {h}:00,2,{n}", *last(h, f"{d} 0:00 - 24:00,2,120")]),
        ("date,time,class,count", lambda d, h, n: [f"{d},{h}:00,2,{n}", *last(h, f"{d},AM Peak 08:00,2,8")]),
        (
            "datetime,class,count",
            lambda d, h, n: [f"{d} {h + 1}:00,2,{n}"] if h < 23 else [f"2024-05-{int(d[-2:]) + 1} 00:00,2,{n}"],
        ),
        ("date,time,class,count", lambda d, h, n: f"{d},{(h + 1) % 24}:00,2,{n}"),
    ],
)
def test_sums_repeats_and_ends_of_intervals_leave_the_day_as_it_is(head, row, tmp_path) -> None:
    counts = of_text(tmp_path, table_of(head, row, days=2))
    assert counts.a_day == 120
    assert counts.by_hour[0].sum(axis=1).tolist() == HOURLY


def test_a_sum_is_told_from_its_parts_only_where_it_varies(tmp_path) -> None:
    """Trucks are rigid and articulated ones together on every row, with five values or more."""
    text = table_of("Date,Time,Cars,Trucks,Rigid,Artic", lambda d, h, n: f"{d},{h}:00,{n},{h % 6 + 1},{h % 6},1")
    assert of_text(tmp_path, text).a_day == 120 + sum(h % 6 + 1 for h in range(24))


def test_directions_that_nothing_tells_apart_are_no_repeats(tmp_path) -> None:
    """Two rows an interval with other numbers, and the same ones at times."""
    text = table_of(
        "date,time,class,count", lambda d, h, n: [f"{d},{h}:00,2,{n}", f"{d},{h}:00,2,{n if h < 3 else n + 1}"]
    )
    assert of_text(tmp_path, text).a_day == 240 + 21


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (table_of("date,time,class,count", cars_alone, 5, range(7, 19)), "hours 0, 1, 2"),
        (table_of("date,time,class,count", cars_alone, 3, range(0, 24, 2)), "longer than an hour"),
        (table_of("datetime,class,count", lambda d, _h, _n: f"{d} 00:00:00,2,120", 8, [0]), "whole day"),
        (
            table_of("station,date,time,class,count", lambda d, h, n: by("A B A", f"{{}},{d},{h}:00,2,{{:g}}", n)),
            "--keep",
        ),
        (table_of("日期,时间,小客车,大货车,小客车,大货车", lambda d, h, n: f"{d},{h}:00,{n},1,2,3"), "stands twice"),
        (
            table_of("日期,时间,小客车,,大货车,\n,,上行,下行,上行,下行", lambda d, h, n: f"{d},{h}:00,{n},{n},1,1"),
            "no name",
        ),
        (table_of("date;time;class;count", lambda d, h, _n: f"{d};{h}:00;2;8,000"), "write 8000 or 8"),
    ],
)
def test_what_would_be_traffic_of_another_size_is_refused(text, words, tmp_path) -> None:
    with pytest.raises(RefusedError, match=words):
        of_text(tmp_path, text)


def test_one_station_of_several_can_be_kept(tmp_path) -> None:
    text = table_of("station,date,time,class,count", lambda d, h, n: [f"A,{d},{h}:00,2,{n}", f"B,{d},{h}:00,2,7"])
    assert of_text(tmp_path, text, keep={"station": "A"}).a_day == 120
    with pytest.raises(RefusedError, match="no row has station=C"):
        of_text(tmp_path, text, keep={"station": "C"})
    with pytest.raises(RefusedError, match="no column is 'site'"):
        of_text(tmp_path, text, keep={"site": "A"})


def test_a_clock_that_was_reset_makes_no_day(tmp_path) -> None:
    rows = [f"2024-05-{13 + n // 24} {n % 24}:{m:02d},2" for n in range(15, 72) for m in range(0, 50, 7)]
    counts = of_text(tmp_path, "\n".join(["datetime,class", "2000-01-01 00:00:12,2", *rows, ""]))
    assert [str(day) for day in counts.days] == ["2024-05-14", "2024-05-15"]
    assert counts.left_out["rows_of_another_time"] == 1


def test_a_running_number_tells_no_stations(tmp_path) -> None:
    rows = [f"{n},2024-05-13 {n % 24}:{7 + n // 24}:13,2" for n in range(24 * 40)]
    assert of_text(tmp_path, "\n".join(["counter,datetime,class", *rows, ""])).a_day == 24 * 40


@pytest.mark.parametrize("day", ["9999-12-31,24:00", "9999-12-31T23:00:00Z,23:00", "0001-01-01,0:30"])
def test_the_ends_of_the_calendar_are_no_traceback(day, tmp_path) -> None:
    file = tmp_path / "counts.csv"
    file.write_text(table_of("date,time,class,count", lambda d, h, n: f"{d},{h}:00,2,{n}") + f"{day},2,1\n")
    result = runner.invoke(app, ["import", "counts", str(file), "--out", str(tmp_path / "out")])
    assert result.exit_code in {0, 2}
    assert result.exception is None or isinstance(result.exception, SystemExit)


@pytest.mark.parametrize(
    "form",
    [
        "2024{month}{day}T{hour:02d}00",
        "2024{month}{day}{hour:02d}00",
        "2024{month}{day}{hour:02d}0000",
        "2024年{month}月{day}日 {hour}点",
        "2024年{month}月{day}日{hour}时",
        "2024年{month}月{day}日{hour:02d}:00",
    ],
)
def test_moments_without_colons(form, tmp_path) -> None:
    text = table_of(
        "datetime,class,count", lambda d, h, n: f"{form.format(month=d[5:7], day=d[8:], hour=h)},2,{n}", days=2
    )
    counts = of_text(tmp_path, text)
    assert counts.by_hour[1].sum(axis=1).tolist() == HOURLY


def test_a_day_of_merged_cells_is_all_its_rows(tmp_path) -> None:
    text = table_of("日期,时段,车型,流量", lambda d, h, n: f"{'' if h else d},{h}:00-{h + 1}:00,小客车,{n}", days=3)
    assert of_text(tmp_path, text).by_hour.sum(axis=2).tolist() == [HOURLY] * 3


def test_the_running_number_of_vehicles_is_no_number_of_them(tmp_path) -> None:
    """A logger's first column; its rows are single vehicles."""
    rows = [f"{n},2024-05-13 {n % 24}:{7 + n // 24}:13,2" for n in range(24 * 40)]
    assert of_text(tmp_path, "\n".join(["Number,datetime,class", *rows, ""])).a_day == 24 * 40


def test_classes_and_directions_have_profiles_of_their_own(tmp_path) -> None:
    """A week by hour: rigid trucks go up in the morning, semi-trailers down at night, cars both ways at all hours."""
    rows, file, out = ["date,time,direction,class,count"], tmp_path / "c.csv", tmp_path / "out"
    for day in range(7):
        for hour in range(24):
            when = f"{START + timedelta(days=day):%Y-%m-%d},{hour:02d}:00"
            counted = {("up", "rigid"): 40 if 5 <= hour < 10 else 2, ("down", "rigid"): 3, ("up", "car"): 50}
            counted |= {("down", "semi"): 30 if hour < 4 else 1, ("up", "semi"): 1, ("down", "car"): 60}
            rows += [f"{when},{way},{kind},{number * (1 + (day == 2))}" for (way, kind), number in counted.items()]
    file.write_text("\n".join(rows) + "\n")
    result = runner.invoke(app, ["import", "counts", str(file), "--out", str(out)])
    assert result.exit_code == 0, result.output
    text = (out / "profiles.yaml").read_text()
    assert "the weights of a class and direction to a flow of that class alone that goes that way" in text
    profiles = yaml.safe_load(text)
    demand, directions = profiles["demand"], profiles["directions"]
    assert demand["hourly_weights"][6] / demand["hourly_weights"][20] == pytest.approx(43 / 5, rel=3e-3)
    assert demand["hourly_weights_semi"][2] / demand["hourly_weights_semi"][20] == pytest.approx(31 / 2, rel=3e-3)
    assert demand["weekly_weights"][2] / demand["weekly_weights"][0] == pytest.approx(2.0, rel=1e-3)
    assert directions["up"]["rigid"]["hourly_weights"][6] == pytest.approx(40 * 8 / 7, abs=0.01)
    assert "semi" not in directions["up"], "192 in the week: too few"
    assert sum(one["share_of_trucks"] for one in directions.values()) == pytest.approx(1.0, abs=2e-4)
    up = 5 * 40 + 19 * 2 + 24
    assert directions["up"]["share_of_trucks"] == pytest.approx(up / (up + 24 * 3 + 4 * 30 + 20), abs=1e-4)
    county = load_scenario(TAISHUN / "baseline.yaml").demand
    own = {**directions["up"]["rigid"], "weekly_weights": demand["weekly_weights"]}
    read = Demand.model_validate({"flows": [{**flow.model_dump(), **own} for flow in county.flows]})
    assert read.hourly_weights_of(read.flows[0], semi=True) == tuple(own["hourly_weights"])


def test_one_direction_alone_is_none(tmp_path) -> None:
    assert read_counts(written(tmp_path, vehicles(2), "%Y-%m-%d %H:%M:%S")).by_direction == {}
