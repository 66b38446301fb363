"""What deserves a second look at a road that is valid."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from sim.cli import app
from sim.inputs.road import Link
from sim.scenario import load_scenario
from sim.scenario.doubts import doubts_of_link, doubts_of_rates, doubts_of_road

SCENARIOS = Path(__file__).parents[2] / "scenarios"
runner = CliRunner()


def link(sections: list[dict[str, float]]) -> Link:
    return Link.model_validate(
        {
            "name": "pass",
            "start": "a",
            "end": "b",
            "road_class": "provincial",
            "aadt": 3000,
            "sections": [
                {"speed_limit_kmh": 60, "lane_width_m": 3.5, "shoulder_width_m": 1.0, "roadside_hazard": 4, **one}
                for one in sections
            ],
        }
    )


def test_a_link_told_as_one_section_is_doubted() -> None:
    (doubt,) = doubts_of_link(link([{"length_km": 12.0, "grade_pct": -5.0}]))
    assert "pass" in doubt
    assert "12 km" in doubt
    assert not list(doubts_of_link(link([{"length_km": 4.0, "grade_pct": -5.0}] * 3)))


@pytest.mark.parametrize(
    ("length_km", "grade_pct", "doubted"), [(0.1, 5.0, True), (0.1, 2.0, False), (1.0, 5.0, False)]
)
def test_heights_that_were_not_smoothed_are_doubted(length_km, grade_pct, doubted) -> None:
    sections = [{"length_km": length_km, "grade_pct": grade_pct * (-1.0) ** place} for place in range(20)]
    assert any("jumps" in doubt for doubt in doubts_of_link(link(sections))) == doubted


def test_shipped_roads_give_no_cause_for_doubt() -> None:
    for file in ("taishun/baseline.yaml", "qidaoliang/baseline.yaml", "s228/baseline.yaml"):
        scenario = load_scenario(SCENARIOS / file)
        assert not list(doubts_of_road(scenario.road)), file
        assert not list(doubts_of_rates(scenario.road, scenario.risk)), file


def test_a_level_seen_nowhere_is_doubted_where_the_file_is_checked(tmp_path) -> None:
    source = SCENARIOS / "taishun" / "baseline.yaml"
    file = tmp_path / "own.yaml"
    file.write_text(f"extends: {source}\nname: own\nrisk: {{calibration_factor: 9.0}}\n", encoding="utf-8")
    result = runner.invoke(app, ["validate", str(file)])
    assert result.exit_code == 0, result.output
    assert "accidents per million vehicle-km" in result.stderr
    assert "note: own: link" in result.stderr
