"""Works and sites of a programme by place: what happens there without and with it, and what they cost."""

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd
from pydantic import ValidationError

from sim.core.parameters import Model
from sim.core.units import METRES_PER_KM
from sim.engine import hooks
from sim.engine.world import World
from sim.inputs.road import Stretch
from sim.interventions.cost import yearly_cny
from sim.interventions.intervention import Intervention
from sim.report.material import Material
from sim.risk.mechanisms import MECHANISMS
from sim.scenario import Scenario

AROUND_KM = 2.0
"""What a single place is taken to reach, up and down the road: assumption, 0.5 to 5 km."""


@dataclass(frozen=True)
class Site:
    """One work or site of a measure."""

    kind: str
    link: str
    low_km: float
    high_km: float
    cost_cny: float
    """A year, capital as an annuity."""


@dataclass(frozen=True)
class Place:
    """A stretch with all works and sites that touch; accidents and deaths a year, without and with the programme."""

    link: str
    low_km: float
    high_km: float
    kinds: dict[str, int]
    """How many works or sites there are of a measure."""
    accidents: tuple[float, float]
    deaths: tuple[float, float] | None
    """None in folders that were written without them."""
    cost_cny: float


def places(found: Material) -> list[Place]:
    """Of the programme, in the order of its measures; none where it has other sections than the baseline."""
    try:
        scenario = Scenario.model_validate(found.scenarios[found.programme])
    except ValidationError:  # of a measure that is not installed here
        return []
    tables = [_by_section(found, name) for name in (found.baseline, found.programme)]
    if len(tables[0]) != len(tables[1]) or not any(map(_listed, scenario.interventions.values())):
        return []
    world = World(scenario, found.manifest["seed"], 0)
    sites = [site for one in scenario.interventions.values() if one.strength > 0.0 for site in _sites(world, one)]
    return [_place(world, tables, together) for together in _touching(sites)]


def _listed(intervention: Intervention) -> list[tuple[str, Model]]:
    """Places that are named one by one, with the field that lists them, of a measure that acts where it stands."""
    if not intervention.acts_where_it_stands:
        return []
    values = ((field, getattr(intervention, field)) for field in type(intervention).model_fields)
    return [
        (field, item)
        for field, value in values
        for item in (value if isinstance(value, tuple) else ())
        if isinstance(item, Model) and hasattr(item, "link")
    ]


def _sites(world: World, intervention: Intervention) -> Iterator[Site]:
    """Each with its part of what the measure costs: by what it would cost without the others."""
    listed = _listed(intervention)
    if not listed:
        return
    nothing = {field: () for field, _ in listed}
    alone = [
        hooks.units(intervention.model_copy(update=nothing | {field: (item,)}), world.site) for field, item in listed
    ]
    cost, rate = intervention.cost, world.scenario.valuation.discount_rate
    whole = hooks.units(intervention, world.site) * yearly_cny(cost, rate)
    for (_, item), units in zip(listed, alone, strict=True):
        link = str(getattr(item, "link"))  # noqa: B009 - whatever model has one
        share = units / sum(alone) if sum(alone) > 0.0 else 1.0 / len(alone)
        yield Site(intervention.kind, link, *_span_km(item, world.network.link_length_m(link)), whole * share)


def _span_km(item: Model, length_m: float) -> tuple[float, float]:
    """From where to where on its link an item reaches."""
    length_km, at_km = length_m / METRES_PER_KM, getattr(item, "at_km", None)
    if at_km is not None:
        return max(at_km - AROUND_KM, 0.0), min(at_km + AROUND_KM, length_km)
    return getattr(item, "from_km", None) or 0.0, min(getattr(item, "to_km", None) or length_km, length_km)


def _touching(sites: list[Site]) -> Iterator[list[Site]]:
    """Sites of a link whose spans overlap, together."""
    for link in dict.fromkeys(site.link for site in sites):
        own = sorted((site for site in sites if site.link == link), key=lambda site: site.low_km)
        group, high = own[:1], own[0].high_km
        for site in own[1:]:
            if site.low_km < high:
                group.append(site)
            else:
                yield group
                group = [site]
            high = max(high, site.high_km)
        yield group


def _place(world: World, tables: list[pd.DataFrame], sites: list[Site]) -> Place:
    link, low, high = sites[0].link, sites[0].low_km, max(site.high_km for site in sites)
    rows, share = world.network.covered((Stretch(link=link, from_km=low, to_km=high),))
    before, after = (
        {str(name): float((table[name].to_numpy()[rows] * share).sum()) for name in table} for table in tables
    )
    kinds = [site.kind for site in sites]
    return Place(
        link,
        low,
        high,
        {kind: kinds.count(kind) for kind in dict.fromkeys(kinds)},
        (before["accidents"], after["accidents"]),
        (before["deaths"], after["deaths"]) if "deaths" in before else None,
        sum(site.cost_cny for site in sites),
    )


def _by_section(found: Material, name: str) -> pd.DataFrame:
    """Expected accidents, and deaths where they are known, of a year by directed section, in their order."""
    own = found.sections[found.sections["scenario"] == name]
    columns = own.filter([*(f"expected_{kind}" for kind in MECHANISMS), "expected_deaths"])
    sums = columns.groupby(own["section"]).sum() * (found.yearly / max(own["replication"].nunique(), 1))
    accidents = sums[[f"expected_{kind}" for kind in MECHANISMS]].sum(axis=1)
    deaths = {"deaths": sums["expected_deaths"]} if "expected_deaths" in sums else {}
    return pd.DataFrame({"accidents": accidents} | deaths)
