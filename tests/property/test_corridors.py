"""Several corridors that share a control centre and drivers: settled apart or together, the run is the same."""

from typing import Any

import pytest
from conftest import SMALL
from test_exactness import assert_same

from sim.engine.replication import background_of, run_replication, separable
from sim.engine.world import World
from sim.experiment.runner import Task, parts_of, run_experiment
from sim.experiment.store import packed
from sim.inputs.network import corridors
from sim.scenario import Scenario

PROGRAMME = {"early_warning": {}, "driver_contact": {"operators": 1}, "enterprise_accountability": {}}
COPIES = ("east", "middle", "west")


def _copy(name: str) -> dict[str, list[dict[str, Any]]]:
    """The small county's road and demand with names of its own."""
    road, flows = SMALL["road"], SMALL["demand"]["flows"]
    links = [{**link, **{key: f"{name}_{link[key]}" for key in ("name", "start", "end")}} for link in road["links"]]
    return {
        "nodes": [{"name": f"{name}_{node['name']}"} for node in road["nodes"]],
        "links": links,
        "flows": [{**flow, **{key: f"{name}_{flow[key]}" for key in ("origin", "destination")}} for flow in flows],
    }


def _together(*names: str, **changes: Any) -> Scenario:
    copies = [_copy(name) for name in names]
    parts = {key: [item for copy in copies for item in copy[key]] for key in ("nodes", "links", "flows")}
    content = {
        **SMALL,
        "road": {"nodes": parts["nodes"], "links": parts["links"]},
        "demand": {**SMALL["demand"], "flows": parts["flows"]},
        "interventions": PROGRAMME,
        "warm_up_days": 3,
        "days": 5,
    }
    return Scenario.model_validate(content).changed({"risk.calibration_factor": 500.0, **changes})


@pytest.fixture(scope="module")
def province() -> Scenario:
    return _together(*COPIES)


def test_corridors_are_what_no_link_joins(province) -> None:
    found = corridors(province.road)
    assert [corridor.name for corridor in found] == [f"{name}_north" for name in COPIES]
    assert [len(corridor.nodes) for corridor in found] == [4, 4, 4]
    assert [corridor.name for corridor in corridors(Scenario.model_validate(SMALL).road)] == [""]


def test_corridors_settled_apart_give_what_every_trip_as_a_process_gives(province) -> None:
    apart = run_replication(province, 7, 0, trace=True)
    every_trip = run_replication(province, 7, 0, trace=True, foreground_trips="all")
    assert_same(apart, every_trip)
    assert len(apart.courses) == apart.metrics["trips"] > 0
    assert apart.accidents
    assert apart.metrics["left_at_exit"] > 0


@pytest.mark.slow
def test_what_learns_from_accidents_is_not_separated(province) -> None:
    learning = province.changed({"interventions": {**PROGRAMME, "case_review": {"black_spot_accidents": 1}}})
    assert separable(province)
    assert not separable(learning)
    assert not parts_of(Task(learning, 7, 0))
    assert_same(
        run_replication(learning, 7, 0, trace=True),
        run_replication(learning, 7, 0, trace=True, foreground_trips="all", trips_per_block=900),
    )


@pytest.mark.parametrize("trips_per_block", [pytest.param(1, marks=pytest.mark.slow), 300, 10**9])
def test_parts_joined_in_any_order_change_no_byte(province, trips_per_block) -> None:
    parts = [background_of(province, 7, 0, [number], trips_per_block) for number in (2, 0, 1)]
    joined = parts[0].joined(parts[1]).joined(parts[2])
    found = run_replication(province, 7, 0, settled=joined, trips_per_block=trips_per_block)
    assert packed(found) == packed(run_replication(province, 7, 0))


def test_a_corridor_more_leaves_the_trips_of_the_others_as_they_were() -> None:
    """Streams are named by corridor, so that none moves when another comes in before it."""
    fewer, more = (World(_together(*names), 7, 0).source for names in (("middle", "west"), COPIES))
    for before, now in ((0, 1), (1, 2)):
        was, is_now = fewer.draw(range(5), before), more.draw(range(5), now)
        for name in ("departure_s", "driver", "truck_class", "load", "threshold", "violation_uniform"):
            assert getattr(was, name).tolist() == getattr(is_now, name).tolist()


def test_the_corridors_share_drivers_and_operators(province) -> None:
    """One operator for three corridors is busier than one for one."""
    alone = run_replication(_together("east", "middle"), 7, 0)
    assert run_replication(province, 7, 0).metrics["operator_utilisation"] > alone.metrics["operator_utilisation"]


def test_workers_share_a_single_run(province) -> None:
    assert [len(part.corridors) for part in parts_of(Task(province, 7, 0))] == [1, 1, 1]
    one, two = (run_experiment([province], replications=1, seed=7, workers=count) for count in (1, 2))
    pieces = run_experiment([province, province.changed({"name": "b"})], replications=2, seed=7, workers=2)
    assert packed(one.outcomes["small"][0]) == packed(two.outcomes["small"][0])
    assert packed(pieces.outcomes["b"][0]) == packed(one.outcomes["small"][0])


def test_a_dask_cluster_gives_the_same_parts(province) -> None:
    distributed = pytest.importorskip("distributed")
    one = run_experiment([province], replications=1, seed=7, workers=1)
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
        found = run_experiment([province], replications=1, seed=7, dask=cluster.scheduler_address)
    assert packed(one.outcomes["small"][0]) == packed(found.outcomes["small"][0])
