"""Warnings about driving, to the phone or in the cab: curves, downgrades, hot brakes, tiredness, weather."""

from typing import Annotated, ClassVar, Literal

import numpy as np
from pydantic import Field

from sim.core import portable
from sim.core.parameters import NotNegative, Share, Source
from sim.core.units import Floats, ms_from_kmh
from sim.driving.rules import DrivingRules, HotBrakeAlarm, Rest, SpeedRule, WeatherWarning
from sim.interventions.cost import COST_SOURCE, Cost
from sim.interventions.intervention import Intervention
from sim.interventions.views import Site
from sim.physics import speed
from sim.physics.brake_temperature import INITIAL_C

Topic = Literal["curve_speed", "downgrade_speed", "brake_temperature", "fatigue", "weather"]
ALL_TOPICS: tuple[Topic, ...] = ("curve_speed", "downgrade_speed", "brake_temperature", "fatigue", "weather")
Slower = Annotated[float, Field(gt=0.3, le=1.0)]

SOURCES = {
    "heed_share": Source(
        basis="assumption",
        range="0.2 to 0.7",
        note=(
            "more than half of the alerted drivers slowed in Wyoming's pilot; lights without coaching had an odds "
            "ratio of 0.86 with an interval of 0.51 to 1.43 (doi 10.1016/j.jsr.2016.12.008)"
        ),
    ),
    "phone_share": Source(basis="assumption", range="0.2 to 0.8"),
    "false_alarms_per_100_km": Source(
        basis="assumption",
        range="0 to 26",
        note="a pilot in Jiangsu counted 2.4 high-level and 26.4 low-level alarms per 100 km",
    ),
    "habituation": Source(basis="assumption", range="0 to 0.15"),
    "downgrade_speed_factor": Source(basis="assumption", range="0.75 to 0.95"),
    "weather_speed_factor": Source(basis="assumption", range="0.8 to 0.97"),
    "brake_alarm_c": Source(basis="assumption", range="150 to 240"),
    "brake_speed_factor": Source(basis="assumption", range="0.6 to 0.9"),
    "cost": COST_SOURCE,
}


class DrivingWarning(Intervention):
    """The device warns, some drivers react, and false alarms make fewer of them react."""

    kind: ClassVar[str] = "driving_warning"
    summary: ClassVar[str] = "warnings on curves, downgrades, hot brakes, tiredness and weather to trucks with a device"
    unit: ClassVar[str] = "truck with a device"
    puts_in: ClassVar[tuple[str, str]] = (
        "who heeds, how much slower they go, how habituation grows with false alarms",
        "响应比例、减速幅度、误报引起的习惯化",
    )
    emerges: ClassVar[tuple[str, str]] = (
        "speeds, brake temperatures, runaways, rollovers, accidents",
        "车速、制动器温度、失控、侧翻与事故",
    )

    sources: dict[str, Source] = Field(default=SOURCES)
    topics: tuple[Topic, ...] = ALL_TOPICS
    channel: Literal["phone", "in_cab"] = "in_cab"
    heed_share: Share = Field(default=0.4, description="drivers who react to a warning that they notice")
    phone_share: Share = Field(default=0.45, description="warnings on the phone that are noticed; in the cab all are")
    false_alarms_per_100_km: NotNegative = 2.4
    habituation: NotNegative = Field(default=0.05, description="fall of the share who react per false alarm per 100 km")
    downgrade_speed_factor: Slower = 0.85
    weather_speed_factor: Slower = 0.9
    brake_alarm_c: Annotated[float, Field(gt=INITIAL_C, le=500.0)] = 200.0
    brake_speed_factor: Slower = 0.75
    cost: Cost = Cost(capital_cny=1_200.0, yearly_cny=300.0, lifetime_years=5.0)

    @property
    def reacting_share(self) -> float:
        """Drivers who react: noticing x reacting x exp(-habituation x false alarms)."""
        noticed = self.phone_share if self.channel == "phone" else 1.0
        return (
            self.strength
            * noticed
            * self.heed_share
            * float(portable.exp(-self.habituation * self.false_alarms_per_100_km))
        )

    def units(self, site: Site) -> float:
        """Semi-trailers that come often; what they carry already is not taken off."""
        return float(site.roster.count_of_class[:2].sum())

    def driving(self, site: Site) -> DrivingRules:
        """A rule for each topic; the same drivers react to all of them."""
        heeds = site.drivers("driving_warning.heed", self.reacting_share)
        return DrivingRules(
            speed=tuple(
                rule for topic, rule in self._speed_rules(site, heeds.astype(np.float64)) if topic in self.topics
            ),
            alarms=(HotBrakeAlarm(self.brake_alarm_c, self.brake_speed_factor, heeds),)
            if "brake_temperature" in self.topics
            else (),
            weather=(WeatherWarning(self.weather_speed_factor, heeds),) if "weather" in self.topics else (),
            rests=(Rest(heeds, needs_device=True),) if "fatigue" in self.topics else (),
        )

    def _speed_rules(self, site: Site, response: Floats) -> list[tuple[Topic, SpeedRule]]:
        """Down to comfort in curves tighter than the limit, and below the usual speed on downgrades."""
        table, usual = site.network.sections, site.speed
        comfort = speed.curve_comfort_speed_ms(table.curvature_per_m, table.superelevation, usual.side_friction)
        tight = np.flatnonzero(comfort < table.limit_ms)
        held = speed.descent_speed_ms(
            table.grade,
            float(ms_from_kmh(usual.descent_level_kmh)),
            float(ms_from_kmh(usual.descent_reduction_kmh_per_pct)) * 100.0,
        )
        steep = np.flatnonzero(np.isfinite(held))
        slower = held[steep, None] * self.downgrade_speed_factor
        return [
            ("curve_speed", SpeedRule(tight, comfort[tight, None], response, needs_device=True)),
            ("downgrade_speed", SpeedRule(steep, slower, response, needs_device=True)),
        ]
