"""Ten thousand mutants of everything that users hand in; run as a script, prints what went wrong as JSON.

A mutant is taken, or refused with a message of ours; each has ten seconds and one GiB. Of the scenarios that are taken
some hundred are run for two days.
"""

import copy
import json
import random
import re
import resource
import signal
import sys
import tempfile
from collections import Counter
from math import isnan
from pathlib import Path

import yaml
from conftest import EXAMPLES, SMALL
from typer.testing import CliRunner

from sim.analysis.sweeping import SweepMistake, axis, grid, variants
from sim.analysis.targets import Targets
from sim.cli import app
from sim.core.metrics import may_not_exist
from sim.engine.replication import run_replication
from sim.experiment.runner import run_experiment
from sim.experiment.store import Store
from sim.interventions.registry import BUILT_IN
from sim.results.folder import NotAResultFolder, read_results, write_results
from sim.results.tables import results_of
from sim.scenario import Scenario, ScenarioError, load_scenario
from sim.scenario.loading import load_as
from sim.statistics.site_table import SiteTableError, read_site_table

SECONDS, BYTES, MOST_MISTAKES, RUNS = 10, 2**30, 50, 300
LIBRARY_WORDS = re.compile(
    r"Input should|validation error|pydantic|type=|Value error|Traceback|ruamel|yaml\.org/|jiter"
)
NASTY = [
    *(None, True, False, 0, 1, -1, 2, 1e-300, 1e300, -1e300, 2**31, 2**63, 2**64, 10**40, 0.5, -0.0, 1e-9),
    *(
        float("nan"),
        float("inf"),
        -float("inf"),
        "",
        " ",
        "no",
        "yes",
        "010",
        "1e5",
        "0x1F",
        "..",
        "/",
        "a/b",
        "x" * 5000,
    ),
    *(
        "\x00",
        "\x1b[31m",
        "\u202e",
        "\ud800",
        "雅西高速",
        "null",
        "~",
        "2025-02-30",
        "9999-12-01",
        "86400",
        "$1$",
        "-5",
        "nan",
    ),
    *(
        [],
        {},
        [[]],
        [None],
        {"a": 1},
        {"": {}},
        [1, 2, 3],
        [1e300] * 12,
        [0] * 24,
        [0] * 12,
        [True] * 7,
        {"link": "moon"},
    ),
]
TEXT_BITS = [
    "&a",
    "*a",
    "<<: *a",
    "!!python/object:os.system",
    "|",
    ">",
    "{",
    "}",
    "[",
    "]",
    ":",
    "- ",
    "\t",
    "#",
    "'",
    '"',
]
TEXT_BITS += [
    "%YAML 1.1\n---\n",
    "---\n",
    "...\n",
    "\x07",
    "\u202e",
    "0" * 300,
    "9" * 400,
    "? ",
    ".inf",
    ".nan",
    "1e999",
    "\n",
    " ",
]
PRIOR = {"kind": "uniform", "low": 0.5, "high": 2.0, "source": {"basis": "assumption", "range": "0.5 to 2"}}
TARGETS = {
    "targets": [
        {"name": "t", "metric": "compliance_rate", "value": 0.9, "sd": 0.1, "source": {"basis": "published"}},
        {
            "name": "u",
            "metric": "trips",
            "value": 90.0,
            "sd": 1,
            "source": {"basis": "assumption"},
            "months": ["2025-01", "2025-01"],
        },
    ],
    "parameters": {"risk.truck_hazard_ratio": PRIOR},
}
CSV = (
    "site,before,after,predicted_before,predicted_after,overdispersion,treated\n"
    "a,5,3,4.0,4.5,0.3,1\nb,2,2,2,2,0.3,0\nc,4,1,3,3,1,0\n"
)
SETTINGS = [
    "interventions.driver_contact.operators=1:4",
    "risk.fog_factor=1.1:2.0",
    "days=2",
    "behaviour.penalty_cny=20,150",
]


class TooLong(BaseException):
    """The ten seconds are over; no part of the program may catch it."""


def base() -> dict:
    """A scenario with every intervention and uncertain parameters."""
    content = copy.deepcopy(SMALL)
    content["interventions"] = {cls.kind: EXAMPLES.get(cls.kind, {}) for cls in BUILT_IN}
    content["uncertain"] = {
        "risk.truck_hazard_ratio": PRIOR,
        "behaviour.contact_half_life_days": PRIOR | {"low": 20, "high": 90},
    }
    return content


def paths(data, above=()):
    """Every place in nested data."""
    yield above
    items = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in items:
        yield from paths(value, (*above, key))


