"""Case review: after each serious accident the centre looks for its cause upstream and acts on it."""

from typing import Annotated, ClassVar

import numpy as np
from pydantic import Field

from sim.core.parameters import Positive, Share, Source
from sim.core.units import DAYS_PER_YEAR, Bools, Floats, Ints
from sim.driving.rules import DrivingRules
from sim.interventions.cost import COST_SOURCE, Cost
from sim.interventions.intervention import Intervention
from sim.interventions.views import Past, Site
from sim.risk.mechanisms import OF_THE_MANUAL


class CaseReview(Intervention):
    """The driver's enterprise retrains its drivers, and places with several accidents are treated.

    Places are picked by their count, as black spots are, so that part of what follows is regression to the mean:
    metrics show the fall of the count beside the fall of the hazard.
    """

    kind: ClassVar[str] = "case_review"
    summary: ClassVar[str] = "serious accidents are traced back: enterprises retrain, places with several are treated"
    puts_in: ClassVar[tuple[str, str]] = (
        "what retraining and works at black spots take off",
        "再教育与黑点整治降低的风险",
    )
    emerges: ClassVar[tuple[str, str]] = (
        "which drivers and places are treated, regression to the mean aside, accidents",
        "哪些驾驶人与地点被处理（扣除均值回归）、事故",
    )

    sources: dict[str, Source] = Field(
        default={
            "retrained_effect": Source(
                basis="assumption",
                range="0 to 0.5",
                note="carriers that coached had 37 % and 52 % fewer risky events (doi 10.1016/j.trf.2010.11.010)",
            ),
            "black_spot_accidents": Source(basis="assumption", range="2 to 5 in a year"),
            "treatment_factor": Source(basis="assumption", range="0.7 to 0.95"),
            "cost": COST_SOURCE,
        }
    )
    retrained_effect: Share = Field(
        default=0.3, description="of the excess over the limit that retrained drivers give up"
    )
    black_spot_accidents: Annotated[int, Field(ge=1, le=100)] = Field(
        default=2, description="counted accidents within a year that make a section a black spot"
    )
    treatment_factor: Annotated[Positive, Field(le=1.0)] = Field(default=0.85, description="on its general accidents")
    cost: Cost = Cost(yearly_cny=300_000.0)

    def review(self, site: Site, past: Past) -> DrivingRules:
        """Every review looks at all that has been known since the start."""
        treated = 1.0 - self.strength * (1.0 - self.treatment_factor)
        factor = site.hazard_factor(OF_THE_MANUAL, self._spots(past), treated)
        return DrivingRules(hazard_factor=factor, speed_factor=self._speed_factor(site, past))

    def _spots(self, past: Past) -> Ints:
        """Sections that had so many accidents within some year."""
        by_section: dict[int, list[int]] = {}
        for accident in past.accidents:
            by_section.setdefault(accident.section, []).append(accident.day)
        return np.array(
            sorted(s for s, days in by_section.items() if self._within_a_year(sorted(days))), dtype=np.int64
        )

    def _within_a_year(self, days: list[int]) -> bool:
        need = self.black_spot_accidents
        return any(days[n + need - 1] - days[n] <= DAYS_PER_YEAR for n in range(len(days) - need + 1))

    def _speed_factor(self, site: Site, past: Past) -> Floats:
        """Drivers of enterprises with a serious accident come closer to the limit."""
        roster = site.roster
        enterprises = {int(roster.enterprise[accident.driver]) for accident in past.accidents if accident.serious}
        retrained: Bools = np.isin(roster.enterprise, sorted(enterprises))
        return site.calmer(retrained, self.retrained_effect * self.strength)

    def measured(self, site: Site, past: Past, expected_by_month: Floats) -> dict[str, float]:  # noqa: ARG002
        """Black spots of the first half of the months: counts and hazard a month, before and after."""
        months = len(expected_by_month)
        half = months // 2
        early = [a for a in past.accidents if a.month < half]
        spots = self._spots(Past(past.day, tuple(early), past.violations))
        if not half or not len(spots):
            return {"black_spots": float(len(spots))}
        chosen = set(spots.tolist())
        before = sum(1 for a in early if a.section in chosen) / half
        after = sum(1 for a in past.accidents if a.month >= half and a.section in chosen) / (months - half)
        hazard = expected_by_month[:, spots].sum(axis=1)
        return {
            "black_spots": float(len(spots)),
            "black_spot_accidents_per_month_before": before,
            "black_spot_accidents_per_month_after": after,
            "black_spot_expected_per_month_before": float(hazard[:half].mean()),
            "black_spot_expected_per_month_after": float(hazard[half:].mean()),
        }
