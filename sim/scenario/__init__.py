"""Scenarios: YAML files to frozen models and back."""

from sim.scenario.loading import load_scenario
from sim.scenario.mistakes import Mistake, ScenarioError
from sim.scenario.model import Scenario

__all__ = ["Mistake", "Scenario", "ScenarioError", "load_scenario"]
