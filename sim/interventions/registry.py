"""Which interventions there are, by kind."""

from functools import lru_cache
from importlib.metadata import entry_points

from sim.interventions.intervention import Intervention
from sim.interventions.library.access_rules import AccessRules
from sim.interventions.library.bend_warning import BendWarning
from sim.interventions.library.brake_check import BrakeCheck
from sim.interventions.library.case_review import CaseReview
from sim.interventions.library.device_coverage import DeviceCoverage
from sim.interventions.library.driver_contact import DriverContact
from sim.interventions.library.driving_warning import DrivingWarning
from sim.interventions.library.early_warning import EarlyWarning
from sim.interventions.library.enterprise_accountability import EnterpriseAccountability
from sim.interventions.library.escape_ramps import EscapeRamps
from sim.interventions.library.overtaking_ban import OvertakingBan
from sim.interventions.library.patrols import Patrols
from sim.interventions.library.rapid_response import RapidResponse
from sim.interventions.library.rest_areas import RestAreas
from sim.interventions.library.road_works import RoadWorks
from sim.interventions.library.speed_cameras import SpeedCameras
from sim.interventions.library.speed_limiters import SpeedLimiters
from sim.interventions.library.squadron_dispatch import SquadronDispatch
from sim.interventions.library.variable_limits import VariableLimits
from sim.interventions.library.weigh_stations import WeighStations
from sim.interventions.library.weight_speed_signs import WeightSpeedSigns

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
    VariableLimits,
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
