"""What a truck expects on a section of each mechanism of the table `sim/risk/mechanisms.py`: a file a mechanism.

Each file has

- `expect(trucks, trips, road, rules, numbers, s)`, a part of the sweep: writes the expected accidents of the trucks
  that are driven together on section `s` into their row of `trucks.hazard`, as multiples of quanta, and says whether
  the mechanism acts there at all;
- `expected(at)`, the same of one truck in plain Python, before it is rounded: what the reference engine walks with.

They are called in the order of the table.
"""

from importlib import import_module
from typing import Any

from sim.risk.mechanisms import MECHANISMS

FILES: tuple[Any, ...] = tuple(import_module(f"{__name__}.{name}") for name in MECHANISMS)
"""The modules, in the order of the table."""
