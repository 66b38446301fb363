"""Hairpin: truck traffic, violations and accidents on mountain roads.

`from sim import Scenario, compare, load_scenario, run`; what is needed is imported when it is first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.api import compare, run
    from sim.results import Results
    from sim.scenario import Scenario, ScenarioError, load_scenario

__all__ = ["Results", "Scenario", "ScenarioError", "compare", "load_scenario", "run"]

_HOMES = {
    "Results": "sim.results",
    "Scenario": "sim.scenario",
    "ScenarioError": "sim.scenario",
    "compare": "sim.api",
    "load_scenario": "sim.scenario",
    "run": "sim.api",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'sim' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
