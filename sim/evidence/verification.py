"""Published values beside ours, with the difference and what is tolerated: the evidence for the formulas."""

from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from scipy.special import ndtr

from sim.core.units import (
    KG_PER_POUND,
    METRES_PER_FOOT,
    METRES_PER_KM,
    METRES_PER_MILE,
    WATTS_PER_HORSEPOWER,
    kmh_from_ms,
    mph_from_ms,
    ms_from_kmh,
    ms_from_mph,
)
from sim.inputs.fleet import Fleet
from sim.inputs.road import Section
from sim.inputs.weather import half_day_length_h
from sim.physics import brake_temperature as brakes
from sim.physics import rollover, speed, stopping
from sim.physics.descent import maximum_safe_speed_ms
from sim.risk import followers, relative, two_lane
from sim.risk.section_hazard import modification_factors, predicted_accidents_per_year
from sim.statistics.accident_counts import empirical_bayes, rate_ratio
from sim.statistics.intervals import exact_rate_interval
from sim.statistics.queueing import mean_wait_s, waiting_probability

MANUAL = "AASHTO 2010, Highway Safety Manual, chapter 10"
DESIGN_POLICY = "AASHTO 2018, A Policy on Geometric Design of Highways and Streets"
GRADE_RATING = "Myers, Ashkenas, Johnson 1980, FHWA-RD-79-116"
SPEED_MANAGEMENT = "WHO 2017, Managing speed"
EXPONENTS = "Elvik 2009, TOI report 1034"
QUEUES = "Erlang 1917, in the closed form for one and two servers"
EMERGENCY_ROOM = "Hillier and Lieberman 2010, Introduction to Operations Research, section 17.6, County Hospital"
CAPACITY_MANUAL = "TRB 2022, Highway Capacity Manual, 7th edition, chapter 26, exhibits 26-7 and 26-8"
FOLLOWERS = "TRB 2022, Highway Capacity Manual, 7th edition, chapter 26, example problem 4, exhibits 26-32 and 26-35"
TANKERS = "Billing and Patten, An assessment of tank truck roll stability, National Research Council of Canada"
DOWNHILL_SIGN = "Oregon Department of Transportation, Downhill Speed Information System (page on Emigrant Hill, I-84)"
OECD = "OECD/ECMT 2006, Speed Management"
CONOVER = "Conover 1971, Practical Nonparametric Statistics, page 97, as an example of R's binom.test"
EPITOOLS = "Aragon, epitools 0.5-10.1 for R, page on pois.exact"
DAYLIGHT = "Wolfram Community 1706977, hours of daylight at the summer solstice of 2019 by latitude"
SUNRISE = "Strous, Astronomy Answers, The Position of the Sun: Tables (aa.quae.nl), table 1"
CALL_CENTRE = "Arenas, pyworkforce, README, example of Erlang C"
BRITANNICA = "Encyclopaedia Britannica, hours of daylight around the world"
EMPIRICAL_BAYES = (
    "Hauer, Harwood, Council and Griffith 2002, Transportation Research Record 1784, 126-131, examples 1 and 2, "
    "as quoted in a lecture on it (slideplayer.com 12880660)"
)
KM_PER_MILE = METRES_PER_MILE / METRES_PER_KM


@dataclass(frozen=True)
class Evidence:
    """One published value and ours."""

    what: str
    unit: str
    published: float
    ours: float
    tolerance: float
    source: str
    kind: Literal["published", "recomputed"] = "published"
    """Whether the value stands on a page that was read, or was worked out apart from our code by what it says."""

    @property
    def publication(self) -> str:
        """The source without chapter and page: what stands before the first comma."""
        return self.source.partition(",")[0]

    @property
    def difference(self) -> float:
        """Ours less the published value."""
        return self.ours - self.published

    @property
    def holds(self) -> bool:
        """Whether the difference is tolerated: as a rule half of the last published digit."""
        return bool(abs(self.difference) <= self.tolerance)


def evidence() -> list[Evidence]:
    """All rows, by publication."""
    manual = [*_first_example(), *_second_example(), *_factors()]
    trucks = [*_curves(), *_rollover(), *_climbing(), *_brakes(), *_descents(), *_followers()]
    return [*manual, *_stopping(), *trucks, *_speed(), *_queues(), *_counts(), *_empirical_bayes(), *_daylight()]


