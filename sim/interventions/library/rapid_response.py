"""Rapid response: squads near the road, sooner detection, shorter closures, better chances to survive."""

from typing import Annotated, ClassVar

from pydantic import Field

from sim.core.parameters import Name, NotNegative, Positive, Share, Source
from sim.interventions.cost import COST_SOURCE, Cost
from sim.interventions.intervention import Intervention
from sim.interventions.views import Rescue, Site


class RapidResponse(Intervention):
    """Squads at nodes go to accidents; each serves one accident at a time."""

    kind: ClassVar[str] = "rapid_response"
    summary: ClassVar[str] = "squads near the road: sooner there, shorter closures, better chances to survive"
    unit: ClassVar[str] = "squad"
    puts_in: ClassVar[tuple[str, str]] = (
        "squads, turn-out and speed, share with medical help, faster clearance",
        "救援队伍、出动与行车、医疗比例、清障加快幅度",
    )
    emerges: ClassVar[tuple[str, str]] = (
        "time to help, deaths saved, closures, delay, secondary accidents",
        "到场时间、减少的死亡、中断、延误与二次事故",
    )

    sources: dict[str, Source] = Field(
        default={
            "squads": Source(basis="assumption", range="1 to 3 a node"),
            "turnout_min": Source(basis="assumption", range="1 to 5"),
            "speed_factor": Source(basis="assumption", range="0.8 to 1.3"),
            "device_detection_min": Source(basis="assumption", range="0.5 to 5"),
            "clearance_factor": Source(basis="assumption", range="0.5 to 1.0"),
            "medical_share": Source(
                basis="assumption",
                range="0 to 1",
                note="police and tow squads bring none; what saves lives is medical help",
            ),
            "cost": COST_SOURCE,
        }
    )
    at: Annotated[tuple[Name, ...], Field(min_length=1, description="nodes with squads")]
    squads: Annotated[int, Field(ge=1, le=20)] = Field(default=1, description="a node, around the clock")
    turnout_min: NotNegative = 2.0
    speed_factor: Positive = Field(default=1.0, description="speed over the limit")
    device_detection_min: NotNegative = Field(default=2.0, description="if the truck has a working device")
    clearance_factor: Annotated[Positive, Field(le=1.0)] = Field(
        default=0.8, description="time to clear over that without a squad"
    )
    medical_share: Share = Field(
        default=0.3, description="runs that bring medical help, not only police and a tow truck"
    )
    cost: Cost = Cost(capital_cny=600_000.0, yearly_cny=800_000.0, lifetime_years=10.0)

    def units(self, site: Site) -> float:  # noqa: ARG002
        """Squads."""
        return float(len(self.at) * self.squads)

    def rescue(self, site: Site) -> Rescue | None:  # noqa: ARG002
        """Squads by node."""
        if self.strength == 0.0:
            return None
        return Rescue(
            squads=dict.fromkeys(self.at, self.squads),
            turnout_s=self.turnout_min * 60.0,
            speed_factor=self.speed_factor * self.strength,
            device_detection_s=self.device_detection_min * 60.0,
            clearance_factor=1.0 - self.strength * (1.0 - self.clearance_factor),
            medical_share=self.medical_share,
        )
