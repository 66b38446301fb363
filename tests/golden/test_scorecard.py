"""The scorecard that comes along is the model's: the cheapest case, done again with its draws."""

import json

import pytest
from typer.testing import CliRunner

from sim.cli import app
from sim.report.card import SHIPPED_SCORECARD

CASE = "cabbage_hill"


@pytest.mark.slow
def test_the_shipped_scorecard_is_what_the_model_gives(root, tmp_path) -> None:
    """If it fails, predictions of observed cases have moved: docs/hindcast/build.py makes all of it again."""
    shipped = json.loads(SHIPPED_SCORECARD.read_text())
    file = root / "scenarios" / "validation" / "cases" / f"{CASE}.yaml"
    options = ["--draws", str(shipped["draws"]), "--seed", str(shipped["seed"]), "--out", str(tmp_path / "out")]
    done = CliRunner().invoke(app, ["hindcast", str(file), *options, "--json"])
    assert done.exit_code == 0, done.output
    rows = {row["name"]: row for row in json.loads(done.stdout)["rows"]}
    stored = {row["name"]: row for row in shipped["rows"] if row["case"] == CASE}
    assert rows.keys() == stored.keys()
    assert stored
    for name, row in stored.items():
        for key in ("observed", "predicted", "low", "high"):
            assert rows[name][key] == pytest.approx(row[key], rel=1e-6), (name, key)
