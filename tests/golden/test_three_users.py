"""Three people go from their files to a decision with the commands alone: an officer, an analyst, a researcher."""

import json
import os
import random
import re
import subprocess
import sys
from datetime import datetime, timedelta
from html import unescape
from urllib.parse import unquote

import pandas as pd
import pytest
import yaml
from browser import CHROMIUM, browse, requests
from typer.testing import CliRunner

from sim.cli import app
from sim.report import exploring

pytestmark = pytest.mark.slow
needs_browser = pytest.mark.skipif(CHROMIUM is None, reason="needs a browser")
SHORT = ("--days", 6, "--replications", 2, "--seed", 5, "--quiet")


@pytest.fixture
def hairpin(tmp_path):
    """A command in an empty folder, as one types it; what it prints."""

    def run(*arguments: object, environment: dict[str, str] | None = None) -> str:
        command = [sys.executable, "-c", "from sim.cli import main; main()", *map(str, arguments)]
        done = subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False, timeout=900
        )
        assert done.returncode == 0, f"{arguments}: {done.stderr}"
        return done.stdout

    return run


@needs_browser
def test_an_officer_forwards_a_report(hairpin, tmp_path) -> None:
    """A county as it comes along, one command, a page in Chinese that says what its tables say and asks nobody."""
    hairpin("init", "county", "--from", "taishun", "--lang", "zh")
    scenarios = sorted((tmp_path / "county").glob("*.yaml"))
    names = {file.stem: file for file in scenarios}
    base = next(file for stem, file in names.items() if "baseline" in stem)
    programme = next(file for file in scenarios if "interventions:" in file.read_text(encoding="utf-8"))
    hairpin("compare", base, programme, *SHORT, "--report", "--out", "results")
    page, summary = tmp_path / "results/report.html", json.loads((tmp_path / "results/summary.json").read_text())
    assert requests(page, tmp_path) == []
    script = "document.title = document.querySelector('main[lang^=zh] h1').textContent"
    headline, errors = browse(page, tmp_path, script, anchor="#zh")
    assert errors == ""
    assert re.search(r"[一-鿿]", unescape(headline))
    [ratio] = [entry["accident_rate_ratio"] for entry in summary["comparisons"].values()]
    assert f"{ratio['estimate']:.3f}" in page.read_text(encoding="utf-8")
    assert ratio["low"] < ratio["estimate"] < ratio["high"]


@needs_browser
def test_an_analyst_brings_a_road_and_chooses(hairpin, root, tmp_path, monkeypatch) -> None:
    """A map, heights, a counter's file, accident records; their numbers in a scenario; a choice on the what-if page."""
    data = root / "tests/data"
    (tmp_path / "loop.csv").write_text(_loop(), encoding="utf-8")
    hairpin("import", "counts", "loop.csv", "--out", "counted")
    aadt = yaml.safe_load((tmp_path / "counted/profiles.yaml").read_text())["aadt"]
    assert aadt == pytest.approx(1500.0, rel=0.1)
    town, top = ("--from", "1.5218,42.5063"), ("--to", "1.7187,42.5400")
    road = ("import", "road", data / "roads/andorra.osm.pbf", "--ref", "CG-2", *town, *top)
    heights = ("--dem", data / "roads/N42E001.hgt.zip", "--direction", "downhill", "--aadt", round(aadt))
    hairpin(*road, *heights, "--scenario", "--out", "own")
    hairpin(
        *("import", "accidents", data / "accidents/US-12-crashes.csv", "--route", "C000008", "--out", "seen"),
        *("--sections", data / "accidents/US-12.csv", "--keep", "FACTOR_GRP=R", "--keep", "NUM_LANES=2"),
    )
    factor = json.loads((tmp_path / "seen/accidents.json").read_text())["sections"]["calibration"]["factor"]
    known = {"extends": "baseline.yaml", "name": "known", "risk": {"calibration_factor": round(factor["estimate"], 2)}}
    stretch = [{"link": "road_1", "from_km": 8.0, "to_km": 16.0}]
    measures = {
        "speed_cameras": {"stretches": stretch},
        "escape_ramps": {"ramps": [{"link": "road_1", "direction": "forward", "at_km": 16.0}]},
    }
    for content in (known, {**known, "extends": "known.yaml", "name": "both", "interventions": measures}):
        (tmp_path / f"own/{content['name']}.yaml").write_text(yaml.safe_dump(content))
    monkeypatch.setattr(exploring, "DESIGN", 18)
    monkeypatch.setattr(exploring, "REPEATS", 2)
    own, out = (str(tmp_path / name) for name in ("own/both.yaml", "what_if.html"))
    made = CliRunner().invoke(app, ["explore", own, "--days", "5", "--warm-up-days", "0", "--draws", "0", "--out", out])
    assert made.exit_code == 0, made.output
    script = (
        "window.hairpin.state.mask = 2; show();"
        'document.title = document.getElementById("yaml").href.split(",").slice(1).join(",");'
    )
    saved, errors = browse(tmp_path / "what_if.html", tmp_path, script)
    assert errors == ""
    (tmp_path / "own/chosen.yaml").write_text(unquote(saved))
    hairpin("compare", "own/known.yaml", "own/chosen.yaml", *SHORT, "--report", "--out", "results")
    study = ("before-after", "--accidents", "seen", "--treated", "C000008:50-80", "--from", "2021-01-01")
    hairpin(*study, "--out", "results/before_after")
    hairpin("report", "results")
    page = (tmp_path / "results/report.html").read_text(encoding="utf-8")
    assert page.count('data-csv="before_after"') == 2
    assert "CG-2" in page
    [kind] = yaml.safe_load(unquote(saved))["interventions"]
    assert kind in measures


