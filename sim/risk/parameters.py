"""The numbers of the accident model that a scenario may change."""

from typing import Annotated, Any

from pydantic import Field, ValidationInfo, field_validator

from sim.core import portable
from sim.core.parameters import (
    Group,
    Growth,
    LogSpread,
    NotNegative,
    Positive,
    PositiveMoney,
    Share,
    Source,
    assumed,
    published,
)
from sim.risk import two_lane
from sim.risk.mechanisms import MECHANISMS, TABLE

HazardFactor = Annotated[float, Field(gt=0.0, le=100_000.0)]
Persons = Annotated[float, Field(gt=0.0, le=100.0)]
AtLeastOne = Annotated[float, Field(ge=1.0, le=20.0)]


RISK_SOURCES = {
    "calibration_factor": assumed("0.5 to 2.5", "no county's accident counts by road were available"),
    "truck_hazard_ratio": Source(
        basis="derived",
        reference="Highway Safety Manual 2010, table 10-4: 30.7 % of accidents are of more than one vehicle",
        range="1.0 to 2.0",
        note="two vehicles in those; that trucks are in accidents as often as others is an assumption",
    ),
    "expressway_calibration_factor": assumed(
        "0.5 to 2", "the manual's freeways have wide medians; no accident counts of mountain expressways by traffic"
    ),
    "site_overdispersion_miles": published(
        "Highway Safety Manual 2010, equation 10-7: k = 0.236 / L with L in miles",
        "two-lane roads; expressways have none",
    ),
    "speed_coefficient_per_kmh": published(
        "Elvik 2013, Accident Analysis and Prevention 50, 854-860, exponential model, injury accidents"
    ),
    "rain_factor": published("Qiu and Nixon 2008, Transportation Research Record 2055, 139-146: 71 % more"),
    "fog_factor": assumed("1.2 to 3"),
    "ice_factor": Source(
        basis="derived",
        reference=(
            "Swedish Road and Transport Research Institute, VTI rapport 556: single and head-on accidents more than "
            "tenfold on ice and snow, thin ice being the main cause"
        ),
        range="2.5 to 8",
        note="10 for the share of single and head-on accidents (`sleepiness_share`), 1.84 for the others; Carlsson "
        "1976: all accidents 3 to 4 times",
    ),
    "snow_factor": published("Qiu and Nixon 2008, Transportation Research Record 2055, 139-146: snow, 84 % more"),
    "night_factor": published(
        "Johansson, Wanvik, Elvik 2009, A new method for assessing the risk of accident associated with darkness: "
        "rural injury accidents nearly 50 % more at the same hour",
        "tiredness by the hour comes on top",
    ),
    "overload_factor": assumed("1.0 to 2.0", "besides what mass does to brakes, climbing and rollover"),
    "brake_defect_factor": published(
        "Craft 2008, Large Truck Crash Causation Study: relative risk 2.7 with brake problems",
        "of crashes with injuries; trucks out of service for brakes: three times (Teoh 2017)",
    ),
    "fatigue_free_h": published(
        "Jovanis, Park, Chen, Gross 2005, On the relationship of crash risk and driver hours of service: alike in the "
        "first six hours"
    ),
    "fatigue_growth_per_h": Source(
        basis="derived",
        reference="Jovanis et al. 2005: in the 11th hour more than 3 times the first hour's",
        range="0.1 to 0.7",
        note="2 over 4.5 hours, on a straight line",
    ),
    "fatigue_highest": assumed("2 to 6"),
    "sleepiness_peak": published(
        "Akerstedt, Kecklund, Horte 2001, Sleep 24, 401-406: odds ratio 5.7 at 4 h against 10 to 11 h",
        "of all accidents on highways without alcohol; by season 3.8 to 11.6",
    ),
    "sleepiness_share": Source(
        basis="derived",
        reference=(
            "FMCSA 2019, Large Truck and Bus Crash Facts, vehicles table 30: trucks in accidents without another "
            "vehicle 20 %, head-on 1 %"
        ),
        range="0.2 to 0.6",
        note="22 % of all over the three quarters that are general; only single and head-on accidents follow the clock "
        "(Akerstedt et al. 2001); China's expressways: 44 % of one vehicle",
    ),
    "rest_relief": published(
        "Jovanis, Wu, Chen 2012, Transportation Research Record 2281, 119-127: breaks lower the odds by up to 50 %",
        "range 0.2 to 0.8",
    ),
    "driving_limit_h": published(
        "Regulation for the Road Traffic Safety Law of China, article 62: rest after 4 h of driving"
    ),
    "speeding_factor": assumed("1.05 to 1.2", "share above the limit from which police act"),
    "curve_speed_sd": assumed(
        "0.02 to 0.04",
        "set so that rollovers in a mountain county are 2 to 6 % of truck accidents (FMCSA 2019, vehicles table 15: "
        "1.8 % with damage only, 5.9 % with injured); trucks passed one of Colorado's 45 mile/h curves at 66",
    ),
    "runaway_hit_share": assumed(
        "0.02 to 0.5", "of the vehicles that a truck without brakes catches up with; others get out of its way"
    ),
    "brake_failure_c": published(
        "Carlisle Brake and Friction, Brake temperature signals: above 1,250 deg F danger of run-away, drums expand",
        "at the lining; 550 to 750 deg C is plausible for typical brakes",
    ),
}


