"""The same seed gives the same bytes, whatever the block size and the number of workers."""

from pathlib import Path

import pytest

from sim.experiment.runner import run_experiment
from sim.results.folder import write_results
from sim.results.tables import results_of

PROGRAMME = {"early_warning": {}, "driver_contact": {}, "enterprise_accountability": {}}


def written(scenarios, folder: Path, **options) -> dict[str, bytes]:
    experiment = run_experiment(scenarios, replications=2, seed=5, **options)
    results = results_of(experiment, baseline=scenarios[0].name, command="test")
    write_results(results, folder, events=True)
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


@pytest.fixture(scope="module")
def scenarios(small):
    return [small(), small(name="programme", interventions=PROGRAMME)]


@pytest.fixture(scope="module")
def reference(scenarios, tmp_path_factory) -> dict[str, bytes]:
    return written(scenarios, tmp_path_factory.mktemp("reference"), workers=1)


@pytest.mark.parametrize("trips_per_block", [pytest.param(1, marks=pytest.mark.slow), 700, 2500, 10**9])
def test_block_size_changes_no_byte(scenarios, reference, tmp_path, trips_per_block) -> None:
    assert written(scenarios, tmp_path, workers=1, trips_per_block=trips_per_block) == reference


def test_workers_change_no_byte(scenarios, reference, tmp_path) -> None:
    assert written(scenarios, tmp_path, workers=2) == reference


def test_another_seed_changes_the_runs(scenarios, reference, tmp_path) -> None:
    experiment = run_experiment(scenarios, replications=2, seed=6, workers=1)
    results = results_of(experiment, baseline=None, command="test")
    write_results(results, tmp_path, events=True)
    assert (tmp_path / "runs.parquet").read_bytes() != reference["runs.parquet"]
