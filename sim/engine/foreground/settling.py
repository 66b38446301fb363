"""Writing down the trips that somebody might have met, once nobody can any more."""

import numpy as np

from sim.core.units import Ints
from sim.driving.course import Courses
from sim.driving.sweep import courses_of
from sim.engine.accounting.recorder import Leg, settle
from sim.engine.foreground.detectable import DetectableTrips, Drive
from sim.engine.trips.route_choice import Exit, Shortcut


def settle_detectable(group: DetectableTrips) -> None:
    """Write down the trips that took this route; days before the recorded ones leave nothing."""
    for case in group.obeyed:
        case.write_end()
    drives = [group.drives[column] for column in sorted(group.drives) if group.trips.month[column] >= 0]
    if not drives:
        return
    course = "legal" if group.shortcut is None else "shortcut"
    if group.shortcut is not None:
        _write_entries(group, group.shortcut, drives)
    habitual = np.array([drive.column for drive in drives if drive.habitual], dtype=np.int64)
    if len(habitual):
        leg = Leg(group.route.sections, group.courses(0).pick(habitual))
        settle(group.world.recorder, group.trips.pick(habitual), leg, course)
    others = [drive for drive in drives if not drive.habitual]
    for exit_, without in dict.fromkeys((drive.exit, drive.without) for drive in others):
        own = [drive for drive in others if drive.exit is exit_ and drive.without == without]
        columns = np.array([drive.column for drive in own])
        leg = _stitched(group, own) if exit_ is None else _led_off(group, own, exit_, without, columns)
        settle(group.world.recorder, group.trips.pick(columns), leg, course)


def _write_entries(group: DetectableTrips, shortcut: Shortcut, drives: list[Drive]) -> None:
    """Banned entries of those who came so far."""
    entered = [drive for drive in drives if drive.gets_to(shortcut.entry_row)]
    entry_s = np.array([drive.enter_s()[shortcut.entry_row] for drive in entered])
    columns = np.array([drive.column for drive in entered], dtype=np.int64)
    group.world.write_entries(shortcut.banned_link, entry_s, group.trips.pick(columns))


def _stitched(group: DetectableTrips, drives: list[Drive]) -> Leg:
    """The whole route, each trip's sections from the sweeps that it was driven by."""
    columns = [_course(group, drive) for drive in drives]
    course = Courses._make(np.concatenate(parts, axis=-1) for parts in zip(*columns, strict=True))
    return Leg(group.route.sections, course)


def _course(group: DetectableTrips, drive: Drive) -> Courses:
    """One trip's course, shape (..., sections, 1)."""
    column = slice(drive.column, drive.column + 1)
    whole, *rest = (group.courses(way).rows(rows).pick(column) for rows, way in drive.pieces())
    for part in rest:
        whole = whole.followed_by(part)
    return whole


def _led_off(group: DetectableTrips, drives: list[Drive], exit_: Exit, without: int, columns: Ints) -> Leg:
    """The route up to an exit, and the legal way on from there.

    Weather and brakes on the way on are those of a trip that was driven so all the way to the exit.
    """
    before = _stitched(group, drives).course.rows(slice(exit_.row))
    as_driven, traits = group.courses(without).pick(columns), group.traits(without).pick(columns)
    left_s = traits.departure_s + as_driven.duration_s[: exit_.row].sum(axis=0)
    onward = courses_of(group.conditions, exit_.route, traits.continued(left_s, as_driven.brake_c[exit_.row - 1]))
    sections = np.concatenate([group.route.sections[: exit_.row], exit_.route.sections])
    return Leg(sections, before.followed_by(onward))