class RiskParameters(Group):
    """Accident risk of one truck."""

    sources: dict[str, Source] = Field(default=RISK_SOURCES)
    calibration_factor: HazardFactor = Field(default=1.0, description="region's accidents over the manual's prediction")
    truck_hazard_ratio: HazardFactor = Field(
        default=two_lane.INVOLVED_PER_ACCIDENT,
        description="accidents that a truck is in per truck-km over accidents per vehicle-km",
    )
    expressway_calibration_factor: HazardFactor = Field(
        default=1.0,
        description="expressways' accidents over the manual's prediction for freeways, besides the region's",
    )
    site_overdispersion_miles: Annotated[float, Field(ge=0.0, le=10.0)] = Field(
        default=0.236, description="variance between alike sections a mile long, over the mean's square; 0 for none"
    )
    speed_coefficient_per_kmh: Growth = Field(
        default=0.034,
        description="growth of general accidents with speed above the usual one of the class, load and weather",
    )
    rain_factor: AtLeastOne = 1.71
    fog_factor: AtLeastOne = 1.5
    ice_factor: AtLeastOne = Field(default=3.6, description="black ice")
    snow_factor: AtLeastOne = 1.84
    night_factor: AtLeastOne = 1.5
    overload_factor: AtLeastOne = 1.3
    brake_defect_factor: AtLeastOne = Field(
        default=2.7, description="general accidents with a brake defect over those without; all trucks' mean stays"
    )
    fatigue_free_h: NotNegative = Field(default=6.0, description="hours of driving without growing risk")
    fatigue_growth_per_h: NotNegative = Field(default=0.45, description="growth of risk per hour beyond")
    fatigue_highest: AtLeastOne = 4.0
    sleepiness_peak: AtLeastOne = Field(
        default=5.7, description="odds at 4 h over those at 10 to 11 h, of accidents that follow the clock"
    )
    sleepiness_share: Share = Field(default=0.30, description="general accidents that follow the clock")
    rest_relief: Share = Field(default=0.5, description="of the excess risk of tiredness that a rest takes away")
    driving_limit_h: NotNegative = Field(default=4.0, description="hours of driving after which the law wants a rest")
    speeding_factor: AtLeastOne = Field(default=1.1, description="speed over the limit that counts as speeding")
    curve_speed_sd: Annotated[float, Field(ge=0.001, le=0.5)] = Field(
        default=0.03, description="spread of the speed in a curve over the one that the driver means to have there"
    )
    brake_failure_c: Annotated[float, Field(ge=300.0, le=2000.0)] = Field(
        default=677.0, description="temperature at which typical brakes give nothing any more"
    )
    runaway_hit_share: Share = Field(
        default=0.1, description="vehicles that a truck without brakes catches up with and runs into"
    )


