"""A scenario as one frozen value."""

import hashlib
import json
from collections.abc import Callable, Mapping
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, SerializeAsAny, field_validator

from sim.behaviour.parameters import BehaviourParameters
from sim.core.parameters import Group, Model, Name, NotNegative, PositiveMoney, Share, Source
from sim.core.posts import PLACES, POST
from sim.driving.parameters import SpeedParameters
from sim.driving.traffic import Traffic
from sim.inputs.demand import Demand
from sim.inputs.fleet import Fleet
from sim.inputs.road import Road
from sim.inputs.weather import Climate
from sim.interventions.intervention import Intervention
from sim.interventions.registry import interventions
from sim.risk.parameters import IncidentParameters, RiskParameters, SeverityParameters
from sim.scenario.uncertain import Distribution

LONGEST_HORIZON_DAYS = 36_525
EARLIEST, LATEST = date(1900, 1, 1), date(2200, 12, 31)


def _in_the_calendar(value: date) -> date:
    """So that every day of the longest horizon has a date."""
    if not EARLIEST <= value <= LATEST:
        raise ValueError(f"found {value}, must be from {EARLIEST} to {LATEST}")
    return value


OWN_TEXTS = ("title", "title_zh", "description")
"""What no scenario has from one that it extends."""
TEXTS = (*OWN_TEXTS, "place", "place_zh")
"""What a scenario says of itself; no result depends on it."""


class ControlCentreParameters(Group):
    """How violations come to be known, and what enterprises do of themselves."""

    sources: dict[str, Source] = Field(
        default={
            "position_interval_s": Source(
                basis="assumption", range="10 to 60", note="a vendor's terminals report every 30 s"
            ),
            "platform_latency_s": Source(basis="assumption", range="2 to 30"),
            "enterprise_sanction_share": Source(basis="assumption", range="0 to 0.3"),
            "enterprise_sanction_delay_days": Source(basis="assumption", range="7 to 60"),
        }
    )
    position_interval_s: NotNegative = 30.0
    platform_latency_s: NotNegative = 5.0
    enterprise_sanction_share: Share = Field(
        default=0.1, description="enterprises that act of themselves when told of a violation"
    )
    enterprise_sanction_delay_days: NotNegative = 30.0


def _rising(values: tuple[float, float, float]) -> tuple[float, float, float]:
    if list(values) != sorted(values):
        raise ValueError("must be a low, a central and a high value, in this order")
    return values


class ValuationParameters(Group):
    """What deaths, injuries and delay are worth: a low, a central and a high value, never one alone."""

    sources: dict[str, Source] = Field(
        default={
            "statistical_life_cny": Source(
                basis="published",
                reference=(
                    "low: median of traffic studies in China to 2024 (doi 10.11847/zgggws1145373); central: 70 x "
                    "GDP per head of Taishun in 2023, 58,695 CNY (rule of iRAP); high: 70 x "
                    "the national GDP per head"
                ),
            ),
            "injury_share_of_life": Source(
                basis="assumption", range="0.02 to 0.25", note="iRAP counts a serious injury as a quarter of a life"
            ),
            "delay_cny_h": Source(basis="assumption", range="50 to 200"),
            "follower_delay_cny_h": Source(
                basis="assumption",
                range="20 to 100",
                note=(
                    "24.58 CNY/h a commuter by car in Dalian in 2009 (Zhao and others 2009, stated choices); wages "
                    "have risen since, and more than one person may be in a car"
                ),
            ),
            "discount_rate": Source(basis="assumption", range="0.04 to 0.08", note="8 % is used in appraisal in China"),
        }
    )
    statistical_life_cny: Annotated[tuple[PositiveMoney, PositiveMoney, PositiveMoney], AfterValidator(_rising)] = (
        1.0e6,
        4.1e6,
        6.7e6,
    )
    injury_share_of_life: Share = Field(default=0.1, description="value of an injury, serious and slight together")
    delay_cny_h: NotNegative = Field(default=100.0, description="truck, driver and load")
    follower_delay_cny_h: NotNegative = Field(default=40.0, description="a vehicle that can't pass a truck")
    discount_rate: Annotated[float, Field(ge=0.0, le=0.3)] = 0.08


