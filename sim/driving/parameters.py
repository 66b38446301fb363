"""How fast trucks want to be and can be: the numbers that a scenario may change."""

from typing import Annotated

from pydantic import Field

from sim.core.parameters import Group, NotNegative, Share, Source, assumed
from sim.risk.parameters import AtLeastOne

SpeedShare = Annotated[float, Field(gt=0.1, le=1.0)]


SPEED_SOURCES = {
    "side_friction": assumed("0.10 to 0.18", "trucks; design values of the road stand below it"),
    "descent_level_kmh": assumed("60 to 75"),
    "descent_reduction_kmh_per_pct": assumed("4 to 10"),
    "laden_descent_factor": assumed("0.7 to 0.95"),
    "retarder_descent_factor": assumed("1.0 to 1.3"),
    "engine_brake_kw": assumed(
        "54 to 250",
        "the types' mean, 0.55 of rated power, is 99 kW in a truck of 180 kW and 181 in one of 330; 73 hp (54 kW) in "
        "the Grade Severity Rating System of 1980",
    ),
    "retarder_kw": assumed("150 to 400"),
    "brake_defect_heat_factor": assumed(
        "1.1 to 1.8", "a fifth of the brakes without effect: those left take 1.25 times as much"
    ),
    "wrong_gear_share": Source(
        basis="derived",
        reference=(
            "fitted to two slopes together: more than 20 runaways a year at Straight Creek, Colorado (Chicago Tribune "
            "1995-08-13) and 28 at New Qidaoliang (Lanzhou Daily 2013)"
        ),
        range="0.001 to 0.01",
        note="88 % of the drivers who ran away in Colorado were from other states",
    ),
    "wrong_gear_braking": assumed("0 to 0.6", "engine brakes give their power at high engine speeds only"),
    "wrong_gear_speed_factor": assumed("1.0 to 1.5"),
    "hot_brakes_c": Source(
        basis="published",
        reference="Driving Commercial Vehicles Manual, chapter 2: brakes should not exceed 250 deg C",
        range="200 to 300",
        note="Peterbilt's operator's manual: about 260 deg C in normal braking; odour comes at 288 to 343 (Carlisle)",
    ),
    "hot_brakes_sd_k": assumed("10 to 50"),
    "descent_foresight_km": assumed("2 to 10", "signs at the top tell the length of a descent; feeling comes later"),
    "lowest_descent_kmh": assumed("5 to 15", "the lowest gears at the engine's highest speed"),
    "cautious_factor": assumed("0.85 to 0.97"),
    "rain_speed_factor": assumed("0.85 to 1.0"),
    "fog_speed_factor": assumed("0.6 to 0.9"),
    "ice_speed_factor": assumed("0.5 to 0.8"),
    "snow_speed_factor": assumed(
        "0.72 to 0.98", "on a Chinese expressway 1.8 % slower in light, 6.6 % in moderate, 28 % in heavy snow"
    ),
    "night_speed_factor": assumed("0.9 to 1.0"),
}


class SpeedParameters(Group):
    """How drivers choose their speed."""

    sources: dict[str, Source] = Field(default=SPEED_SOURCES)
    side_friction: Annotated[float, Field(gt=0.02, le=0.4)] = Field(
        default=0.12, description="lateral acceleration that drivers like in curves [g]"
    )
    descent_level_kmh: Annotated[float, Field(ge=5.0, le=200.0)] = Field(
        default=68.0, description="speed held where downgrades begin to matter"
    )
    descent_reduction_kmh_per_pct: NotNegative = 7.0
    laden_descent_factor: SpeedShare = Field(default=0.85, description="speed of laden over empty trucks downgrade")
    retarder_descent_factor: Annotated[float, Field(ge=1.0, le=2.0)] = 1.1
    engine_brake_kw: NotNegative = Field(default=150.0, description="mean of all trucks; it differs by type")
    retarder_kw: NotNegative = Field(default=220.0, description="besides the engine brake, where there is one")
    brake_defect_heat_factor: AtLeastOne = 1.3
    wrong_gear_share: Share = Field(
        default=0.003, description="trips that go down in too high a gear, whatever happens"
    )
    wrong_gear_braking: Share = Field(
        default=0.3, description="engine braking in too high a gear over that in the right"
    )
    wrong_gear_speed_factor: AtLeastOne = Field(default=1.2, description="speed downgrade in too high a gear")
    hot_brakes_c: Annotated[float, Field(ge=100.0, le=2000.0)] = Field(
        default=250.0, description="brake temperature that the mean driver chooses gear and speed not to exceed"
    )
    hot_brakes_sd_k: Annotated[float, Field(ge=0.0, le=500.0)] = Field(
        default=25.0, description="between drivers: who drives faster bears hotter brakes"
    )
    descent_foresight_km: Annotated[float, Field(ge=0.1, le=100.0)] = Field(
        default=5.0, description="of descent over which drivers see to it that brakes don't get hotter"
    )
    lowest_descent_kmh: Annotated[float, Field(ge=1.0, le=50.0)] = Field(
        default=10.0, description="slower than that nobody goes down for the brakes' sake"
    )
    cautious_factor: SpeedShare = Field(default=0.92, description="speed of the cautious mode over the habitual")
    rain_speed_factor: SpeedShare = 0.92
    fog_speed_factor: SpeedShare = 0.75
    ice_speed_factor: SpeedShare = 0.6
    snow_speed_factor: SpeedShare = 0.85
    night_speed_factor: SpeedShare = 0.97