def _first_example() -> list[Evidence]:
    """Tangent, 1.5 mile, 10,000 vehicles a day, 10 ft lanes, 4 ft gravel shoulders, grade 2 %, 6 driveways a mile."""
    section = Section(
        length_km=1.5 * KM_PER_MILE,
        grade_pct=2.0,
        lane_width_m=10.0 * METRES_PER_FOOT,
        shoulder_width_m=4.0 * METRES_PER_FOOT,
        shoulder_type="gravel",
        driveways_per_km=6.0 / KM_PER_MILE,
        roadside_hazard=4,
        speed_limit_kmh=90.0,
    )
    factors = modification_factors(section, 10_000.0)
    base = float(two_lane.base_accidents_per_year(np.array(10_000.0), np.array(1.5)))
    published = {"lane_width": 1.17, "shoulder": 1.09, "driveways": 1.01, "roadside": 1.07}
    rows = [_manual(f"example 1: factor of {name}", value, factors[name]) for name, value in published.items()]
    return [
        _manual("example 1: base prediction", 4.008, base, 0.0005, "accidents/year"),
        *rows,
        _manual("example 1: all factors", 1.38, float(np.prod(list(factors.values()))), 0.01),
        _manual(
            "example 1: prediction (the manual multiplies rounded factors)",
            6.084,
            predicted_accidents_per_year(section, 10_000.0, 1.10),
            0.03,
            "accidents/year",
        ),
    ]


def _second_example() -> list[Evidence]:
    """Curve of 0.1 mile and 1,200 ft without spirals; 8,000 vehicles a day, 11 ft lanes, 2 ft gravel shoulders."""
    section = Section(
        length_km=0.1 * KM_PER_MILE,
        grade_pct=1.0,
        curve_radius_m=1200.0 * METRES_PER_FOOT,
        missing_superelevation_pct=2.0,
        lane_width_m=11.0 * METRES_PER_FOOT,
        shoulder_width_m=2.0 * METRES_PER_FOOT,
        shoulder_type="gravel",
        driveways_per_km=0.0,
        roadside_hazard=5,
        speed_limit_kmh=90.0,
    )
    factors = modification_factors(section, 8000.0)
    return [_manual("example 2: factor of the curve", 1.43, factors["curve"])]


def _manual(what: str, published: float, ours: float, tolerance: float = 0.005, unit: str = "-") -> Evidence:
    return Evidence(what, unit, published, ours, tolerance, MANUAL)


def _factors() -> list[Evidence]:
    return [_manual("factor of lighting at the default shares", 0.9216, two_lane.lighting_factor(), 0.00005)]


def _stopping() -> list[Evidence]:
    """Calculated stopping sight distances; the policy rounds its coefficients (0.278, 0.039): 1 % is tolerated."""
    level = {50.0: 63.5, 60.0: 83.0, 80.0: 129.0, 100.0: 184.2}
    rows = [
        Evidence(
            f"stopping sight distance at {kmh:.0f} km/h, table 3-1",
            "m",
            value,
            float(stopping.stopping_distance_m(ms_from_kmh(kmh))),
            0.01 * value,
            DESIGN_POLICY,
        )
        for kmh, value in level.items()
    ]
    downhill = float(stopping.stopping_distance_m(ms_from_kmh(80.0), -0.06))
    row = Evidence("stopping sight distance at 80 km/h, 6 % down, table 3-2", "m", 144.0, downhill, 1.44, DESIGN_POLICY)
    return [*rows, row]


def _curves() -> list[Evidence]:
    """Speeds that use all the design side friction of the least radius at a superelevation of 6 %, table 3-7."""
    design = {60.0: (0.17, 123.0), 80.0: (0.14, 252.0), 100.0: (0.12, 437.0)}
    rows = []
    for kmh, (friction, radius) in design.items():
        found = speed.curve_comfort_speed_ms(np.array([1.0 / radius]), np.array([0.06]), friction)
        what = f"speed on the least radius of {radius:.0f} m, friction {friction}, table 3-7"
        rows.append(Evidence(what, "km/h", kmh, float(kmh_from_ms(found[0])), 0.2, DESIGN_POLICY))
        lateral = float(rollover.lateral_acceleration_g(ms_from_kmh(kmh), 1.0 / radius, 0.06))
        what = f"side friction at {kmh:.0f} km/h on {radius:.0f} m, table 3-7"
        rows.append(Evidence(what, "g", friction, lateral, 0.005, DESIGN_POLICY))
    return rows


