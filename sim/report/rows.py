"""Rows of the report's tables."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from sim.analysis.valuation import TRUCK_HOURS
from sim.core.metrics import RATE, grows_with_time, is_share, road_classes, truck_classes
from sim.core.units import METRES_PER_KM
from sim.driving.violations import OTHERS
from sim.interventions.registry import interventions
from sim.report.material import Material
from sim.report.numbers import MONEY, changes, interval, millions, rounded, wide_change
from sim.report.parameter_words import parameter_word
from sim.report.places import places
from sim.report.section_risk import along
from sim.report.words import either, kind_word, word

INDICES: tuple[tuple[str, str, float | None, str], ...] = (
    ("deaths", "expected_deaths", 1.0, ".2f"),
    ("fatal_accidents", "expected_fatal_accidents", 1.0, ".2f"),
    ("accidents_killing_3", "expected_accidents_killing_3", 1.0, ".3f"),
    ("chance_of_3_killed", "chance_of_accident_killing_3", 100.0, ".1f"),
    ("injuries", "expected_injuries", 1.0, ".1f"),
    ("accidents", "expected_accidents", 1.0, ".1f"),
    ("property_loss_cny", "expected_property_loss_cny", None, ""),  # in each language's unit of money
    ("rate", RATE, 1.0, ".2f"),
    ("compliance_rate", "compliance_rate", 100.0, ".1f"),
    ("repeat_offence_share", "repeat_offence_share", 100.0, ".1f"),
    ("vehicle_km", "vehicle_km", 1e-6, ".2f"),
    ("follower_delay_hours", "follower_delay_hours", 1e-3, ".1f"),
)
ONLY_WHERE_THERE_IS_SOME = frozenset({"follower_delay_hours"})
TIMES = (
    ("response", "mean_response_s", 1.0, ".0f"),
    ("help", "mean_time_to_help_min", 1.0, ".0f"),
    ("busy", "operator_utilisation", 100.0, ".0f"),
)
WORST = 10
"""Places in the list of the most dangerous ones."""
NEVER = 1e300
"""Sorts after all values of a life, and its negative before all ratios."""
SUSPICIOUS = 50.0
"""Benefit over cost above which it says more of the assumed cost than of the measure."""
Row = dict[str, Any]


def indices(found: Material, language: str) -> list[Row]:
    """A row an index of a year: baseline, programme, change with the interval of paired runs; only what there is."""
    metrics = {name: found.summary["scenarios"][name]["metrics"] for name in (found.baseline, found.programme)}
    own = [found.runs[found.runs["scenario"] == name] for name in metrics]
    rows = []
    for key, metric, own_scale, own_form in (*INDICES, *_answered(metrics[found.programme])):
        if any(metric not in entry or entry[metric]["mean"] is None for entry in metrics.values()):
            continue
        if key in ONLY_WHERE_THERE_IS_SOME and not any(entry[metric]["mean"] for entry in metrics.values()):
            continue
        scale, form = MONEY[language] if own_scale is None else (own_scale, own_form)
        factor = scale * found.yearly if grows_with_time(metric) else scale
        before, after = (interval(entry[metric], factor, form, language) for entry in metrics.values())
        values = [frame[metric].tolist() for frame in own]
        change = changes(values[0], values[1], points=is_share(metric), language=language)
        own_row = {"key": key, "percent": is_share(metric), "before": before, "after": after, "change": change}
        rows.append(own_row | {"wide": wide_change(found.wide_ratio(found.programme, metric), language)})
    return rows


def _answered(metrics: Mapping[str, Any]) -> Iterator[tuple[str, str, float, str]]:
    """Ongoing violations that the programme answers."""
    for row in OTHERS:
        if f"{row.name}_alarms" in metrics:
            yield f"{row.name}_trips", f"{row.name}_trips", 1e-3, ".1f"


def scenarios(found: Material, titles: Mapping[str, str], language: str) -> list[Row]:
    """All scenarios, the baseline first, then the lowest ratio; for the table that can be sorted."""
    rows, yearly = [], found.yearly
    for name in (found.baseline, *found.alternatives):
        metrics = found.summary["scenarios"][name]["metrics"]
        ratio = found.summary["comparisons"].get(name, {}).get("accident_rate_ratio")
        wide = found.wide_ratio(name)
        rows.append(
            {
                "title": titles[name],
                "deaths": interval(metrics["expected_deaths"], yearly, ".2f", language),
                "accidents": interval(metrics["expected_accidents"], yearly, ".1f", language),
                "rate": interval(metrics[RATE], 1.0, ".2f", language),
                "compliance": interval(metrics["compliance_rate"], 100.0, ".1f", language),
                "ratio": "1" if ratio is None else interval(ratio, 1.0, ".3f", language),
                "wide": "" if wide is None else interval(wide, 1.0, ".2f", language),
            }
        )
    return rows


def by_road_class(found: Material, language: str) -> list[Row]:
    """Exposure and expected accidents a year, baseline and programme; roads that somebody drives."""
    return _by_class(found, language, road_classes, ("vehicle_km", "expected_accidents"), found.road_class)


def by_truck_class(found: Material, language: str) -> list[Row]:
    """Exposure and expected accidents a year, baseline and programme; classes that somebody drives."""
    return _by_class(found, language, truck_classes, ("truck_km", "truck_expected_accidents"), found.truck_class)


def _by_class(
    found: Material,
    language: str,
    classes: Callable[[Iterable[str]], tuple[str, ...]],
    families: tuple[str, str],
    title: Callable[[str, str], str],
) -> list[Row]:
    rows = []
    metrics = [found.summary["scenarios"][name]["metrics"] for name in (found.baseline, found.programme)]
    for one in classes(metrics[0]):
        exposure = [own.get(f"{families[0]}_{one}", {}).get("mean") for own in metrics]
        if None in exposure or not any(exposure):
            continue
        cells = [
            interval(own[f"{family}_{one}"], scale * found.yearly, form, language)
            for family, scale, form in zip(families, (1e-6, 1.0), (".2f", ".1f"), strict=True)
            for own in metrics
        ]
        rows.append({"title": title(one, language), "cells": cells})
    return rows


def parts(found: Material, language: str) -> list[dict[str, str]]:
    """What the parts of the programme add in a year."""
    if found.attribution is None:
        return []
    return [
        {
            "title": kind_word(kind, language),
            **{key: interval(part[key], found.yearly, ".2f", language) for key in ("alone", "left_out", "shapley")},
            "deaths": "–" if own is None else interval(own, found.yearly, ".3f", language),
        }
        for kind, part in found.attribution["parts"].items()
        for own in (part.get("shapley_deaths"),)  # attributions of older versions have none
    ]


def costs(found: Material, titles: Mapping[str, str], language: str) -> list[Row]:
    """Costs and what they avoid, a year; the best central ratio first."""
    rows, yearly, (unit, form) = [], found.yearly, MONEY[language]
    for name in sorted(found.costs, key=lambda one: -(found.costs[one]["benefit_cost_ratio"]["central"] or -NEVER)):
        entry = found.costs[name]
        life, per, avoided = (
            entry[key] for key in ("break_even_statistical_life_cny", "cost_per_accident_avoided_cny", "avoided")
        )
        ratios = [value for value in entry["benefit_cost_ratio"].values() if value is not None]
        rows.append(
            {
                "title": titles[name],
                "cost": f"{yearly * entry['cost_cny'] * unit:{form}}",
                "avoided": interval(avoided["accidents"], yearly, ".1f", language),
                "deaths": interval(avoided["deaths"], yearly, ".2f", language),
                "hours": f"{yearly * hours_saved(avoided) / 1000.0:.1f}".replace("-", "−"),
                "per_accident": interval(per, unit, form, language),
                "ratio": " / ".join(f"{value:.2f}".replace("-", "−") for value in ratios) or "–",
                "by_ratio": entry["benefit_cost_ratio"]["central"],
                "by_life": NEVER if life is None else life,
                "flagged": any(value > SUSPICIOUS for value in ratios),
                "pays": word("never", language) if life is None else millions(life, language),
            }
        )
    return rows


def sites(found: Material, language: str) -> list[Row]:
    """Works and sites of the programme by place, those that save most for their cost first."""
    rows, titles, (unit, form) = [], found.road_titles(language), MONEY[language]
    life_cny = float(found.scenarios[found.programme]["valuation"]["statistical_life_cny"][1])
    between = "、" if language == "zh" else ", "
    for place in places(found):
        saved = None if place.deaths is None else place.deaths[0] - place.deaths[1]
        ratio = None if saved is None or not place.cost_cny else saved * life_cny / place.cost_cny
        named = [kind_word(kind, language) + (f" ×{count}" if count > 1 else "") for kind, count in place.kinds.items()]
        rows.append(
            {
                "place": f"{titles.get(place.link, place.link)} {found.span(place.link, place.low_km, place.high_km)}",
                "measures": between.join(named),
                "accidents": [f"{value:.2f}" for value in place.accidents],
                "deaths": "–" if saved is None else rounded(saved, ".3f"),
                "cost": f"{place.cost_cny * unit:{form}}",
                "ratio": "–" if ratio is None else rounded(ratio, ".2f"),
                "by_ratio": -NEVER if ratio is None else ratio,
            }
        )
    return sorted(rows, key=lambda row: -row["by_ratio"])


SIDES = ("victims_cny", "other_drivers_cny", "carriers_cny", "toll_roads_cny", "public_cny")
"""Of a balance."""


def balance(found: Material, language: str) -> list[Row]:
    """Who is better off by how much a year with the programme, at the central value of a life."""
    own = found.costs.get(found.programme, {}).get("balance")
    if own is None:
        return []
    unit, form = MONEY[language]

    def shown(cny: float) -> str:
        return f"{found.yearly * cny * unit:+{form}}".replace("-", "−")

    sides = [{"title": word(side, language), "value": shown(own[side])} for side in SIDES if side in own]
    together = sum(own.get(side, 0.0) for side in SIDES)
    return [*sides, {"title": word("all_together", language), "value": shown(together)}]


def hours_saved(avoided: Mapping[str, Mapping[str, float]]) -> float:
    """Of trucks, behind accidents, at the wheel and waiting; results of older versions may lack some."""
    known = (avoided.get(key) for key in TRUCK_HOURS)
    return sum(float(one["estimate"]) for one in known if one is not None)


def mechanics(found: Material, language: str) -> list[dict[str, str]]:
    """What is put in of each measure of the programme, and what emerges."""
    known = interventions()
    kinds = [kind for kind in found.scenarios[found.programme]["interventions"] if kind in known]
    return [
        {
            "title": kind_word(kind, language),
            "puts_in": either(language, *known[kind].puts_in),
            "emerges": either(language, *known[kind].emerges),
        }
        for kind in kinds
        if either(language, *known[kind].puts_in)
    ]


def sets(found: Material, language: str) -> list[Row]:
    """Sets of measures of which none is cheaper and avoids more, the cheapest first; from `hairpin portfolio`."""
    if found.portfolio is None:
        return []
    unit, form = MONEY[language]
    return [
        {
            "title": "、".join(names) if language == "zh" else ", ".join(names),
            "cost": f"{row['cost_cny'] * unit:{form}}",
            "avoided": limits(row, "avoided", ".1f", language),
            "deaths": f"{row['deaths_avoided']:.2f}",
        }
        for row in found.portfolio[found.portfolio["front"]].to_dict("records")
        for names in [[kind_word(kind, language) for kind in str(row["parts"]).split()] or [word("nothing", language)]]
    ]


def learnt(found: Material, language: str) -> list[Row]:
    """What observations say of the assumptions; from `hairpin calibrate`."""
    if found.calibration is None:
        return []
    return [
        {
            "title": parameter_word(str(row["parameter"]), language),
            "prior": limits(row, "prior", ".3g", language),
            "posterior": limits(row, "posterior", ".3g", language),
            "told": word("inside" if row["told"] else "little", language),
        }
        for row in found.calibration.to_dict("records")
    ]


SWEPT = 40
"""Points of a sweep that a page shows at most."""


def swept(found: Material, language: str) -> tuple[list[str], list[list[str]]]:
    """Keys that were varied, and a row a point with the ratio to the scenario as it stands; from `hairpin sweep`."""
    if found.sweep is None:
        return [], []
    keys = [str(name) for name in found.sweep.columns[: list(found.sweep.columns).index("ratio")]]
    rows = [
        [*(_value(row[key]) for key in keys), limits(row, "ratio", ".3f", language)]
        for row in found.sweep.head(SWEPT).to_dict("records")
    ]
    return [parameter_word(key, language) for key in keys], rows


def _value(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def limits(row: Mapping[Any, Any], name: str, form: str, language: str) -> str:
    """A column of a table with the columns of its limits."""
    values = {"estimate": row[name], "low": row[f"{name}_low"], "high": row[f"{name}_high"]}
    return interval(values, 1.0, form, language)


def studied(found: Material, language: str) -> list[Row]:
    """What a treatment did by the user's own counts; from `hairpin before-after --out`."""
    study = found.before_after
    if study is None:
        return []
    told = {
        "study_sites": str(study["sites"]),
        "study_counted": str(study["counted_after"]),
        "study_expected": f"{study['expected_after_without_treatment']:.1f}",
        "study_ratio": interval(study["ratio"], 1.0, ".2f", language),
        "study_naive": "" if study["naive_ratio"] is None else f"{study['naive_ratio']:.2f}",
        "study_verdict": word("study_differs" if study["differs_from_no_effect"] else "study_no_effect", language),
        "study_placebo": _placebo(study),
    }
    return [{"title": word(key, language), "value": value} for key, value in told.items() if value]


