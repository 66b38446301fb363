"""A programme with some of its parts."""

from collections.abc import Collection

from sim.scenario import Scenario


def with_parts(programme: Scenario, parts: Collection[str], name: str = "") -> Scenario:
    """The programme with some of its interventions only, under a name of its own or one that says which."""
    kinds = sorted(programme.interventions)
    numbers = [str(number) for number, kind in enumerate(kinds) if kind in parts]
    chosen = {kind: one for kind, one in programme.interventions.items() if kind in parts}
    return programme.model_copy(update={"interventions": chosen, "name": name or "set_" + "_".join(numbers)})
