"""Accidents by section of a road: where each lies, how many are predicted, and where there are more than expected.

[1] Highway Safety Manual (2010), part C, appendix A.1.1: the calibration factor is the sum of the counted over the sum
    of the predicted accidents; chapter 10: the prediction for rural two-lane roads.
[2] Hauer, Harwood, Council, Griffith (2002), Transportation Research Record 1784, 126-131: Empirical Bayes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp, sqrt
from pathlib import Path

import numpy as np
from scipy.special import ndtri

from sim.core.units import METRES_PER_KM, METRES_PER_MILE, Floats, Ints
from sim.importing.accidents import Accident, Where
from sim.importing.findings import refused
from sim.importing.inventory import MOST_LENGTH_KM, section_of
from sim.importing.posts import post_of
from sim.importing.table import Row, Table, all_names, cell, number_of, plain_name, read_table
from sim.risk.section_hazard import predicted_accidents_per_year
from sim.risk.two_lane import MAX_AADT
from sim.statistics.accident_counts import cumulative_residuals, empirical_bayes, fit_overdispersion
from sim.statistics.intervals import CONFIDENCE, Interval

NAMES: dict[str, tuple[str, ...]] = {
    "route": ("route", "road", "link", "corr_id", "corridor", "路线", "道路"),
    "from": ("from", "from_km", "start", "corr_mp", "begin", "起点桩号"),
    "to": ("to", "to_km", "end", "corr_endmp", "终点桩号"),
    "length": ("sec_lnt_mi", "length", "length_km", "length_mi"),
    "aadt": ("aadt", "tyc_aadt", "交通量"),
    "lanes": ("lanes", "num_lanes", "车道数"),
}
OF_SECTION = (
    "grade_pct", "curve_radius_m", "curve_length_m", "lane_width_m", "shoulder_width_m", "roadside_hazard",
    "driveways_per_km",
)  # fmt: skip
"""Columns that go into the prediction under the names of the scenario format."""
FEWEST_FOR_FIT = 5
MOST_TIMES_POSTS = 5.0
"""A section is no longer than so many times the difference of its posts: assumption, 2 to 20; what is beyond has the
wrong unit."""
TINY = 1e-9
"""Of accidents, by which a sum that ends at 0 may miss it."""
TWO_LANES = 2


@dataclass(frozen=True)
class Site:
    """A section of a route between two posts."""

    place: str
    """File and line."""
    route: str
    low: float
    high: float
    length_km: float
    aadt: float | None
    lanes: int | None
    given: Mapping[str, float]
    """What the table says of its cross-section and alignment."""


def read_sites(file: Path, *, mile_posts: bool, keep: Mapping[str, str]) -> list[Site]:
    """Sections of a table, those kept whose cells begin with a text.

    Raises
    ------
    RefusedError
        if it has no route and posts, or nothing is kept
    """
    table = read_table(file, needed=all_names(NAMES), least=2)
    columns = table.columns_of(NAMES)
    missing = [key for key in ("route", "from", "to") if key not in columns]
    if missing:
        raise refused(f"{file}:1", f"no column holds {', '.join(missing)}; columns are {', '.join(table.columns)}")
    rows = table.where(keep).rows
    return [_site(table, row, columns, METRES_PER_MILE if mile_posts else METRES_PER_KM) for row in rows]


def _site(table: Table, row: Row, columns: Mapping[str, str], unit_m: float) -> Site:
    place = f"{table.file}:{row[0]}"
    low, high = (post_of(cell(row, columns, what)) for what in ("from", "to"))
    if low is None or high is None or high <= low:
        raise refused(place, f"from {low} to {high}: a section ends after it begins")
    length, lanes, aadt = (number_of(cell(row, columns, what)) for what in ("length", "lanes", "aadt"))
    if aadt is not None and aadt < 0.0:
        raise refused(place, f"{columns['aadt']} is {aadt:g}, must not be negative")
    length_km = (high - low) * unit_m / METRES_PER_KM
    if length:
        length_km = length * _unit_of_length_m(columns["length"], unit_m) / METRES_PER_KM
        if not 0.0 < length_km <= MOST_TIMES_POSTS * (high - low) * unit_m / METRES_PER_KM:
            apart = f"its posts are {high - low:g} apart"
            raise refused(place, f"{columns['length']} is {length:g}, which can't be: {apart}")
    given = {name: value for name in OF_SECTION if (value := number_of(row[1].get(name, ""))) is not None}
    if "curve_radius_m" in given:
        given["curve_radius_m"] = abs(given["curve_radius_m"])
    section_of(place, length_km, given)
    route = cell(row, columns, "route")
    return Site(place, route, low, high, length_km, aadt or None, int(lanes) if lanes else None, given)


def _unit_of_length_m(column: str, unit_m: float) -> float:
    """What a column's name says goes before the unit of the posts."""
    name = plain_name(column)
    return METRES_PER_KM if name.endswith("_km") else METRES_PER_MILE if name.endswith("_mi") else unit_m