def _placebo(study: Mapping[str, Any]) -> str:
    """Untreated sites whose interval holds 1, of all."""
    return f"{study['placebo_intervals_that_hold_1']} / {study['placebo_studies']}" if study["placebo_studies"] else ""


def times(found: Material, language: str) -> list[Row]:
    """Response times and load, without and with; what nobody has is left out."""
    rows = []
    for key, metric, scale, form in TIMES:
        entries = [found.summary["scenarios"][name]["metrics"][metric] for name in (found.baseline, found.programme)]
        if any(entry["mean"] is not None for entry in entries):
            rows.append({"key": key, "cells": [interval(entry, scale, form, language) for entry in entries]})
    return rows


def worst_places(found: Material, language: str) -> list[Row]:
    """Where most accidents are expected without measures, by km and year, and what the programme leaves of them."""
    before, after = (_places(along(found.sections, name)) for name in (found.baseline, found.programme))
    rows, titles = [], found.road_titles(language)
    for (link, start, stop), value in sorted(before.items(), key=lambda item: -item[1])[:WORST]:
        there = after.get((link, start, stop))
        rows.append(
            {
                "link": titles[link],
                "km": found.span(link, start, stop),
                "before": f"{value * found.yearly:.2f}",
                "after": "–" if there is None else f"{there * found.yearly:.2f}",
            }
        )
    return rows


def _places(table: pd.DataFrame) -> dict[tuple[str, float, float], float]:
    """Expected accidents a km of road in a run, by link, from and to [km]."""
    found = {}
    for link, own in table.groupby("link", sort=False):
        edges = np.concatenate([[0.0], np.cumsum(own["length_m"].to_numpy())]) / METRES_PER_KM
        values = own["accidents"].to_numpy() / (own["length_m"].to_numpy() / METRES_PER_KM)
        for start, stop, value in zip(edges[:-1].tolist(), edges[1:].tolist(), values.tolist(), strict=True):
            found[str(link), round(start, 3), round(stop, 3)] = value
    return found
