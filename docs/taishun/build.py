"""The case study of Taishun: simulates what it needs, writes numbers.json, and from it both texts and their charts.

python docs/taishun/build.py            all of it, about half an hour on two cores; goes on where it was stopped
python docs/taishun/build.py --render   only texts and charts, from numbers.json
"""

import argparse
import json
import sys
from collections.abc import Callable
from dataclasses import asdict
from decimal import ROUND_HALF_UP, Decimal
from functools import partial
from itertools import count
from math import isfinite, log
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from scipy.stats import beta, rankdata

from sim import charts
from sim.analysis import calibration
from sim.analysis.parts import with_parts
from sim.analysis.portfolio import avoided, best_within, rungs_of, search
from sim.analysis.targets import Errors, Targets
from sim.analysis.uncertainty import run_draws
from sim.engine.accounting.outcome import Outcome
from sim.engine.replication import run_replication
from sim.experiment.runner import Experiment, run_experiment
from sim.experiment.store import Store, model_version
from sim.interventions.registry import interventions, register
from sim.report.parameter_words import parameter_word
from sim.report.words import kind_word
from sim.risk.two_lane import overdispersion
from sim.scenario import Scenario, load_scenario
from sim.scenario.loading import load_as
from sim.statistics.accident_counts import (
    chance_of_drop,
    effect_posterior,
    rate_ratio,
    worst_site_ratios,
    years_to_detect,
)
from sim.statistics.intervals import Interval, mean_interval, paired_ratio

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
STORE = ROOT / "results" / "taishun_study" / "calibration" / "store"
NUMBERS = HERE / "numbers.json"
REPORTED_FALL_PCT = 33.3
TWO_THIRDS = 2.0 / 3.0
PAIRS = ((3, 2), (6, 4), (12, 8), (24, 16), (48, 32), (66, 44), (120, 80))
PICKED_SITES = (10, 50, 200)
SITE_MEANS = (2.0, 5.0, 10.0)
SEED, DRAWS, ACCEPT, REPLICATIONS = 1, 128, 0.4, 3
SETS_REPLICATIONS, FRESH_SEED, FRESH_REPLICATIONS = 2, 2, 6
NEARLY_NONE, ROUNDING, EDGE = 0.005, 1e-9, 0.01
MILES_PER_KM = 0.621371
BLACK_SPOT_KM = 1.0
S228_REPLICATIONS, SHARPEST_BELOW_M, HEED_SHARES = 10, 31.0, (0.2, 0.5, 0.7)
"""Radius of the sharpest bends, and the example intervention's range of drivers who slow down."""
POWER, SIGNIFICANCE, YEARS_BEFORE = 0.8, 0.05, 3.0
ALIKE_SHARE, ALIKE_OVERDISPERSION = 1.0 / 1.5, 0.5
TRUCK_SHARES = (0.2, 0.4, 0.6)
"""Of all accidents: 0.2 is about heavy and medium trucks' share of road deaths in Wenzhou (police post, 2020)."""
OTHER_MEASURES = ("escape_ramps", "brake_check", "speed_cameras", "road_works")


def other_count() -> int:
    """The smallest count before, not a multiple of 3, from which some fall is 33.3 % when rounded half up."""
    wanted, tenth = Decimal(str(REPORTED_FALL_PCT)), Decimal("0.1")
    counts = (before for before in count(1) if before % 3)
    return next(
        before
        for before in counts
        if any((Decimal(100 * f) / before).quantize(tenth, ROUND_HALF_UP) == wanted for f in range(before))
    )


SHARES_OF_BUDGET = {"best": 1.0, "half": 2.0, "tenth": 10.0}
"""Budgets: the programme's cost over these."""
GIVEN = {
    "compliance": 0.98,  # the county's report
    "s228_fall": 0.8,  # the article on S228, as are the next three
    "s228_fatal": 27,
    "s228_bends": 41,
    "s228_black_spots": 2,
    "other_count": other_count(),
    "power": POWER,
    "significance": SIGNIFICANCE,
    "years_before": YEARS_BEFORE,
    "alike_share": ALIKE_SHARE,
    "alike_overdispersion": ALIKE_OVERDISPERSION,
}
LANGUAGES = {"en": "taishun.md", "zh": "taishun.zh-CN.md"}