def test_a_researcher_adds_a_measure_and_gets_the_same_again(hairpin, root, tmp_path) -> None:
    """A package of one's own, a sweep and a screening over it; another folder with the same seed holds the same."""
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(tmp_path / "lib")]
    subprocess.run([*pip, str(root / "docs/examples/curve_boards")], check=True, capture_output=True)
    mine = {"environment": {**os.environ, "PYTHONPATH": str(tmp_path / "lib")}}
    base, key = root / "scenarios/s228/baseline.yaml", "interventions.curve_boards.heed_share"
    source = "{basis: assumption, range: 0.2 to 0.7}"
    (tmp_path / "boards.yaml").write_text(
        f"extends: {base}\nname: boards\ninterventions:\n  curve_boards: {{heed_share: 0.6}}\n"
        f"uncertain:\n  {key}: {{kind: uniform, low: 0.2, high: 0.7, source: {source}}}\n"
    )
    for folder in ("first", "second"):
        hairpin("compare", base, "boards.yaml", *SHORT, "--out", folder, **mine)
    first, second = ((tmp_path / folder / "summary.json").read_bytes() for folder in ("first", "second"))
    assert first == second
    seed = json.loads((tmp_path / "first/manifest.json").read_text())["seed"]
    assert seed == SHORT[5]
    swept = ("sweep", "boards.yaml", "--set", f"{key}=0,0.35,0.7", "--days", 6, "--replications", 2, "--quiet")
    hairpin(*swept, "--out", "first/sweep", **mine)
    table = pd.read_parquet(tmp_path / "first/sweep/sweep.parquet").set_index(key)["ratio"]
    assert table.between(0.5, 2.0).all()
    assert table.is_unique
    screened = ("sensitivity", base, "boards.yaml", "--samples", 2, "--days", 3, "--quiet")
    hairpin(*screened, "--out", "first/sensitivity", **mine)
    assert key in set(pd.read_parquet(tmp_path / "first/sensitivity/sensitivity.parquet")["parameter"])
    assert "curve_boards" in hairpin("interventions", **mine)


def _loop() -> str:
    """A week of a counter that wrote vehicles in no order."""
    dice, start = random.Random(4), datetime(2025, 5, 5)
    seconds = [dice.uniform(0.0, 7.0 * 86_400.0) for _ in range(7 * 1500)]
    kinds = ("car", "rigid", "semi")
    rows = [f"{start + timedelta(seconds=round(s))},{dice.choice(kinds)},{dice.gauss(60.0, 8.0):.1f}" for s in seconds]
    return "\n".join(["time,class,speed_kmh", *rows, ""])
