"""Patrols planned from data: which stretches are patrolled on which day, and what drivers do when they see a patrol."""

from typing import Annotated, ClassVar, Literal

import numpy as np
from pydantic import Field

from sim.core.parameters import NotNegative, Share, Source
from sim.core.units import Floats, Ints
from sim.driving.rules import DrivingRules, SpeedRule
from sim.inputs.road import Stretch
from sim.interventions.cost import COST_SOURCE, Cost
from sim.interventions.intervention import Intervention
from sim.interventions.views import DriverView, Past, Site


class Patrols(Intervention):
    """A number of patrols a day over a list of beats: by a fixed plan, at random, or at hot spots."""

    kind: ClassVar[str] = "patrols"
    summary: ClassVar[str] = "patrols on stretches by a fixed plan, at random, or where accidents and violations were"
    unit: ClassVar[str] = "patrol"
    puts_in: ClassVar[tuple[str, str]] = (
        "where and how often, who keeps the limit where police are seen, how soon that fades",
        "巡逻地点与频次、见警减速比例及其消退",
    )
    emerges: ClassVar[tuple[str, str]] = (
        "speeds by place and day, checks met, compliance, accidents",
        "各处各日车速、遇检查次数、守法率、事故",
    )

    sources: dict[str, Source] = Field(
        default={
            "patrols_per_day": Source(basis="assumption", range="1 to 5"),
            "respond_share": Source(basis="assumption", range="0.3 to 0.9"),
            "next_day_share": Source(
                basis="derived",
                reference="Hauer, Ahlin and Bowser 1982, Accid. Anal. Prev. 14(4): gone 3 days after one application",
                range="0 to 0.9",
                note="a thirtieth is left then; after weeks of it up to eight weeks were found (Vaa 1997)",
            ),
            "check_share": Source(basis="assumption", range="0.02 to 0.3"),
            "awareness": Source(basis="assumption", range="0 to 0.1"),
            "violation_weight": Source(basis="assumption", range="0 to 0.1 accidents"),
            "cost": COST_SOURCE,
        }
    )
    beats: Annotated[tuple[Stretch, ...], Field(min_length=1)]
    plan: Literal["fixed", "random", "hot_spots"] = "hot_spots"
    patrols_per_day: Annotated[int, Field(ge=0, le=50)] = 2
    respond_share: Share = Field(default=0.6, description="drivers who keep the limit where they may see a patrol")
    next_day_share: Share = Field(default=0.3, description="of the effect on speed that is left each day after")
    check_share: Share = Field(default=0.1, description="violators whom a patrol on their link stops")
    awareness: Share = Field(default=0.02, description="chance of a penalty that drivers see in patrols")
    violation_weight: NotNegative = Field(default=0.01, description="accidents that a violation counts for in the plan")
    cost: Cost = Cost(yearly_cny=700_000.0)

    def units(self, site: Site) -> float:  # noqa: ARG002
        """Patrols on duty."""
        return float(self.patrols_per_day)

    def driving(self, site: Site) -> DrivingRules | None:
        """Plans that need no data hold from the start; hot spots begin at random."""
        if self.plan == "hot_spots":
            return None
        return self._rules(site, self._days(site, None))

    def review(self, site: Site, past: Past) -> DrivingRules | None:
        """Hot spots: the beats with most accidents and violations so far, drawn anew at each review."""
        return self._rules(site, self._days(site, past)) if self.plan == "hot_spots" else None

    def checked_share(self, link: str, day: int) -> float:
        """A patrol is on the link with the chance that the plan gives its beats, on average over days."""
        on_link = sum(1 for beat in self.beats if beat.link == link)
        presence = min(self.patrols_per_day * on_link / len(self.beats), 1.0) if day >= 0 else 0.0
        return presence * self.check_share * self.strength

    def perceived_risk(self, driver: DriverView) -> float:  # noqa: ARG002
        """Patrols are seen."""
        return self.awareness * self.strength if self.patrols_per_day else 0.0

    def _days(self, site: Site, past: Past | None) -> Floats:
        """Presence by day and beat, 1 on the day and a share of it each day after, shape (days, beats)."""
        days, count, beats = site.days, min(self.patrols_per_day, len(self.beats)), len(self.beats)
        there = np.zeros((days, beats), dtype=np.float32)
        if self.plan == "fixed":
            there[:, :count] = 1.0
        elif past is not None and self._score(site, past).any():
            there[:, np.argsort(-self._score(site, past), kind="stable")[:count]] = 1.0
        else:
            luck = site.streams.uniform("patrols.random", 0, days * beats).reshape(days, beats)
            there = (np.argsort(np.argsort(luck, axis=1), axis=1) < count).astype(np.float32)
        for day in range(1, days):
            there[day] = np.maximum(there[day], there[day - 1] * np.float32(self.next_day_share))
        return there

    def _score(self, site: Site, past: Past) -> Floats:
        """Accidents and violations of each beat, shape (beats,)."""
        accidents = np.bincount([a.section for a in past.accidents], minlength=len(site.network.sections.length_m))
        rows = [site.covered((beat,))[0] for beat in self.beats]
        seen = [past.violations[beat.link] * self.violation_weight for beat in self.beats]
        return np.array([float(accidents[own].sum()) + v for own, v in zip(rows, seen, strict=True)])

    def _rules(self, site: Site, days: Floats) -> DrivingRules:
        responds = site.drivers("patrols.respond", self.respond_share * self.strength).astype(np.float64)
        rules = []
        for number, beat in enumerate(self.beats):
            rows, weight = site.covered((beat,))
            cap = site.network.sections.limit_ms[rows, None]
            rules.append(SpeedRule(rows, cap, responds, weight, on_day=_by_section(days[:, number], rows)))
        return DrivingRules(speed=tuple(rules))


def _by_section(presence: Floats, rows: Ints) -> Floats:
    """The same days for all sections: a view, as long horizons have many days."""
    return np.broadcast_to(presence[:, None], (len(presence), len(rows)))
