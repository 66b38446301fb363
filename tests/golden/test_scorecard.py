"""The scorecard that comes along is the model's: one case, done again with other draws."""

import json
from math import log, sqrt

import pytest
from typer.testing import CliRunner

from sim.cli import app
from sim.report.card import SHIPPED_SCORECARD

CASE = "cabbage_hill"
NORMAL_90, MEDIAN_SE = 2.0 * 1.6449, 1.2533
"""Width of a 90 % interval, and standard error of a median times the root of the draws, in standard deviations."""


@pytest.mark.slow
def test_the_shipped_scorecard_is_what_the_model_gives(root, tmp_path) -> None:
    """Draws of one case alone are others than those of all: medians agree within three standard errors of both.

    What was fitted elsewhere weighs the shipped ones, so that fewer of them count; the case alone has no such weights.

    If it fails, predictions of observed cases have moved: docs/hindcast/build.py makes all of it again.
    """
    shipped = json.loads(SHIPPED_SCORECARD.read_text())
    file = root / "scenarios" / "validation" / "cases" / f"{CASE}.yaml"
    options = ["--draws", str(shipped["draws"]), "--seed", "7", "--out", str(tmp_path / "out")]
    done = CliRunner().invoke(app, ["hindcast", str(file), *options, "--json"])
    assert done.exit_code == 0, done.output
    rows = {row["name"]: row for row in json.loads(done.stdout)["rows"]}
    stored = {row["name"]: row for row in shipped["rows"] if row["case"] == CASE}
    assert rows.keys() == stored.keys()
    assert stored
    levels = {name: row for name, row in stored.items() if row["low"] > 0.0}
    assert levels
    for name, row in levels.items():
        spread = log(row["high"] / row["low"]) / NORMAL_90
        tolerated = 3.0 * MEDIAN_SE * spread * sqrt(1.0 / row["effective_draws"] + 1.0 / shipped["draws"])
        assert rows[name]["observed"] == row["observed"]
        assert abs(log(rows[name]["predicted"] / row["predicted"])) < tolerated, name
