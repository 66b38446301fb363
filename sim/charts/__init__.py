"""Charts from result tables; the only package that knows matplotlib."""

from sim.charts.basic import (
    colours,
    descent,
    forest,
    forest_rows,
    monthly_rows,
    months,
    save,
    save_as,
    swept,
    tornado,
)
from sim.charts.calibration import pareto, posteriors, predictive

__all__ = [
    "colours",
    "descent",
    "forest",
    "forest_rows",
    "monthly_rows",
    "months",
    "pareto",
    "posteriors",
    "predictive",
    "save",
    "save_as",
    "swept",
    "tornado",
]
