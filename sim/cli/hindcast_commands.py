"""The command `hindcast`: observed cases beside what the model gives for them."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sim.cli.options import AsJson, Dask, Days, Fresh, Out, Quiet, Seed, Simulation, Workers, command_line, made
from sim.cli.rehearsal import DryRun

if TYPE_CHECKING:
    from sim.hindcast.cases import LoadedCase, Registers
    from sim.hindcast.scorecard import Score, Totals

CASES = Path("scenarios/validation/cases")
REGISTERS = Path("parts/registers.yaml")
FEWEST_DRAWS = 20


def hindcast(
    cases: Annotated[
        list[Path] | None,
        typer.Argument(help="Files of cases.", show_default=f"all of {CASES}"),
    ] = None,
    *,
    registers: Annotated[
        Path | None,
        typer.Option(help="What registers record of what happens.", show_default=f"{REGISTERS} above the cases"),
    ] = None,
    draws: Annotated[int, typer.Option(min=FEWEST_DRAWS, help="Draws of all that is uncertain.")] = 100,
    seed: Seed = 1,
    workers: Workers = None,
    dask: Dask = None,
    fresh: Fresh = False,
    out: Out = None,
    days: Days = None,
    as_json: AsJson = False,
    dry_run: DryRun = False,
    quiet: Quiet = False,
) -> None:
    """Hold the model against what was observed on real roads: intervals, scores and two naive rivals.

    Each case is simulated for many draws of everything that is uncertain, without having seen what was observed there.
    Writes hindcast.json, a page in English and in Chinese, and a chart. Rows that were used to fit something are marked
    and count for nothing.

    In a folder `hindcast` beside a comparison's results (--out) it enters that comparison's report.

    Example: hairpin hindcast scenarios/validation/cases/kunmo.yaml --draws 50
    """
    from sim.cli.problems import Problem
    from sim.hindcast.scorecard import predicted, scorecard, totals

    if cases is None and not CASES.is_dir():
        raise Problem(f"{CASES}: is not here; go to the project's folder, or name the files of cases")
    files = cases or sorted(CASES.glob("*.yaml"))
    known, loaded = _loaded(files, registers, days)
    folder = out or Path("results") / "validation"
    simulation = Simulation(folder, seed, workers, dask, fresh, quiet, dry_run)
    found = simulation.hindcast(loaded, known, draws)
    try:
        rows = scorecard(predicted(loaded, found, known, seed), found.shares, seed)
    except ValueError as error:
        raise Problem(str(error)) from error
    _write(folder, rows, totals(rows), loaded, {"command": command_line(), "draws": draws, "seed": seed})
    if as_json:
        sys.stdout.write((folder / "hindcast.json").read_text(encoding="utf-8"))
    elif not quiet:
        _show(rows, totals(rows), folder)


def _loaded(files: list[Path], registers: Path | None, days: int | None) -> "tuple[Registers, list[LoadedCase]]":
    from sim.cli.problems import Problem
    from sim.hindcast.cases import Registers, load_cases, shortened
    from sim.scenario import ScenarioError
    from sim.scenario.loading import load_as

    try:
        known = load_as(registers or files[0].parent.parent / REGISTERS, Registers)
        found = load_cases(files, known)
        return known, found if days is None else [shortened(case, days) for case in found]
    except ScenarioError as error:
        raise Problem("\n".join(str(mistake) for mistake in error.mistakes)) from error


def _write(folder: Path, rows: "list[Score]", total: "Totals", cases: "list[LoadedCase]", how: dict[str, Any]) -> None:
    from sim import charts
    from sim.report.scorecard import CHART_WORDS, content, markdown
    from sim.results.folder import document_files

    told = content(rows, total, how)  # Chinese in PNG files needs a font that may not be there
    files = document_files("hindcast", told)
    for language, suffix in (("en", ""), ("zh-CN", ".zh-CN")):
        title = "title" if language == "en" else "title_zh"
        chart = charts.hindcast(told["rows"], CHART_WORDS[language], title)
        made_of_it = charts.files(chart, f"hindcast{suffix}")
        files |= {name: drawn for name, drawn in made_of_it.items() if language == "en" or name.endswith(".svg")}
        files[f"hindcast{suffix}.md"] = markdown(rows, total, cases, language, how).encode()
    made(folder, files)


def _show(rows: "list[Score]", total: "Totals", folder: Path) -> None:
    from sim.cli.tables import print_rows
    from sim.report.scorecard import score_text

    shown = [
        [
            row.title if row.role == "evidence" else f"({row.title})",
            f"{row.observed:.3g}",
            f"{row.predicted:.3g} ({row.low:.3g} to {row.high:.3g})",
            ("yes" if row.inside else "no") if row.role == "evidence" else row.role,
            *(score_text(score) for score in (row.log_score, row.manual, row.others)),
        ]
        for row in rows
    ]
    print_rows(("observed", "seen", "predicted (90 %)", "inside", "log score", "manual", "others"), shown)
    sys.stdout.write(
        f"{total.inside} of {total.observations} observations that are evidence lie inside their 90 % interval "
        f"({total.expected_inside:.1f} would be right); middle width {score_text(total.median_width)}\n"
        f"results in {folder}\n"
    )