def said(interval: Interval) -> dict[str, float]:
    """An interval for the file."""
    return {"estimate": interval.estimate, "low": interval.low, "high": interval.high}


def progress(done: int, whole: int) -> None:
    """A line on stderr."""
    sys.stderr.write(f"\r{done} of {whole} runs")
    if done == whole:
        sys.stderr.write("\n")


def scenario(name: str) -> Scenario:
    """A shipped scenario."""
    return load_scenario(ROOT / "scenarios" / name)


def ratios(table: calibration.Table, metric: str) -> np.ndarray:
    """Programme over baseline of every draw."""
    return (table.metrics["full_programme"][metric] / table.metrics["baseline"][metric]).to_numpy()


def calibrated() -> tuple[list[Scenario], calibration.Table, calibration.Posterior, dict[str, Any]]:
    """Fit to compliance alone; what the accidents do is predicted."""
    wanted = load_as(ROOT / "scenarios/taishun/parts/targets.yaml", Targets)
    loaded = calibration.with_priors(
        [scenario("taishun/baseline.yaml"), scenario("taishun/full_programme.yaml")], wanted
    )

    def simulate(draws: int) -> Experiment:
        return run_draws(loaded, draws=draws, replications=1, seed=SEED, store=Store(STORE), progress=progress)

    table = calibration.table_of(loaded, wanted, DRAWS, SEED, simulate)
    errors = Errors.of(wanted)
    observed = errors.scaled(np.array([target.value for target in wanted.targets]))
    seen = calibration.noisy(table, errors, SEED)
    found = calibration.fit(table, seen, observed, ACCEPT)
    held = calibration.coverage(table, errors, ACCEPT, 200, SEED, ratios(table, "expected_accidents"))
    fitted, own = calibration.parameter_table(found, loaded), scenario("taishun/baseline.yaml").uncertain
    content = {
        "draws": DRAWS,
        "accepted": len(found.rows),
        "effective": found.effective,
        "contraction_se": found.contraction_se(),
        "parameters": len(fitted),
        "shown": fitted[fitted["told"] | fitted["parameter"].isin(own)].to_dict("records"),
        "targets": calibration.predictive_table(table, found, wanted, SEED).to_dict("records"),
        "coverage": asdict(held),
    }
    return loaded, table, found, content


def prediction(table: calibration.Table, found: calibration.Posterior) -> dict[str, Any]:
    """The fall of accidents that follows from the fitted compliance, and what a count of one year would scatter."""
    expected = found.adjusted(ratios(table, "expected_accidents"))
    level = found.adjusted(table.metrics["baseline"]["expected_accidents"].to_numpy())
    generator = np.random.Generator(np.random.Philox(SEED))
    chosen = generator.choice(len(expected), 20_000, p=found.weights)
    counts = generator.poisson(level[chosen]), generator.poisson(level[chosen] * expected[chosen])
    counted = counts[1] / np.maximum(counts[0], 1)
    low, middle, high = np.quantile(counted, [0.025, 0.5, 0.975])
    interval = calibration.weighted_interval(expected, found.weights)
    banned = found.adjusted(ratios(table, "expected_accidents_provincial"))
    prior = ratios(table, "expected_accidents")
    before = calibration.weighted_interval(prior, np.full(len(prior), 1.0 / len(prior)))
    return {
        "expected": said(interval),
        "banned_road": said(calibration.weighted_interval(banned, found.weights)),
        "all_vehicles": [{"share": share, **said(diluted(interval, share))} for share in TRUCK_SHARES],
        "drop_by_count": {
            str(before): float(np.mean(chance_given(before, expected[chosen], generator))) for before, _ in PAIRS
        },
        "prior": said(before),
        "counted": {"estimate": float(middle), "low": float(low), "high": float(high)},
        "counted_width": log(max(high, EDGE) / max(low, EDGE)),
        "expected_width": log(interval.high / interval.low),
        "prior_width": log(before.high / before.low),
        "accidents_a_year": said(calibration.weighted_interval(level, found.weights)),
        "reported_inside_expected": bool(interval.low <= TWO_THIRDS <= interval.high),
        "reported_inside_counted": bool(low <= TWO_THIRDS <= high),
        "chance_of_a_third": share_of_draws(float(found.weights @ (expected <= TWO_THIRDS)), found.effective),
        "chance_counted_a_third": float(np.mean(counted <= TWO_THIRDS)),
        "deaths": said(calibration.weighted_interval(found.adjusted(ratios(table, "expected_deaths")), found.weights)),
    }


