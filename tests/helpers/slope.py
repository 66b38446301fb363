"""A small county whose brakes are left alone, trips of two days, and the banned road from north to south."""

from collections.abc import Callable
from typing import Any

from sim.driving.traits import Traits
from sim.engine.world import World
from sim.inputs.network import Route


def slope_world(small: Callable[..., Any]) -> World:
    """Weak engine brakes, and drivers who do not look at temperatures."""
    return World(small(days=3, speed__engine_brake_kw=20, speed__hot_brakes_c=2000), 5, 0)


def slope_trips(world: World) -> Traits:
    """Four hundred of two days."""
    own = world.source.draw(range(2))
    return world.traits(own.pick(slice(0, 400)), world.conditions(0))


def banned_route(world: World) -> Route:
    """Forward over both of its links."""
    ways = [n for n, way in enumerate(world.network.ways) if way.link.name in {"upper", "lower"} and way.forward]
    return world.network.route(ways)
