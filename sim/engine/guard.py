"""Asking interventions: a hook that raises or returns nonsense stops the run with its name and the intervention's."""

from collections.abc import Callable, Generator
from inspect import isgenerator
from math import isfinite, isnan
from typing import Any

import numpy as np

from sim.driving.rules import DrivingRules, SpeedRule
from sim.interventions.base import Access, Intervention, Preparation, Process, Rescue, Site
from sim.parameters import MECHANISMS, TRUCK_CLASSES
from sim.units import HOURS_PER_DAY, SECONDS_PER_DAY

MOST_FACTOR = 1000.0
"""On a hazard."""
MOST_PEOPLE = 100_000
MOST_MEASURED = 1e15
FASTEST_MS = 200.0
"""A speed that is asked for is at most so high."""


class HookFailed(Exception):
    """An intervention's hook raised, or returned what its contract does not allow."""


def asked(intervention: Intervention, hook: str, *arguments: Any) -> Any:
    """What a hook returns, checked.

    Raises
    ------
    HookFailed
        with the intervention's kind and the hook's name
    """
    try:
        value = getattr(intervention, hook)(*arguments)
        CHECKS[hook](value, *arguments)
    except HookFailed:
        raise
    except Exception as error:
        raise _failed(intervention, hook, error) from error
    return value


def running(intervention: Intervention, hook: str, process: Process | None) -> Process | None:
    """A hook's process, whose errors name it."""
    return None if process is None else _guarded(intervention, hook, process)


def _guarded(intervention: Intervention, hook: str, process: Process) -> Generator[Any, Any, None]:
    try:
        yield from process
    except HookFailed:
        raise
    except Exception as error:
        raise _failed(intervention, hook, error) from error


def _failed(intervention: Intervention, hook: str, error: Exception) -> HookFailed:
    return HookFailed(f"intervention {intervention.kind}, hook {hook}: {type(error).__name__}: {error}")


def _need(holds: object, message: str) -> None:
    if not holds:
        raise ValueError(message)


def _is(value: object, kind: type, *, optional: bool = False) -> bool:
    """Whether there is something to check; raises if it is of another type."""
    if value is None and optional:
        return False
    if not isinstance(value, kind):
        raise TypeError(f"returned {type(value).__name__}, must be {kind.__name__}{' or None' if optional else ''}")
    return True


def _array(name: str, value: Any, shape: tuple[int, ...], low: float, high: float) -> None:
    array = np.asarray(value, dtype=np.float64)
    _need(array.shape == shape, f"{name} has shape {array.shape}, must have {shape}")
    _need(np.isfinite(array).all(), f"{name} holds NaN or infinite numbers")
    _need(((array >= low) & (array <= high)).all(), f"{name} must be from {low:g} to {high:g}")


def _number(name: str, value: Any, low: float, high: float) -> None:
    _need(isinstance(value, (int, float, np.number)), f"{name} is {type(value).__name__}, must be a number")
    _need(not isnan(value) and low <= value <= high, f"{name} is {value}, must be from {low:g} to {high:g}")


def _preparation(value: Preparation, setting: Any) -> None:
    _is(value, Preparation)
    if value.coverage is not None:
        _array("coverage", value.coverage, (len(setting.days_since_start), len(TRUCK_CLASSES)), 0.0, 1.0)
    for name, people in (("operators", value.operators), *value.crews.items()):
        if people is not None:
            _array(name, people, (HOURS_PER_DAY,), 0.0, MOST_PEOPLE)
    if value.position_interval_s is not None:
        _number("position_interval_s", value.position_interval_s, 1e-6, SECONDS_PER_DAY)


def _rules(value: DrivingRules | None, site: Site, *_: Any) -> None:
    if not _is(value, DrivingRules, optional=True) or value is None:
        return
    sections, drivers = len(site.network.sections.length_m), site.roster.size
    if value.hazard_factor is not None:
        _array("hazard_factor", value.hazard_factor, (len(MECHANISMS), sections), 0.0, MOST_FACTOR)
    if value.capture is not None:
        _array("capture", value.capture, (sections,), 0.0, 1.0)
    if value.habit is not None:
        _array("habit", value.habit, (drivers,), 0.1, 2.0)
    for rule in value.speed:
        _speed(rule, site, sections, drivers)
    for name in ("stops", "alarms", "weather", "rests", "unloads"):
        for rule_ in getattr(value, name):
            _people(name, rule_, drivers)
            _places(name, rule_, sections)


