"""The replay of a day: what is shown is what the run did."""

import itertools
import json
from html import unescape

import numpy as np
import pytest
from accessibility import WINDOWS, grave_findings
from browser import CHROMIUM, browse
from typer.testing import CliRunner

from sim import compare
from sim.charts.replay import space_time
from sim.cli import app
from sim.core.vocabulary import STANDARD_TRUCK_CLASSES
from sim.engine.replication import run_replication
from sim.inputs.network import Network
from sim.report.replay import EVENTS, MODES, replay, replay_page
from sim.report.words import WORDS
from sim.results.folder import write_results

DAY = 3
runner = CliRunner()


@pytest.fixture(scope="module")
def scenario(small):
    return small(days=6, interventions={"driver_contact": {}, "device_coverage": {}})


@pytest.fixture(scope="module")
def found(scenario):
    return replay(scenario, 4, 1, DAY)


@pytest.fixture(scope="module")
def traced(scenario):
    return run_replication(scenario, 4, 1, trace=True, watched_day=DAY)


def test_watching_changes_nothing(scenario, traced) -> None:
    assert run_replication(scenario, 4, 1).metrics == traced.metrics


def test_every_trip_of_the_day_as_it_was_driven(scenario, traced) -> None:
    """Times add up to the trace's durations; sections follow each other on the road."""
    spent = {course.trip_id: course for course in traced.courses}
    network = Network(scenario.road)
    ends = {n: (way.start, way.end) for n, way in enumerate(network.ways)}
    day = scenario.warm_up_days + DAY
    assert {trip.trip_id for trip in traced.driven} == {number for number in spent if number >> 32 == day}
    for trip in traced.driven:
        assert trip.passed_s[-1] - trip.passed_s[0] == pytest.approx(spent[trip.trip_id].duration_s, abs=1e-6)
        assert (np.diff(trip.passed_s) >= 0).all()
        assert 0 <= trip.truck_class < len(STANDARD_TRUCK_CLASSES)
        ways = network.sections.way[list(trip.sections)]
        assert all(ends[a][1] == ends[b][0] for a, b in itertools.pairwise(ways) if a != b)


def test_events_lie_on_their_trucks(found, traced) -> None:
    day_alarms = [a for a in traced.alarms if a.trip_id in {trip.trip_id for trip in traced.driven}]
    assert (found.marks["event"] == "alarm").sum() == len(day_alarms) > 0
    known = found.marks.dropna()
    assert len(known) > 0
    for trip, hour, km in zip(known["trip"], known["hour"], known["km"], strict=True):
        own = found.along[found.along["trip"] == trip]
        assert own["km"].min() - 1e-9 <= km <= own["km"].max() + 1e-9
        assert own["hour"].min() - 1e-6 <= hour <= own["hour"].max() + 1e-6
    assert set(found.along["mode"]) <= set(MODES)


def test_a_truck_on_the_map_is_where_it_was(scenario, found, traced) -> None:
    """At each time that a leg shows, its share of the link is that of the section border passed then."""
    network = Network(scenario.road)
    for trip, (_, legs) in zip(traced.driven, found.moves, strict=True):
        driven_km = sum(abs(at[-1] - at[0]) * network.road.links[link].length_km for link, at, _ in legs)
        assert 1000.0 * driven_km == pytest.approx(network.sections.length_m[list(trip.sections)].sum(), abs=20.0)
        assert legs[0][2][0] == pytest.approx((trip.passed_s[0] - DAY * 86_400.0) / 3600.0, abs=1e-4)
        assert legs[-1][2][-1] == pytest.approx((trip.passed_s[-1] - DAY * 86_400.0) / 3600.0, abs=1e-4)
        assert all(before[2][-1] == after[2][0] for before, after in itertools.pairwise(legs))


def test_a_link_whose_line_is_known_is_passed_point_by_point(scenario) -> None:
    links = [link.model_copy(update={"shape_km": ((1.0, 2.0),)}) for link in scenario.road.links]
    shaped = scenario.model_copy(update={"road": scenario.road.model_copy(update={"links": tuple(links)})})
    plain, found = replay(scenario, 4, 1, DAY), replay(shaped, 4, 1, DAY)
    assert found.along.equals(plain.along)
    for (_, legs), (_, ends) in zip(found.moves, plain.moves, strict=True):
        assert [(leg[0], leg[1][-1], leg[2][-1]) for leg in legs] == [(leg[0], leg[1][-1], leg[2][-1]) for leg in ends]
        assert all((np.diff(at) > 0).all() or (np.diff(at) < 0).all() for _, at, _ in legs)
        assert all(list(hours) == sorted(hours) for _, _, hours in legs)
    assert max(len(leg[1]) for _, legs in found.moves for leg in legs) > 2


