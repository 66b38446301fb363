"""What a run writes down: flat records, one a fact, units in the names."""

from typing import NamedTuple


class AccidentRecord(NamedTuple):
    """One accident (the manuals also say crash)."""

    time_s: float
    trip_id: int
    truck_class: str
    road_class: str
    link: str
    section: int
    position_m: float
    mechanism: str
    speed_kmh: float
    deaths: int
    injuries: int
    property_loss_cny: float


class ViolationRecord(NamedTuple):
    """One banned entry."""

    time_s: float
    trip_id: int
    truck_class: str
    driver_id: int
    enterprise_id: int
    link: str


class IncidentRecord(NamedTuple):
    """What followed an accident."""

    time_s: float
    trip_id: int
    section: int
    detected_s: float
    arrived_s: float
    cleared_s: float
    closed: bool
    by_squad: bool
    waiting: int
    diverted: int
    delay_s: float
    expected_secondary: float
    secondary: int


class AlarmRecord(NamedTuple):
    """One alarm at the control centre and what became of it; NaN where it did not happen."""

    time_s: float
    trip_id: int
    entry_time_s: float
    read_time_s: float
    answer_time_s: float
    leave_time_s: float
    leave_node: str
    intercept_time_s: float


class DrivenTrip(NamedTuple):
    """Where a trip of a watched day was when: from section to section up to its end or its accident."""

    trip_id: int
    truck_class: int
    course: str
    sections: tuple[int, ...]
    passed_s: tuple[float, ...]
    """At the start of the first section and at the end of each; one more than sections."""
    whole: bool
    """False if the last section was not driven to its end."""


class CourseRecord(NamedTuple):
    """One trip as it was driven."""

    trip_id: int
    course: str
    distance_m: float
    duration_s: float
    hazard: float