def mutated(data, dice: random.Random):
    """Data with some places changed."""
    data = copy.deepcopy(data)
    for _ in range(dice.choice([1, 1, 1, 2, 4])):
        *above, last = dice.choice([path for path in paths(data) if path] or [("x",)])
        place = data
        for key in above:
            place = place[key]
        kind = dice.random()
        if kind < 0.15 and isinstance(place, dict):
            place[dice.choice(["dayz", "name", "", "a.b", "\x1b", "extends"])] = dice.choice(NASTY)
        elif kind < 0.3:
            del place[last]
        elif kind < 0.4 and isinstance(place, list):
            place.extend([place[last]] * dice.choice([1, 30]))
        elif kind < 0.6 and isinstance(place[last], (int, float)) and not isinstance(place[last], bool):
            place[last] = place[last] * dice.choice([-1, 0, 0.001, 0.5, 2, 10, 1000])
        else:
            place[last] = copy.deepcopy(dice.choice(NASTY))
    return data


def text_mutant(text: str, dice: random.Random) -> str:
    """A text with bits put in, taken out and moved."""
    for _ in range(dice.choice([1, 1, 2, 5])):
        at, to = sorted(dice.randrange(len(text) + 1) for _ in range(2))
        kind = dice.random()
        if kind < 0.5:
            text = text[:at] + dice.choice(TEXT_BITS) + text[at:]
        elif kind < 0.7:
            text = text[:at] + text[min(to, at + dice.choice([1, 3, 40])) :]
        elif kind < 0.8:
            text = text[:to] + text[at : min(to, at + 60)] + text[to:]
        elif kind < 0.9:
            text = text[:at]
        else:
            lines = text.splitlines(keepends=True)
            dice.shuffle(lines)
            text = "".join(lines[:30]) + text
    return text


def bytes_mutant(content: bytes, dice: random.Random) -> bytes:
    """A file with some bytes changed, or cut."""
    if dice.random() < 0.3:
        return content[: dice.randrange(len(content) + 1)]
    changed = bytearray(content)
    for _ in range(dice.choice([1, 3, 50])):
        changed[dice.randrange(len(changed))] = dice.randrange(256)
    return bytes(changed)


