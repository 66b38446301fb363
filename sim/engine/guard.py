"""Asking interventions: a hook that raises or returns nonsense stops the run with its name and the intervention's."""

from collections.abc import Callable, Generator
from inspect import isgenerator
from math import isfinite, isnan
from typing import Any

import numpy as np

from sim.interventions.base import Access, Intervention, Preparation, Process, Rescue, Site
from sim.parameters import MECHANISMS, TRUCK_CLASSES
from sim.rules import DrivingRules, SpeedRule
from sim.units import HOURS_PER_DAY


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
            _array(name, people, (HOURS_PER_DAY,), 0.0, np.inf)
    if value.position_interval_s is not None:
        _number("position_interval_s", value.position_interval_s, 1e-6, np.inf)


def _rules(value: DrivingRules | None, site: Site, *_: Any) -> None:
    if not _is(value, DrivingRules, optional=True) or value is None:
        return
    sections, drivers = len(site.network.sections.length_m), site.roster.size
    if value.hazard_factor is not None:
        _array("hazard_factor", value.hazard_factor, (len(MECHANISMS), sections), 0.0, np.inf)
    if value.capture is not None:
        _array("capture", value.capture, (sections,), 0.0, 1.0)
    if value.habit is not None:
        _array("habit", value.habit, (drivers,), 0.1, 2.0)
    for rule in value.speed:
        _speed(rule, site, sections, drivers)
    for name, one in (("stops", value.stops), ("alarms", value.alarms), ("weather", value.weather)):
        for rule_ in one:
            _people(name, rule_, drivers)


def _speed(rule: SpeedRule, site: Site, sections: int, drivers: int) -> None:
    count = len(rule.sections)
    _array("sections", rule.sections, (count,), 0.0, sections - 1)
    width = 1 if np.ndim(rule.cap_ms) == 2 and rule.cap_ms.shape[1] == 1 else len(site.kinds.mass_kg)  # noqa: PLR2004
    _array("cap_ms", rule.cap_ms, (count, width), 0.5, np.inf)
    _array("response", rule.response, (drivers,), 0.0, 1.0)
    _array("weight", np.broadcast_to(rule.weight, (count,)), (count,), 0.0, 1.0)
    if rule.on_day is not None:
        _array("on_day", rule.on_day, (site.days, count), 0.0, 1.0)


def _people(name: str, rule: Any, drivers: int) -> None:
    """Shares of drivers are masks; factors on speed are positive."""
    for field in ("stops", "mended", "heeds"):
        if hasattr(rule, field):
            _need(np.shape(getattr(rule, field)) == (drivers,), f"{name}.{field} must have shape ({drivers},)")
    if hasattr(rule, "speed_factor"):
        _number(f"{name}.speed_factor", rule.speed_factor, 0.1, 1.0)


def _process(value: Any, *_: Any) -> None:
    _need(value is None or isgenerator(value), f"returned {type(value).__name__}, must be a generator or None")


def _share(value: Any, *_: Any) -> None:
    if type(value) is float and 0.0 <= value <= 1.0:
        return  # asked a hundred thousand times a run
    _number("the returned value", value, 0.0, 1.0)


def _measured(value: Any, *_: Any) -> None:
    _is(value, dict)
    for name, number in value.items():
        _need(isfinite(number), f"{name} is {number}, must be finite")


def _access(value: Any, *_: Any) -> None:
    _is(value, Access)


def _rescue(value: Any, *_: Any) -> None:
    _is(value, Rescue, optional=True)


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
