"""The folder that holds the results of an experiment: written in one go, and read only if it is of one piece.

`manifest.json` comes last and holds the SHA-256 of every file of its results and one of itself. Files that other
commands add say what they were made from. Whoever reads a folder reads it here.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from io import BytesIO
from math import isnan
from pathlib import Path
from typing import Any

import pandas as pd

from sim.analysis.attribution import Attribution
from sim.analysis.drawn_worth import Worth
from sim.analysis.uncertainty import Shares
from sim.core.metrics import RATE
from sim.engine.accounting.outcome import Outcome
from sim.experiment.store import model_version
from sim.results.tables import MANIFEST_FORMAT, Results, named
from sim.scenario import Scenario
from sim.system.files import locked, read_file, reason
from sim.system.made_files import MOST_BYTES, MadeFiles, as_json, is_signed, sha256, signed

MANIFEST = "manifest.json"
TABLES = ("runs", "monthly", "sections", "hourly")
NEEDED = ("summary.json", "scenarios.json", *(f"{name}.parquet" for name in TABLES))
ALWAYS_WRITTEN = (*NEEDED, MANIFEST)
AGAIN = "run hairpin compare again"
MANIFEST_KEYS: dict[str, type] = {
    "command": str,
    "seed": int,
    "replications": int,
    "scenarios": dict,
    "model": str,
    "versions": dict,
    "files": dict,
}
NOT_RESULTS = ("command", "machine", "files", "sha256")
"""What a manifest says beside what its results follow from."""


class NotAResultFolder(Exception):
    """What is wrong with a folder."""


@dataclass(frozen=True)
class ResultFolder:
    """Everything in a folder of results, of one piece."""

    summary: dict[str, Any]
    manifest: dict[str, Any]
    scenarios: dict[str, Any]
    costs: dict[str, Any]
    runs: pd.DataFrame
    monthly: pd.DataFrame
    sections: pd.DataFrame
    hourly: pd.DataFrame
    attribution: dict[str, Any] | None
    """What other commands added, as the two that follow; None where there is nothing of these results."""
    uncertainty: dict[str, Any] | None
    sensitivity: pd.DataFrame | None
    sweep: pd.DataFrame | None = None
    portfolio: pd.DataFrame | None = None
    calibration: pd.DataFrame | None = None
    hindcast: dict[str, Any] | None = None
    """What the model was held against beside what comes along."""
    before_after: dict[str, Any] | None = None
    """A study of the user's own counts; it owes nothing to the model."""


def origin(scenarios: Sequence[Scenario], seed: int) -> dict[str, Any]:
    """What a file that is added to a result folder was made from, so that it is not read beside other results."""
    hashes = {scenario.name: scenario.hash() for scenario in scenarios}
    return {"model": model_version(), "seed": seed, "sha256": hashes}


def write_attribution(shares: Attribution, programme: Scenario, seed: int, folder: Path) -> None:
    """Add attribution.json to a result folder."""
    content = {
        "origin": origin([programme], seed),
        "programme": shares.programme,
        "metric": "expected accidents avoided",
        "orders": shares.orders,
        "all_orders": shares.exact,
        "total": named(shares.total, "estimate"),
        "total_deaths": named(shares.total_deaths, "estimate"),
        "parts": {
            share.kind: {
                "alone": named(share.alone, "estimate"),
                "left_out": named(share.left_out, "estimate"),
                "shapley": named(share.shapley, "estimate"),
                "shapley_deaths": named(share.shapley_deaths, "estimate"),
            }
            for share in shares.shares
        },
    }
    MadeFiles(folder).write({"attribution.json": as_json(signed(content)).encode()})


def write_shares(
    shares: dict[str, dict[str, Shares]],
    worth: Mapping[str, Worth | None],
    scenarios: Sequence[Scenario],
    drawn: Sequence[str],
    draws: int,
    replications: int,
    seed: int,
    folder: Path,
) -> dict[str, Any]:
    """Write uncertainty.json, with the keys that were drawn, and return its content.

    Parameters
    ----------
    shares : by scenario and metric, the accident rate first
    worth : benefit over cost by scenario
    scenarios, drawn, draws, replications, seed : what was simulated
    folder : of results
    """
    content = signed(
        {
            "origin": origin(scenarios, seed),
            "draws": draws,
            "replications_per_draw": replications,
            "parameters": list(drawn),
            "comparisons": {
                name: {
                    "accident_rate_ratio": named(own[RATE].ratio, "estimate"),
                    "share_of_variance_from_parameters": own[RATE].parameter_share,
                    "ratios": {metric: named(one.ratio, "estimate") for metric, one in own.items() if metric != RATE},
                    "benefit_cost_ratio": _worth(worth[name]),
                }
                for name, own in shares.items()
            },
        }
    )
    MadeFiles(folder).write({"uncertainty.json": as_json(content).encode()})
    return content