def _rollover() -> list[Evidence]:
    """Shares of tank trucks below a threshold, 7 and 14 of 17; twice the standard error of a share is tolerated.

    The spread between trucks was derived from them, the median is a semi-trailer's.
    """
    trucks, median, spread = 17, 0.35, Fleet.model_fields["rollover_threshold_sd"].default
    rows = []
    for threshold, count in ((0.35, 7), (0.40, 14)):
        published = count / trucks
        tolerance = 2.0 * float(np.sqrt(published * (1.0 - published) / trucks))
        what = f"share of loaded trucks that roll over below {threshold:.2f} g"
        rows.append(
            Evidence(what, "-", published, float(ndtr((threshold / median - 1.0) / spread)), tolerance, TANKERS)
        )
    return rows


def _climbing() -> list[Evidence]:
    """Seconds per foot in the end on a long upgrade; the efficiency was fitted to the semi-trailers' rows.

    Semi-trailers of 80,000 lb at 150 lb/hp: 2 % is tolerated. Single-unit trucks of 30,000 lb at 100 lb/hp, whose
    air resistance is taken as a semi-trailer's: 7 %.
    """
    kinds = (
        ("semi-trailer", 80_000.0, 150.0, {0.05: 0.0202, 0.06: 0.0236, 0.07: 0.0272, 0.08: 0.0310}, 0.02),
        ("single-unit truck", 30_000.0, 100.0, {0.05: 0.0146, 0.06: 0.0165, 0.07: 0.0186, 0.08: 0.0208}, 0.07),
    )
    rows = []
    for name, pounds, ratio, table, share in kinds:
        for grade, seconds_per_foot in table.items():
            published = float(mph_from_ms(METRES_PER_FOOT / seconds_per_foot))
            power_w = pounds / ratio * WATTS_PER_HORSEPOWER
            ours = float(mph_from_ms(speed.crawl_speed_ms(grade, pounds * KG_PER_POUND, power_w)))
            what = f"crawl speed of a {name}, {ratio:.0f} lb/hp, {100 * grade:.0f} % upgrade"
            rows.append(Evidence(what, "mile/h", published, ours, share * published, CAPACITY_MANUAL))
    return rows


class MountainSegment(NamedTuple):
    """A segment of the manual's mountain road, and what the manual finds there."""

    number: int
    length_miles: float
    grade_pct: float
    passing_lane: bool
    vertical_class: int
    free_flow_mph: float
    at_capacity_pct: float
    at_a_quarter_pct: float
    followers_pct: float


MOUNTAIN_ROAD_FLOW_PER_H = 1100.0 / 0.90
MOUNTAIN_ROAD = (
    MountainSegment(1, 1.3, 4.0, False, 4, 60.0, 92.74, 59.77, 86.9),  # noqa: FBT003
    MountainSegment(2, 1.0, 6.0, False, 5, 59.0, 94.67, 60.83, 89.3),  # noqa: FBT003
    MountainSegment(3, 0.5, 6.0, False, 4, 60.1, 89.98, 58.29, 83.9),  # noqa: FBT003
    MountainSegment(4, 1.3, 4.0, False, 4, 60.0, 92.74, 59.77, 86.9),  # noqa: FBT003
    MountainSegment(5, 0.5, -3.0, True, 1, 62.4, 84.56, 45.48, 78.2),  # noqa: FBT003
    MountainSegment(6, 0.5, -3.0, False, 1, 62.4, 86.12, 49.77, 78.5),  # noqa: FBT003
)


def _followers() -> list[Evidence]:
    """1,100 vehicles an hour in the direction with a peak hour factor of 0.90, 8 % heavy, posted 55 mile/h."""
    rows = []
    for known in MOUNTAIN_ROAD:
        bare = followers.Segment(known.length_miles, known.grade_pct, 0.0, 8.0, passing_lane=known.passing_lane)
        free_flow = followers.free_flow_mph(55.0, bare)
        segment = bare._replace(free_flow_mph=known.free_flow_mph)
        what = f"of a mountain road's segment {known.number}, {known.grade_pct:g} %"
        found = followers.percent_followers(MOUNTAIN_ROAD_FLOW_PER_H, segment)
        rows += [
            Evidence(f"free-flow speed {what}", "mile/h", known.free_flow_mph, free_flow, 0.05, FOLLOWERS),
            Evidence(f"followers {what}", "%", known.followers_pct, found, 0.1, FOLLOWERS),
        ]
    return rows


