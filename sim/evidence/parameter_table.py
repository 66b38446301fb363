"""Every number of the model with its source, as a table: the text of `docs/parameters.md`."""

from collections.abc import Iterable, Sequence
from typing import Any

from pydantic_core import PydanticUndefined

from sim.behaviour.parameters import BehaviourParameters
from sim.core.parameters import Group, Model, Source
from sim.driving import run_out
from sim.driving.parameters import SpeedParameters
from sim.driving.traffic import Traffic
from sim.inputs.fleet import ENGINE_BRAKE_TYPES, ROLLOVER_FACTORS
from sim.interventions.registry import interventions
from sim.physics import brake_temperature, speed, stopping
from sim.risk import encounters, fatigue, relative, two_lane
from sim.risk.mechanisms import MECHANISMS
from sim.risk.parameters import BY_MECHANISM, IncidentParameters, RiskParameters, SeverityParameters
from sim.scenario.model import ControlCentreParameters, ValuationParameters

GROUPS: tuple[tuple[str, type[Group], str], ...] = (
    ("behaviour", BehaviourParameters, "`sim/behaviour/parameters.py`"),
    ("speed", SpeedParameters, "`sim/driving/`, `sim/physics/speed.py`"),
    ("traffic", Traffic, "`sim/driving/traffic.py`"),
    ("risk", RiskParameters, "`sim/driving/`, `sim/risk/`"),
    ("severity", SeverityParameters, "`sim/risk/severity.py`"),
    ("incident", IncidentParameters, "`sim/engine/incidents.py`"),
    ("control_centre", ControlCentreParameters, "`sim/engine/enforcement/case.py`"),
    ("valuation", ValuationParameters, "`sim/analysis/valuation.py`"),
)
GRADE_RATING = Source(basis="published", reference="Myers, Ashkenas, Johnson 1980, FHWA-RD-79-116")
MANUAL = Source(basis="published", reference="AASHTO 2010, Highway Safety Manual, chapter 10")
MULTILANE = Source(basis="published", reference="AASHTO 2010, Highway Safety Manual, chapter 11")
FREEWAYS = Source(basis="published", reference="AASHTO 2014, Highway Safety Manual, supplement, chapter 18")
CONSTANTS: tuple[tuple[str, object, str, str, Source], ...] = (
    (
        "ROLLING_RESISTANCE",
        speed.ROLLING_RESISTANCE,
        "-",
        "`sim/physics/speed.py`",
        Source(basis="assumption", range="0.005 to 0.008, radial truck tyres"),
    ),
    (
        "DRIVELINE_EFFICIENCY",
        speed.DRIVELINE_EFFICIENCY,
        "-",
        "`sim/physics/speed.py`",
        Source(basis="derived", reference="fitted to TRB 2022, Highway Capacity Manual, 7th edition, exhibit 26-8"),
    ),
    (
        "DRAG_AREA_KG_M",
        speed.DRAG_AREA_KG_M,
        "kg/m",
        "`sim/physics/speed.py`",
        Source(basis="assumption", range="3 to 5"),
    ),
    ("AMBIENT_C", brake_temperature.AMBIENT_C, "deg C", "`sim/physics/brake_temperature.py`", GRADE_RATING),
    ("INITIAL_C", brake_temperature.INITIAL_C, "deg C", "`sim/physics/brake_temperature.py`", GRADE_RATING),
    ("LIMIT_C", brake_temperature.LIMIT_C, "deg C", "`sim/physics/brake_temperature.py`", GRADE_RATING),
    ("ENGINE_BRAKE_W", brake_temperature.ENGINE_BRAKE_W, "W", "`sim/physics/descent.py`", GRADE_RATING),
    (
        "REACTION_S",
        stopping.REACTION_S,
        "s",
        "`sim/physics/stopping.py`",
        Source(basis="published", reference="AASHTO 2018, Geometric Design, section 3.2.2"),
    ),
    (
        "DECELERATION_MS2",
        stopping.DECELERATION_MS2,
        "m/s2",
        "`sim/physics/stopping.py`",
        Source(basis="published", reference="AASHTO 2018, Geometric Design, section 3.2.2"),
    ),
    (
        "FRICTION",
        stopping.FRICTION,
        "-",
        "`sim/physics/stopping.py`",
        Source(basis="assumption", range="dry 0.5 to 0.7, wet 0.3 to 0.45, ice 0.07 to 0.15"),
    ),
    (
        "COLD_DECELERATION_MS2",
        brake_temperature.COLD_DECELERATION_MS2,
        "m/s2",
        "`sim/physics/brake_temperature.py`",
        Source(basis="assumption", range="4 to 6", note="a full truck with sound, cold brakes"),
    ),
    (
        "ENGINE_BRAKE_TYPES",
        ENGINE_BRAKE_TYPES,
        "-",
        "`sim/inputs/fleet.py`, `sim/driving/run_out.py`",
        Source(
            basis="published",
            reference="360che.com 2011: about 30 %, 40 to 50 %, 90 % of rated power",
            note="each taken to be on a third of the trucks",
        ),
    ),
    (
        "ROLLOVER_FACTORS",
        ROLLOVER_FACTORS,
        "-",
        "`sim/inputs/fleet.py`",
        Source(basis="assumption", range="empty 1.3 to 2, overloaded 0.8 to 1, over the laden truck's threshold"),
    ),
    (
        "SLEEPINESS",
        fatigue.SLEEPINESS,
        "-",
        "`sim/risk/fatigue.py`",
        Source(basis="assumption", range="by hour from midnight on; the half may begin an hour earlier or later"),
    ),
    (
        "FARTHEST_M",
        run_out.FARTHEST_M,
        "m",
        "`sim/driving/run_out.py`",
        Source(basis="assumption", range="3,000 to 10,000: a truck without brakes that still runs then is lost"),
    ),
    (
        "RURAL_EXPONENTS",
        relative.RURAL_EXPONENTS,
        "-",
        "`sim/risk/relative.py`",
        Source(basis="published", reference="Elvik 2009, TOI report 1034, rural roads and freeways"),
    ),
    (
        "GROWTH_PER_KMH",
        relative.GROWTH_PER_KMH,
        "1/(km/h)",
        "`sim/risk/relative.py`",
        Source(basis="published", reference="Elvik 2013, Accident Analysis and Prevention 50, 854-860"),
    ),
    ("SHARE_LANE_RELATED", two_lane.SHARE_LANE_RELATED, "-", "`sim/risk/two_lane.py`", MANUAL),
    ("lane and shoulder width and type", "tables 10-8 to 10-10", "-", "`sim/risk/two_lane.py`", MANUAL),
    (
        "REAR_END_ACCIDENTS, HEAD_ON_ACCIDENTS",
        (encounters.REAR_END_ACCIDENTS, encounters.HEAD_ON_ACCIDENTS),
        "-",
        "`sim/risk/encounters.py`",
        Source(basis="published", reference="AASHTO 2010, Highway Safety Manual, table 10-4"),
    ),
    (
        "PASSING_ACCIDENTS",
        encounters.PASSING_ACCIDENTS,
        "-",
        "`sim/risk/encounters.py`",
        Source(
            basis="published",
            reference="Federal Highway Administration 1994, in Farah et al. 2009, Transportmetrica 5, 159",
            range="0.014 to 0.026",
        ),
    ),
    (
        "PASSING_HEAD_ON",
        encounters.PASSING_HEAD_ON,
        "-",
        "`sim/risk/encounters.py`",
        Source(
            basis="derived",
            reference="NCHRP report 500, volume 4: 4.2 % of the vehicles in fatal head-on accidents passed",
            range="0.028 to 0.084",
            note="up to two vehicles of an accident; 2.8 % of the accidents in Minnesota",
        ),
    ),
    (
        "CROSSED_BY_OTHERS",
        encounters.CROSSED_BY_OTHERS,
        "-",
        "`sim/risk/encounters.py`",
        Source(
            basis="derived",
            reference="FMCSA 2019, vehicles table 18: the other crosses in 17.9 %, the truck in 2.2 %",
            range="0.85 to 0.92",
            note="of fatal accidents of two vehicles; taken for all head-on accidents",
        ),
    ),
    (
        "REACHED_SHARE",
        encounters.REACHED_SHARE,
        "-",
        "`sim/risk/encounters.py`",
        Source(
            basis="derived",
            reference="each vehicle of a flow has a half of each; FMCSA 2019, vehicles table 19, has 0.50 and 0.46",
            range="0.46 to 0.5",
        ),
    ),
    (
        "CENTRELINE_RUMBLE_HEAD_ON",
        encounters.CENTRELINE_RUMBLE_HEAD_ON,
        "-",
        "`sim/risk/encounters.py`",
        Source(
            basis="published",
            reference="Babiceanu and Fontaine 2018, Crash Modification Factors Clearinghouse",
            note="standard error 0.09, with side-swipes in opposite directions",
        ),
    ),
    ("CENTRELINE_RUMBLE_FACTOR", two_lane.CENTRELINE_RUMBLE_FACTOR, "-", "`sim/risk/two_lane.py`", MANUAL),
    ("PASSING_LANE_FACTOR", two_lane.PASSING_LANE_FACTOR, "-", "`sim/risk/two_lane.py`", MANUAL),
    ("freeways", "tables 18-5, 18-7, 18-14, 18-15, 18-21, 18-23", "-", "`sim/risk/freeway.py`", FREEWAYS),
    ("multilane highways", "tables 11-3, 11-5, 11-11 to 11-19", "-", "`sim/risk/multilane.py`", MULTILANE),
    ("SPEED_ENFORCEMENT_FACTOR", two_lane.SPEED_ENFORCEMENT_FACTOR, "-", "`sim/risk/two_lane.py`", MANUAL),
)
UNITS = {
    "_kmh": "km/h",
    "_pct": "%",
    "_kw": "kW",
    "_km": "km",
    "_cny_h": "CNY/h",
    "_cny_km": "CNY/km",
    "_per_kmh": "1/(km/h)",
    "_per_km": "1/km",
    "_per_h": "1/h",
    "_per_hour": "1/h",
    "_cny": "CNY",
    "_days": "d",
    "_months": "months",
    "_c": "deg C",
    "_g": "g",
    "_h": "h",
    "_s": "s",
    "_kmh_per_pct": "km/h per %",
}
"""Endings of names and their units; the longest ending counts."""
OWN_KEYS = ("sources", "start_date", "end_date", "months", "strength")