def _worth(worth: Worth | None) -> dict[str, float | None] | None:
    """For a file; limits that too few draws have are null."""
    if worth is None:
        return None
    return {key: None if isnan(value) else value for key, value in asdict(worth).items()}


ADDED_TABLES = ("sensitivity", "sweep", "portfolio", "calibration")
"""Commands whose tables enter the report of the comparison beside whose results they lie, each in a folder so named."""


ADDED_DOCUMENTS = {"hindcast": True, "before_after": False}
"""The same of commands that make a JSON file, and whether it hangs on the model."""


def document_files(command: str, content: Mapping[str, Any]) -> dict[str, bytes]:
    """What a command of `ADDED_DOCUMENTS` found, and the model by which, as contents of files."""
    return _with_origin(f"{command}.json", as_json(content).encode(), {"model": model_version()}, {})


def table_files(
    command: str, table: pd.DataFrame, scenarios: Sequence[Scenario], seed: int, others: Mapping[str, bytes]
) -> dict[str, bytes]:
    """A table that a command of `ADDED_TABLES` made, what it was made from, and other files, as contents of files."""
    return _with_origin(f"{command}.parquet", parquet(table), origin(scenarios, seed), others)


def _with_origin(
    name: str, content: bytes, made_from: Mapping[str, Any], others: Mapping[str, bytes]
) -> dict[str, bytes]:
    made = signed({"origin": made_from, "files": {name: sha256(content)}})
    return {name: content, **others, "origin.json": as_json(made).encode()}


def write_finished(finished: dict[tuple[str, int], Outcome], seed: int, folder: Path) -> Path:
    """Keep the metrics of runs that ended before another one failed."""
    rows = [
        {"scenario": name, "replication": number, "seed": seed, **outcome.metrics}
        for (name, number), outcome in sorted(finished.items())
    ]
    MadeFiles(folder).write({"finished_runs.parquet": parquet(pd.DataFrame(rows))})
    return folder / "finished_runs.parquet"


def parquet(table: pd.DataFrame) -> bytes:
    """A table as the content of a file."""
    stream = BytesIO()
    table.to_parquet(stream, index=False)
    return stream.getvalue()


def write_results(
    results: Results, folder: Path, *, events: bool, charts: Callable[[], Mapping[str, bytes]] = dict
) -> Path | None:
    """Write the result folder, all files or none.

    Returns
    -------
    path or None
        where the folder's earlier results are kept now, if it held other ones

    Raises
    ------
    NotOurs
        if files of others stand in the place of ours
    OSError
        if something can't be written
    """
    files = {f"{name}.parquet": parquet(getattr(results, name)) for name in TABLES}
    if events:
        files["events.parquet"] = parquet(results.events)
    files |= {
        "summary.json": as_json(results.summary).encode(),
        "scenarios.json": as_json(results.scenarios).encode(),
    }
    if results.costs:
        files["costs.json"] = as_json(results.costs).encode()
    files |= charts()
    manifest = signed({**results.manifest, "files": {name: sha256(content) for name, content in files.items()}})
    files[MANIFEST] = as_json(manifest).encode()
    made = MadeFiles(folder)
    aside, label = _of_other_results(folder, made, manifest)
    return made.replace(files, last=MANIFEST, aside=aside, label=label)


def _of_other_results(folder: Path, made: MadeFiles, manifest: Mapping[str, Any]) -> tuple[list[str], str]:
    """What a folder holds of other results than the new ones, and a name for them."""
    try:
        before = _manifest(folder)
    except NotAResultFolder:
        return [], ""
    if _followed_from(before) == _followed_from(manifest):
        return [], ""
    return made.known(), str(before["sha256"])[:8]


def _followed_from(manifest: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in manifest.items() if key not in NOT_RESULTS}


def read_results(folder: Path) -> ResultFolder:
    """Read a result folder of `compare`.

    Raises
    ------
    NotAResultFolder
        if something is missing, damaged or of other results, with what to do
    """
    if not folder.is_dir():
        raise NotAResultFolder(f"{folder}: there is no such folder; make one with hairpin compare")
    with locked(folder, create=False):
        manifest = _manifest(folder)
        found = {name: _verified(folder, name, manifest) for name in (*NEEDED, *_optional(manifest, "costs.json"))}
        added = _all_added(folder, manifest)
    texts = {name: json.loads(content) for name, content in found.items() if name.endswith(".json")}
    summary = texts["summary.json"]
    if not summary["comparisons"]:
        raise NotAResultFolder(f"{folder}: holds no comparison; make one with hairpin compare")
    if still := [name for name, entry in summary["scenarios"].items() if entry["metrics"][RATE]["mean"] is None]:
        raise NotAResultFolder(f"{folder}: nobody drives in {', '.join(still)}: there is no accident rate to report")
    tables: dict[str, Any] = {name: pd.read_parquet(BytesIO(found[f"{name}.parquet"])) for name in TABLES}
    return ResultFolder(
        summary=summary,
        manifest=manifest,
        scenarios=texts["scenarios.json"],
        costs=texts.get("costs.json", {}),
        **added,
        **tables,
    )


