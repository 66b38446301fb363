"""One day of one run, truck by truck: a space-time table of the banned road and the moves on the whole network."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from itertools import pairwise
from math import isnan, nan
from typing import Any

import numpy as np
import pandas as pd

from sim.core.polyline import posts_km, simplified
from sim.core.records import DrivenTrip
from sim.core.units import METRES_PER_KM, SECONDS_PER_DAY, SECONDS_PER_HOUR, Floats, Ints
from sim.engine.accounting.outcome import Outcome
from sim.engine.replication import run_replication
from sim.inputs.network import Network
from sim.inputs.road import Link, Node
from sim.report.drawings import banned_line
from sim.report.templates import asset, rendered, script_data
from sim.report.words import LANGUAGES, WORDS, word
from sim.scenario.model import Scenario

Leg = tuple[int, list[float], list[float]]
"""A link's number, shares of its length, from its start, and the hours at which the truck is there."""
MODES = ("allowed", "violating", "told")
EVENTS = ("alarm", "answer", "exit", "police", "accident")


@dataclass(frozen=True, eq=False)
class Replay:
    """A day.

    `along` has a row for each point of a truck's course on the line: trip, piece, mode, hour, km. `marks` has a row for
    each event: trip, event, hour, km (NaN off the line), link (of an accident). `moves` has for each trip its mode and
    its way link by link.
    """

    scenario: Scenario
    day: int
    links: tuple[str, ...]
    along: pd.DataFrame
    marks: pd.DataFrame
    moves: list[tuple[int, list[Leg]]]


SHOWN_EVERY_M = 500.0
TYPICAL_KMH, UNSEEN_KM = 60.0, 0.03
"""A truck's course is drawn to so many kilometres, or the time that it needs for them at such a speed."""
MOST_BYTES_IN_NAME = 60


def file_stem(name: str, day: int) -> str:
    """How a replay's files are called; a long name is cut, and told apart by a hash."""
    short = name.encode()[:MOST_BYTES_IN_NAME].decode(errors="ignore")
    mark = "" if short == name else f"_{sha256(name.encode()).hexdigest()[:8]}"
    return f"replay_{short}{mark}_day{day}"


def replay(scenario: Scenario, seed: int, replication: int, day: int) -> Replay:
    """Run the replication again and keep one recorded day, counted from 0.

    Raises
    ------
    ValueError
        if the scenario has no such day
    """
    if not 0 <= day < scenario.days:
        raise ValueError(f"day {day}: {scenario.name} has days 0 to {scenario.days - 1}")
    outcome = run_replication(scenario, seed, replication, watched_day=day)
    network, links = Network(scenario.road), tuple(banned_line(scenario.road.model_dump(mode="json")))
    place, told = _line_km(network, links), _told_s(outcome)
    start_s = day * float(SECONDS_PER_DAY)
    rows = [row for trip in outcome.driven for row in _points(trip, place, told.get(trip.trip_id, nan), start_s)]
    along = pd.DataFrame(rows, columns=["trip", "piece", "mode", "hour", "km"])
    events = [(trip, event, (when - start_s) / SECONDS_PER_HOUR, link) for trip, event, when, link in _events(outcome)]
    marks = pd.DataFrame(events, columns=["trip", "event", "hour", "link"]).sort_values(["hour", "trip"])
    marks["km"] = [_km_at(along, trip, hour) for trip, hour in zip(marks["trip"], marks["hour"], strict=True)]
    number = {link.name: index for index, link in enumerate(scenario.road.links)}
    moves = [_moves(trip, network, number, start_s) for trip in outcome.driven]
    return Replay(scenario, day, links, along, marks, moves)


def _line_km(network: Network, links: tuple[str, ...]) -> dict[int, tuple[float, float]]:
    """Start and end of each directed section of the line [km from the line's start]."""
    found: dict[int, tuple[float, float]] = {}
    table, offset = network.sections, 0.0
    for name in links:
        length = network.link_length_m(name)
        for way in (way for way in network.ways if way.link.name == name):
            for section in range(way.first, way.stop):
                ends = table.start_m[section] + np.array([0.0, table.length_m[section]])
                ends = offset + (ends if way.forward else length - ends)
                found[section] = (float(ends[0]) / METRES_PER_KM, float(ends[1]) / METRES_PER_KM)
        offset += length
    return found


def _told_s(outcome: Outcome) -> dict[int, float]:
    """When drivers who violated were first reached, by trip."""
    times = {a.trip_id: (a.read_time_s, a.answer_time_s) for a in outcome.watched_alarms}
    reached = {trip: [when for when in pair if not isnan(when)] for trip, pair in times.items()}
    return {trip: min(known) for trip, known in reached.items() if known}


def _points(
    trip: DrivenTrip, place: dict[int, tuple[float, float]], told_s: float, start_s: float
) -> Iterator[tuple[int, int, str, float, float]]:
    """Points of a trip on the line, a new piece whenever it comes onto it or the driver is reached."""
    piece, before = 0, ""
    for number, section in enumerate(trip.sections):
        if section not in place:
            before = ""
            continue
        (first_s, last_s), (first_km, last_km) = trip.passed_s[number : number + 2], place[section]
        ends = [(first_s, first_km), (last_s, last_km)]
        if first_s < told_s < last_s:
            ends.insert(1, (told_s, float(np.interp(told_s, [first_s, last_s], [first_km, last_km]))))
        for (from_s, from_km), (to_s, to_km) in pairwise(ends):
            mode = "allowed" if trip.course == "legal" else "told" if from_s >= told_s else "violating"
            if mode != before:
                piece, before = piece + 1, mode
                yield trip.trip_id, piece, mode, (from_s - start_s) / SECONDS_PER_HOUR, from_km
            yield trip.trip_id, piece, mode, (to_s - start_s) / SECONDS_PER_HOUR, to_km


