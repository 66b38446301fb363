"""Expected accidents per km of road, worked out once: strip, map and tables show the same numbers."""

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from sim.core.units import METRES_PER_KM, Floats, Ints
from sim.risk.mechanisms import MECHANISMS


def risk_per_km(sections: pd.DataFrame, scenario: str, links: Sequence[str]) -> Floats:
    """Of each section of a line of links, in a run, shape (sections,): both directions together over the road's km.

    `sections` is the table of a result folder.
    """
    return np.concatenate([total / length_km for total, length_km in map(_of_link(sections, scenario), links)])


def risk_by_link(sections: pd.DataFrame, scenario: str) -> dict[str, float]:
    """Of each link, in a run: the mean of its sections' risk, by length."""
    by_link = risk_by_section(sections, scenario)
    return {name: float(np.average(risk, weights=length_km)) for name, (risk, length_km) in by_link.items()}


def risk_by_section(sections: pd.DataFrame, scenario: str) -> dict[str, tuple[Floats, Floats]]:
    """Of each link, in a run: its sections' risk and their lengths [km], in the link's direction."""
    of_link = _of_link(sections, scenario)
    names = sections.loc[sections["scenario"] == scenario, "link"].unique()
    found = {str(name): of_link(name) for name in names}
    return {name: (total / length_km, length_km) for name, (total, length_km) in found.items()}


def along(sections: pd.DataFrame, scenario: str) -> pd.DataFrame:
    """Expected accidents in a run by section of each link, both directions together: link, length_m, accidents."""
    of_link = _of_link(sections, scenario)
    parts = []
    for name in sections.loc[sections["scenario"] == scenario, "link"].unique():
        total, length_km = of_link(name)
        parts.append(pd.DataFrame({"link": name, "length_m": length_km * METRES_PER_KM, "accidents": total}))
    return pd.concat(parts, ignore_index=True)


def _of_link(sections: pd.DataFrame, scenario: str) -> Callable[[str], tuple[Floats, Floats]]:
    """A function that gives expected accidents and length [km] of a link's sections, in the link's direction."""
    own = sections[sections["scenario"] == scenario]
    expected = own[[f"expected_{name}" for name in MECHANISMS]].sum(axis=1).to_numpy() / max(
        own["replication"].nunique(), 1
    )
    names, forward, section, length_m = (own[name].to_numpy() for name in ("link", "forward", "section", "length_m"))

    def total(rows: Ints) -> Floats:
        """By section in the order of travel."""
        found: Floats = np.bincount(section[rows] - section[rows].min(), weights=expected[rows]).astype(np.float64)
        return found

    def of_link(link: str) -> tuple[Floats, Floats]:
        forth, back = (np.flatnonzero((names == link) & (forward == way)) for way in (True, False))
        length_km = np.zeros(len(np.unique(section[forth])))
        length_km[section[forth] - section[forth].min()] = length_m[forth] / METRES_PER_KM
        return total(forth) + (total(back)[::-1] if len(back) else 0.0), length_km

    return of_link
