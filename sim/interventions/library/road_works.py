"""Road works: what is built on chosen stretches, by the modification factors of what it changes."""

from typing import Annotated, ClassVar, Literal

import numpy as np
from pydantic import Field

from sim.core.parameters import Source
from sim.core.units import METRES_PER_KM, Floats, Ints
from sim.driving.rules import DrivingRules, combined
from sim.inputs.network import DirectedLink
from sim.inputs.road import Link, Section, Stretch
from sim.interventions.cost import COST_SOURCE, Cost
from sim.interventions.intervention import Intervention
from sim.interventions.views import Site
from sim.risk.encounters import Types
from sim.risk.mechanisms import OF_THE_MANUAL
from sim.risk.section_hazard import involvements_per_vehicle_m

HIGH_FRICTION_FACTOR = 0.52
"""Injury accidents in curves with a high-friction surface (FHWA-HRT-20-061, Merritt et al. 2020: 48 % fewer)."""
CURVE_SIGNS_FACTOR = 0.84
"""Fatal and injury accidents in curves with chevrons (FHWA-HRT-09-045, Srinivasan et al. 2009: 16 % fewer)."""


MOST_OF_IT = 0.5
"""Share of a section on which a lane to pass has to be, so that the section has one: assumption, 0.3 to 0.7."""
LEAST = 0.01
"""Share of vehicles reached in spite of a passing lane below which taking the lane away is not carried further."""


class Work(Stretch):
    """What is built on a stretch; what is not named stays as it is."""

    roadside_hazard: Annotated[int, Field(ge=1, le=7)] | None = Field(
        default=None, description="roadside hazard rating afterwards, lower with barriers"
    )
    lane_width_m: Annotated[float, Field(ge=2.5, le=4.5)] | None = None
    shoulder_width_m: Annotated[float, Field(ge=0.0, le=4.0)] | None = None
    shoulder_type: Literal["paved", "gravel", "composite", "turf"] | None = None
    centreline_rumble: bool | None = None
    lighting: bool | None = None
    passing_lane: Literal["none", "one_way", "both_ways"] | None = Field(
        default=None, description="climbing or passing lane"
    )
    high_friction: bool = Field(default=False, description="high-friction surface in curves")
    curve_signs: bool = Field(default=False, description="chevrons and signs in curves")

    def factor(self, section: Section, link: Link, *, forward: bool, keep_right_share: float) -> Types[float]:
        """Accidents of each type after the work over those before, in a direction; 1 for types that there are none of.

        What a climbing or passing lane does is that few vehicles reach the trucks on it from behind.
        """
        changed = self.model_dump(exclude_none=True, include=set(CHANGES))
        after = section.model_copy(update=changed)
        pairs = zip(involvements_per_vehicle_m(after, link), involvements_per_vehicle_m(section, link), strict=True)
        ratio = Types(*(new / old if old > 0.0 else 1.0 for new, old in pairs))
        reached = [1.0 - keep_right_share * where.has_passing_lane(forward=forward) for where in (after, section)]
        kept = reached[0] / max(reached[1], LEAST)
        ratio = ratio._replace(rear_end=ratio.rear_end * kept, overtaking=ratio.overtaking * kept)
        return Types(*(one * self._in_curves(section) for one in ratio))

    def _in_curves(self, section: Section) -> float:
        if section.curve_radius_m is None:
            return 1.0
        friction = HIGH_FRICTION_FACTOR if self.high_friction else 1.0
        return friction * (CURVE_SIGNS_FACTOR if self.curve_signs else 1.0)


CHANGES = (
    "roadside_hazard",
    "lane_width_m",
    "shoulder_width_m",
    "shoulder_type",
    "centreline_rumble",
    "lighting",
    "passing_lane",
)


class RoadWorks(Intervention):
    """Barriers, rumble strips, lighting, widening, surfaces, climbing lanes and curve signs."""

    kind: ClassVar[str] = "road_works"
    summary: ClassVar[str] = "barriers, rumble strips, lighting, widening, high-friction surface, climbing lanes, signs"
    unit: ClassVar[str] = "km"
    acts_where_it_stands: ClassVar[bool] = True
    puts_in: ClassVar[tuple[str, str]] = (
        "what the road is like afterwards; factors of the safety manual",
        "改造后的道路条件；安全手册修正系数",
    )
    emerges: ClassVar[tuple[str, str]] = (
        "speeds, rollovers, who overtakes whom, accidents",
        "车速、侧翻、超车、事故",
    )

    sources: dict[str, Source] = Field(
        default={
            "works": Source(
                basis="published",
                reference="AASHTO 2010, Highway Safety Manual, chapter 10; FHWA-HRT-20-061; FHWA-HRT-09-045",
                note="factors for all vehicles on rural roads in the United States",
            ),
            "cost": COST_SOURCE,
        }
    )
    works: Annotated[tuple[Work, ...], Field(min_length=1)]
    cost: Cost = Cost(capital_cny=800_000.0, yearly_cny=20_000.0, lifetime_years=15.0)

    def units(self, site: Site) -> float:
        """Kilometres of road."""
        covered = [site.covered_once((work,)) for work in self.works]
        length = site.network.sections.length_m
        return float(sum((length[rows] * share).sum() for rows, share in covered)) / METRES_PER_KM

    def driving(self, site: Site) -> DrivingRules:
        """Factors on what the manual predicts, by type; works on one section multiply."""
        return combined([self._of_work(site, work) for work in self.works])

    def _of_work(self, site: Site, work: Work) -> DrivingRules:
        rows, share = site.covered((work,))
        own = np.array([self._factor(site, work, int(row)) for row in rows]).reshape(-1, len(OF_THE_MANUAL)).T
        factor = site.hazard_factor(OF_THE_MANUAL, rows, 1.0 + (own - 1.0) * share * self.strength)
        return DrivingRules(
            hazard_factor=factor, passing_factor=self._passing(site, work, rows[share * self.strength >= MOST_OF_IT])
        )

    def _passing(self, site: Site, work: Work, rows: Ints) -> Floats | None:
        """Endless where there is a lane to pass after the work; one that is taken away stays in this."""
        if work.passing_lane in {None, "none"} or not len(rows):
            return None
        factor = np.ones(len(site.network.sections.length_m))
        for row in rows.tolist():
            section, way = _section(site, row)
            after = section.model_copy(update={"passing_lane": work.passing_lane})
            factor[row] = np.inf if after.has_passing_lane(forward=way.forward) else 1.0
        return factor

    def _factor(self, site: Site, work: Work, row: int) -> Types[float]:
        section, way = _section(site, row)
        return work.factor(section, way.link, forward=way.forward, keep_right_share=site.traffic.keep_right_share)


def _section(site: Site, row: int) -> tuple[Section, DirectedLink]:
    """A directed section as the file has it, and the link in its direction."""
    way = site.network.ways[site.network.sections.way[row]]
    return way.link.sections[row - way.first if way.forward else way.stop - 1 - row], way
