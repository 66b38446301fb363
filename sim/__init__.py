"""Hairpin: truck traffic, violations and accidents on mountain roads.

From Python: `from sim import Scenario, compare, load_scenario, run`; what is needed is imported when it is first used.
Interventions of others take what they need from `sim.interventions`.

The packages, from the ground up; each knows only those above it in this list:

| package | what is in it |
| --- | --- |
| `core` | units, exact sums, random streams, calendar, parameters, the table of metrics |
| `system` | files, interrupts, what machine this is |
| `statistics` | intervals, accident counts, queues: no simulation |
| `inputs` | roads, demand, fleets, weather |
| `physics` | speed, brake temperature, rollover, stopping: formulas |
| `risk` | expected accidents of a section, by the manual and by encounters; severity |
| `behaviour` | banned entry, deterrence, route choice: formulas |
| `driving` | what a truck does on a route and risks there: rules and the compiled sweep |
| `interventions` | what an intervention is, and ours, one kind a file in `library` |
| `scenario` | YAML files to models and back |
| `engine` | one run: trips, who may be met, enforcement, incidents, accounting |
| `experiment` | many runs: workers, the store of finished runs, the guard of stored outputs |
| `analysis` | uncertainty, sweeps, sensitivity, calibration, attribution, portfolios, money |
| `results` | tables, `summary.json`, the folder |
| `evidence` | formulas against published values, the table of all numbers |
| `hindcast` | the model against observed roads |
| `importing` | tracks, maps, alignments, counts, accident records |
| `charts`, `report` | drawings, pages, replay, exports |
| `serving` | the page that simulates while one watches |
| `api`, `cli` | the doors: Python and the command `hairpin` |
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from sim.core import moved

if TYPE_CHECKING:
    from sim.api import compare, run
    from sim.results.tables import Results
    from sim.scenario import Scenario, ScenarioError, load_scenario

__all__ = ["Results", "Scenario", "ScenarioError", "compare", "load_scenario", "run"]

_HOMES = {
    "Results": "sim.results.tables",
    "Scenario": "sim.scenario",
    "ScenarioError": "sim.scenario",
    "compare": "sim.api",
    "load_scenario": "sim.scenario",
    "run": "sim.api",
}

moved.know_old_names()


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import version

        return version("hairpin")
    if name not in _HOMES:
        raise AttributeError(f"module 'sim' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
