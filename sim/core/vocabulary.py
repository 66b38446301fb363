"""Classes of trucks and of roads: what they are called, and what of them is known by name.

No position in these tables means anything but the order of rows in arrays. A scenario may define more classes of trucks
in `fleet.classes` and more of roads in `road.classes`; arrays by class then have their rows after these, see
`Fleet.class_names` and `Road.class_names`.
"""

from typing import Annotated, NamedTuple

from pydantic import Field

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


class RoadClassRow(NamedTuple):
    """A class of roads that every scenario knows."""

    name: str
    freeway: bool
    """Whether it has a median and interchanges: such roads are predicted by chapters of the manual of their own."""
    colour: str
    """On maps."""
    en: str
    zh: str


ROAD_CLASS_TABLE = (
    RoadClassRow("expressway", freeway=True, colour="#0072B2", en="expressway", zh="高速公路"),
    RoadClassRow("national", freeway=False, colour="#009E73", en="national road", zh="国道"),
    RoadClassRow("provincial", freeway=False, colour="#D55E00", en="provincial road", zh="省道"),
    RoadClassRow("county", freeway=False, colour="#999933", en="county road", zh="县道"),
)
STANDARD_ROAD_CLASSES = tuple(row.name for row in ROAD_CLASS_TABLE)


class NamesRoadClass:
    """Marks fields that hold names of classes of roads, so that they are held against the road's."""


RoadClass = Annotated[Name, NamesRoadClass(), Field(examples=list(STANDARD_ROAD_CLASSES))]
