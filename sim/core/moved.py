"""Modules under the names that interventions of others know from version 0.1; gone with the next release."""

import sys
import warnings
from collections.abc import Sequence
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

HOMES = {
    "sim.draws": ("sim.core.random_streams",),
    "sim.exact": ("sim.core.exact_sums",),
    "sim.fleet": ("sim.inputs.fleet",),
    "sim.interventions.base": ("sim.interventions",),
    "sim.parameters": ("sim.core.parameters",),
    "sim.portable": ("sim.core.portable",),
    "sim.road": ("sim.inputs.road", "sim.inputs.network"),
    "sim.rules": ("sim.driving.rules",),
    "sim.units": ("sim.core.units",),
}
"""Old name to the modules that have its content now."""


class _OldNames(MetaPathFinder, Loader):
    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,  # noqa: ARG002
        target: ModuleType | None = None,  # noqa: ARG002
    ) -> ModuleSpec | None:
        """Whether it is an old name; asked only when there is no such module."""
        return ModuleSpec(fullname, self) if fullname in HOMES else None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """A module that has what its new homes have."""
        homes = HOMES[spec.name]
        warnings.warn(f"{spec.name} is now {' and '.join(homes)}", DeprecationWarning, stacklevel=2)

        def at_home(name: str) -> Any:
            found = [module for module in map(import_module, homes) if hasattr(module, name)]
            if not found:
                raise AttributeError(f"there is no {name!r} in {' or '.join(homes)}")
            return getattr(found[0], name)

        module = ModuleType(spec.name)
        vars(module)["__getattr__"] = at_home
        return module

    def exec_module(self, module: ModuleType) -> None:
        """Nothing is left to do."""


def know_old_names() -> None:
    """Let old names be imported."""
    sys.meta_path.append(_OldNames())
