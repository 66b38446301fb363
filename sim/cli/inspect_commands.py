"""Commands that look at scenarios and interventions without running anything."""

import json
import sys
from enum import StrEnum
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, get_args, get_origin

import typer

from sim.cli.options import load, remark
from sim.core.texts import escaped

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sim.interventions.intervention import Intervention
    from sim.scenario import Mistake

LINE, NOT_THERE = 110, "–"

Files = Annotated[list[Path], typer.Argument(help="Scenario files.", show_default=False)]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]

OWN_SCORECARD = Path("results/validation/hindcast.json")


class CardLanguage(StrEnum):
    """Languages of the model card."""

    en = "en"
    zh = "zh-CN"


class Format(StrEnum):
    """How mistakes are told."""

    text = "text"
    github = "github"


def validate(
    files: Files,
    *,
    form: Annotated[Format, typer.Option("--format", help="github: as annotations of a workflow.")] = Format.text,
) -> None:
    """Check scenario files and say all that is wrong with each, with file and line, and what deserves a second look."""
    from sim.cli.problems import Problem
    from sim.scenario import ScenarioError, load_scenario
    from sim.scenario.compatibility import late_starts, unseen
    from sim.scenario.doubts import doubts_of_rates, doubts_of_road
    from sim.system.shipped import named_by

    mistakes = []
    for file in (named for given in files for named in named_by(given)):
        try:
            scenario = load_scenario(file)
        except ScenarioError as error:
            mistakes += error.mistakes
        else:
            kinds = ", ".join(scenario.interventions) or "no interventions"
            typer.echo(f"{file}: {scenario.name} is valid ({scenario.days} days; {kinds})")
            doubts = chain(doubts_of_road(scenario.road), doubts_of_rates(scenario.road, scenario.risk))
            remark(chain(late_starts(scenario), unseen(scenario), (f"{scenario.name}: {doubt}" for doubt in doubts)))
    if mistakes:
        count = f"{len(mistakes)} mistake{'s' if len(mistakes) > 1 else ''}"
        told = map(_annotation if form is Format.github else str, mistakes)
        raise Problem("\n".join([*told, count]))


def _annotation(mistake: "Mistake") -> str:
    """As GitHub's workflows read it."""
    place = f"file={mistake.file}" + (f",line={mistake.line}" if mistake.line else "")
    return escaped(f"::error {place},title={mistake.key}::{mistake.message}")


def show(file: Annotated[Path, typer.Argument(help="Scenario file.", show_default=False)]) -> None:
    """Print a scenario with what it extends, its parts and all defaults, as YAML."""
    import yaml

    content = load([file], None)[0].model_dump(mode="json")
    sys.stdout.write(yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=LINE))


def diff(
    first: Annotated[Path, typer.Argument(help="Scenario file.", show_default=False)],
    second: Annotated[Path, typer.Argument(help="Another one.", show_default=False)],
) -> None:
    """Print in what two scenarios differ, after all that they extend: key, value here, value there."""
    here, there = (_flat(load([file], None)[0].model_dump(mode="json")) for file in (first, second))
    for key in [*here, *(key for key in there if key not in here)]:
        values = [json.dumps(own[key], ensure_ascii=False) if key in own else NOT_THERE for own in (here, there)]
        if values[0] != values[1]:
            sys.stdout.write(f"{key}: {values[0]} | {values[1]}\n")


def _flat(content: Any, path: str = "") -> dict[str, Any]:
    """Values by dotted key; entries of lists that have names go by these."""
    if isinstance(content, dict) and content:
        entries = [(str(key), one) for key, one in content.items() if key != "sources"]
    elif isinstance(content, list) and any(isinstance(one, dict) for one in content):
        entries = [(str(one.get("name", number)), one) for number, one in enumerate(content)]
    else:
        return {path: content}
    found: dict[str, Any] = {}
    for key, one in entries:
        found |= _flat(one, f"{path}.{key}" if path else key)
    return found


def schema() -> None:
    """Print the JSON Schema of scenario files, for editors that complete and check YAML."""
    from sim.scenario.model import json_schema

    typer.echo(json.dumps(json_schema(), indent=2, ensure_ascii=False))


def metrics(*, as_json: AsJson = False) -> None:
    """Print every metric of a run with unit, sort and words in both languages, as Markdown."""
    from sim.evidence.metric_table import metric_markdown, metric_rows

    text = json.dumps(metric_rows(), ensure_ascii=False, indent=1) if as_json else "\n".join(metric_markdown())
    sys.stdout.write(f"{text}\n")


