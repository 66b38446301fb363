"""How a road is cut into sections does not change what happens on it."""

from pathlib import Path

import pytest
import yaml

from sim.experiment.runner import run_experiment
from sim.importing.options import Options
from sim.importing.road_files import FLEET, road_content, scenario_yaml
from sim.importing.road_import import import_road
from sim.scenario.loading import scenario_from

DATA = Path(__file__).parents[1] / "data" / "roads"


def pass_scenario(name: str, least_section_m: float, *, halved: bool = False):
    options = Options(
        ref="CG-2",
        start=(1.5218, 42.5063),
        end=(1.7187, 42.5400),
        height_files=(DATA / "N42E001.hgt.zip",),
        least_section_m=least_section_m,
    )
    road = import_road(DATA / "andorra.osm.pbf", options)
    content = yaml.safe_load(scenario_yaml(road, road_content(road, options)["links"]))
    content |= {"name": name, "days": 150, "road": road_content(road, options)}
    content["fleet"] = yaml.safe_load(FLEET.read_text())
    if halved:
        for link in content["road"]["links"]:
            link["sections"] = [half for section in link["sections"] for half in halves(section)]
    return scenario_from(content)


def halves(section: dict) -> list[dict]:
    if section["length_km"] < 0.02:
        return [section]
    return [{**section, "length_km": section["length_km"] / 2.0}] * 2


def test_a_road_cut_otherwise_has_the_same_accidents() -> None:
    scenarios = [pass_scenario(f"from_{least}", float(least)) for least in (40, 100, 300)]
    scenarios.append(pass_scenario("halved", 40.0, halved=True))
    outcomes = run_experiment(scenarios, replications=1, seed=1).outcomes
    first, *others = (outcomes[scenario.name][0].metrics for scenario in scenarios)
    assert len({sum(len(link.sections) for link in scenario.road.links) for scenario in scenarios}) == 4
    for other in others:
        for name in ("expected_general", "expected_runaway", "expected_accidents"):
            assert other[name] == pytest.approx(first[name], rel=0.02), name
        assert other["expected_rollover"] == pytest.approx(first["expected_rollover"], rel=0.02, abs=1e-5)
