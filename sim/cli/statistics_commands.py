"""Commands for accident counts: `before-after` and `power`."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("site", "before", "after", "predicted_before", "predicted_after", "overdispersion")
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def before_after(
    data: Annotated[
        Path, typer.Argument(help=f"CSV with a row a site and columns {', '.join(COLUMNS)}.", show_default=False)
    ],
    *,
    as_json: AsJson = False,
) -> None:
    """Effect of a treatment by Empirical Bayes, which corrects for regression to the mean (Hauer 1997).

    `before` and `after` are counts, `predicted_*` what a model of alike sites gives for the same times,
    `overdispersion` that model's k. Prints the naive ratio beside the corrected one.
    """
    from sim.safety_statistics import before_after as study

    table = _read(data)
    arrays = [table[name].to_numpy() for name in COLUMNS[1:]]
    found = study(*arrays)
    content = {
        "sites": len(table),
        "counted_after": found.counted_after,
        "expected_after_without_treatment": found.expected_after,
        "ratio": {"estimate": found.ratio.estimate, "low": found.ratio.low, "high": found.ratio.high},
        "standard_error": found.standard_error,
        "naive_ratio": found.naive.ratio.estimate,
        "naive_p_value": found.naive.p_value,
    }
    _print(content, _before_after_text(content), as_json=as_json)


def _before_after_text(content: dict[str, Any]) -> str:
    ratio = content["ratio"]
    verdict = "can't be told apart from no effect" if ratio["low"] <= 1.0 <= ratio["high"] else "differs from no effect"
    return (
        f"{content['sites']} sites: {content['counted_after']} accidents after the treatment, "
        f"{content['expected_after_without_treatment']:.1f} expected without it\n"
        f"ratio {ratio['estimate']:.3f} (95 % interval {ratio['low']:.3f} to {ratio['high']:.3f}): {verdict}\n"
        f"without correction for regression to the mean it would have been {content['naive_ratio']:.3f}\n"
    )


def _read(file: Path) -> "pd.DataFrame":
    """The table; all mistakes together."""
    import pandas as pd

    from sim.cli.problems import Problem

    try:
        table = pd.read_csv(file)
    except (OSError, ValueError) as error:
        raise Problem(f"{file}: can't be read as CSV: {error}") from error
    missing = [name for name in COLUMNS if name not in table.columns]
    if missing:
        raise Problem(f"{file}:1: columns {', '.join(missing)} are missing; columns must be {', '.join(COLUMNS)}")
    mistakes = [message for name in COLUMNS[1:] for message in _wrong(file, table, name)]
    if mistakes or table.empty:
        raise Problem("\n".join(mistakes) or f"{file}: has no rows")
    return table


def _wrong(file: Path, table: "pd.DataFrame", name: str) -> list[str]:
    import pandas as pd

    values = pd.to_numeric(table[name], errors="coerce")
    count = name in {"before", "after"}
    right = (values >= 0) & (values % 1 == 0) if count else (values > 0)
    allowed = "a whole number, not negative" if count else "a number above 0"
    return [f"{file}:{row + 2}: {name}: found {table[name][row]}, must be {allowed}" for row in table.index[~right]]


def power(
    *,
    per_year: Annotated[float, typer.Option(min=0.1, max=1e6, help="Accidents a year before.", show_default=False)],
    reduction: Annotated[float, typer.Option(min=0.01, max=0.99, help="True reduction to detect.")] = 0.333,
    years_before: Annotated[float, typer.Option(min=0.1, max=100.0, help="Years counted before.")] = 3.0,
    detection: Annotated[float, typer.Option(min=0.01, max=0.99, help="Wanted chance to detect it.")] = 0.8,
    seed: Annotated[int, typer.Option(min=0)] = 1,
    as_json: AsJson = False,
) -> None:
    """How many years until a true reduction is seen, and how often chance alone gives as large a fall.

    By formula and by simulation of the exact test at 5 %.
    """
    from math import isfinite

    from sim.safety_statistics import chance_of_drop, detection_power, simulated_years_to_detect, years_to_detect

    years = years_to_detect(per_year, reduction, years_before, detection)
    simulated = simulated_years_to_detect(per_year, reduction, years_before, detection, seed=seed)
    table = [
        {"years_after": after, "power": detection_power(per_year, reduction, years_before, after, seed=seed)}
        for after in (1, 2, 3, 5, 10)
    ]
    chance = chance_of_drop(per_year, reduction)
    content = {
        "accidents_per_year": per_year,
        "reduction": reduction,
        "years_before": years_before,
        "power": detection,
        "years_to_detect": years if isfinite(years) else None,
        "simulated_years_to_detect": simulated if isfinite(simulated) else None,
        "simulated_power": table,
        "chance_of_such_a_fall_from_one_year_to_the_next": chance,
    }
    _print(content, _power_text(content), as_json=as_json)


def _power_text(content: dict[str, Any]) -> str:
    found = [content[name] for name in ("years_to_detect", "simulated_years_to_detect")]
    formula, simulated = ("never, the time before is too short" if y is None else f"{y:.1f} years" for y in found)
    lines = [f"true reduction of {content['reduction']:.1%}, {content['accidents_per_year']:g} accidents a year before"]
    lines += [f"until it is detected with a chance of {content['power']:.0%}: {formula} (formula)"]
    lines += [f"  the same in whole years: {simulated} (simulation of the exact test)"]
    for row in content["simulated_power"]:
        lines.append(f"  after {row['years_after']:2d} years: detected in {row['power']:.0%} of cases")
    chance = content["chance_of_such_a_fall_from_one_year_to_the_next"]
    lines += [f"if nothing changes, one year's count falls by as much or more in {chance:.0%} of cases", ""]
    return "\n".join(lines)


def _print(content: dict[str, Any], text: str, *, as_json: bool) -> None:
    sys.stdout.write(json.dumps(content, indent=2) + "\n" if as_json else text)
