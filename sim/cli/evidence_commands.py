"""Commands that show formulas at work: `verify` and `descent`."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sim.cli.options import remark

if TYPE_CHECKING:
    from sim.core.units import Floats
    from sim.inputs.road import Link
    from sim.physics.descent import Descent

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]


def verify(*, as_json: AsJson = False) -> None:
    """Compare our formulas with published values; exit code 1 if one lies outside its tolerance."""
    from sim.evidence.verification import evidence

    rows = evidence()
    if as_json:
        content = [{**vars(row), "difference": row.difference, "holds": row.holds} for row in rows]
        typer.echo(json.dumps(content, indent=2))
    else:
        from sim.cli.tables import print_evidence

        print_evidence(rows)
    if not all(row.holds for row in rows):
        raise typer.Exit(1)


def descent(
    road: Annotated[Path, typer.Argument(help="Scenario file, or road file of a scenario.", show_default=False)],
    *,
    mass_kg: Annotated[float, typer.Option("--mass-kg", min=1000, max=200_000, help="Gross mass.")],
    speed_kmh: Annotated[float, typer.Option("--speed-kmh", min=5, max=130, help="Constant speed.")],
    link: Annotated[str | None, typer.Option(help="Link of the road; by default its steepest descent.")] = None,
    upwards: Annotated[bool, typer.Option("--reverse", help="Drive the link from its end to its start.")] = False,
    retarder_kw: Annotated[float, typer.Option(min=0, max=1000, help="Engine brake and retarder.")] = 54.4,
    out: Annotated[Path | None, typer.Option(help="Also draw it: a file ending in .svg or .png.")] = None,
) -> None:
    """Print brake temperature along a grade and the highest safe speed, by the Grade Severity Rating System.

    The default of 54.4 kW is the system's engine brake (73 hp) without a retarder. The system was fitted to trucks of
    up to 36 t; heavier ones are an extrapolation.
    """
    import numpy as np

    from sim.cli.problems import Problem
    from sim.core.units import kmh_from_ms, ms_from_kmh
    from sim.physics.descent import descend, maximum_safe_speed_ms
    from sim.scenario.doubts import doubts_of_link

    if out is not None and out.suffix not in {".svg", ".png"}:
        raise Problem(f"{out}: a chart's file ends in .svg or .png")
    found = _link(road, link)
    remark(doubts_of_link(found))
    sections = found.sections[::-1] if upwards else found.sections
    length = np.array([1000.0 * s.length_km for s in sections])
    grade = np.array([(-1.0 if upwards else 1.0) * s.grade_pct / 100.0 for s in sections])
    along = descend(length, grade, mass_kg, ms_from_kmh(speed_kmh), 1000.0 * retarder_kw)
    safe = maximum_safe_speed_ms(length, grade, mass_kg, 1000.0 * retarder_kw)
    _print_descent(found.name, along, mass_kg, speed_kmh, None if safe is None else kmh_from_ms(safe))
    if out is not None:
        _draw_descent(along, grade, length, out)


def _link(file: Path, name: str | None) -> "Link":
    """The named link of a road, or the one that falls most."""
    from sim.cli.problems import Problem
    from sim.scenario import ScenarioError
    from sim.scenario.loading import load_road

    try:
        road = load_road(file).with_its_factors()
    except ScenarioError as error:
        raise Problem(str(error)) from error
    links = {link.name: link for link in road.links}
    if name is None:
        return min(road.links, key=lambda found: sum(s.grade_pct * s.length_km for s in found.sections))
    if name not in links:
        raise Problem(f"{file}: {name!r} is not a link; links are {', '.join(links)}")
    return links[name]


def _print_descent(name: str, along: "Descent", mass_kg: float, speed_kmh: float, safe_kmh: float | None) -> None:
    from sim.physics.brake_temperature import LIMIT_C

    step = max(len(along.distance_m) // 20, 1)
    sys.stdout.write(f"{name}: {mass_kg:,.0f} kg at {speed_kmh:g} km/h\n    km   brakes deg C\n")
    for distance, temperature in list(zip(along.distance_m, along.temperature_c, strict=True))[::step]:
        sys.stdout.write(f"{distance / 1000.0:6.2f}   {temperature:6.0f}\n")
    verdict = "above" if along.hottest_with_stop_c > LIMIT_C else "within"
    hottest = f"{along.hottest_with_stop_c:.0f} deg C, {verdict} the limit of {LIMIT_C:.0f}"
    sys.stdout.write(f"hottest, with one emergency stop: {hottest}\n")
    text = "none: even 8 km/h is too fast" if safe_kmh is None else f"{safe_kmh:.0f} km/h"
    sys.stdout.write(f"maximum safe descent speed (up to 97 km/h are looked at): {text}\n")


def _draw_descent(along: "Descent", grade: "Floats", length: "Floats", out: Path) -> None:
    from sim import charts
    from sim.cli.options import write_named

    write_named(out, charts.content_of(charts.descent(along, grade, length), out.suffix))