SEVERITY_SOURCES = {
    "fatal_growth_per_kmh": Source(
        basis="derived",
        reference="Elvik 2013: 0.069 per km/h for fatal less 0.034 for all injury accidents",
    ),
    "fatal_share": assumed(
        "0.013 to 0.06 for general accidents",
        "lower end: Highway Safety Manual 2010, table 10-3; with others in proportion to FMCSA 2019, vehicles tables "
        "15 and 30: of rear-end accidents 0.8 %, of head-on ones 11 %, of side-swipes in opposite directions 0.9 %, of "
        "those without another vehicle 1.2 %",
    ),
    "injury_share": assumed(
        "0.30 to 0.60 for general accidents",
        "lower end: Highway Safety Manual 2010, table 10-3; FMCSA 2019: rear-end 29 %, head-on 52 %",
    ),
    "deaths_per_fatal": assumed("1.05 to 1.6"),
    "others_share": Source(
        basis="derived",
        reference=(
            "FMCSA 2019, people table 14: of 4,027 killed in accidents of several vehicles 90 % were not in a truck, "
            "of 978 in those of one vehicle 49 %, most of them on foot"
        ),
        range="0.2 to 0.6 for accidents of one vehicle, 0.8 to 0.97 for those of several",
    ),
    "injuries_per_injury": assumed("1.2 to 2.0"),
    "median_loss_cny": assumed("3,000 to 80,000"),
    "loss_log_sd": assumed("0.8 to 1.6"),
    "capture_injury_share": assumed("0.02 to 0.2", "trucks that an escape ramp has stopped"),
    "capture_median_loss_cny": assumed("5,000 to 60,000", "recovery and damage after an escape ramp"),
}


MECHANISMS_OF_OLD_FILES = 3
EACH = Field(min_length=len(TABLE), max_length=len(TABLE))
Shares = Annotated[tuple[Share, ...], EACH]
PersonsEach = Annotated[tuple[Persons, ...], EACH]
DeathsEach = Annotated[tuple[Annotated[float, Field(ge=1.0, le=50.0)], ...], EACH]
Losses = Annotated[tuple[PositiveMoney, ...], EACH]
BY_MECHANISM = (
    "fatal_share",
    "injury_share",
    "deaths_per_fatal",
    "others_share",
    "injuries_per_injury",
    "median_loss_cny",
)


def _usual(column: str) -> tuple[float, ...]:
    return tuple(getattr(row, column) for row in TABLE)


class SeverityParameters(Group):
    """Consequences by mechanism: by name, or in the order of the mechanisms."""

    sources: dict[str, Source] = Field(default=SEVERITY_SOURCES)
    fatal_growth_per_kmh: Growth = Field(
        default=0.035,
        description="growth of the fatal share with speed above the limit, where no other vehicle takes part",
    )
    fatal_share: Shares = _usual("fatal_share")
    injury_share: Shares = _usual("injury_share")
    deaths_per_fatal: DeathsEach = _usual("deaths_per_fatal")
    others_share: Shares = Field(
        default=_usual("others_share"),
        description="of the deaths, those of persons who are not in the truck",
    )
    injuries_per_injury: PersonsEach = _usual("injuries_per_injury")
    median_loss_cny: Losses = _usual("median_loss_cny")
    loss_log_sd: LogSpread = 1.2
    capture_injury_share: Share = Field(default=0.05, description="captures in an escape ramp with an injured person")
    capture_median_loss_cny: PositiveMoney = 15000.0

    @field_validator(*BY_MECHANISM, mode="before")
    @classmethod
    def _complete(cls, value: Any, info: ValidationInfo) -> Any:
        """By name, those not named as they are, or in the order of the mechanisms, the first ones in old files."""
        usual = cls.model_fields[str(info.field_name)].default
        if isinstance(value, dict):
            unknown = sorted(str(name) for name in value if name not in MECHANISMS)
            if unknown:
                raise ValueError(f"unknown {', '.join(unknown)}; mechanisms are {', '.join(MECHANISMS)}")
            return tuple(value.get(name, own) for name, own in zip(MECHANISMS, usual, strict=True))
        if isinstance(value, list | tuple) and len(value) == MECHANISMS_OF_OLD_FILES:
            return (*value, *usual[MECHANISMS_OF_OLD_FILES:])
        return tuple(value) if isinstance(value, list) else value


