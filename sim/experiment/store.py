"""Finished runs on disk, one file a run: what was finished stays, whatever happens to the process afterwards.

A file's name is the hash of everything that its content depends on. Files appear whole or not at all (written beside,
flushed, renamed); a file that can't be read is as good as none. Processes may share a folder: their bytes are the same.
"""

import hashlib
import json
import zipfile
from collections.abc import Callable
from functools import lru_cache
from inspect import getsourcefile
from io import BytesIO
from pathlib import Path
from typing import Any, ClassVar

import pandas as pd

from sim.core.records import AccidentRecord, AlarmRecord, CourseRecord, IncidentRecord, ViolationRecord
from sim.engine.accounting.outcome import Outcome
from sim.interventions.registry import BUILT_IN, interventions
from sim.scenario.model import TEXTS, Scenario
from sim.system.files import read_file, remove_abandoned, write_whole

TABLES = ("monthly", "sections", "hourly")
RECORDS: dict[str, type[Any]] = {
    "accidents": AccidentRecord,
    "captures": AccidentRecord,
    "incidents": IncidentRecord,
    "violations": ViolationRecord,
    "alarms": AlarmRecord,
    "courses": CourseRecord,
}
PACKAGE = Path(__file__).parents[1]
MODEL = ("core", "inputs", "physics", "risk", "behaviour", "driving", "interventions", "scenario", "engine")
"""Packages that can change a run."""
MOST_BYTES = 4_000_000_000
FIXED_DATE = (1980, 1, 1, 0, 0, 0)
"""Of the members of a file, so that the same run gives the same bytes."""


@lru_cache(maxsize=1)
def model_version() -> str:
    """Hash of the model's source: a changed model never takes runs of another one."""
    digest = hashlib.sha256()
    for path in model_files():
        digest.update(path.relative_to(PACKAGE).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def model_files() -> list[Path]:
    """The model's source: what can change a run."""
    return [path for package in MODEL for path in sorted((PACKAGE / package).rglob("*.py"))]


def _foreign(scenario: Scenario) -> dict[str, str]:
    """Hashes of the source of interventions that are not ours."""
    own = {cls.kind for cls in BUILT_IN}
    found = {}
    for kind in scenario.interventions:
        if kind not in own:
            file = getsourcefile(interventions()[kind])
            found[kind] = hashlib.sha256(Path(file).read_bytes()).hexdigest() if file else ""
    return found


def run_key(scenario: Scenario, seed: int, replication: int) -> str:
    """Name of a run: scenario without its texts and without what other runs may draw, seed, replication, model."""
    content = scenario.model_dump(mode="json", exclude={"name", *TEXTS, "uncertain", "every_range_uncertain"})
    whole = {
        "scenario": content,
        "seed": seed,
        "replication": replication,
        "model": model_version(),
        "foreign": _foreign(scenario),
    }
    return hashlib.sha256(json.dumps(whole, sort_keys=True).encode()).hexdigest()


class Memory:
    """A store for one process, forgotten with it."""

    def __init__(self) -> None:
        self._runs: dict[str, Outcome] = {}

    def get(self, key: str) -> Outcome | None:
        """A finished run, or None."""
        return self._runs.get(key)

    def put(self, key: str, outcome: Outcome) -> None:
        """Keep a run."""
        self._runs[key] = outcome


class Store:
    """A folder of finished runs."""

    kept: ClassVar[int] = 0
    """Runs that this process has put into stores."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._cleared = False

    def _file(self, key: str) -> Path:
        return self.folder / f"{key}.run"

    def holds(self, key: str) -> bool:
        """Whether a run is kept, without reading it."""
        return self._file(key).is_file()

    def get(self, key: str) -> Outcome | None:
        """A finished run; None if there is none, or none that can be read."""
        try:
            return _unpacked(read_file(self._file(key), MOST_BYTES))
        except Exception:  # noqa: BLE001 - a damaged file can raise anything, and is computed again
            return None

    def put(self, key: str, outcome: Outcome) -> None:
        """Keep a run.

        Raises
        ------
        OSError
            if it can't be written; nothing half-written is left
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        if not self._cleared:
            remove_abandoned(self.folder)
            self._cleared = True
        write_whole(self._file(key), packed(outcome))
        Store.kept += 1


def packed(outcome: Outcome) -> bytes:
    """A run as bytes; equal runs give equal bytes."""
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr(zipfile.ZipInfo("metrics.json", FIXED_DATE), json.dumps(outcome.metrics))
        for name in TABLES:
            _add_table(archive, name, getattr(outcome, name))
        for name, kind in RECORDS.items():
            if records := getattr(outcome, name):
                _add_table(archive, name, pd.DataFrame(records, columns=list(kind._fields)))
    return buffer.getvalue()


def _add_table(archive: zipfile.ZipFile, name: str, table: pd.DataFrame) -> None:
    stream = BytesIO()
    table.to_parquet(stream, index=False)
    archive.writestr(zipfile.ZipInfo(f"{name}.parquet", FIXED_DATE), stream.getvalue())


def _unpacked(content: bytes) -> Outcome:
    with zipfile.ZipFile(BytesIO(content)) as archive:
        there = {Path(name).stem for name in archive.namelist()} & {*TABLES, *RECORDS}
        tables = {name: pd.read_parquet(BytesIO(archive.read(f"{name}.parquet"))) for name in sorted(there)}
        metrics = json.loads(archive.read("metrics.json"))
    records = {name: _records(tables[name], kind) if name in there else [] for name, kind in RECORDS.items()}
    monthly, sections, hourly = (tables[name] for name in TABLES)
    return Outcome(metrics=metrics, monthly=monthly, sections=sections, hourly=hourly, **records)


def _records(table: pd.DataFrame, kind: Callable[..., Any]) -> list[Any]:
    columns = (table[name].tolist() for name in table.columns)
    return [kind(*row) for row in zip(*columns, strict=True)]