def diluted(ratio: Interval, share: float) -> Interval:
    """Ratio of all vehicles' accidents where trucks have a share of them and nothing else changes."""
    return Interval(*(1.0 - share * (1.0 - value) for value in (ratio.estimate, ratio.low, ratio.high)))


def chance_given(before: int, ratio: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """Whether counts of two years fall by a third or more, where so many are expected before."""
    first, second = generator.poisson(float(before), len(ratio)), generator.poisson(before * ratio)
    fallen: np.ndarray = (first > 0) & (second <= TWO_THIRDS * first + ROUNDING)
    return fallen


def share_of_draws(share: float, draws: float) -> dict[str, float]:
    """A share of so many effective draws, with the exact 95 % interval of drawing (Clopper, Pearson 1934)."""
    hits, every = share * draws, draws
    low = float(beta.ppf(0.025, hits, every - hits + 1.0)) if hits > 0.0 else 0.0
    high = float(beta.ppf(0.975, hits + 1.0, every - hits)) if hits < every else 1.0
    return {"estimate": share, "low": low, "high": high}


def needed(table: calibration.Table, loaded: list[Scenario]) -> dict[str, Any]:
    """Which assumptions go with a fall of a third: rank correlation of each with the ratio, draw by draw."""
    values = np.log(ratios(table, "expected_accidents"))
    ranks = rankdata(values)
    explained = np.array([np.corrcoef(ranks, rankdata(own))[0, 1] ** 2 for own in table.shares.T])
    order = np.argsort(-explained)[:3]
    strong = values <= log(TWO_THIRDS)
    priors = calibration.priors_of(loaded)
    rows = []
    for place in order:
        own = priors[table.keys[place]].quantile(table.shares[:, place])
        rows.append(
            {
                "parameter": table.keys[place],
                "share_of_variance": float(explained[place]),
                "all": float(np.median(own)),
                "where_a_third": float(np.median(own[strong])) if strong.any() else None,
            }
        )
    share = share_of_draws(float(strong.mean()), float(len(strong)))
    return {"share_of_prior_draws": share, "draws": int(strong.sum()), "parameters": rows}


def mechanisms() -> dict[str, Any]:
    """The programme at the parameters' central values, and what is left when parts of its working are switched off."""
    whole, base = scenario("taishun/full_programme.yaml"), scenario("taishun/baseline.yaml")
    parts = {kind: model.model_dump(mode="json") for kind, model in whole.interventions.items()}
    calm = {kind: part for kind, part in parts.items() if kind != "driving_warning"}
    quick = {kind: part for kind, part in parts.items() if kind != "rapid_response"}
    variants = [
        base,
        whole,
        whole.changed({"name": "no_calmer_driving", "interventions": calm, "speed.cautious_factor": 1.0}),
        whole.changed({"name": "no_response", "interventions": quick}),
    ]
    found = run_experiment(
        variants, replications=REPLICATIONS, seed=SEED, store=Store(STORE.parents[1] / "store"), progress=progress
    ).outcomes

    def metric(name: str, key: str) -> list[float]:
        return [outcome.metrics[key] for outcome in found[name]]

    def ratio(name: str, key: str = "expected_accidents") -> dict[str, float]:
        return said(paired_ratio(metric(name, key), metric("baseline", key)))

    total, fewer = (log(ratio(name)["estimate"]) for name in ("full_programme", "no_calmer_driving"))
    deaths, slow = (log(ratio(name, "expected_deaths")["estimate"]) for name in ("full_programme", "no_response"))
    semi = "vehicle_km_provincial"
    return {
        "whole": ratio("full_programme"),
        "fewer_trucks_only": ratio("no_calmer_driving"),
        "share_fewer_trucks": fewer / total,
        "share_calmer": 1.0 - fewer / total,
        "calmer_driving": said(
            paired_ratio(
                metric("full_programme", "expected_accidents"), metric("no_calmer_driving", "expected_accidents")
            )
        ),
        "deaths": ratio("full_programme", "expected_deaths"),
        "deaths_without_response": ratio("no_response", "expected_deaths"),
        "share_response_of_deaths": 1.0 - slow / deaths,
        "provincial_km": ratio("full_programme", semi),
        "rate": ratio("full_programme", "expected_accident_rate_per_million_vkm"),
        "runaway": ratio("full_programme", "expected_runaway"),
        "runaway_share_before": float(
            np.mean(np.divide(metric("baseline", "expected_runaway"), metric("baseline", "expected_accidents")))
        ),
        "replications": REPLICATIONS,
    }


def with_boards(base: Scenario, heed_share: float) -> Scenario:
    """Lit boards at the sharpest bends: the example package's intervention, which is not one of ours."""
    sys.path.append(str(HERE.parent / "examples" / "curve_boards"))
    from curve_boards import CurveBoards

    if CurveBoards.kind not in interventions():
        register(CurveBoards)
    boards = {"below_radius_m": SHARPEST_BELOW_M, "heed_share": heed_share}
    return base.changed({"name": f"boards_{heed_share}", "interventions.curve_boards": boards})


def in_sharpest_bends(base: Scenario, outcome: Outcome) -> float:
    """Expected accidents of a run in the bends that get boards, both directions together."""
    own = outcome.sections[outcome.sections["section"].isin(sharpest_bends(base))]
    return float(own[["expected_general", "expected_rollover", "expected_runaway"]].to_numpy().sum())


def s228() -> dict[str, Any]:
    """The road of 41 bends: what the model's measures give, and what picking the worst sites gives by itself."""
    base, signs = scenario("s228/baseline.yaml"), scenario("s228/curve_signs.yaml")
    boards = {share: with_boards(base, share) for share in HEED_SHARES}
    runs = run_experiment(
        [base, signs, *boards.values()],
        replications=S228_REPLICATIONS,
        seed=SEED,
        workers=1,  # the intervention is known to this process alone
        store=Store(STORE.parents[1] / "store"),
    ).outcomes

    def ratio(one: Scenario, of: Callable[[Outcome], float]) -> Interval:
        return paired_ratio([of(run) for run in runs[one.name]], [of(run) for run in runs[base.name]])

    def whole(run: Outcome) -> float:
        return run.metrics["expected_accidents"]

    in_bends = partial(in_sharpest_bends, base)
    package, central = ratio(signs, in_bends), ratio(boards[HEED_SHARES[1]], in_bends)
    k_spot = float(overdispersion(np.array([BLACK_SPOT_KM * MILES_PER_KM]))[0])
    effects = {"nothing": 1.0, "boards": central.estimate, "package": package.estimate}
    worst = [worst_sites(sites, mean, k_spot, effects) for mean in SITE_MEANS for sites in PICKED_SITES]
    return {
        "package": {"bends": said(package), "road": said(ratio(signs, whole))},
        "boards": [
            {"heed": share, "bends": said(ratio(one, in_bends)), "road": said(ratio(one, whole))}
            for share, one in boards.items()
        ],
        "bends_with_boards": len(sharpest_bends(base)),
        "replications": S228_REPLICATIONS,
        "accidents_a_year": float(np.mean([whole(run) for run in runs[base.name]])),
        "k_spot": k_spot,
        "spot_km": BLACK_SPOT_KM,
        "worst": worst,
        "chances": {name: [fold(row[name]["as_reported"] for row in worst) for fold in (min, max)] for name in effects},
    }


def sharpest_bends(base: Scenario) -> list[int]:
    """Sections of the road's one link that get boards."""
    radii = (section.curve_radius_m for section in base.road.links[0].sections)
    return [number for number, radius in enumerate(radii) if radius is not None and radius < SHARPEST_BELOW_M]


def worst_sites(sites: int, mean: float, k_spot: float, effects: dict[str, float]) -> dict[str, Any]:
    """Counts after over before at the two worst of so many sites, by what is done there."""
    row: dict[str, Any] = {"sites": sites, "mean": mean}
    for name, effect in effects.items():
        found = worst_site_ratios(sites, mean, k_spot, picked=GIVEN["s228_black_spots"], effect=effect)
        low, middle, high = np.quantile(found, [0.025, 0.5, 0.975])
        reached = float(np.mean(found <= 1.0 - GIVEN["s228_fall"] + ROUNDING))
        row[name] = {"estimate": float(middle), "low": float(low), "high": float(high), "as_reported": reached}
    return row


def chance() -> list[dict[str, Any]]:
    """Counts that fall by a third: chance alone, beliefs without and with Empirical Bayes, years to know."""
    rows = []
    for before, after in PAIRS:
        exact = rate_ratio(after, before)
        plain = effect_posterior(before, after)
        alike = effect_posterior(before, after, predicted=before * ALIKE_SHARE, overdispersion=ALIKE_OVERDISPERSION)
        rows.append(
            {
                "before": before,
                "after": after,
                "chance_of_drop": chance_of_drop(before, 1.0 / 3.0),
                "p_value": exact.p_value,
                "exact": said(exact.ratio),
                "plain": said(plain.ratio),
                "plain_fall": plain.chance_of_fall,
                "alike": said(alike.ratio),
                "alike_fall": alike.chance_of_fall,
                "years": years_to_detect(before, 1.0 / 3.0, YEARS_BEFORE, POWER),
            }
        )
    return [{key: None if value == float("inf") else value for key, value in row.items()} for row in rows]


def next_step() -> dict[str, Any]:
    """Which of all sets of the programme's parts avoids most within what the whole programme costs."""
    whole = scenario("taishun/full_programme.yaml")
    store = Store(STORE.parents[1] / "store")

    def simulate(scenarios: list[Scenario], replications: int) -> Experiment:
        return run_experiment(scenarios, replications=replications, seed=SEED, store=store, progress=progress)

    table = search(whole, rungs_of(SETS_REPLICATIONS), simulate)
    parts = " ".join(sorted(whole.interventions))
    budget = float(table.loc[table["parts"] == parts, "cost_cny"].iloc[0])
    chosen = {name: str(best_within(table, budget / part)["parts"]) for name, part in SHARES_OF_BUDGET.items()}
    return {
        "sets": len(table),
        "ran_longest": int((table["rung"] == table["rung"].max()).sum()),
        "replications": SETS_REPLICATIONS,
        "budget_cny": budget,
        **again(whole, {"whole": parts, **chosen}, store),
        "others": others(whole, chosen["half"], store),
        "table": table.to_dict("records"),
    }


def again(whole: Scenario, chosen: dict[str, str], store: Store) -> dict[str, Any]:
    """The chosen sets on random numbers that did not choose them, and each against the whole programme."""
    sets = {name: with_parts(whole, parts.split()) for name, parts in chosen.items()}
    none = with_parts(whole, ())
    different = list({one.name: one for one in (none, *sets.values())}.values())
    found = run_experiment(
        different, replications=FRESH_REPLICATIONS, seed=FRESH_SEED, store=store, progress=progress
    ).outcomes
    runs = {name: [outcome.metrics for outcome in found[one.name]] for name, one in {"none": none, **sets}.items()}
    fewer = {name: avoided(runs["none"], own, "expected_accidents") for name, own in runs.items()}
    content: dict[str, Any] = {"fresh_replications": FRESH_REPLICATIONS}
    for name, parts in chosen.items():
        content[name] = {
            "parts": parts,
            **gain(runs["none"], runs[name]),
            "less_than_whole": said(mean_interval([a - b for a, b in zip(fewer["whole"], fewer[name], strict=True)])),
        }
    return content


def gain(none: list[dict[str, float]], own: list[dict[str, float]]) -> dict[str, Any]:
    """Cost of a set, and what it avoids against none, run by run."""
    return {
        "cost_cny": own[0]["cost_cny"],
        "avoided": said(mean_interval(avoided(none, own, "expected_accidents"))),
        "deaths_avoided": said(mean_interval(avoided(none, own, "expected_deaths"))),
    }


def others(whole: Scenario, half: str, store: Store) -> list[dict[str, Any]]:
    """The set within half the cost with one other measure each, as the shipped files of measures have them."""
    none, base = with_parts(whole, ()), with_parts(whole, half.split())
    kept = {kind: part.model_dump(mode="json") for kind, part in base.interventions.items()}
    with_one = {
        kind: base.changed(
            {
                "name": f"half_and_{kind}",
                "interventions": kept
                | {kind: scenario(f"measures/{kind}.yaml").interventions[kind].model_dump(mode="json")},
            }
        )
        for kind in OTHER_MEASURES
    }
    found = run_experiment(
        [none, *with_one.values()], replications=FRESH_REPLICATIONS, seed=FRESH_SEED, store=store, progress=progress
    ).outcomes
    runs = {name: [outcome.metrics for outcome in outcomes] for name, outcomes in found.items()}
    return [
        {
            "kind": kind,
            **gain(runs[none.name], runs[one.name]),
        }
        for kind, one in with_one.items()
    ]


def reported() -> dict[str, Any]:
    """What other programmes reported, and their medians."""
    content = yaml.safe_load((HERE / "reported.yaml").read_text(encoding="utf-8"))
    medians = {
        f"{group}_median": float(np.median([row["change_pct"] for row in rows])) for group, rows in content.items()
    }
    medians |= {f"{group}_count": len(rows) for group, rows in content.items()}
    spans = {
        f"{group}_span": sorted([row["change_pct"] for row in rows])[:: len(rows) - 1]
        for group, rows in content.items()
    }
    return content | medians | spans


def witness() -> dict[str, float]:
    """Results of one replication, by which one sees whether the model has moved since."""
    names = ("baseline", "full_programme")
    return {
        name: run_replication(scenario(f"taishun/{name}.yaml"), SEED, 0).metrics["expected_accidents"] for name in names
    }


def without_nan(content: Any) -> Any:
    """Content with null for what is not a number, so that any reader of JSON can read it."""
    if isinstance(content, dict):
        return {key: without_nan(value) for key, value in content.items()}
    if isinstance(content, list):
        return [without_nan(value) for value in content]
    return None if isinstance(content, float) and not isfinite(content) else content


def simulated() -> dict[str, Any]:
    """All numbers of the study."""
    loaded, table, found, fitted = calibrated()
    return {
        "seed": SEED,
        "model": model_version()[:16],
        "witness": witness(),
        "reported_fall_pct": REPORTED_FALL_PCT,
        "given": GIVEN,
        "calibration": fitted,
        "prediction": prediction(table, found),
        "needed": needed(table, loaded),
        "mechanisms": mechanisms(),
        "s228": s228(),
        "chance": chance(),
        "portfolio": next_step(),
    }


def number(value: Any, form: str = ".2f") -> str:
    """A number as it is written in a text."""
    return "–" if value is None else f"{value:{form}}"


def span(value: dict[str, Any], form: str = ".2f") -> str:
    """An interval as it is written in a text."""
    return f"{number(value['estimate'], form)} ({number(value['low'], form)}–{number(value['high'], form)})"


def percent(share: float, form: str = ".0f") -> str:
    """A share in per cent, without the sign; never 0 or 100 for what is merely close to it."""
    if 0.0 < share < NEARLY_NONE:
        return "<1"
    return ">99" if 1.0 - NEARLY_NONE < share < 1.0 else f"{100.0 * share:{form}}"


def fall(ratio: float) -> str:
    """A ratio as a change in per cent."""
    return f"{100.0 * (ratio - 1.0):+.0f} %"


def change_zh(ratio: float) -> str:
    """The same in Chinese words."""
    return f"{'下降' if ratio <= 1.0 else '上升'} {abs(100.0 * (ratio - 1.0)):.0f}%"


def templates() -> Environment:
    """The texts' templates, with the ways to write numbers; Markdown, so nothing is escaped."""
    environment = Environment(loader=FileSystemLoader(HERE), undefined=StrictUndefined, trim_blocks=True)  # noqa: S701
    environment.filters |= {"n": number, "span": span, "fall": fall, "change_zh": change_zh, "pct": percent}
    return environment


def texts(numbers: dict[str, Any]) -> dict[str, str]:
    """Both texts, by file name."""
    environment = templates()
    found = {}
    for language, file in LANGUAGES.items():
        comma = {"en": ", ", "zh": "、"}[language]
        kinds = {
            "kinds": lambda parts, to=language, by=comma: by.join(kind_word(kind, to) for kind in str(parts).split()),
            "words": lambda key, to=language: parameter_word(key, to),
        }
        text = environment.get_template(f"text.{language}.md.j2").render(**numbers, reported=reported(), **kinds)
        found[file] = text.rstrip() + "\n"
    return found


LABELS = {
    "en": {
        "model": "this model, programme (predicted)",
        "claimed": "the county's report",
        "uncontrolled": "before and after only",
        "controlled": "corrected or compared",
        "model_group": "model",
        "ratio": "accidents after / before",
        "counts": "{before} → {after} accidents",
        "known": ("nothing else known", "site picked as bad"),
        "place": "place",
        "pareto": charts.PARETO_WORDS,
        "posteriors": charts.POSTERIOR_WORDS,
    },
    "zh": {
        "model": "本模型预测：全套措施",
        "claimed": "本县报告",
        "uncontrolled": "仅前后对比",
        "controlled": "经校正或有对照",
        "model_group": "模型",
        "ratio": "实施后／实施前事故数",
        "counts": "{before} → {after} 起",
        "known": ("无其他信息", "因事故多而选中"),
        "place": "place_zh",
        "pareto": (
            "只模拟一次",
            "模拟多次",
            "同等费用内避免事故最多",
            "预算",
            "费用（百万元／年）",
            "每年避免的期望事故数",
        ),
        "posteriors": ("后验", "先验", "（数据几乎不能识别）"),
    },
}


def figures(numbers: dict[str, Any]) -> dict[str, Any]:
    """Charts by file name without ending."""
    found: dict[str, Any] = {}
    sets = pd.DataFrame(numbers["portfolio"]["table"])
    parameters = pd.DataFrame(numbers["calibration"]["shown"])
    for language, words in LABELS.items():
        found[f"taishun_pareto.{language}"] = charts.pareto(sets, numbers["portfolio"]["budget_cny"], words["pareto"])
        named = parameters.assign(parameter=[parameter_word(key, language) for key in parameters["parameter"]])
        found[f"taishun_posteriors.{language}"] = charts.posteriors(named, words["posteriors"])
        rows = [{"label": words["model"], **numbers["prediction"]["expected"], "group": words["model_group"]}]
        third = 1.0 - REPORTED_FALL_PCT / 100.0
        rows.append({"label": words["claimed"], "estimate": third, "group": words["uncontrolled"]})
        known = reported()
        for group in ("controlled", "uncontrolled"):
            for row in known[group]:
                value = 1.0 + row["change_pct"] / 100.0
                rows.append({"label": row[words["place"]], "estimate": value, "group": words[group]})
        found[f"taishun_reported.{language}"] = charts.named_ratios(pd.DataFrame(rows), words["ratio"])
        rows = []
        for row in numbers["chance"]:
            rows.append({"label": words["counts"].format(**row), **row["plain"], "group": words["known"][0]})
            rows.append({"label": words["counts"].format(**row), **row["alike"], "group": words["known"][1]})
        found[f"taishun_chance.{language}"] = charts.named_ratios(pd.DataFrame(rows), words["ratio"])
    return found


def main() -> None:
    """Simulate unless told not to, then write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--render", action="store_true", help="only texts and charts, from numbers.json")
    if not parser.parse_args().render:
        NUMBERS.write_text(
            json.dumps(without_nan(simulated()), indent=1, ensure_ascii=False, allow_nan=False) + "\n", encoding="utf-8"
        )
    numbers = json.loads(NUMBERS.read_text(encoding="utf-8"))
    for file, text in texts(numbers).items():
        (HERE.parent / file).write_text(text, encoding="utf-8")
    for name, figure in figures(numbers).items():
        (HERE.parent / "images" / f"{name}.svg").write_bytes(charts.content_of(figure, ".svg"))


if __name__ == "__main__":
    main()
