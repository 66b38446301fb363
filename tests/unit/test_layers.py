"""Imports go downward only, and SimPy and matplotlib stay where they belong."""

import ast
from pathlib import Path

from sim.experiment.store import MODEL

PACKAGE = Path(__file__).parents[2] / "sim"
PACKAGES = (
    "core",
    "system",
    "statistics",
    "inputs",
    "physics",
    "risk",
    "behaviour",
    "driving",
    "interventions",
    "scenario",
    "engine",
    "experiment",
    "analysis",
    "results",
    "evidence",
    "hindcast",
    "importing",
    "charts",
    "report",
    "serving",
    "api",
    "cli",
)
"""From the ground up; each may use those before it."""
LEVEL = {name: level for level, name in enumerate(PACKAGES)}
MOST_ROOMS = 22


def modules():
    return sorted(path for path in PACKAGE.rglob("*.py") if path.name != "__init__.py" or path.parent != PACKAGE)


def part_of(path: Path) -> str:
    return path.relative_to(PACKAGE).with_suffix("").parts[0]


def imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            names.add(node.module)
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        assert not (isinstance(node, ast.ImportFrom) and node.level), f"{path}: relative import"
    return names


def test_every_part_has_a_layer() -> None:
    assert {part_of(path) for path in modules()} == set(LEVEL)
    assert len(PACKAGES) <= MOST_ROOMS


def test_the_model_is_of_whole_packages_below_the_experiment() -> None:
    """So that the store never serves runs of another model."""
    assert set(MODEL) == set(PACKAGES[: LEVEL["experiment"]]) - {"system", "statistics"}
    assert not {name.split(".")[1] for name in _ours(MODEL)} - set(MODEL) - {"system"}


def _ours(packages: tuple[str, ...]) -> set[str]:
    found = (name for path in modules() if part_of(path) in packages for name in imported(path))
    return {name for name in found if name.startswith("sim.")}


def test_imports_go_downward() -> None:
    for path in modules():
        own = part_of(path)
        for name in imported(path):
            parts = name.split(".")
            if parts[0] == "sim" and len(parts) > 1 and parts[1] in LEVEL:
                assert LEVEL[parts[1]] <= LEVEL[own], f"{path.name} imports {name} from a higher layer"


def test_parts_of_one_layer_have_no_circle() -> None:
    graph = {
        path: {_file(name) for name in imported(path) if name.startswith("sim.") and _file(name)} for path in modules()
    }
    done: set[Path] = set()

    def visit(path: Path, above: tuple[Path, ...]) -> None:
        assert path not in above, f"circle: {[p.name for p in (*above, path)]}"
        if path not in done:
            for other in graph.get(path, ()):
                visit(other, (*above, path))
            done.add(path)

    for path in graph:
        visit(path, ())


def _file(name: str) -> Path | None:
    file = PACKAGE.parent.joinpath(*name.split(".")).with_suffix(".py")
    return file if file.is_file() else None


def test_simpy_and_matplotlib_stay_in_their_layers() -> None:
    for path in modules():
        tops = {name.split(".")[0] for name in imported(path)}
        assert "simpy" not in tops or part_of(path) in {"interventions", "engine"}, path
        assert "matplotlib" not in tops or part_of(path) == "charts", path


def test_functions_are_short() -> None:
    """Longest 40 lines, docstring aside; half of all have 8 or fewer."""
    lengths = []
    for path in modules():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef):
                body = node.body[1:] if ast.get_docstring(node) else node.body
                length = body[-1].end_lineno - body[0].lineno + 1 if body else 0
                lengths.append(length)
                assert length <= 40, f"{path.name}: {node.name} has {length} lines"
    assert sorted(lengths)[len(lengths) // 2] <= 8