def parameters(
    *,
    uncertain: Annotated[
        list[str] | None,
        typer.Option(
            metavar="GROUP",
            help="Print a group's assumptions as a block `uncertain` for a scenario instead, such as risk; repeatable.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Print every number of the model with unit, source and range, as Markdown."""
    from sim.cli.problems import Problem
    from sim.evidence.parameter_table import GROUPS, markdown, uncertain_yaml

    known = [key for key, _, _ in GROUPS]
    if unknown := next((name for name in uncertain or [] if name not in known), None):
        raise Problem(f"--uncertain {unknown}: there is no such group; groups are {', '.join(known)}")
    sys.stdout.write(uncertain_yaml(uncertain) if uncertain else markdown())


def card(
    *,
    hindcast: Annotated[
        Path | None,
        typer.Option(
            help="A scorecard (hindcast.json) of `hairpin hindcast`.",
            show_default=f"{OWN_SCORECARD}, else the one that comes along",
        ),
    ] = None,
    lang: Annotated[CardLanguage, typer.Option(help="Language.")] = CardLanguage.en,
) -> None:
    """Print the model card, as Markdown: purpose, data, weaknesses, scorecard, and where not to use the model."""
    from sim.cli.problems import Problem
    from sim.report.card import SHIPPED_SCORECARD
    from sim.report.card import card as written

    file = hindcast or (OWN_SCORECARD if OWN_SCORECARD.is_file() else SHIPPED_SCORECARD)
    try:
        sys.stdout.write(written(lang.value, json.loads(file.read_text(encoding="utf-8"))))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Problem(f"{file}: is no scorecard of `hairpin hindcast`: {error}") from error


def interventions(
    names: Annotated[
        list[str] | None, typer.Argument(help="Kinds to tell of; all if none is named.", show_default=False)
    ] = None,
    *,
    as_yaml: Annotated[bool, typer.Option("--yaml", help="Print them as a block for a scenario.")] = False,
    as_json: AsJson = False,
) -> None:
    """List the interventions that a scenario can use, with parameters and sources."""
    from sim.cli.problems import Problem
    from sim.interventions.registry import interventions as registered

    everything = registered()
    if unknown := [name for name in names or () if name not in everything]:
        raise Problem(f"no intervention is called {', '.join(unknown)}; known are {', '.join(everything)}")
    chosen = {kind: cls for kind, cls in everything.items() if not names or kind in names}
    if as_yaml:
        sys.stdout.write(_snippet(chosen))
        return
    table = [
        {
            "kind": kind,
            "summary": cls.summary,
            "puts_in": cls.puts_in[0],
            "emerges": cls.emerges[0],
            "parameters": _parameters(cls),
        }
        for kind, cls in chosen.items()
    ]
    if as_json:
        typer.echo(json.dumps(table, indent=2, ensure_ascii=False, default=str))
        return
    _print(table)


def _snippet(chosen: "Mapping[str, type[Intervention]]") -> str:
    """A block with all parameters at their defaults, each with its meaning; what has none is left to fill in."""
    lines = ["interventions:"]
    for kind, cls in chosen.items():
        lines.append(f"  {kind}:  # {cls.summary}")
        for row in _parameters(cls):
            if row["default"] == "required":
                value, meaning = _shape(cls.model_fields[row["name"]].annotation)
            else:
                value, meaning = json.dumps(row["default"], ensure_ascii=False), row["description"]
            lines.append(f"    {row['name']}: {value}" + (f"  # {meaning}" if meaning else ""))
    return "\n".join([*lines, ""])


def _shape(annotation: Any) -> tuple[str, str]:
    """What has no default as it is written, with names in capitals to fill in, and what else it may have."""
    several, (item, *_) = get_origin(annotation) is tuple, get_args(annotation) or (annotation,)
    fields = getattr(item, "model_fields", None)
    if fields is None:
        filled, meaning = _filled(item), "required"
    else:
        needed = [f"{name}: {_filled(field.annotation)}" for name, field in fields.items() if field.is_required()]
        others = [name for name, field in fields.items() if not field.is_required()]
        filled = f"{{{', '.join(needed)}}}"
        meaning = "required" + (f"; each may have {', '.join(others)} too" if others else "")
    return f"[{filled}]" if several else filled, meaning


def _filled(annotation: Any) -> str:
    """Something of a type, a name in capitals."""
    plain = getattr(annotation, "__origin__", annotation) if hasattr(annotation, "__metadata__") else annotation
    if get_origin(plain) is Literal:
        return str(get_args(plain)[0])
    return {float: "0.0", int: "1", str: "NAME"}.get(plain, "VALUE")


def _parameters(cls: Any) -> list[dict[str, Any]]:
    """Name, default, meaning and source of each parameter."""
    from pydantic_core import to_jsonable_python

    fields = cls.model_fields
    sources = cls.default_sources()
    return [
        {
            "name": name,
            "default": "required" if field.is_required() else to_jsonable_python(field.default),
            "description": field.description or "",
            "source": sources[name].model_dump(exclude_none=True) if name in sources else None,
        }
        for name, field in fields.items()
        if name != "sources"
    ]


def _print(table: list[dict[str, Any]]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(file=sys.stdout)
    for entry in table:
        grid = Table(title=Text(f"{entry['kind']}: {entry['summary']}"), title_justify="left", expand=False)
        for heading in ("parameter", "default", "meaning", "source"):
            grid.add_column(heading, overflow="fold")
        for row in entry["parameters"]:
            grid.add_row(*map(Text, (row["name"], str(row["default"]), row["description"], _source(row["source"]))))
        console.print(grid)
        for name, words in (("put in", entry["puts_in"]), ("emerges", entry["emerges"])):
            if words:
                console.print(Text(f"{name}: {words}"))
        console.print()


def _source(source: dict[str, str] | None) -> str:
    if source is None:
        return ""
    parts = [source["basis"], source.get("reference"), source.get("range"), source.get("note")]
    return "; ".join(part for part in parts if part)
