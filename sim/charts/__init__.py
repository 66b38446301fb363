"""Charts from result tables; the only package that knows matplotlib."""

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
from sim.charts.hindcast import hindcast
from sim.charts.residuals import residuals
from sim.charts.road_profile import road_profile

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
