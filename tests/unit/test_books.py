"""What a run writes down: entries and alarms as columns, records that are made when they are asked for."""

import pickle

import numpy as np
import pytest

from sim.core.calendar import Horizon
from sim.core.random_streams import PLACE_BITS, Streams
from sim.core.records import AlarmRecord, RecordTable, ViolationRecord
from sim.core.vocabulary import STANDARD_TRUCK_CLASSES
from sim.engine.accounting.history import History
from sim.engine.accounting.recorder import Accident
from sim.engine.enforcement import alarms as alarm_book
from sim.engine.enforcement import violation_log as entry_book
from sim.engine.enforcement.alarms import AlarmNote, Alarms
from sim.engine.enforcement.violation_log import ViolationLog
from sim.inputs.weather import weather_hours
from sim.scenario import load_scenario

DAY_S = 86_400.0


def written(order: np.ndarray, pieces: int) -> ViolationLog:
    """Two hundred entries of two links, some of them after the last day, written in some order and in some pieces."""
    generator = np.random.default_rng(5)
    time_s, driver = generator.uniform(0.0, 11 * DAY_S, 200), generator.integers(0, 50, 200)
    time_s -= time_s % (DAY_S / 4)  # many at a time
    enterprise, truck_class, trip_id = driver // 7, driver % 4, np.arange(200)
    entries = ViolationLog(["b", "a", "b"], STANDARD_TRUCK_CLASSES, days=10, drivers=50)
    for part in np.array_split(order, pieces):
        for link, own in (("a", part[part % 3 == 0]), ("b", part[part % 3 != 0])):
            entries.add(link, time_s[own], trip_id[own], driver[own], enterprise[own], truck_class[own])
    return entries


@pytest.mark.parametrize("most", [30, 90, 1000])
def test_entries_are_the_earliest_in_whatever_order_they_come(monkeypatch, most) -> None:
    monkeypatch.setattr(entry_book, "MOST_RECORDS", most)
    forth, back = list(written(np.arange(200), 7).records), list(written(np.arange(200)[::-1], 40).records)
    monkeypatch.setattr(entry_book, "MOST_RECORDS", 1000)
    assert forth == back == sorted(written(np.arange(200), 1).records)[:most]
    assert len(forth) == min(most, 200)


def test_all_entries_are_counted_by_day() -> None:
    entries = written(np.arange(200), 3)
    every = list(entries.records)
    assert entries.before(0) == {"a": 0, "b": 0}
    assert entries.before(10) == {"a": 67, "b": 133}
    early = [record for record in every if record.time_s < 4 * DAY_S]
    assert entries.before(4) == {link: sum(record.link == link for record in early) for link in ("a", "b")}


def test_entries_of_those_who_enter_again_are_a_share_of_all() -> None:
    entries = written(np.arange(200), 3)
    drivers = [record.driver_id for record in entries.records]
    again = [driver for driver in drivers if drivers.count(driver) > 1]
    assert entries.repeated_share == len(again) / len(drivers)
    assert 0.0 < entries.repeated_share < 1.0
    assert np.isnan(ViolationLog(["a"], STANDARD_TRUCK_CLASSES, days=1, drivers=5).repeated_share)


def test_records_are_a_sequence_that_can_be_sent() -> None:
    records = written(np.arange(200), 3).records
    every = list(records)
    assert isinstance(records[0], ViolationRecord)
    assert (records[0], records[-1], records[3:5]) == (every[0], every[-1], every[3:5])
    assert records == every == pickle.loads(pickle.dumps(records))  # noqa: S301
    assert repr(records) == repr(every)
    with pytest.raises(IndexError):
        records[200]


