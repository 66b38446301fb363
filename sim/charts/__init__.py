"""Charts from result tables; the only package that knows matplotlib. A chart's module is imported when it is drawn."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.charts.basic import (
        FILE_KINDS,
        colours,
        content_of,
        descent,
        files,
        forest,
        forest_rows,
        monthly_rows,
        months,
        scattered,
        swept,
        told_apart,
        tornado,
    )
    from sim.charts.calibration import PARETO_WORDS, POSTERIOR_WORDS, named_ratios, pareto, posteriors, predictive
    from sim.charts.cumulative import residuals
    from sim.charts.profile import road_profile
    from sim.charts.scorecard import hindcast

__all__ = [
    "FILE_KINDS",
    "PARETO_WORDS",
    "POSTERIOR_WORDS",
    "colours",
    "content_of",
    "descent",
    "files",
    "forest",
    "forest_rows",
    "hindcast",
    "monthly_rows",
    "months",
    "named_ratios",
    "pareto",
    "posteriors",
    "predictive",
    "residuals",
    "road_profile",
    "scattered",
    "swept",
    "told_apart",
    "tornado",
]

_HOMES = {
    "PARETO_WORDS": "calibration",
    "POSTERIOR_WORDS": "calibration",
    "named_ratios": "calibration",
    "pareto": "calibration",
    "posteriors": "calibration",
    "predictive": "calibration",
    "hindcast": "scorecard",
    "residuals": "cumulative",
    "road_profile": "profile",
}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'sim.charts' has no attribute {name!r}")
    return getattr(import_module(f"sim.charts.{_HOMES.get(name, 'basic')}"), name)