def located(accidents: Sequence[Accident], sites: Sequence[Site]) -> tuple[list[Where], Ints]:
    """How each accident ends, and the site of those located, -1 for others, shape (accidents,)."""
    by_route: dict[str, list[int]] = {}
    for index, site in enumerate(sites):
        by_route.setdefault(same_route(site.route), []).append(index)
    only = next(iter(by_route)) if len(by_route) == 1 and not any(own.route for own in accidents) else ""
    ends: list[Where] = []
    places = np.full(len(accidents), -1, dtype=np.int64)
    for number, accident in enumerate(accidents):
        route = same_route(accident.route) or only
        if accident.post is None or not route:
            ends.append("unlocated")
            continue
        own = by_route.get(route, [])
        held = [index for index in own if sites[index].low <= accident.post < sites[index].high]
        held = held or [index for index in own if sites[index].high == accident.post]
        ends.append("outside" if not held else "located" if len(held) == 1 else "ambiguous")
        if held:
            places[number] = held[0]
    return ends, places


def same_route(name: str) -> str:
    """As routes are compared: s228 is S228."""
    return name.strip().casefold()


def counts_of(accidents: Sequence[Accident], places: Ints, sites: int, years: Sequence[int]) -> Ints:
    """Accidents by site and year, shape (sites, years)."""
    column = {year: index for index, year in enumerate(years)}
    counts = np.zeros((sites, len(years)), dtype=np.int64)
    for accident, place in zip(accidents, places.tolist(), strict=True):
        if place >= 0 and accident.year in column:
            counts[place, column[accident.year]] += 1
    return counts


def predicted(sites: Sequence[Site], years: int, assumed: Mapping[str, float]) -> Floats:
    """Accidents of all vehicles in so many years by the manual's chapter 10 [1], shape (sites,).

    Not a number where a site is no two-lane road or its traffic is not known.
    """
    found = np.full(len(sites), np.nan)
    for index, site in enumerate(sites):
        if site.lanes not in {None, TWO_LANES} or site.aadt is None or site.length_km > MOST_LENGTH_KM:
            continue
        section = section_of(site.place, site.length_km, {**assumed, **site.given})
        yearly = predicted_accidents_per_year(section, min(site.aadt, MAX_AADT))
        found[index] = yearly * years * site.length_km / section.length_km
    return found


@dataclass(frozen=True, eq=False)
class Fit:
    """How counts compare with predictions; arrays of shape (sites,), not a number where nothing is predicted."""

    counted: int
    predicted: float
    factor: Interval
    """Counted over predicted [1]."""
    overdispersion: float
    """k of the negative binomial, for all sites alike."""
    overdispersion_of_sum: float
    """Of the count of all sites together: k sum mu**2 / (sum mu)**2."""
    expected: Floats
    """Empirical Bayes [2]."""
    excess: Floats
    """Expected over what alike sites have, in accidents."""
    residuals: Floats
    """Counted less predicted times the factor, added up from the first site on."""
    residual_limits: Floats
    """What chance alone makes of them: 95 % between minus and plus."""

    @property
    def outside(self) -> float:
        """Share of the sites at which the sum lies beyond its limits."""
        seen = np.isfinite(self.residuals)
        beyond = np.abs(self.residuals[seen]) > self.residual_limits[seen] + TINY
        return float(beyond.mean())


def fit(counts: Ints, predictions: Floats, order: Sequence[int] | None = None) -> Fit | None:
    """Calibration of predictions by counts, or None where there are too few sites or no accident.

    `order` is that in which sites lie along the road, by default the one of the arrays.

    The factor's interval is normal on the log scale, with the variance 1 / counted + k sum mu**2 / (sum mu)**2 of
    negative binomial counts.
    """
    seen = np.isfinite(predictions)
    counted, total = int(counts[seen].sum()), float(predictions[seen].sum())
    if seen.sum() < FEWEST_FOR_FIT or counted == 0:
        return None
    factor = counted / total
    mean = factor * predictions[seen]
    k = fit_overdispersion(counts[seen], mean)
    of_sum = k * float((mean**2).sum()) / float(mean.sum()) ** 2
    error = sqrt(1.0 / counted + of_sum)
    spread = exp(error * float(ndtri(0.5 + CONFIDENCE / 2.0)))
    expected, excess = np.full(len(counts), np.nan), np.full(len(counts), np.nan)
    expected[seen] = empirical_bayes(counts[seen].astype(np.float64), mean, np.full(len(mean), k)).expected
    excess[seen] = expected[seen] - mean
    sums, limits = np.full(len(counts), np.nan), np.full(len(counts), np.nan)
    along = np.array([place for place in (range(len(counts)) if order is None else order) if seen[place]])
    sums[along], limits[along] = cumulative_residuals(counts[along], factor * predictions[along], k)
    interval = Interval(factor, factor / spread, factor * spread)
    return Fit(counted, total, interval, k, of_sum, expected, excess, sums, limits)
