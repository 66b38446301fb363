"""What a replication finds when it begins: devices, weather and light, the road as it is driven without measures."""

import numpy as np

from sim.core.calendar import Horizon
from sim.core.random_streams import Streams
from sim.core.units import HOURS_PER_DAY, Floats
from sim.driving.conditions import Conditions, Hours, Others, conditions_of
from sim.driving.occasions import STATES
from sim.driving.traffic import Traffic, flow_by_hour, others_speed_ms, overtaking_by_hour
from sim.engine.trips.attributes import truck_kinds
from sim.inputs.network import Network
from sim.inputs.weather import WEATHER_STATES, night_hours, weather_hours
from sim.risk import encounters
from sim.risk.section_hazard import BaseHazard, base_hazard, site_factors
from sim.scenario.model import Scenario


def base_coverage(scenario: Scenario) -> Floats:
    """Share of trucks with a working device without any programme, shape (truck classes,)."""
    classes = scenario.fleet.classes
    return np.array([classes[n].terminal_online_share if n in classes else 0.0 for n in scenario.fleet.class_names])


def conditions_without_rules(scenario: Scenario, network: Network, horizon: Horizon, streams: Streams) -> Conditions:
    """The road, its weather and light, without any intervention."""
    hours = _hours(scenario, horizon, streams)
    hazard = base_hazard(network, scenario.risk)
    sites = site_factors(network, streams, scenario.risk.site_overdispersion_miles)
    others = _others(network, hazard, scenario.traffic)
    kinds = truck_kinds(scenario)
    return conditions_of(
        network,
        hazard.per_m * sites,
        others,
        hours,
        kinds,
        scenario.fleet,
        scenario.speed,
        scenario.risk,
        scenario.severity,
    )


def _others(network: Network, hazard: BaseHazard, traffic: Traffic) -> Others:
    """The other vehicles; where there is a climbing or passing lane few of them reach trucks from behind."""
    reached = np.where(network.sections.passing_lane, 1.0 - traffic.keep_right_share, 1.0)
    ones = np.ones_like(reached)
    return Others(
        share=hazard.share
        * np.stack(encounters.Types(general=ones, rear_end=reached, head_on=ones, overtaking=reached)),
        speed_ms=others_speed_ms(network.sections, traffic),
        spread=encounters.speed_spread(traffic.speed_cv),
        overtaking=np.stack([overtaking_by_hour(traffic, way.link.mean_aadt) for way in network.ways]),
    )


def _hours(scenario: Scenario, horizon: Horizon, streams: Streams) -> Hours:
    """Weather, light and traffic by hour; trips that end after the horizon meet its last hour's."""
    climate, speed, risk = scenario.climate, scenario.speed, scenario.risk
    weather = weather_hours(climate, horizon.month_of_year, streams)
    night = night_hours(climate, horizon.day_of_year)
    slower = (speed.rain_speed_factor, speed.fog_speed_factor, speed.ice_speed_factor, speed.snow_speed_factor)
    speeds = np.array([1.0, *slower])
    risks = np.array([1.0, risk.rain_factor, risk.fog_factor, risk.ice_factor, risk.snow_factor])
    if len(speeds) != len(WEATHER_STATES) or len(weather) != horizon.days * HOURS_PER_DAY:
        raise AssertionError("one factor for each state of the weather, one state for each hour")
    return Hours(
        state=(np.int8(2) * weather + night).astype(np.uint8),
        speed_factor=np.outer(speeds, [1.0, speed.night_speed_factor]).ravel().astype(np.float32),
        risk_factor=np.outer(risks, [1.0, risk.night_factor]).ravel().astype(np.float32),
        bad=np.array([sky != "dry" for sky, _ in STATES]),
        icy=np.array([sky == "ice" for sky, _ in STATES]),
        flow=flow_by_hour(scenario.traffic, horizon).astype(np.float32),
    )
