"""Interventions: what one is, what it is shown, what it may return; ours are in `library`, one kind a file.

All that an intervention needs is here; others add theirs through the entry-point group `hairpin.interventions`.
"""

import warnings
from typing import Any

from sim.core.parameters import Month
from sim.interventions.answering import Answering
from sim.interventions.control_room import ControlRoom
from sim.interventions.cost import COST_SOURCE, Cost
from sim.interventions.enforcement_case import EnforcementCase, Experience
from sim.interventions.intervention import (
    KNOWN_AFTER_DAYS,
    REVIEW_DAYS,
    Intervention,
    Process,
    rolled_out,
)
from sim.interventions.views import (
    Access,
    Ahead,
    Appointments,
    DriverView,
    Past,
    PastAccident,
    Preparation,
    Rescue,
    Setting,
    Site,
)

__all__ = [
    "COST_SOURCE",
    "KNOWN_AFTER_DAYS",
    "REVIEW_DAYS",
    "Access",
    "Ahead",
    "Answering",
    "Appointments",
    "ControlRoom",
    "Cost",
    "DriverView",
    "EnforcementCase",
    "Experience",
    "Intervention",
    "Month",
    "Past",
    "PastAccident",
    "Preparation",
    "Process",
    "Rescue",
    "Setting",
    "Site",
    "rolled_out",
]

_OLD_NAMES = {"Case": "EnforcementCase", "Floor": "ControlRoom"}


def __getattr__(name: str) -> Any:
    if name not in _OLD_NAMES:
        raise AttributeError(f"module 'sim.interventions' has no attribute {name!r}")
    warnings.warn(f"{name} is now {_OLD_NAMES[name]}", DeprecationWarning, stacklevel=2)
    return globals()[_OLD_NAMES[name]]