def _descents() -> list[Evidence]:
    """A sign's speeds by weight at 6 % over 6 miles, at the middle of each class of weight.

    The sign's limit temperature and engine brake are not given and its steps are coarse: 30 % is tolerated.
    """
    length, grade = np.array([6.0 * METRES_PER_MILE]), np.array([-0.06])
    rows = []
    for pounds, published in ((62_500.0, 37.0), (77_500.0, 18.0)):
        ours = maximum_safe_speed_ms(length, grade, pounds * KG_PER_POUND)
        what = f"maximum safe descent speed, {pounds:,.0f} lb, 6 % over 6 miles"
        rows.append(
            Evidence(what, "mile/h", published, float(mph_from_ms(ours or 0.0)), 0.3 * published, DOWNHILL_SIGN)
        )
    return rows


def _speed() -> list[Evidence]:
    """Rules of thumb that the models have to reproduce."""
    exponents = relative.RURAL_EXPONENTS
    rises = {"fatal": (4.0, 0.5), "serious": (3.0, 0.5)}
    rows = [
        Evidence(
            f"rise of {severity} accidents with 1 % more speed",
            "%",
            published,
            100.0 * (float(relative.power_model(1.01, exponents[severity])) - 1.0),
            tolerance,
            SPEED_MANAGEMENT,
        )
        for severity, (published, tolerance) in rises.items()
    ]
    rules = {"fatal": (20.0, 3.0), "injury": (10.0, 3.0)}
    rows += [
        Evidence(
            f"rise of {severity} accidents with 5 % more speed (about)",
            "%",
            published,
            100.0 * (float(relative.power_model(1.05, exponents[severity])) - 1.0),
            tolerance,
            OECD,
        )
        for severity, (published, tolerance) in rules.items()
    ]
    both = float(relative.exponential_model(-1.0, relative.GROWTH_PER_KMH["fatal"]))
    power = float(relative.power_model(59.0 / 60.0, exponents["fatal"]))
    what = "fatal accidents at 59 instead of 60 km/h, exponential against power model"
    return [*rows, Evidence(what, "-", power, both, 0.005, EXPONENTS, "recomputed")]


def _brakes() -> list[Evidence]:
    """The rating system's equations by hand, in its own units: 80,000 lb, 6 %, 30 mile/h."""
    pounds, theta, mph = 80_000.0, 0.06, 30.0
    horsepower = (pounds * theta - (459.35 + 0.132 * mph**2)) * mph / 375.0 - 73.0
    steady_f = 90.0 + horsepower / (0.100 + 0.00208 * mph)
    hour_rate = 1.23 + 0.0256 * mph
    mass, velocity = pounds * KG_PER_POUND, ms_from_mph(mph)
    power = brakes.braking_power_w(mass, -theta, velocity, brakes.ENGINE_BRAKE_W)
    values = [
        ("braking power", "hp", horsepower, float(power) / 745.69987, 0.3),
        ("steady temperature", "deg F", steady_f, 1.8 * brakes.steady_temperature_c(power, velocity) + 32.0, 1.0),
        ("rate of approach", "1/h", hour_rate, 3600.0 * brakes.cooling_rate_per_s(velocity), 0.001),
        (
            "rise by an emergency stop",
            "deg F",
            3.11e-7 * pounds * mph**2,
            1.8 * brakes.emergency_stop_rise_c(mass, velocity),
            0.05,
        ),
    ]
    return [
        Evidence(f"{what}, 80,000 lb, 6 %, 30 mile/h", unit, p, float(o), t, GRADE_RATING, "recomputed")
        for what, unit, p, o, t in values
    ]


