"""Which interventions there are, by kind."""

from functools import lru_cache
from importlib.metadata import entry_points

from sim.interventions.access_rules import AccessRules
from sim.interventions.base import Intervention
from sim.interventions.bend_warning import BendWarning
from sim.interventions.case_review import CaseReview
from sim.interventions.device_coverage import DeviceCoverage
from sim.interventions.downgrade import BrakeCheck, EscapeRamps, WeightSpeedSigns
from sim.interventions.driver_contact import DriverContact
from sim.interventions.driving_warning import DrivingWarning
from sim.interventions.early_warning import EarlyWarning
from sim.interventions.enterprise_accountability import EnterpriseAccountability
from sim.interventions.overtaking_ban import OvertakingBan
from sim.interventions.patrols import Patrols
from sim.interventions.rapid_response import RapidResponse
from sim.interventions.rest_and_load import RestAreas, WeighStations
from sim.interventions.road_works import RoadWorks
from sim.interventions.speed_control import SpeedCameras, SpeedLimiters
from sim.interventions.squadron_dispatch import SquadronDispatch

ENTRY_POINT_GROUP = "hairpin.interventions"
BUILT_IN: tuple[type[Intervention], ...] = (
    DeviceCoverage,
    EarlyWarning,
    DriverContact,
    EnterpriseAccountability,
    DrivingWarning,
    SquadronDispatch,
    Patrols,
    RapidResponse,
    SpeedCameras,
    SpeedLimiters,
    WeightSpeedSigns,
    BrakeCheck,
    EscapeRamps,
    RoadWorks,
    BendWarning,
    OvertakingBan,
    RestAreas,
    WeighStations,
    AccessRules,
    CaseReview,
)
_registered: dict[str, type[Intervention]] = {cls.kind: cls for cls in BUILT_IN}


def register(cls: type[Intervention]) -> type[Intervention]:
    """Add an intervention; usable as a decorator.

    Raises
    ------
    ValueError
        if the kind is empty or belongs to another class
    """
    if not cls.kind or _registered.get(cls.kind, cls) is not cls:
        raise ValueError(f"intervention kind {cls.kind!r} of {cls.__qualname__} is empty or taken")
    _registered[cls.kind] = cls
    return cls


@lru_cache(maxsize=1)
def _load_plugins() -> None:
    for entry in sorted(entry_points(group=ENTRY_POINT_GROUP), key=lambda e: e.name):
        register(entry.load())


def interventions() -> dict[str, type[Intervention]]:
    """All kinds, ours and those of installed packages, in order of registration."""
    _load_plugins()
    return dict(_registered)