def test_alarms_of_a_late_day_are_shown_however_many_came_before(scenario, found, monkeypatch) -> None:
    few = (found.marks["event"] == "alarm").sum()
    monkeypatch.setattr("sim.engine.enforcement.alarms.MOST_RECORDS", few - 1)
    again = replay(scenario, 4, 1, DAY)
    assert run_replication(scenario, 4, 1).alarms[-1].time_s < DAY * 86_400.0
    assert again.marks.equals(found.marks)
    assert again.along.equals(found.along)
    assert (found.along["mode"] == "told").any()


def test_the_chart_draws_every_piece(found) -> None:
    axes = space_time(found.along, found.marks, lambda key: WORDS[key][0]).axes[0]
    pieces = found.along.groupby(["trip", "piece"]).ngroups
    assert sum(len(collection.get_segments()) for collection in axes.collections[: len(MODES)]) == pieces


@pytest.mark.skipif(CHROMIUM is None, reason="needs Debian's package chromium")
@pytest.mark.parametrize(("width", "language"), WINDOWS)
def test_axe_finds_nothing_grave(found, tmp_path, width, language) -> None:
    assert grave_findings(replay_page(found, found), tmp_path, width, language) == []


@pytest.mark.skipif(CHROMIUM is None, reason="needs Debian's package chromium")
def test_the_page_plays(found, tmp_path) -> None:
    file = tmp_path / "replay.html"
    file.write_text(replay_page(found))
    script = """
    document.querySelector("[data-play]").click(); document.querySelector("[data-switch]").click();
    const [before, start] = [Number(slider.value), last];
    step(start + 16); step(start + 32);
    document.title = [(Number(slider.value) - before).toFixed(4), page.lang].join();
    """
    assert browse(file, tmp_path, script) == ("0.0064,zh", "")
    assert "http" not in file.read_text()


@pytest.mark.skipif(CHROMIUM is None, reason="needs Debian's package chromium")
def test_the_page_opens_at_the_first_event_lists_all_and_goes_there(found, tmp_path) -> None:
    """Two sides: what happened in either is listed in order, and counted up to the hour that is shown."""
    file = tmp_path / "replay.html"
    file.write_text(replay_page(found, found))
    script = """
    const rows = [...document.querySelectorAll(".events tbody tr")];
    const opened = Number(slider.value), texts = rows.map((row) => row.innerText.split(/\\s*\\t\\s*/));
    rows[rows.length - 1].querySelector("button").click();
    const counted = [...document.querySelectorAll(".counts")].map((one) => one.textContent);
    document.title = JSON.stringify([opened, texts.length, texts[0], Number(slider.value), counted]);
    """
    title, console = browse(file, tmp_path, script, anchor="#en")
    assert console == ""
    opened, rows, first, shown, counted = json.loads(unescape(title))
    hours = found.marks["hour"]
    assert opened == pytest.approx(hours.min() - 0.05, abs=1e-3)
    assert rows == 2 * len(found.marks)
    assert first[0] == f"{int(hours.min()):02}:{int(hours.min() * 60 + 1e-6) % 60:02}"
    assert first[2] == WORDS["event_alarm"][0]
    assert first[3].startswith(("upper, km ", "lower, km "))
    assert shown == pytest.approx(hours.max() + 0.002, abs=1e-3)
    each = [f"{WORDS[f'event_{event}'][0]} {(found.marks['event'] == event).sum()}" for event in EVENTS]
    assert counted == [" · ".join(each)] * 2


@pytest.fixture
def compared(scenario, tmp_path):
    base = scenario.model_copy(update={"name": "base", "interventions": {}})
    results = compare(base, scenario, replications=1, seed=1, workers=1)
    write_results(results, tmp_path / "out", events=False)
    return tmp_path / "out"


def test_mistakes_are_said(compared, tmp_path) -> None:
    late = runner.invoke(app, ["replay", str(compared), "--day", "6"])
    assert (late.exit_code, late.stderr.splitlines()[-1]) == (2, "--day 6: small has days 0 to 5")
    unknown = runner.invoke(app, ["replay", str(compared), "--scenario", "x"])
    assert (unknown.exit_code, "has base, small" in unknown.stderr) == (2, True)
    assert runner.invoke(app, ["replay", str(tmp_path / "none")]).exit_code == 2
    other_run = runner.invoke(app, ["replay", str(compared), "--replication", "1"])
    assert (other_run.exit_code, "has runs 0 to 0" in other_run.stderr) == (2, True)


def test_a_chart_in_each_language(compared) -> None:
    done = runner.invoke(app, ["replay", str(compared), "--day", "1", "--lang", "both"])
    assert done.exit_code == 0
    for name in ("html", "en.svg", "zh.svg"):
        assert (compared / f"replay_small_day1.{name}").stat().st_size > 1000


def test_pages_are_opened_when_asked_for(compared, monkeypatch) -> None:
    opened = []
    monkeypatch.setattr("typer.launch", opened.append)
    assert runner.invoke(app, ["replay", str(compared), "--day", "1", "--open"]).exit_code == 0
    assert opened == [str((compared / "replay_small_day1.html").resolve())]