def _queues() -> list[Evidence]:
    """One server: P_w = A. Two: P_w = A**2 / (2 + A)."""

    def wait_min(servers: int) -> float:
        return mean_wait_s(2.0 / 3.0, servers, 1200.0) / 60.0

    by_formula = [
        ("chance to wait, 1 operator, load 0.6", "-", 0.6, waiting_probability(0.6, 1)),
        ("chance to wait, 2 operators, load 1", "-", 1.0 / 3.0, waiting_probability(1.0, 2)),
        ("mean wait, 1 operator, load 0.6, calls of 60 s", "s", 90.0, mean_wait_s(0.6, 1, 60.0)),
    ]
    return [
        *(Evidence(what, unit, by_hand, ours, 1e-9, QUEUES, "recomputed") for what, unit, by_hand, ours in by_formula),
        Evidence(
            "mean wait, 1 doctor, 2 arrivals and 3 services an hour", "min", 40.0, wait_min(1), 1e-9, EMERGENCY_ROOM
        ),
        Evidence(
            "mean wait, 2 doctors, 2 arrivals and 3 services an hour", "min", 2.5, wait_min(2), 1e-9, EMERGENCY_ROOM
        ),
        Evidence(
            "chance to wait, 14 operators, 100 calls of 3 minutes in half an hour",
            "-",
            0.1741319335950498,
            waiting_probability(10.0, 14),
            1e-12,
            CALL_CENTRE,
        ),
    ]


def _counts() -> list[Evidence]:
    """682 giant plants of 925 as a ratio of two counts, of which limits are odds; and nothing counted."""
    ratio = rate_ratio(682, 243).ratio
    limits = {"lower": (0.7076683, ratio.low), "upper": (0.7654066, ratio.high)}
    rows = [
        Evidence(f"{which} 95 % limit of 682 of 925", "-", published, odds / (1.0 + odds), 5e-8, CONOVER)
        for which, (published, odds) in limits.items()
    ]
    none = exact_rate_interval(0, 1.0).high
    return [*rows, Evidence("upper 95 % limit of a count of 0", "accidents", 3.689, none, 0.0005, EPITOOLS)]


def _empirical_bayes() -> list[Evidence]:
    """A section of 1.8 km with 12 accidents in a year, then with 12, 7 and 8 in three.

    The lecture shows its mean and overdispersion of alike sections as pictures only; both follow from what it prints of
    the first example, 4.71 +- 1.19 accidents per km and year. The second has to follow from them, as well as the last
    digits of the first allow.
    """
    length_km = 7.97 / 4.43
    expected, sd = 4.71 * length_km, 1.19 * length_km
    weight = 1.0 - sd**2 / expected
    alike = (expected - (1.0 - weight) * 12.0) / weight
    overdispersion = (1.0 / weight - 1.0) / alike
    found = empirical_bayes(np.array(27.0), np.array(3.0 * alike), np.array(overdispersion))
    section, spread = float(found.expected) / 3.0, float(np.sqrt(found.variance)) / 3.0
    return [
        Evidence("accidents a year, 12, 7 and 8 seen", "accidents/year", 7.97, section, 0.03, EMPIRICAL_BAYES),
        Evidence("its standard error", "accidents/year", 1.44, spread, 0.01, EMPIRICAL_BAYES),
    ]


def _daylight() -> list[Evidence]:
    """Published days are longer by refraction and the sun's disc, some 8 to 13 minutes; clocks differ from the sun."""
    june, december = 172.0, 355.0
    hours = {20.0: 13.35, 30.0: 14.0833, 40.0: 15.0167, 50.0: 16.3667}
    rows = [
        Evidence(
            f"daylight on 21 June at {latitude:g} degrees north", "h", published, _day_h(latitude, june), 0.3, DAYLIGHT
        )
        for latitude, published in hours.items()
    ]
    at_30 = {"June": (14.0, june), "December": (10.0, december)}
    rows += [
        Evidence(f"daylight in {month} at 30 degrees north", "h", published, _day_h(30.0, day), 0.5, BRITANNICA)
        for month, (published, day) in at_30.items()
    ]
    risen = {30.0: 6.0 + 56.0 / 60.0, 50.0: 7.0 + 59.0 / 60.0}
    return rows + [
        Evidence(
            f"sunrise on 1 January at {latitude:g} degrees north",
            "h",
            published,
            12.0 - 0.5 * _day_h(latitude, 1.0),
            0.25,
            SUNRISE,
        )
        for latitude, published in risen.items()
    ]


def _day_h(latitude_deg: float, day_of_year: float) -> float:
    return 2.0 * float(half_day_length_h(latitude_deg, np.array(day_of_year)))
