"""Rules of driving under the name that plug-ins know; they live in `sim.driving.rules`."""

from sim.driving.rules import (
    NO_RULES,
    BrakeStop,
    DrivingRules,
    HotBrakeAlarm,
    Rest,
    SpeedRule,
    Unload,
    WeatherWarning,
    combined,
)

__all__ = [
    "NO_RULES",
    "BrakeStop",
    "DrivingRules",
    "HotBrakeAlarm",
    "Rest",
    "SpeedRule",
    "Unload",
    "WeatherWarning",
    "combined",
]