INCIDENT_SOURCES = {
    "detection_mean_min": assumed("2 to 20", "until a passer-by has called"),
    "turnout_min": assumed("2 to 10"),
    "response_median_min": assumed("10 to 45", "police or rescue from the county seat"),
    "response_log_sd": assumed("0.3 to 0.8"),
    "clearance_median_min": assumed("30 to 120"),
    "clearance_log_sd": assumed("0.4 to 1.0", "durations of incidents are usually found to be near lognormal"),
    "closure_share": assumed("fatal 0.7 to 1.0, injury 0.4 to 0.9, damage 0.1 to 0.5"),
    "divert_share": assumed("0.1 to 0.6"),
    "divert_after_min": assumed("20 to 90"),
    "divert_delay_min": assumed("15 to 60"),
    "discharge_headway_s": assumed("3 to 6", "trucks, one lane"),
    "secondary_per_waiting_truck": assumed("0.0001 to 0.002"),
    "rescue_growth_per_min": Source(
        basis="derived",
        reference=(
            "Sanchez-Mangas et al. 2010, Accident Analysis and Prevention 42, 1048-1056: 10 min less, a third fewer "
            "deaths"
        ),
        note="ln(1.5) / 10",
    ),
    "rescue_lowest_factor": Source(
        basis="published",
        reference=(
            "Sihvola et al. 2009, European Transport Research Review 1, 99-105: earlier calls would prevent 4 to 8 % "
            "of road deaths"
        ),
        range="0.85 to 0.96",
        note="upper end; what help can save at most, and as much can be lost by its delay",
    ),
}


class IncidentParameters(Group):
    """What follows an accident: help, closure, queue."""

    sources: dict[str, Source] = Field(default=INCIDENT_SOURCES)
    detection_mean_min: NotNegative = Field(default=8.0, description="exponential")
    turnout_min: NotNegative = 5.0
    response_median_min: Positive = Field(default=22.0, description="drive of the ordinary police, lognormal")
    response_log_sd: LogSpread = 0.5
    clearance_median_min: Positive = Field(default=50.0, description="from arrival until the road is free, lognormal")
    clearance_log_sd: LogSpread = 0.7
    closure_share: tuple[Share, Share, Share] = Field(
        default=(0.9, 0.6, 0.25), description="accidents that close the road: fatal, with injured, damage only"
    )
    divert_share: Share = Field(default=0.3, description="drivers who look for another way if the wait is long")
    divert_after_min: NotNegative = 45.0
    divert_delay_min: NotNegative = 30.0
    discharge_headway_s: NotNegative = 4.0
    secondary_per_waiting_truck: Share = Field(
        default=0.0005, description="secondary accidents for each truck that reaches the queue's end"
    )
    rescue_growth_per_min: Growth = Field(default=0.0405, description="growth of the fatal share with time to help")
    rescue_lowest_factor: Annotated[float, Field(gt=0.0, le=1.0)] = Field(
        default=0.92, description="factor on the fatal share that help however soon does not go below"
    )

    @property
    def usual_help_min(self) -> float:
        """Mean time until help is there without squads [min]: detection, turn-out and a lognormal drive."""
        drive_min = self.response_median_min * float(portable.exp(self.response_log_sd**2 / 2.0))
        return self.detection_mean_min + self.turnout_min + drive_min