def test_a_note_is_written_into_its_row_after_the_alarm(monkeypatch) -> None:
    monkeypatch.setattr(alarm_book, "ROWS_AT_ONCE", 2)
    alarms, notes = Alarms(["north", "south"], zero_s=100.0), [AlarmNote(n, 90.0 + n, 900.0) for n in range(5)]
    for number, note in enumerate(notes):
        note.write("alarm_s", 98.0 + number)
        alarms.keep(note)
    notes[4].write("answer_s", 130.0)
    notes[3].write_exit(140.0, 1)
    assert len(alarms) == 3
    records = list(alarms.records)
    assert [record.trip_id for record in records] == [2, 3, 4]
    assert [record.time_s for record in records] == [0.0, 1.0, 2.0]
    assert (records[1].leave_time_s, records[1].leave_node) == (40.0, "south")
    assert records[2].answer_time_s == 30.0
    assert records[0].leave_node == ""
    assert np.array_equal(alarms.times_s("answer_s"), [np.nan, np.nan, 30.0], equal_nan=True)


@pytest.mark.parametrize("order", [[0, 1, 2, 3, 4], [0, 4, 3, 2, 1], [0, 3, 1, 4, 2]])
def test_the_earliest_alarms_of_one_time_are_those_of_the_lowest_trips(monkeypatch, order) -> None:
    monkeypatch.setattr(alarm_book, "ROWS_AT_ONCE", 2)
    monkeypatch.setattr(alarm_book, "MOST_RECORDS", 3)
    alarms = Alarms(["north"], zero_s=0.0)
    for number in order:
        note = AlarmNote(number, 0.0, 900.0)
        note.write("alarm_s", 5.0 if number else 1.0)
        alarms.keep(note)
    assert [record.trip_id for record in alarms.records] == [0, 1, 2]
    assert len(alarms) == 5


def test_alarms_of_a_day_are_told_however_late_it_is(monkeypatch) -> None:
    monkeypatch.setattr(alarm_book, "ROWS_AT_ONCE", 2)
    alarms = Alarms(["north"], zero_s=0.0)
    for place in range(7):
        note = AlarmNote(((place // 2) << PLACE_BITS) | place, place * DAY_S / 2, 1e9)
        note.write("alarm_s", place * DAY_S / 2 + 60.0)
        alarms.keep(note)
    assert [record.trip_id & 7 for record in alarms.of_trips_on(2)] == [4, 5]
    assert [record.trip_id & 7 for record in alarms.of_trips_on(3)] == [6]
    assert not alarms.of_trips_on(4)


def test_tables_of_records_are_equal_where_nothing_happened_in_both() -> None:
    def table(answer_s: float) -> RecordTable[AlarmRecord]:
        alarms, note = Alarms(["north"], zero_s=0.0), AlarmNote(1, 0.0, 900.0)
        note.write("alarm_s", 1.0)
        note.write("answer_s", answer_s)
        alarms.keep(note)
        return alarms.records

    assert table(np.nan) == table(np.nan) == list(table(np.nan))
    assert table(np.nan) != table(2.0)
    assert table(2.0) != []
    assert table(2.0) != [1]


def test_an_accident_that_a_review_should_have_known_is_an_error(small) -> None:
    def accident(time_s: float) -> Accident:
        return Accident(time_s, 1, 0, 0, 0, 0, 0.0, 0, 10.0, (0.5, 0.5, 0.5))

    found = [accident(5.0), accident(30.0)]
    history = History(found, small().severity)
    assert len(history.before(20.0)) == 1
    found.append(accident(25.0))
    assert len(history.before(28.0)) == 2
    assert len(history.before(20.0)) == 1
    found.append(accident(27.0))
    with pytest.raises(AssertionError, match="should have known"):
        history.before(40.0)


def test_weather_does_not_depend_on_how_many_days_are_drawn_together(root, monkeypatch) -> None:
    scenario = load_scenario(root / "scenarios" / "taishun" / "baseline.yaml")
    month = Horizon(scenario.start_date, 400).month_of_year
    whole = weather_hours(scenario.climate, month, Streams(1, 0))
    monkeypatch.setattr("sim.inputs.weather.DAYS_AT_ONCE", 7)
    assert np.array_equal(weather_hours(scenario.climate, month, Streams(1, 0)), whole)
    assert len(np.unique(whole)) == 4