def unit_of(name: str) -> str:
    """Unit that a parameter's name ends in; - for a share, a factor or a number."""
    endings = [ending for ending in UNITS if name.endswith(ending)]
    return UNITS[max(endings, key=len)] if endings else "-"


def markdown() -> str:
    """The whole document."""
    groups = [*GROUPS, *((f"interventions.{k}", c, f"`{c.__module__.replace('.', '/')}.py`") for k, c in _kinds())]
    lines = [
        "# Parameters",
        "",
        "Generated by `hairpin parameters`; a test compares. Defaults that a scenario may change stand under the key",
        "that changes them; roads, fleets, demand and climate carry their sources in the scenario's files.",
        "",
    ]
    for key, group, used in groups:
        lines += [f"## {key}", "", f"Used in {used}.", "", *_table(_rows(group)), ""]
    constants = [(name, value_text(value), unit, used, source) for name, value, unit, used, source in CONSTANTS]
    rows = [(name, value, unit, f"used in {used}", *_source(source)) for name, value, unit, used, source in constants]
    return "\n".join([*lines, "## Constants of formulas", "", *_table(rows), ""])


def _kinds() -> Iterable[tuple[str, type[Group]]]:
    return interventions().items()


def bases() -> list[str]:
    """What each parameter with a source rests on: published, derived or assumption."""
    groups = [*(group for _, group, _ in GROUPS), *(cls for _, cls in _kinds())]
    sources = [g.default_sources() for g in groups]
    return [own[name].basis for g, own in zip(groups, sources, strict=True) for name in g.model_fields if name in own]


