"""Classes of trucks and of roads: what they are called, and what of them is known by name.

No position in these tables means anything but the order of rows in arrays. A scenario may define more classes of trucks
in `fleet.classes`; arrays by truck class then have their rows after these, see `Fleet.class_names`.
"""

from typing import Annotated, Literal, NamedTuple

from sim.core.parameters import Name


class TruckClassRow(NamedTuple):
    """A class that every scenario knows."""

    name: str
    semi: bool
    """Whether it is a semi-trailer: those have an hourly profile of their own, and are counted together."""
    mean_hours_driven: float
    """At the wheel since the last rest when entering [h]: assumption, 0.5 to 4."""
    en: str
    zh: str


TRUCK_CLASS_TABLE = (
    TruckClassRow("local_semi", semi=True, mean_hours_driven=0.8, en="local semi-trailers", zh="本地半挂车"),
    TruckClassRow(
        "frequent_semi", semi=True, mean_hours_driven=2.0, en="frequent transit semi-trailers", zh="频繁过境半挂车"
    ),
    TruckClassRow(
        "occasional_semi", semi=True, mean_hours_driven=2.0, en="occasional transit semi-trailers", zh="偶尔过境半挂车"
    ),
    TruckClassRow("rigid", semi=False, mean_hours_driven=0.8, en="rigid trucks", zh="载货汽车"),
)
STANDARD_TRUCK_CLASSES = tuple(row.name for row in TRUCK_CLASS_TABLE)


class NamesTruckClass:
    """Marks fields that hold names of truck classes, so that they are held against the fleet's."""


TruckClass = Annotated[Name, NamesTruckClass()]

RoadClass = Literal["expressway", "national", "provincial", "county"]
ROAD_CLASSES: tuple[RoadClass, ...] = ("expressway", "national", "provincial", "county")
