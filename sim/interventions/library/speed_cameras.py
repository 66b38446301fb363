"""Fixed speed cameras and average-speed control."""

from typing import Annotated, ClassVar

import numpy as np
from pydantic import Field

from sim.core.parameters import Model, Name, NotNegative, Positive, Share, Source
from sim.core.units import Bools, Floats, Ints
from sim.driving.rules import DrivingRules, SpeedRule
from sim.inputs.road import Direction, Stretch
from sim.interventions.cost import COST_SOURCE, Cost
from sim.interventions.intervention import Intervention
from sim.interventions.views import Site
from sim.risk.mechanisms import OF_THE_MANUAL


class Camera(Model):
    """A fixed camera: at this distance from the link's start."""

    link: Name
    at_km: NotNegative
    direction: Direction | None = Field(default=None, description="both if not given")


class SpeedCameras(Intervention):
    """Fixed cameras and average-speed control: drivers who heed them keep the limit where they are controlled."""

    kind: ClassVar[str] = "speed_cameras"
    summary: ClassVar[str] = "fixed speed cameras with their halo, and average-speed control over stretches"
    unit: ClassVar[str] = "camera or control stretch"
    acts_where_it_stands: ClassVar[bool] = True
    puts_in: ClassVar[tuple[str, str]] = (
        "share of speeding drivers who keep the limit there, and how far around",
        "测点处守限速的比例及影响范围",
    )
    emerges: ClassVar[tuple[str, str]] = (
        "mean speeds and accidents where cameras stand",
        "测点附近平均车速与事故",
    )

    sources: dict[str, Source] = Field(
        default={
            "heed_share": Source(
                basis="assumption",
                range="0.3 to 0.9",
                note="35 studies: speeding down by 14 to 65 % (doi 10.1002/14651858.CD004607.pub4)",
            ),
            "stretch_heed_share": Source(basis="assumption", range="0.5 to 0.95"),
            "halo_km": Source(basis="assumption", range="0.25 to 2", note="many evaluations count 250 to 500 m"),
            "kangaroo_factor": Source(
                basis="assumption",
                range="1.0 to 1.1",
                note="braking before a camera and speeding up after it; evaluations of cameras find no such harm",
            ),
            "cost": COST_SOURCE,
        }
    )
    cameras: tuple[Camera, ...] = ()
    stretches: tuple[Stretch, ...] = Field(default=(), description="under average-speed control")
    heed_share: Share = Field(default=0.6, description="speeding drivers who keep the limit near a camera")
    stretch_heed_share: Share = Field(default=0.8, description="the same on a stretch under average-speed control")
    halo_km: Positive = Field(default=0.5, description="to each side of a camera")
    kangaroo_factor: Annotated[float, Field(ge=1.0, le=2.0)] = Field(
        default=1.0, description="on general accidents within twice the halo"
    )
    cost: Cost = Cost(capital_cny=250_000.0, yearly_cny=40_000.0, lifetime_years=8.0)

    def units(self, site: Site) -> float:  # noqa: ARG002
        """Cameras and stretches."""
        return float(len(self.cameras) + len(self.stretches))

    def driving(self, site: Site) -> DrivingRules:
        """Rules near cameras and on stretches; a factor for braking and speeding up near cameras."""
        near, wide = self._around(site, 1.0), self._around(site, 2.0)
        harmed = 1.0 + (self.kangaroo_factor - 1.0) * wide[1] * self.strength
        factor = site.hazard_factor(OF_THE_MANUAL, wide[0], harmed)
        stretches = site.covered(self.stretches)
        rules = [
            _to_the_limit(site, rows, weight, site.drivers(f"speed_cameras.{what}", share * self.strength))
            for what, (rows, weight), share in (
                ("fixed", near, self.heed_share),
                ("stretch", stretches, self.stretch_heed_share),
            )
            if len(rows)
        ]
        return DrivingRules(hazard_factor=factor if len(wide[0]) else None, speed=tuple(rules))

    def _around(self, site: Site, halos: float) -> tuple[Ints, Floats]:
        reach = self.halo_km * halos
        return site.covered(
            tuple(
                Stretch(
                    link=camera.link,
                    direction=camera.direction or "both",
                    from_km=max(camera.at_km - reach, 0.0),
                    to_km=camera.at_km + reach,
                )
                for camera in self.cameras
            )
        )


def _to_the_limit(site: Site, rows: Ints, weight: Floats, heeds: Bools) -> SpeedRule:
    limit = site.network.sections.limit_ms[rows, None]
    return SpeedRule(rows, limit, heeds.astype(np.float64), weight)
