"""Small wrongs in the formulas, one at a time: does a test notice?

python -m tests.mutation [--sample 40] [--seed 1] [--workers 2]   from the project's folder

Each mutant is a copy of the project in which one operator, comparison or number in a function of physics, risk,
behaviour or statistics, or of the incidents, is another. Tests of formulas run first, then, for those that live on, a
week of the shipped county and of a slope against what is stored. Survivors are printed with their line.
"""

import argparse
import ast
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue
from typing import NamedTuple

from scipy.stats import binomtest

ROOT = Path(__file__).parents[2]
MUTATED = ("physics", "risk", "behaviour", "statistics", "engine/incidents.py")
COPIED = ("sim", "tests", "scenarios", "results/reference", "docs", "pyproject.toml", "README.md", "README.zh-CN.md")
FORMULAS = (
    "tests/theory/test_published_values.py",
    "tests/theory/test_encounters.py",
    "tests/theory/test_incidents.py",
    "tests/theory/test_deaths.py",
    "tests/theory/test_followers.py",
    "tests/theory/test_safety_statistics.py",
    "tests/theory/test_queue.py",
    "tests/unit/test_statistics.py",
    "tests/property/test_deterrence.py",
    "tests/property/test_road_classes.py",
)
"""Tests that need no compiled sweep."""
OF_STATISTICS = (*FORMULAS, "tests/theory/test_before_after.py", "tests/unit/test_small_pieces.py")
"""What no run knows of has no other tests."""
WEEKS = ("taishun/full_programme", "qidaoliang/escape_ramps", "measures/everything", "validation/us_arterial")
ALLOWED_SURVIVORS = 0.10
OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.Pow: ast.Mult,
}
COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.Gt,
    ast.Gt: ast.Lt,
    ast.LtE: ast.Gt,
    ast.GtE: ast.Lt,
}
NAMES = {"min": "max", "max": "min", "minimum": "maximum", "maximum": "minimum"}
SMALLEST = 1e-6
"""Numbers that only keep a division from nothing are left alone."""
LONGEST_S = 900.0
"""A mutant that is not done by then goes round for ever."""
FACTOR = 1.1
"""On numbers that are no whole ones: less than most sources know them to."""


class Mutant(NamedTuple):
    """One wrong: file below `sim`, line, what is there and what stands instead, and the file's new text."""

    file: str
    line: int
    change: str
    text: str


def mutants_of(file: Path) -> Iterator[Mutant]:
    """All of a module; annotations and texts are left alone."""
    source = file.read_text(encoding="utf-8")
    count = sum(1 for _ in _places(ast.parse(source)))
    for number in range(count):
        tree = ast.parse(source)
        node = list(_places(tree))[number]
        before = ast.unparse(node)
        _change(node)
        name = str(file.relative_to(ROOT / "sim"))
        yield Mutant(name, node.lineno, f"{before}  ->  {ast.unparse(node)}", ast.unparse(tree))


def _places(tree: ast.AST) -> Iterator[ast.expr]:
    """Nodes in functions that can be changed."""
    seen: set[int] = set()
    for function in ast.walk(tree):
        for statement in function.body if isinstance(function, ast.FunctionDef) else ():
            for node in ast.walk(statement):
                if isinstance(node, ast.expr) and _can_change(node) and id(node) not in seen:
                    seen.add(id(node))
                    yield node


def _can_change(node: ast.expr) -> bool:
    if isinstance(node, ast.BinOp):
        return type(node.op) in OPERATORS and not isinstance(node.left, ast.Constant | ast.JoinedStr | ast.List)
    if isinstance(node, ast.Compare):
        return type(node.ops[0]) in COMPARISONS
    if isinstance(node, ast.Constant):
        return isinstance(node.value, float) and abs(node.value) > SMALLEST and node.value != 1.0
    return isinstance(node, ast.Call) and _called(node) in NAMES


def _called(node: ast.Call) -> str:
    return getattr(node.func, "id", getattr(node.func, "attr", ""))