def _speed(rule: SpeedRule, site: Site, sections: int, drivers: int) -> None:
    count = len(rule.sections)
    _places("speed", rule, sections)
    width = 1 if np.ndim(rule.cap_ms) == 2 and rule.cap_ms.shape[1] == 1 else len(site.kinds.mass_kg)  # noqa: PLR2004
    _array("cap_ms", rule.cap_ms, (count, width), 0.5, FASTEST_MS)
    _array("response", rule.response, (drivers,), 0.0, 1.0)
    _array("weight", np.broadcast_to(rule.weight, (count,)), (count,), 0.0, 1.0)
    if rule.on_day is not None:
        _array("on_day", rule.on_day, (site.days, count), 0.0, 1.0)


def _people(name: str, rule: Any, drivers: int) -> None:
    """Shares of drivers are masks; factors on speed are positive."""
    for field in ("stops", "mended", "heeds", "rests", "unloads"):
        if hasattr(rule, field):
            mask = getattr(rule, field)
            _need(np.shape(mask) == (drivers,), f"{name}.{field} must have shape ({drivers},)")
            _need(np.asarray(mask).dtype == np.bool_, f"{name}.{field} must be True or False for each driver")
    for field, low, high in (
        ("speed_factor", 0.1, 1.0),
        ("stop_s", 0.0, SECONDS_PER_DAY),
        ("alarm_c", -273.0, 2000.0),
    ):
        if hasattr(rule, field):
            _number(f"{name}.{field}", getattr(rule, field), low, high)


def _places(name: str, rule: Any, sections: int) -> None:
    """Directed sections are whole numbers of the road's."""
    for field in ("section", "sections"):
        found = getattr(rule, field, None)
        if found is not None:
            _need(np.asarray(found).dtype.kind in "iu", f"{name}.{field} must be whole numbers")
            _array(f"{name}.{field}", found, np.shape(found), 0.0, sections - 1)


def _process(value: Any, *_: Any) -> None:
    _need(value is None or isgenerator(value), f"returned {type(value).__name__}, must be a generator or None")


def _share(value: Any, *_: Any) -> None:
    if type(value) is float and 0.0 <= value <= 1.0:
        return  # asked a hundred thousand times a run
    _number("the returned value", value, 0.0, 1.0)


def _measured(value: Any, *_: Any) -> None:
    _is(value, dict)
    for name, number in value.items():
        _number(name, number, -MOST_MEASURED, MOST_MEASURED)
        _need(isfinite(number), f"{name} is {number}, must be finite")


def _access(value: Any, site: Site) -> None:
    if _is(value, Access) and value.permitted is not None:
        permitted, drivers = np.asarray(value.permitted), site.roster.size
        _need(permitted.shape == (drivers,), f"permitted has shape {permitted.shape}, must have ({drivers},)")
        _need(permitted.dtype == np.bool_, "permitted must be True or False for each driver")
    for one in value.appointments:
        _need(
            np.shape(one.drivers) == (site.roster.size,), f"appointments.drivers must have shape ({site.roster.size},)"
        )
        _number("appointments.from_hour", one.from_hour, 0.0, HOURS_PER_DAY)
        _number("appointments.to_hour", one.to_hour, 0.0, HOURS_PER_DAY)


def _rescue(value: Any, *_: Any) -> None:
    if _is(value, Rescue, optional=True):
        for node, count in value.squads.items():
            _number(f"squads at {node}", count, 1, MOST_PEOPLE)
        for name, low, high in (
            ("turnout_s", 0.0, SECONDS_PER_DAY),
            ("speed_factor", 0.1, 10.0),
            ("device_detection_s", 0.0, SECONDS_PER_DAY),
            ("clearance_factor", 0.0, 10.0),
        ):
            _number(name, getattr(value, name), low, high)


CHECKS: dict[str, Callable[..., None]] = {
    "prepare": _preparation,
    "driving": _rules,
    "review": _rules,
    "access": _access,
    "rescue": _rescue,
    "measured": _measured,
    "units": lambda value, *_: _number("the returned value", value, 0.0, 1e12),
    "respond": _process,
    "patrol": _process,
    "perceived_risk": _share,
    "checked_share": _share,
    "sanction_share": _share,
    "sanction_delay_s": lambda value, *_: _number("the returned value", value, 0.0, np.inf),
}