def _optional(manifest: Mapping[str, Any], name: str) -> list[str]:
    return [name] if name in manifest["files"] else []


def _manifest(folder: Path) -> dict[str, Any]:
    """The manifest, known to be as it was written."""
    file = folder / MANIFEST
    content = _signed_json(file, f"{AGAIN} to make one")
    if content.get("format") != MANIFEST_FORMAT:
        found = content.get("format")
        raise NotAResultFolder(
            f"{file}: has format {found!r}, this version reads {MANIFEST_FORMAT}: it is of another version; {AGAIN}"
        )
    wrong = [key for key, kind in MANIFEST_KEYS.items() if not isinstance(content.get(key), kind)]
    if wrong:
        raise NotAResultFolder(f"{file}: {', '.join(wrong)} missing or of the wrong kind; {AGAIN}")
    _check_signature(file, content, AGAIN)
    return content


def _signed_json(file: Path, remedy: str) -> dict[str, Any]:
    try:
        content = json.loads(read_file(file, MOST_BYTES))
    except FileNotFoundError:
        raise NotAResultFolder(f"{file}: is not there; {remedy}") from None
    except OSError as error:
        raise NotAResultFolder(f"{file}: can't be read: {reason(error)}; {remedy}") from error
    except (ValueError, RecursionError):
        raise NotAResultFolder(f"{file}: is no JSON; {remedy}") from None
    if not isinstance(content, dict):
        raise NotAResultFolder(f"{file}: must hold keys and values; {remedy}")
    return content


def _check_signature(file: Path, content: Mapping[str, Any], remedy: str) -> None:
    if not is_signed(content):
        raise NotAResultFolder(f"{file}: was changed since it was written; {remedy}")


def _verified(folder: Path, name: str, manifest: Mapping[str, Any]) -> bytes:
    """A file's content, known to be of the manifest's results."""
    file = folder / name
    try:
        content = read_file(file, MOST_BYTES)
    except FileNotFoundError:
        raise NotAResultFolder(f"{file}: is not there; {AGAIN}") from None
    except OSError as error:
        raise NotAResultFolder(f"{file}: can't be read: {reason(error)}; {AGAIN}") from error
    if sha256(content) != manifest["files"].get(name):
        raise NotAResultFolder(
            f"{file}: is not the one that {MANIFEST} names: files of two runs, or changed by hand; remove it and "
            f"{AGAIN}"
        )
    return content


def _all_added(folder: Path, manifest: Mapping[str, Any]) -> dict[str, Any]:
    """What other commands added, unless it was made from other scenarios or another model."""
    return {
        "attribution": _added(folder / "attribution.json", manifest, "run hairpin compare --attribute again"),
        "uncertainty": _added(folder / "uncertainty.json", manifest, "run hairpin compare --draws again"),
        **{command: _table_of(command, folder, manifest) for command in ADDED_TABLES},
        **{command: _document_of(command, folder, manifest) for command in ADDED_DOCUMENTS},
    }


def _table_of(command: str, folder: Path, manifest: Mapping[str, Any]) -> pd.DataFrame | None:
    """The table of another command, None if there is none of these results."""
    made = _added(folder / command / "origin.json", manifest, f"run hairpin {command} again, or remove it")
    if made is None:
        return None
    remedy = {"files": made.get("files") or {}}
    return pd.read_parquet(BytesIO(_verified(folder / command, f"{command}.parquet", remedy)))


def _document_of(command: str, folder: Path, manifest: Mapping[str, Any]) -> dict[str, Any] | None:
    """What another command found, None if there is nothing, or it is of another model on which it hangs."""
    remedy = f"run hairpin {command.replace('_', '-')} again, or remove it"
    made = _origin_in(folder / command / "origin.json", remedy)
    if made is None or (ADDED_DOCUMENTS[command] and made["origin"]["model"] != manifest["model"]):
        return None
    content: dict[str, Any] = json.loads(_verified(folder / command, f"{command}.json", {"files": made["files"]}))
    return content


def _added(file: Path, manifest: Mapping[str, Any], remedy: str) -> dict[str, Any] | None:
    """What another command made, None if there is nothing, or it is of other scenarios."""
    content = _origin_in(file, remedy)
    return content if content is not None and _belongs(content, manifest) else None


def _origin_in(file: Path, remedy: str) -> dict[str, Any] | None:
    """Signed content of a file that may not be there."""
    if not file.exists():
        return None
    content = _signed_json(file, remedy)
    _check_signature(file, content, f"{remedy}, or remove it")
    return content


def _belongs(content: Mapping[str, Any], manifest: Mapping[str, Any]) -> bool:
    """Whether an added file was made from the model and scenarios of a folder's manifest."""
    made = content.get("origin", {})
    known = {name: entry["sha256"] for name, entry in manifest["scenarios"].items()}
    same = all(made.get(key) == manifest[key] for key in ("model", "seed"))
    return same and bool(made["sha256"].items() <= known.items())
