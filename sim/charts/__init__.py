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
    scattered,
    swept,
    told_apart,
    tornado,
)
from sim.charts.calibration import PARETO_WORDS, POSTERIOR_WORDS, named_ratios, pareto, posteriors, predictive, save_svg

__all__ = [
    "PARETO_WORDS",
    "POSTERIOR_WORDS",
    "colours",
    "descent",
    "forest",
    "forest_rows",
    "monthly_rows",
    "months",
    "named_ratios",
    "pareto",
    "posteriors",
    "predictive",
    "save",
    "save_as",
    "save_svg",
    "scattered",
    "swept",
    "told_apart",
    "tornado",
]