class Scenario(Model):
    """Everything that a run depends on, apart from seed and replication."""

    format: Literal[1] = 1
    name: Name
    title: Annotated[str, Field(max_length=300)] = ""
    title_zh: Annotated[str, Field(max_length=300)] = ""
    description: Annotated[str, Field(max_length=5000)] = ""
    place: Annotated[str, Field(max_length=200, description="county or road, as reports name it")] = ""
    place_zh: Annotated[str, Field(max_length=200)] = ""
    start_date: Annotated[date, AfterValidator(_in_the_calendar)] = date(2025, 1, 1)
    days: Annotated[int, Field(ge=1, le=LONGEST_HORIZON_DAYS)] = 365
    warm_up_days: Annotated[
        int, Field(ge=0, le=3650, description="unrecorded days before, in which drivers gather experience")
    ] = 0
    road: Road
    climate: Climate = Climate()
    traffic: Traffic = Traffic()
    demand: Demand
    fleet: Fleet
    behaviour: BehaviourParameters = BehaviourParameters()
    speed: SpeedParameters = SpeedParameters()
    risk: RiskParameters = RiskParameters()
    severity: SeverityParameters = SeverityParameters()
    incident: IncidentParameters = IncidentParameters()
    control_centre: ControlCentreParameters = ControlCentreParameters()
    valuation: ValuationParameters = ValuationParameters()
    interventions: dict[str, SerializeAsAny[Intervention]] = Field(default_factory=dict)
    uncertain: dict[str, Distribution] = Field(
        default_factory=dict, description="distributions of numbers by dotted key, such as behaviour.penalty_effect"
    )
    every_range_uncertain: bool = Field(
        default=False, description="every number whose source states a range is uncertain too, within that range"
    )

    @field_validator("interventions", mode="before")
    @classmethod
    def _by_kind(cls, value: Any) -> Any:
        """Plain mappings become the class of their kind, in the order of kinds."""
        known = interventions()
        if not isinstance(value, dict):
            raise ValueError("must map kinds of interventions to their parameters")  # noqa: TRY004
        unknown = sorted(set(value) - set(known))
        if unknown:
            raise ValueError(f"unknown kinds {', '.join(unknown)}; known are {', '.join(known)}")
        given = {kind: one for kind, one in value.items() if one is not None}
        return {kind: _of_kind(known[kind], given[kind]) for kind in sorted(given)}

    @property
    def shown_title(self) -> str:
        """Title, or the name where there is none."""
        return self.title or self.name

    def hash(self) -> str:
        """SHA-256 of the resolved scenario, texts aside."""
        content = self.model_dump(mode="json", exclude=set(TEXTS))
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()

    def changed(self, changes: dict[str, Any]) -> "Scenario":
        """A new, validated scenario with dotted keys set, such as `interventions.driver_contact.operators`.

        None takes an intervention out.

        Raises
        ------
        ScenarioError
            with all mistakes found
        """
        return _changes[0](self, changes)


def _of_kind(kind: type[Intervention], value: Any) -> Intervention:
    """An intervention from its parameters."""
    return value if isinstance(value, Intervention) else kind.model_validate(value)


_changes: list[Callable[[Scenario, Mapping[str, Any]], Scenario]] = []


def make_changes_with(change: Callable[[Scenario, Mapping[str, Any]], Scenario]) -> None:
    """Say how scenarios are changed; `sim.scenario.building`, which knows all checks, does when it is imported."""
    _changes[:] = [change]


def json_schema() -> dict[str, Any]:
    """JSON Schema of a scenario file for editors, interventions and files of parts included."""
    schema = Scenario.model_json_schema()
    kinds: dict[str, Any] = {}
    for kind, cls in interventions().items():
        own = cls.model_json_schema()
        schema["$defs"].update(own.pop("$defs", {}))
        kinds[kind] = {"anyOf": [own, {"type": "null"}]}
    schema["properties"]["interventions"] = {"type": "object", "properties": kinds, "additionalProperties": False}
    schema["properties"]["extends"] = {"type": "string", "description": "the scenario file that this one changes"}
    for part in ("road", "climate", "demand", "fleet"):
        own = schema["properties"][part]
        schema["properties"][part] = {"anyOf": [own, {"type": "string", "description": "a file of its own"}]}
    for model in schema["$defs"].values():
        for key in PLACES & model.get("properties", {}).keys():
            post = {"type": "string", "pattern": POST.pattern, "description": "a kilometre post, such as K12+300"}
            model["properties"][key] = {"anyOf": [model["properties"][key], post]}
    schema["required"] = ["name"]
    schema["title"] = "Hairpin scenario, format 1"
    return schema