def _events(outcome: Outcome) -> Iterator[tuple[int, str, float, str]]:
    here = {trip.trip_id for trip in outcome.driven}
    for alarm in outcome.watched_alarms:
        times = (alarm.time_s, alarm.answer_time_s, alarm.leave_time_s, alarm.intercept_time_s)
        yield from ((alarm.trip_id, e, t, "") for e, t in zip(EVENTS[:-1], times, strict=True) if not isnan(t))
    for accident in outcome.accidents:
        if accident.trip_id in here:
            yield accident.trip_id, "accident", accident.time_s, accident.link


def _km_at(along: pd.DataFrame, trip: int, hour: float) -> float:
    """Where a trip is on the line at an hour; NaN off it."""
    own = along[along["trip"] == trip]
    inside = len(own) and own["hour"].iloc[0] <= hour <= own["hour"].iloc[-1] + 1e-6
    return float(np.interp(hour, own["hour"], own["km"])) if inside else nan


def _moves(trip: DrivenTrip, network: Network, number: Mapping[str, int], start_s: float) -> tuple[int, list[Leg]]:
    """A trip's way; an accident ends it on a section."""
    sections = np.array(trip.sections)
    ways = network.sections.way[sections]
    starts = np.flatnonzero(np.append(True, ways[1:] != ways[:-1]))
    hours = (np.array(trip.passed_s) - start_s) / SECONDS_PER_HOUR
    legs = [
        _leg(network, number, sections[first:stop], hours[first : stop + 1])
        for first, stop in pairwise([*starts.tolist(), len(sections)])
    ]
    return MODES.index("allowed" if trip.course == "legal" else "violating"), legs


def _leg(network: Network, number: Mapping[str, int], sections: Ints, hours: Floats) -> Leg:
    """Along one link: its ends, and between them every so many kilometres where its line is known."""
    table = network.sections
    way = network.ways[table.way[sections[0]]]
    ends_m = np.append(table.start_m[sections], table.start_m[sections[-1]] + table.length_m[sections[-1]])
    share = ends_m / network.link_length_m(way.link.name)
    shown = np.zeros(len(ends_m), dtype=np.bool_)
    shown[[0, -1]] = True
    if way.link.shape_km:
        shown[np.flatnonzero(np.diff(ends_m // SHOWN_EVERY_M)) + 1] = True
    along = share if way.forward else 1.0 - share
    return number[way.link.name], along[shown].round(4).tolist(), hours[shown].round(4).tolist()


def replay_page(*found: Replay) -> str:
    """The same day of one scenario, or of two beside each other, as a page that plays it: a strip and a map each."""
    last = found[-1]
    content = {
        "sides": [_side(one) for one in found],
        "words": {language: [word(f"event_{event}", language) for event in EVENTS] for language in LANGUAGES},
    }
    starts = last.scenario.start_date + timedelta(days=last.day)
    return rendered(
        "replay.html.j2",
        languages=LANGUAGES,
        t=[{"language": language, **{key: word(key, language) for key in WORDS}} for language in LANGUAGES],
        sides=[one.scenario for one in found],
        scenario=last.scenario,
        banned=any(link.ban is not None for link in last.scenario.road.links if link.name in last.links),
        date=starts.isoformat(),
        day=last.day,
        style=asset("report.css", "replay.css"),
        script=asset("replay.js"),
        content=script_data(content),
    )


def _side(found: Replay) -> dict[str, Any]:
    """What the script draws of one scenario."""
    road = found.scenario.road
    places = {node.name: (node.x_km, node.y_km) for node in road.nodes}
    by_name = {link.name: link for link in road.links}
    columns = (found.marks[key].tolist() for key in ("event", "hour", "km", "link"))
    return {
        "nodes": [[node.x_km, node.y_km, *_titles(node)] for node in road.nodes],
        "links": [
            [[places[link.start], *link.shape_km, places[link.end]], link.ban is not None, _posts_km(link)]
            for link in road.links
        ],
        "line": [[by_name[name].length_km, *_titles(by_name[name])] for name in found.links],
        "length": sum(by_name[name].length_km for name in found.links),
        "along": _lines(found.along),
        "marks": [
            [EVENTS.index(event), round(hour, 4), None if isnan(km) else round(km, 3), _titles(by_name.get(link))]
            for event, hour, km, link in zip(*columns, strict=True)
        ],
        "moves": found.moves,
    }


def _posts_km(link: Link) -> list[list[float]]:
    """Posts along a link whose line is known: kilometre and share of its length."""
    return [[km, round(km / link.length_km, 4)] for km in posts_km(link.length_km)] if link.shape_km else []


def _titles(place: Node | Link | None) -> list[str]:
    """What a node or a link is called in each language; nothing of none."""
    if place is None:
        return []
    return [place.title or place.name, place.title_zh or place.title or place.name]


def _lines(along: pd.DataFrame) -> list[list[Any]]:
    """Mode, hours and kilometres of each piece."""
    return [
        [MODES.index(str(own["mode"].iloc[0])), *_thinned(own["hour"].to_numpy(), own["km"].to_numpy())]
        for _, own in along.groupby(["trip", "piece"], sort=True)
    ]


def _thinned(hour: Floats, km: Floats) -> tuple[list[float], list[float]]:
    """Hours and kilometres without points that nobody would miss on a page."""
    points = simplified(np.column_stack([hour * TYPICAL_KMH, km]), UNSEEN_KM)
    return (points[:, 0] / TYPICAL_KMH).round(4).tolist(), points[:, 1].round(3).tolist()
