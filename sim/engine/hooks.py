"""Calling hooks of interventions: one typed function a hook, with its check beside it.

A hook that raises or returns nonsense stops the run with its name and the intervention's.
"""

from collections.abc import Callable
from functools import wraps
from inspect import isgenerator
from math import inf, isfinite, isnan
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

import numpy as np

from sim.core.units import HOURS_PER_DAY, SECONDS_PER_DAY, Floats
from sim.driving.occasions import STATES
from sim.driving.rules import FASTEST_MS, DrivingRules, SpeedRule
from sim.inputs.road import Stretch
from sim.interventions.control_room import ControlRoom
from sim.interventions.enforcement_case import EnforcementCase
from sim.interventions.intervention import Intervention, Process
from sim.interventions.views import Access, DriverView, Past, Preparation, Rescue, Setting, Site
from sim.risk.mechanisms import MECHANISMS

MOST_FACTOR = 1000.0
"""On a hazard."""
MOST_PEOPLE = 100_000
MOST_MEASURED = 1e15
MOST_UNITS = 1e12


class HookFailed(Exception):
    """An intervention's hook raised, or returned what its contract does not allow."""


Parameters = ParamSpec("Parameters")
Returned = TypeVar("Returned")
Hook = Callable[Concatenate[Intervention, Parameters], Returned]


def _hook(call: Hook[Parameters, Returned]) -> Hook[Parameters, Returned]:
    """Errors of the call name the intervention and the hook."""

    @wraps(call)
    def guarded(intervention: Intervention, /, *given: Parameters.args, **named: Parameters.kwargs) -> Returned:
        try:
            return call(intervention, *given, **named)
        except HookFailed:
            raise
        except Exception as error:
            raise _failed(intervention, call.__name__, error) from error

    return guarded


@_hook
def prepare(intervention: Intervention, setting: Setting) -> Preparation:
    """What it puts in place."""
    value = intervention.prepare(setting)
    _check_preparation(value, setting)
    return value


@_hook
def driving(intervention: Intervention, site: Site) -> DrivingRules | None:
    """How it changes driving."""
    value = intervention.driving(site)
    _check_rules(value, site)
    return value


@_hook
def review(intervention: Intervention, site: Site, past: Past) -> DrivingRules | None:
    """How it changes driving by what has happened."""
    value = intervention.review(site, past)
    _check_rules(value, site)
    return value


@_hook
def access(intervention: Intervention, site: Site) -> Access:
    """Whom it lets drive where."""
    value = intervention.access(site)
    _check_access(value, site)
    return value


@_hook
def rescue(intervention: Intervention, site: Site) -> Rescue | None:
    """Its squads."""
    value = intervention.rescue(site)
    _check_rescue(value)
    return value


@_hook
def units(intervention: Intervention, site: Site) -> float:
    """How many units of it are paid for."""
    value = intervention.units(site)
    _number("the returned value", value, 0.0, MOST_UNITS)
    return value


@_hook
def measured(intervention: Intervention, site: Site, past: Past, expected_by_month: Floats) -> dict[str, float]:
    """What it measures of itself."""
    value = intervention.measured(site, past, expected_by_month)
    _is(value, dict)
    for name, number in value.items():
        _number(name, number, -MOST_MEASURED, MOST_MEASURED)
        _need(isfinite(number), f"{name} is {number}, must be finite")
    return value


@_hook
def perceived_risk(intervention: Intervention, driver: DriverView) -> float:
    """Chance of a penalty that it adds in a driver's eyes."""
    return _share(intervention.perceived_risk(driver))


@_hook
def checked_share(intervention: Intervention, link: str, day: int) -> float:
    """Chance that it makes a police check meet a violating truck."""
    return _share(intervention.checked_share(link, day))


@_hook
def sanction_share(intervention: Intervention) -> float:
    """Chance that an enterprise sanctions."""
    return _share(intervention.sanction_share())


@_hook
def sanction_delay_s(intervention: Intervention) -> float:
    """Time until a sanction [s]."""
    value = intervention.sanction_delay_s()
    _number("the returned value", value, 0.0, inf)
    return value


@_hook
def respond(intervention: Intervention, case: EnforcementCase) -> Process | None:
    """Its process for a detected violation; errors on the way name it too."""
    return _watched(intervention, "respond", intervention.respond(case))


@_hook
def background_work(intervention: Intervention, room: ControlRoom) -> Process | None:
    """Its process in the background; errors on the way name it too."""
    return _watched(intervention, "background_work", intervention.background_work(room))


def _watched(intervention: Intervention, hook: str, process: object) -> Process | None:
    if process is None:
        return None
    _need(isgenerator(process), f"returned {type(process).__name__}, must be a generator or None")
    return _running(intervention, hook, cast("Process", process))


def _running(intervention: Intervention, hook: str, process: Process) -> Process:
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


def _share(value: float) -> float:
    if type(value) is not float or not 0.0 <= value <= 1.0:  # asked a hundred thousand times a run
        _number("the returned value", value, 0.0, 1.0)
    return value


def _check_preparation(value: Preparation, setting: Setting) -> None:
    _is(value, Preparation)
    if value.coverage is not None:
        _array("coverage", value.coverage, (len(setting.days_since_start), len(setting.class_names)), 0.0, 1.0)
    for name, people in (("operators", value.operators), *value.crews.items()):
        if people is not None:
            _array(name, people, (HOURS_PER_DAY,), 0.0, MOST_PEOPLE)
    for stretch in value.scales:
        _is(stretch, Stretch)
    if value.position_interval_s is not None:
        _number("position_interval_s", value.position_interval_s, 1e-6, SECONDS_PER_DAY)


def _check_rules(value: DrivingRules | None, site: Site) -> None:
    if not _is(value, DrivingRules, optional=True) or value is None:
        return
    sections, drivers = len(site.network.sections.length_m), site.roster.size
    if value.hazard_factor is not None:
        _array("hazard_factor", value.hazard_factor, (len(MECHANISMS), sections), 0.0, MOST_FACTOR)
    if value.capture is not None:
        _array("capture", value.capture, (sections,), 0.0, 1.0)
    if value.speed_factor is not None:
        _array("speed_factor", value.speed_factor, (drivers,), 0.1, 2.0)
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
    if rule.on_occasion is not None:
        _array("on_occasion", rule.on_occasion, (HOURS_PER_DAY, len(STATES)), 0.0, 1.0)
    _number("others_response", rule.others_response, 0.0, 1.0)
    if rule.others_response > 0.0:
        _need(np.shape(rule.cap_ms)[1] == 1, "cap_ms must have shape (n, 1) where others_response is above 0")
        _need(not rule.needs_device, "needs_device can't be where others_response is above 0: others have none")


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


def _check_access(value: Any, site: Site) -> None:
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


def _check_rescue(value: Any) -> None:
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