def _rows(group: type[Group]) -> list[tuple[str, ...]]:
    sources = group.default_sources()
    return [
        (
            f"`{name}`",
            value_text(_shown(name, field)),
            unit_of(name),
            field.description or "",
            *_source(sources.get(name)),
        )
        for name, field in group.model_fields.items()
        if name not in OWN_KEYS
    ]


def _shown(name: str, field: Any) -> Any:
    """A default; those of mechanisms by their names."""
    value = _default(field)
    if name in BY_MECHANISM:
        return ", ".join(f"{mechanism} {value_text(one)}" for mechanism, one in zip(MECHANISMS, value, strict=True))
    return value


def _default(field: Any) -> Any:
    return "required" if field.default is PydanticUndefined else field.default


def value_text(value: object) -> str:
    """A value as tables show it."""
    if isinstance(value, Model):
        value = {key: item for key, item in value if item is not None}
    if isinstance(value, dict):
        return ", ".join(f"{key} {value_text(item)}" for key, item in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(map(value_text, value))
    return f"{value:g}" if isinstance(value, float) else str(value)


def _source(source: Source | None) -> tuple[str, str]:
    """Basis with reference or note, and range."""
    if source is None:
        return "choice of the scenario", ""
    told = "; ".join(part for part in (source.basis, source.reference, source.note) if part)
    return told, source.range or ""


def _table(rows: Iterable[tuple[str, ...]]) -> list[str]:
    head = ("parameter", "default", "unit", "meaning", "source", "range")
    return [" | ".join(("", *cells, "")).strip() for cells in (head, ("---",) * len(head), *rows)]


def ranges(groups: Sequence[str] | None = None) -> dict[str, tuple[str, float, float, float]]:
    """Basis, low end, default and high end of every single number that has such a range, by dotted key."""
    found: dict[str, tuple[str, float, float, float]] = {}
    for key, group, _used in GROUPS:
        if groups is not None and key not in groups:
            continue
        sources = group.default_sources()
        for name, field in group.model_fields.items():
            source, default = sources.get(name), field.default
            if source is None or source.basis == "published" or not isinstance(default, float | int):
                continue
            if (limits := source.limits_around(default)) is not None:
                found[f"{key}.{name}"] = (source.basis, limits[0], float(default), limits[1])
    return found


def uncertain_yaml(groups: Sequence[str] | None = None) -> str:
    """These ranges as the block `uncertain` of a scenario, triangular around the default."""
    lines = ["uncertain:"]
    for key, (basis, low, mode, high) in ranges(groups).items():
        shape = f"kind: triangular, low: {low:g}, mode: {mode:g}, high: {high:g}"
        lines += [f"  {key}:", f"    {{{shape}, source: {{basis: {basis}, range: {low:g} to {high:g}}}}}"]
    return "\n".join([*lines, ""])
