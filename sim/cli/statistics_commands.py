"""Commands for accident counts: `before-after` and `power`."""

import json
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from sim.statistics.before_after import BeforeAfter, Placebo
    from sim.statistics.site_table import SiteTable

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
LEAST_CHANCE = 0.05
YEARS_SHOWN = (1, 2, 3, 5, 10)


def before_after(
    data: Annotated[
        Path | None,
        typer.Argument(
            help="CSV with a row a site: site, before, after, predicted_before, predicted_after, overdispersion, and "
            "treated (1 or 0) where there are untreated sites.",
            show_default=False,
        ),
    ] = None,
    *,
    accidents: Annotated[
        Path | None,
        typer.Option(help="Instead: folder of `hairpin import accidents --sections`.", show_default=False),
    ] = None,
    treated_stretch: Annotated[
        str | None,
        typer.Option("--treated", metavar="ROUTE[:FROM-TO]", help="What was treated of it.", show_default=False),
    ] = None,
    from_date: Annotated[
        datetime | None,
        typer.Option("--from", formats=["%Y-%m-%d"], help="Day from which on.", show_default=False),
    ] = None,
    years: Annotated[int | None, typer.Option(min=1, max=50, help="At most so many on each side.")] = None,
    prediction_error: Annotated[
        float, typer.Option(min=0.0, max=2.0, help="Relative standard error of the predicted change.")
    ] = 0.0,
    accept_predictions: Annotated[
        bool,
        typer.Option(
            "--accept-predictions",
            help="Go on although the counts before don't fit: sites were picked.",
        ),
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option(
            help="Folder for before_after.json; a folder `before_after` beside results enters their report.",
            show_default=False,
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Effect of a treatment by Empirical Bayes, which corrects for regression to the mean (Hauer 1997).

    `before` and `after` are counts, `predicted_*` what a model of alike sites gives for the same times,
    `overdispersion` that model's k. Untreated sites (`treated` 0) calibrate the predictions of both times, and show
    what the study finds where nothing was done. Prints the naive ratio beside the corrected one.
    """
    from sim.cli.problems import Problem
    from sim.statistics.before_after import before_after as study
    from sim.statistics.before_after import placebo

    if accidents is not None:
        table, where = _imported_table(accidents, treated_stretch, from_date, years), accidents
    elif data is not None:
        table, where = _site_table(data), data
    else:
        raise Problem("say DATA, a table of sites, or --accidents with --treated and --from")
    treated = table.sites.pick(table.treated)
    untreated = None if table.treated.all() else table.sites.pick(~table.treated)
    if untreated is None and not accept_predictions:
        _check_predictions(where, table)
    try:
        found = study(treated, untreated, prediction_error=prediction_error)
    except ValueError as error:
        raise Problem(f"{where}: {error}") from error
    if accidents is not None:
        _see_that_it_tells(where, found)
    shown = None if untreated is None else placebo(untreated)
    content = _before_after_content(found, shown, int(table.treated.sum()))
    if out is not None:
        from sim.cli.options import made
        from sim.results.folder import document_files

        made(out, document_files("before_after", content))
    _print(content, _before_after_text(found, shown, content), as_json=as_json)


def _site_table(data: Path) -> "SiteTable":
    from sim.cli.problems import Problem
    from sim.statistics.site_table import SiteTableError, read_site_table

    try:
        return read_site_table(data)
    except SiteTableError as error:
        raise Problem(str(error)) from error


def _imported_table(folder: Path, treated: str | None, from_date: datetime | None, years: int | None) -> "SiteTable":
    """Sites of imported accidents."""
    from sim.cli.problems import Problem
    from sim.importing.study import study_of
    from sim.statistics.site_table import SiteTable

    if treated is None or from_date is None:
        raise Problem("--accidents needs --treated ROUTE[:FROM-TO] and --from DATE")
    found = study_of(folder, treated, from_date.date(), years)
    return SiteTable(found.sites, found.treated)


def _see_that_it_tells(folder: Path, found: "BeforeAfter") -> None:
    """Refuse a study of too few accidents, whatever it would find."""
    from sim.cli.problems import Problem
    from sim.importing.study import LEAST_EXPECTED

    if found.expected_after < LEAST_EXPECTED:
        raise Problem(
            f"{folder}: {found.expected_after:.1f} accidents are expected at the treated sections afterwards, a study "
            f"needs {LEAST_EXPECTED:g}: treat more of the road as one, or wait for more years"
        )


def _check_predictions(data: Path, table: "SiteTable") -> None:
    """See that the counts before are such as the predictions give."""
    from sim.cli.problems import Problem
    from sim.statistics.before_after import chance_of_counts

    chance = chance_of_counts(table.sites)
    if chance < LEAST_CHANCE:
        counted, predicted = int(table.sites.before.sum()), float(table.sites.predicted_before.sum())
        raise Problem(
            f"{data}: the predictions don't fit: {counted} accidents were counted before, {predicted:.1f} predicted "
            f"(chance of that {chance:.2g}). Add untreated sites (column treated: 0), by which predictions are "
            "calibrated, or say --accept-predictions if the sites were picked for their counts"
        )


def _before_after_content(found: "BeforeAfter", shown: "Placebo | None", sites: int) -> dict[str, Any]:
    calibration = found.calibration
    return {
        "sites": sites,
        "counted_after": found.counted_after,
        "expected_after_without_treatment": found.expected_after,
        "ratio": {"estimate": found.ratio.estimate, "low": found.ratio.low, "high": found.ratio.high},
        "differs_from_no_effect": found.differs,
        "standard_error": found.standard_error,
        "naive_ratio": _finite(found.naive.ratio.estimate),
        "naive_p_value": found.naive.p_value,
        "untreated_sites": 0 if calibration is None else calibration.sites,
        "calibration_before": None if calibration is None else calibration.factor_before,
        "calibration_after": None if calibration is None else calibration.factor_after,
        "placebo_studies": None if shown is None else len(shown.studies),
        "placebo_intervals_that_hold_1": None if shown is None else shown.held,
    }


def _finite(value: float) -> float | None:
    from math import isfinite

    return value if isfinite(value) else None


def _before_after_text(found: "BeforeAfter", shown: "Placebo | None", content: dict[str, Any]) -> str:
    ratio, naive = found.ratio, content["naive_ratio"]
    expected = f"{found.expected_after:.1f} expected without it"
    uncorrected = "-" if naive is None else f"{naive:.3f}"
    test = f"(exact test: p = {found.naive.p_value:.2g})"
    lines = [
        f"{content['sites']} sites: {found.counted_after} accidents after the treatment, {expected}",
        f"ratio {ratio.estimate:.3f} (95 % interval {ratio.low:.3f} to {ratio.high:.3f}): {_verdict(found)}",
        f"without correction for regression to the mean it would have been {uncorrected} {test}",
    ]
    if found.calibration is not None:
        own = found.calibration
        lines.append(
            f"predictions calibrated by {own.sites} untreated sites: times {own.factor_before:.3f} before, "
            f"{own.factor_after:.3f} after"
        )
    if shown is not None:
        lines.append(
            f"placebo: the interval holds 1 at {shown.held} of {len(shown.studies)} untreated sites, each against the "
            "others; about 95 % should"
        )
    return "\n".join([*lines, ""])


def _verdict(found: "BeforeAfter") -> str:
    if found.differs:
        return "differs from no effect"
    if found.ratio.low <= 1.0 <= found.ratio.high:
        return "could be chance alone"
    return "could be chance alone: the interval leaves 1 out, the exact test of the counts does not"


def power(
    *,
    per_year: Annotated[float, typer.Option(min=0.1, max=1e6, help="Accidents a year before.", show_default=False)],
    reduction: Annotated[float, typer.Option(min=0.01, max=0.99, help="True reduction to detect.")] = 0.333,
    years_before: Annotated[float, typer.Option(min=0.1, max=100.0, help="Years counted before.")] = 3.0,
    detection: Annotated[float, typer.Option(min=0.01, max=0.99, help="Wanted chance to detect it.")] = 0.8,
    seed: Annotated[int, typer.Option(min=0, hidden=True)] = 1,  # noqa: ARG001 - drew numbers once; old scripts name it
    as_json: AsJson = False,
) -> None:
    """How many years until a true reduction is seen, and how often chance alone gives as large a fall.

    By the exact test at 5 %, summed over all counts that may come.
    """
    from sim.statistics.accident_counts import chance_of_drop, detection_power, years_to_detect

    years = years_to_detect(per_year, reduction, years_before, detection)
    table = [
        {"years_after": after, "power": detection_power(per_year, reduction, years_before, after)}
        for after in YEARS_SHOWN
    ]
    content = {
        "accidents_per_year": per_year,
        "reduction": reduction,
        "years_before": years_before,
        "power": detection,
        "years_to_detect": _finite(years),
        "power_by_years": table,
        "chance_of_such_a_fall_from_one_year_to_the_next": chance_of_drop(per_year, reduction),
    }
    _print(content, _power_text(content), as_json=as_json)


def _power_text(content: dict[str, Any]) -> str:
    from sim.statistics.accident_counts import MOST_YEARS

    years = content["years_to_detect"]
    told = f"{years:.0f} years" if years is not None else f"more than {MOST_YEARS} years, if ever: count longer before"
    lines = [f"true reduction of {content['reduction']:.1%}, {content['accidents_per_year']:g} accidents a year before"]
    lines += [f"until the exact test detects it with a chance of {content['power']:.0%}: {told}"]
    for row in content["power_by_years"]:
        lines.append(f"  after {row['years_after']:2d} years: detected in {row['power']:.0%} of cases")
    chance = content["chance_of_such_a_fall_from_one_year_to_the_next"]
    lines += [f"if nothing changes, one year's count falls by as much or more in {chance:.0%} of cases", ""]
    return "\n".join(lines)


def _print(content: dict[str, Any], text: str, *, as_json: bool) -> None:
    sys.stdout.write(json.dumps(content, indent=2) + "\n" if as_json else text)
