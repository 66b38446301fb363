"""Distributions that stand for numbers which are not known: the keys `uncertain` of a scenario."""

from typing import Annotated, Literal, Self

import numpy as np
from pydantic import Field, model_validator

from sim.core.parameters import Model, Source
from sim.core.units import Floats

Number = Annotated[float, Field(allow_inf_nan=False)]
NEEDS = {
    "uniform": ("low", "high"),
    "triangular": ("low", "mode", "high"),
    "normal": ("mean", "sd"),
    "lognormal": ("median", "log_sd"),
}


class Distribution(Model):
    """What is believed of one number, and why."""

    kind: Literal["uniform", "triangular", "normal", "lognormal"]
    source: Source
    low: Number | None = None
    mode: Number | None = None
    high: Number | None = None
    mean: Number | None = None
    sd: Annotated[float, Field(gt=0.0)] | None = None
    median: Annotated[float, Field(gt=0.0)] | None = None
    log_sd: Annotated[float, Field(gt=0.0)] | None = None
    whole: bool = Field(default=False, description="rounded to a whole number")

    @model_validator(mode="after")
    def _complete(self) -> Self:
        given = {name for names in NEEDS.values() for name in names if getattr(self, name) is not None}
        needed = set(NEEDS[self.kind])
        if given != needed:
            raise ValueError(f"{self.kind} needs {', '.join(NEEDS[self.kind])} and nothing else")
        if self.low is not None and self.high is not None and not self.low < self.high:
            raise ValueError(f"low ({self.low:g}) must be below high ({self.high:g})")
        bounds = (self.low, self.mode, self.high)
        if self.kind == "triangular" and list(bounds) != sorted(bounds, key=lambda bound: bound or 0.0):
            raise ValueError("mode must lie from low to high")
        return self

    def value(self, share: float) -> float | int:
        """The value below which a share of the belief lies, whole if it has to be."""
        found = float(self.quantile(np.array(share)))
        return int(found) if self.whole else found

    def quantile(self, share: Floats) -> Floats:
        """Value below which a share of the belief lies, shape as given."""
        from scipy.special import ndtri  # scipy.stats has the same and takes half a second to load

        first, *others = (float(getattr(self, name)) for name in NEEDS[self.kind])
        if self.kind == "uniform":
            found = first + share * (others[0] - first)
        elif self.kind == "triangular":
            width = others[1] - first
            rise = (others[0] - first) / width
            left, right = np.sqrt(rise * share), 1.0 - np.sqrt((1.0 - rise) * (1.0 - share))
            found = np.where(share < rise, left, right) * width + first
        elif self.kind == "normal":
            found = first + others[0] * ndtri(share)
        else:
            found = first * np.exp(others[0] * ndtri(share))
        result: Floats = np.round(found) if self.whole else np.asarray(found)
        return result
