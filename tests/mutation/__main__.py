"""Small wrongs in the formulas, one at a time: does a test notice?

python -m tests.mutation [--sample 40] [--seed 1] [--workers 2]   from the project's folder

Each mutant is a copy of the project in which one operator, comparison or number in a function of physics, risk,
behaviour or statistics, or of the incidents, is another. Quick tests of formulas run first, then, for those that live
on, a week of the shipped county and of a slope against what is stored. Survivors are printed with their line.
"""

import argparse
import ast
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
MUTATED = ("physics", "risk", "behaviour", "statistics", "engine/incidents.py")
COPIED = ("sim", "tests", "scenarios", "results/reference", "docs", "pyproject.toml", "README.md", "README.zh-CN.md")
QUICK = (
    "tests/theory/test_published_values.py",
    "tests/theory/test_safety_statistics.py",
    "tests/theory/test_encounters.py",
    "tests/theory/test_followers.py",
    "tests/theory/test_queue.py",
    "tests/theory/test_rules.py",
    "tests/unit/test_statistics.py",
    "tests/unit/test_small_pieces.py",
    "tests/property/test_curves.py",
    "tests/property/test_deterrence.py",
    "tests/property/test_speed_changes.py",
    "tests/property/test_runaways.py",
    "tests/theory/test_before_after.py",
)
WEEKS = ("taishun/full_programme", "qidaoliang/escape_ramps")
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
        return isinstance(node.value, float) and node.value not in {0.0, 1.0}
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


def killed_by(mutant: Mutant) -> str:
    """What noticed it; empty if nothing did."""
    with tempfile.TemporaryDirectory() as folder:
        own = Path(folder)
        for name in COPIED:
            source, target = ROOT / name, own / name
            target.parent.mkdir(parents=True, exist_ok=True)
            copy = shutil.copytree if source.is_dir() else shutil.copy
            copy(source, target, **({"ignore": shutil.ignore_patterns("__pycache__")} if source.is_dir() else {}))
        (own / "sim" / mutant.file).write_text(mutant.text, encoding="utf-8")
        weeks = " ".join(f"--only {name}" for name in WEEKS)
        steps = {
            "formulas": ["-m", "pytest", "-x", "-n", "0", "-p", "no:cacheprovider", *QUICK],
            "weeks": ["-c", "from sim.cli import main; main()", "check", *weeks.split(), "--workers", "1"],
        }
        for name, arguments in steps.items():
            surroundings = {**os.environ, "PYTHONPATH": str(own)}
            command = [sys.executable, *arguments]
            try:
                done = subprocess.run(
                    command, check=False, cwd=own, env=surroundings, capture_output=True, timeout=LONGEST_S
                )
            except subprocess.TimeoutExpired:
                return "time"
            if done.returncode:
                return name
    return ""


def main() -> None:
    """Sample, try, print; exit code 1 if too many live on."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("--sample", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    files = [
        file
        for name in MUTATED
        for file in ([ROOT / "sim" / name] if name.endswith(".py") else sorted((ROOT / "sim" / name).rglob("*.py")))
    ]
    every = [mutant for file in files for mutant in mutants_of(file)]
    chosen = random.Random(options.seed).sample(every, min(options.sample, len(every)))
    whole = Mutant(chosen[0].file, 0, "nothing", (ROOT / "sim" / chosen[0].file).read_text(encoding="utf-8"))
    if by := killed_by(whole):
        sys.exit(f"{by}: fails without any change")
    survivors = 0
    with ThreadPoolExecutor(options.workers) as pool:
        for mutant, by in zip(chosen, pool.map(killed_by, chosen), strict=True):
            survivors += not by
            told = f"sim/{mutant.file}:{mutant.line}: {' '.join(mutant.change.split())[:110]}"
            print(f"{by or 'SURVIVED':9} {told}", flush=True)
    share = survivors / len(chosen)
    print(f"{survivors} of {len(chosen)} survived ({100.0 * share:.0f} %), of {len(every):,} that could be tried")
    sys.exit(share > ALLOWED_SURVIVORS)


if __name__ == "__main__":
    main()