class Fuzz:
    """Tries mutants and keeps what went wrong."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder = folder
        self.dice = random.Random(seed)
        self.count: Counter[str] = Counter()
        self.wrong: list[str] = []
        self.taken: list[Scenario] = []

    def attempt(self, kind: str, work, *refusals: type[Exception]) -> None:
        """One mutant: taken, or refused in our words."""
        self.count[kind] += 1
        signal.alarm(SECONDS)
        try:
            found = work()
        except refusals as error:
            self.count[f"{kind} refused"] += 1
            self._judge(kind, error)
        except TooLong:
            self.wrong.append(f"{kind}: more than {SECONDS} s")
        except BaseException as error:  # noqa: BLE001 - that is what is looked for
            self.wrong.append(f"{kind}: {type(error).__name__}: {str(error)[:300]}")
        else:
            if isinstance(found, Scenario):
                self.taken.append(found)
        finally:
            signal.alarm(0)

    def _judge(self, kind: str, error: Exception) -> None:
        text = str(error)
        if not text or LIBRARY_WORDS.search(text) or any(ord(c) < 32 and c != "\n" for c in text) or "\u202e" in text:
            self.wrong.append(f"{kind}: said {text[:300]!r}")
        if isinstance(error, ScenarioError):
            files = Counter(mistake.file for mistake in error.mistakes)
            if max(files.values()) > MOST_MISTAKES:
                self.wrong.append(f"{kind}: {max(files.values())} mistakes of a file")
            if kind in {"text", "data"} and not all(mistake.file for mistake in error.mistakes):
                self.wrong.append(f"{kind}: no file in {text[:200]!r}")

    def scenarios(self, number: int) -> None:
        """As text and as data."""
        text, content, file = yaml.dump(base(), sort_keys=False, allow_unicode=True), base(), self.folder / "s.yaml"
        for _ in range(number):
            file.write_bytes(text_mutant(text, self.dice).encode("utf-8", "surrogatepass"))
            self.attempt("text", lambda: load_scenario(file), ScenarioError)
            file.write_text(json.dumps(mutated(content, self.dice)), encoding="utf-8")
            self.attempt("data", lambda: load_scenario(file), ScenarioError)

    def changes(self, number: int) -> None:
        """Through `changed`."""
        scenario = Scenario.model_validate(SMALL).changed({"interventions.driver_contact": {}})
        keys = [".".join(map(str, path)) for path in paths(scenario.model_dump(mode="json")) if path]
        for _ in range(number):
            key = (
                self.dice.choice(keys)
                if self.dice.random() < 0.8
                else self.dice.choice(["", ".", "a.b", "road.links.x"])
            )
            value = copy.deepcopy(self.dice.choice(NASTY))
            self.attempt("changed", lambda k=key, v=value: scenario.changed({k: v}), ScenarioError)
            text = text_mutant(self.dice.choice(SETTINGS), self.dice)
            self.attempt("set", lambda t=text: self._set(scenario, t), SweepMistake, ScenarioError)

    def _set(self, scenario: Scenario, text: str) -> None:
        one = axis(text)
        points = grid([one])
        variants(scenario, [one.key], points[:3])

    def others(self, number: int) -> None:
        """Targets and tables of sites."""
        file, table = self.folder / "t.yaml", self.folder / "t.csv"
        for _ in range(number):
            file.write_text(json.dumps(mutated(TARGETS, self.dice)), encoding="utf-8")
            self.attempt("targets", lambda: load_as(file, Targets), ScenarioError)
            table.write_bytes(text_mutant(CSV, self.dice).encode("utf-8", "surrogatepass"))
            self.attempt("csv", lambda: read_site_table(table), SiteTableError)

    def options(self, number: int) -> None:
        """Options of the command line, on a scenario that is refused at last, so that nothing runs long."""
        names = [
            "--seed",
            "--days",
            "--replications",
            "--workers",
            "--precision",
            "--draws",
            "--out",
            "--set",
            "--json",
        ]
        (self.folder / "bad.yaml").write_text("name: bad\n")
        for _ in range(number):
            values = ["-1", "0", "1e9", "nan", "9" * 40, "x", "", "9223372036854775808", "\u202e", "1.5"]
            chosen = [part for name in self.dice.sample(names, 2) for part in (name, self.dice.choice(values))]
            command = self.dice.choice(["run", "compare", "sweep", "sensitivity", "calibrate", "power", "report"])
            self.attempt("option", lambda c=command, o=chosen: self._invoke([c, str(self.folder / "bad.yaml"), *o]))

    def _invoke(self, arguments: list[str]) -> None:
        done = CliRunner().invoke(app, arguments)
        if done.exit_code != 2 or "Traceback" in done.output:
            raise AssertionError(f"exit code {done.exit_code}, {done.exception!r}: {arguments}")

    def folders(self, number: int) -> None:
        """Result folders and stores."""
        pair = Scenario.model_validate(SMALL).changed({"days": 2, "warm_up_days": 0})
        scenarios = [pair, pair.changed({"name": "calls", "interventions.driver_contact": {}})]
        store, out = Store(self.folder / "store"), self.folder / "out"
        experiment = run_experiment(scenarios, replications=1, seed=1, workers=1, store=store)
        write_results(results_of(experiment, baseline="small", command="x"), out, events=False)
        files = sorted(path for path in out.iterdir() if path.suffix in {".json", ".parquet"} and path.name[0] != ".")
        kept = sorted(store.folder.glob("*.run"))
        for _ in range(number):
            self._damaged(self.dice.choice(files), "folder", lambda: read_results(out), NotAResultFolder)
            file = self.dice.choice(kept)
            self._damaged(file, "store", lambda f=file: store.get(f.stem))

    def _damaged(self, file: Path, kind: str, work, *refusals: type[Exception]) -> None:
        content = file.read_bytes()
        file.write_bytes(bytes_mutant(content, self.dice))
        self.attempt(kind, work, *refusals)
        file.write_bytes(content)

    def runs(self, number: int) -> None:
        """Scenarios that were taken, for two days each."""
        self.dice.shuffle(self.taken)
        for scenario in self.taken:
            if self.count["run"] >= number:
                return
            trips = sum(sum(flow.trips_per_year.values()) for flow in scenario.demand.flows)
            if trips < 1e6 and sum(one.drivers for one in scenario.fleet.classes.values()) < 1e5:
                self.attempt("run", lambda s=scenario: self._run(s))

    def _run(self, scenario: Scenario) -> None:
        short = scenario.changed({"days": 2, "warm_up_days": min(scenario.warm_up_days, 2), "uncertain": {}})
        metrics = run_replication(short, 1, 0).metrics
        bad = {k: v for k, v in metrics.items() if v < 0.0 or (isnan(v) and not may_not_exist(k))}
        if bad:
            raise AssertionError(f"{bad} of {short.model_dump_json()[:2000]}")


def main(scale: float) -> None:
    """All kinds; `scale` 1 is ten thousand mutants."""
    signal.signal(signal.SIGALRM, lambda *_: (_ for _ in ()).throw(TooLong()))
    with tempfile.TemporaryDirectory() as name:
        fuzz = Fuzz(Path(name), 17)
        size = int(re.search(r"VmSize:\s+(\d+)", Path("/proc/self/status").read_text())[1]) * 1024
        fuzz.folders(int(250 * scale))
        resource.setrlimit(resource.RLIMIT_AS, (size + BYTES + BYTES, resource.RLIM_INFINITY))
        fuzz.scenarios(int(3000 * scale))
        fuzz.changes(int(1000 * scale))
        fuzz.others(int(800 * scale))
        fuzz.options(int(200 * scale))
        fuzz.runs(int(RUNS * scale))
        print(json.dumps({"count": fuzz.count, "wrong": fuzz.wrong}))


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 1.0)
