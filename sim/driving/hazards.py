"""What trucks risk on a section, by all mechanisms of the table, and the deaths that follow, as multiples of quanta."""

from collections.abc import Callable

import numpy as np

from sim.core.compiled import compiled, single
from sim.core.units import kmh_from_ms
from sim.driving.mechanisms import FILES
from sim.driving.plan import RiskNumbers, Road, RulesOnRoute
from sim.driving.traits import Traits
from sim.driving.trucks import ONE, Trucks, exact_hazard
from sim.risk import severity
from sim.risk.mechanisms import CAPTURED, RUNAWAY, TABLE, WITH_OTHERS

OWN = tuple(number for number, row in enumerate(TABLE) if not row.with_others)
"""Accidents whose deaths go with the truck's speed."""

fatal_growth = single(severity.fatal_growth)
kilometres_per_hour = single(kmh_from_ms)


def _one_after_the_other() -> Callable[..., None]:
    """A function that calls `expect` of each mechanism and notes whether it acts.

    It is written out, a line a mechanism, as a loop over functions would be compiled to calls by address: slower, and
    compiled for long.
    """
    calls = {f"expect_{row.name}": file.expect for row, file in zip(TABLE, FILES, strict=True)}
    given = "trucks, trips, road, rules, numbers, s"
    lines = [f"    trucks.acts[{number}] = {name}({given})" for number, name in enumerate(calls)]
    exec("\n".join([f"def expect_all({given}):", *lines]), calls)  # noqa: S102 - of the table's names alone
    expect: Callable[..., None] = calls["expect_all"]
    return compiled(expect)


expect_all = _one_after_the_other()


@compiled
def expect_accidents(
    trucks: Trucks, trips: Traits, road: Road, rules: RulesOnRoute, numbers: RiskNumbers, s: int
) -> None:
    """Expected accidents on the section by mechanism, and what ramps catch of the runaways."""
    expect_all(trucks, trips, road, rules, numbers, s)
    if len(trucks.hazard) > CAPTURED:
        trucks.acts[CAPTURED] = trucks.acts[RUNAWAY]


@compiled
def expect_deaths(trucks: Trucks, road: Road, numbers: RiskNumbers, s: int) -> None:
    """Expected deaths: hazard x fatal share at the speed driven x deaths a fatal accident; none in escape ramps."""
    growth, deaths, limit_ms = trucks.growth, trucks.deaths, road.limit_ms[s]
    share, persons = numbers.fatal_share, numbers.deaths_per_fatal
    for i in range(len(deaths)):
        growth[i] = fatal_growth(kilometres_per_hour(trucks.velocity[i] - limit_ms), numbers.fatal_growth_per_kmh)
    deaths[:] = 0.0
    for mechanism in WITH_OTHERS:
        hazard, each = trucks.hazard[mechanism], np.float64(min(share[mechanism], ONE) * persons[mechanism])
        for i in range(len(deaths)):
            deaths[i] += hazard[i] * each
    for mechanism in OWN:
        if trucks.acts[mechanism]:
            hazard, fatal, persons_each = trucks.hazard[mechanism], share[mechanism], persons[mechanism]
            for i in range(len(deaths)):
                deaths[i] += hazard[i] * np.float64(min(growth[i] * fatal, ONE) * persons_each)
    for i in range(len(deaths)):
        deaths[i] = exact_hazard(deaths[i])
