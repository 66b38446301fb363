"""The one table of mechanisms: how an accident begins, how severe it is, what it is called.

A mechanism is a row here and a file of its name in `sim/driving/mechanisms`, which says where it acts and what a truck
expects of it on a section. The sweep, tallies, severity, tables, the report and documents go through this table;
the order of its rows is the order of all arrays by mechanism, and nothing else rests on it.
"""

from typing import NamedTuple


class Mechanism(NamedTuple):
    """A row: words, severity that a scenario may change, what kind of accident it is."""

    name: str
    en: str
    zh: str
    fatal_share: float
    injury_share: float
    deaths_per_fatal: float
    others_share: float
    """Of the deaths, those of persons who are not in the truck."""
    injuries_per_injury: float
    median_loss_cny: float
    of_the_manual: bool = False
    """A part of what a safety manual predicts, on which its factors act."""
    with_others: bool = False
    """An accident with other vehicles; how deadly it is does not go with the truck's own speed."""


TABLE: tuple[Mechanism, ...] = (
    Mechanism(
        "general",
        "single-vehicle and other accidents",
        "单车及其他事故",
        fatal_share=0.02,
        injury_share=0.32,
        deaths_per_fatal=1.1,
        others_share=0.49,
        injuries_per_injury=1.4,
        median_loss_cny=6000.0,
        of_the_manual=True,
    ),
    Mechanism(
        "rollover",
        "rollovers in curves",
        "弯道侧翻",
        fatal_share=0.05,
        injury_share=0.5,
        deaths_per_fatal=1.1,
        others_share=0.1,
        injuries_per_injury=1.3,
        median_loss_cny=30000.0,
    ),
    Mechanism(
        "runaway",
        "runaways",
        "下坡失控",
        fatal_share=0.12,
        injury_share=0.55,
        deaths_per_fatal=1.4,
        others_share=0.6,
        injuries_per_injury=1.6,
        median_loss_cny=60000.0,
    ),
    Mechanism(
        "rear_end",
        "rear-end collisions",
        "追尾",
        fatal_share=0.0135,
        injury_share=0.45,
        deaths_per_fatal=1.1,
        others_share=0.9,
        injuries_per_injury=1.5,
        median_loss_cny=8000.0,
        of_the_manual=True,
        with_others=True,
    ),
    Mechanism(
        "head_on",
        "head-on collisions",
        "对向碰撞",
        fatal_share=0.19,
        injury_share=0.55,
        deaths_per_fatal=1.3,
        others_share=0.9,
        injuries_per_injury=1.8,
        median_loss_cny=20000.0,
        of_the_manual=True,
        with_others=True,
    ),
    Mechanism(
        "overtaking",
        "overtaking collisions",
        "超车碰撞",
        fatal_share=0.016,
        injury_share=0.32,
        deaths_per_fatal=1.2,
        others_share=0.95,
        injuries_per_injury=1.6,
        median_loss_cny=8000.0,
        of_the_manual=True,
        with_others=True,
    ),
)

MECHANISMS: tuple[str, ...] = tuple(row.name for row in TABLE)
GENERAL, ROLLOVER, RUNAWAY, REAR_END, HEAD_ON, OVERTAKING = (
    MECHANISMS.index(name) for name in ("general", "rollover", "runaway", "rear_end", "head_on", "overtaking")
)
WITH_OTHERS = tuple(number for number, row in enumerate(TABLE) if row.with_others)
OF_THE_MANUAL = tuple(number for number, row in enumerate(TABLE) if row.of_the_manual)
CAPTURED = len(TABLE)
"""A runaway that ends in an escape ramp: a trip ends as by an accident, but it is none."""
CAPTURED_NAME = "captured"