def _change(node: ast.expr) -> None:
    if isinstance(node, ast.BinOp):
        node.op = OPERATORS[type(node.op)]()
    elif isinstance(node, ast.Compare):
        node.ops[0] = COMPARISONS[type(node.ops[0])]()
    elif isinstance(node, ast.Constant):
        node.value *= FACTOR  # type: ignore[operator]
    elif isinstance(node, ast.Call):
        other = NAMES[_called(node)]
        setattr(node.func, "id" if isinstance(node.func, ast.Name) else "attr", other)


class Workshop:
    """A copy of the project in which one file at a time is wrong; what is compiled there is kept for the next."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        for name in COPIED:
            source, target = ROOT / name, folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            if source.is_dir():
                shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(source, target)

    def killed_by(self, mutant: Mutant) -> str:
        """What noticed it; empty if nothing did."""
        file = self._folder / "sim" / mutant.file
        sound = file.read_text(encoding="utf-8")
        try:
            file.write_text(mutant.text, encoding="utf-8")
            return next((name for name, arguments in _steps(mutant.file) if not self._passes(name, arguments)), "")
        finally:
            file.write_text(sound, encoding="utf-8")

    def _passes(self, name: str, arguments: list[str]) -> bool:
        own = {"PYTHONPATH": str(self._folder), "NUMBA_DISABLE_JIT": "1" if name == "formulas" else "0"}
        command = [sys.executable, *arguments]
        try:
            done = subprocess.run(
                command,
                check=False,
                cwd=self._folder,
                env={**os.environ, **own},
                capture_output=True,
                timeout=LONGEST_S,
            )
        except subprocess.TimeoutExpired:
            return False
        return done.returncode == 0


def _steps(file: str) -> Iterator[tuple[str, list[str]]]:
    """What tries a mutant of a file, the quickest first."""
    statistics = file.startswith("statistics")
    tests = OF_STATISTICS if statistics else FORMULAS
    yield "formulas", ["-m", "pytest", "-x", "-n", "0", "-p", "no:cacheprovider", *tests]
    for week in () if statistics else WEEKS:
        yield week, ["-c", "from sim.cli import main; main()", "check", "--only", week, "--workers", "1"]


def survivors_of(chosen: Sequence[Mutant], workers: int) -> int:
    """Try mutants and print what noticed each; returns how many live on.

    Raises
    ------
    RuntimeError
        if the tests fail without any change
    """
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(workers) as pool:
        free: SimpleQueue[Workshop] = SimpleQueue()
        for number in range(workers):
            free.put(Workshop(Path(folder) / str(number)))

        def tried(mutant: Mutant) -> str:
            workshop = free.get()
            try:
                return workshop.killed_by(mutant)
            finally:
                free.put(workshop)

        of_each_sort = {mutant.file.startswith("statistics"): mutant.file for mutant in chosen}
        for file in of_each_sort.values():
            if by := tried(Mutant(file, 0, "nothing", (ROOT / "sim" / file).read_text(encoding="utf-8"))):
                raise RuntimeError(f"{by}: fails without any change")
        survivors = 0
        for mutant, by in zip(chosen, pool.map(tried, chosen), strict=True):
            survivors += not by
            told = f"sim/{mutant.file}:{mutant.line}: {' '.join(mutant.change.split())[:110]}"
            print(f"{by or 'SURVIVED':23} {told}", flush=True)
    return survivors


def every_mutant() -> list[Mutant]:
    """All that can be tried, in the order of files and lines."""
    files = [
        file
        for name in MUTATED
        for file in ([ROOT / "sim" / name] if name.endswith(".py") else sorted((ROOT / "sim" / name).rglob("*.py")))
    ]
    return [mutant for file in files for mutant in mutants_of(file)]


def main() -> None:
    """Sample, try, print; exit code 1 if too many live on."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("--sample", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    every = every_mutant()
    chosen = random.Random(options.seed).sample(every, min(options.sample, len(every)))
    survivors = survivors_of(chosen, options.workers)
    share = survivors / len(chosen)
    low, high = binomtest(survivors, len(chosen)).proportion_ci(method="wilson")
    print(
        f"{survivors} of {len(chosen)} survived, {share:.1%} ({low:.1%} to {high:.1%}), "
        f"of {len(every):,} that could be tried"
    )
    sys.exit(share > ALLOWED_SURVIVORS)


if __name__ == "__main__":
    main()
