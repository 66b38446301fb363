"""Money that changes hands: tolls by kilometre, penalties by violation, costs by who pays."""

from datetime import timedelta

import pytest

from sim.engine.replication import run_replication

DEVICES = {"device_coverage": {"target_share": {"local_semi": 1.0}}, "driver_contact": {}}


def test_tolls_go_by_what_is_driven(small) -> None:
    road = small().road.model_dump(mode="json")
    for link in road["links"]:
        link["toll_cny_per_km"] = 2.0
    metrics = run_replication(small(days=5, road=road), 3, 0).metrics
    assert metrics["tolls_cny"] == pytest.approx(2.0 * metrics["vehicle_km"], rel=1e-12)
    for link in road["links"]:
        link["toll_cny_per_km"] = 0.0
    assert run_replication(small(days=5, road=road), 3, 0).metrics["tolls_cny"] == 0.0


@pytest.mark.parametrize(("days_before", "share"), [(0, 0.0), (4, 0.5)])
def test_tolls_that_are_let_off_are_not_paid(small, days_before, share) -> None:
    """From the first day on nobody pays; from the middle on, at half of the mean toll, whenever they drive."""
    road = small().road.model_dump(mode="json")
    for link in road["links"]:
        link["toll_cny_per_km"] = 2.0
    start = small().start_date + timedelta(days=days_before)
    classes = sorted({link["road_class"] for link in road["links"]})
    rules = {"toll_discount_share": 1.0, "discount_on": classes, "start_date": start.isoformat()}
    free = {"access_rules": rules}
    metrics = run_replication(small(days=8, warm_up_days=0, road=road, interventions=free), 3, 0).metrics
    assert metrics["tolls_cny"] == pytest.approx(2.0 * share * metrics["vehicle_km"], rel=1e-9, abs=1e-9)


def test_whoever_is_checked_in_a_violation_is_fined_once(small) -> None:
    """With a check for nobody or for everybody; the last may still be on the way at the end."""
    nobody, everybody = (
        run_replication(small(days=20, warm_up_days=5, behaviour={"roadside_check_share": share}), 3, 0).metrics
        for share in (0.0, 1.0)
    )
    assert nobody["violations"] > 20.0
    assert nobody["penalties"] == 0.0
    assert everybody["violations"] - 3.0 <= everybody["penalties"] <= everybody["violations"] + 3.0


def test_carriers_pay_for_devices_unless_the_scenario_says_otherwise(small) -> None:
    usual = run_replication(small(days=5, interventions=DEVICES), 3, 0).metrics
    assert 0.0 < usual["cost_to_carriers_cny"] < usual["cost_cny"]
    cost = {"capital_cny": 2500.0, "yearly_cny": 400.0, "lifetime_years": 5.0, "paid_by": "public"}
    given = {**DEVICES, "device_coverage": {**DEVICES["device_coverage"], "cost": cost}}
    public = run_replication(small(days=5, interventions=given), 3, 0).metrics
    assert public["cost_to_carriers_cny"] == 0.0
    assert public["cost_cny"] == pytest.approx(usual["cost_cny"])
