"""Files that are not ours stay, files of two experiments are never read as one, only the dead are cleared away."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sim import compare
from sim.cli import app
from sim.results.folder import NotAResultFolder, read_results, write_results
from sim.system import files
from sim.system.made_files import MadeFiles, NotOurs, write_signed

runner = CliRunner()


@pytest.fixture(scope="module")
def two(small):
    """Results of two seeds."""
    pair = small(days=3), small(days=3, name="calls", interventions={"driver_contact": {}})
    return [compare(*pair, replications=2, seed=seed, workers=1) for seed in (1, 2)]


def drawn():
    return {"monthly.svg": b"<svg>hairpin</svg>"}


def stop_at(monkeypatch, number: int, stop) -> list[int]:
    """Something happens before the n-th time that a file is put in its place."""
    plain, count = Path.replace, [0]

    def replace(self, target):
        if "new-" not in Path(target).parent.name and (self.suffix or self.name.isdigit()):
            count[0] += 1
            if count[0] == number:
                stop()
        return plain(self, target)

    monkeypatch.setattr(Path, "replace", replace)
    return count


def interrupt() -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize("number", range(1, 20))
def test_an_interrupt_between_any_two_renames_leaves_nothing_that_reads_as_one(two, tmp_path, monkeypatch, number):
    """Refused with what to do, or one of the two experiments whole; the same command then goes on to the end."""
    out = tmp_path / "out"
    write_results(two[0], out, events=False, charts=drawn)
    with monkeypatch.context() as patched:
        count = stop_at(patched, number, interrupt)
        try:
            write_results(two[1], out, events=True, charts=drawn)
        except KeyboardInterrupt:
            pass
        else:
            assert count[0] < number
    try:
        found = read_results(out)
    except NotAResultFolder as error:
        said = str(error)
    else:
        said = "run hairpin compare again"
        held = next(one for one in two if one.manifest["seed"] == found.manifest["seed"])
        assert found.runs.equals(held.runs)
        assert found.summary == held.summary
    assert "run hairpin compare again" in said
    assert not list(out.glob(f"{files.PREFIX}*"))
    write_results(two[1], out, events=True, charts=drawn)
    assert read_results(out).manifest["seed"] == 2
    kept = [read_results(folder).manifest["seed"] for folder in (out / "earlier").iterdir() if _whole(folder)]
    assert kept in ([], [1])


def _whole(folder: Path) -> bool:
    try:
        return bool(read_results(folder))
    except NotAResultFolder:
        return False


KILLED = """
import os, signal, sys
from pathlib import Path
from conftest import SMALL
from sim import compare
from sim.results.folder import write_results
from sim.scenario import Scenario
base = Scenario.model_validate(SMALL).changed({"days": 3})
results = compare(base, base.changed({"name": "calls", "interventions.driver_contact": {}}), replications=2,
                  seed=2, workers=1)
plain, count = Path.replace, [0]
def replace(self, target):
    count[0] += "new-" in self.parent.name and "new-" not in Path(target).parent.name
    if count[0] == int(sys.argv[2]):
        os.kill(os.getpid(), signal.SIGKILL)
    return plain(self, target)
Path.replace = replace
write_results(results, Path(sys.argv[1]), events=False)
"""


@pytest.mark.parametrize("number", [1, 4, 7])
def test_a_kill_between_renames_is_seen_by_every_reader(two, tmp_path, number) -> None:
    out = tmp_path / "out"
    write_results(two[0], out, events=False)
    paths = os.pathsep.join([str(Path(__file__).parents[1]), str(Path(__file__).parents[2])])
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(out), str(number)], env={**os.environ, "PYTHONPATH": paths}, check=False
    )
    assert done.returncode == -signal.SIGKILL
    for command in (["report", out], ["report", out, "--slides"], ["replay", out]):
        read = runner.invoke(app, [str(part) for part in command])
        assert read.exit_code == 2
        assert "hairpin compare" in read.output
    left = [path for path in out.iterdir() if path.name.startswith(files.PREFIX)]
    assert len(left) == 1
    write_results(two[1], out, events=False)
    assert read_results(out).manifest["seed"] == 2
    assert not [path for path in out.iterdir() if path.name.startswith(files.PREFIX)]


def test_leftovers_of_the_living_of_others_and_of_elsewhere_stay(tmp_path) -> None:
    own = files.marked_folder(tmp_path, "own")
    for name in (".git-credentials", ".out-x", "hairpin-2025-results", "hairpin-1-x", f"{files.PREFIX}thesis"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "thesis.tex").write_text("mine")
    elsewhere, dead = files.marked_folder(tmp_path, "elsewhere"), files.marked_folder(tmp_path, "dead")
    for folder, change in ((elsewhere, {"host": "other"}), (dead, {"pid": 2**22 + 1, "started": "1"})):
        mark = json.loads((folder / files.MARK).read_text())
        (folder / files.MARK).write_text(json.dumps(mark | change))
    for path in tmp_path.iterdir():
        os.utime(path, (0, 0))
    files.remove_abandoned(tmp_path)
    assert not dead.exists()
    assert own.exists()
    assert elsewhere.exists()
    assert sum((path / "thesis.tex").is_file() for path in tmp_path.iterdir()) == 5


def test_what_is_no_file_is_neither_read_nor_replaced(tmp_path) -> None:
    pipe, folder = tmp_path / "pipe", tmp_path / "folder"
    os.mkfifo(pipe)
    folder.mkdir()
    for place in (pipe, folder, Path("/dev/full")):
        with pytest.raises(files.NotAFile):
            files.write_whole(place, b"x")
        with pytest.raises(OSError, match=r"(?i)is a"):
            files.read_file(place, 10)
    assert pipe.is_fifo()


def test_a_link_stays_a_link_and_a_lock_is_not_followed(tmp_path) -> None:
    real, link = tmp_path / "real.txt", tmp_path / "link.txt"
    real.write_text("old")
    link.symlink_to(real)
    files.write_whole(link, b"new")
    assert link.is_symlink()
    assert real.read_text() == "new"
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / ".lock").symlink_to(real)
    with pytest.raises(OSError, match="symbolic"), files.locked(tmp_path / "out"):
        pass
    assert real.read_text() == "new"


def test_a_named_file_of_somebody_else_is_not_replaced(tmp_path) -> None:
    file = tmp_path / "page.html"
    write_signed(file, b"<p>hairpin 1</p>")
    write_signed(file, b"<p>hairpin 2</p>")
    file.write_text("my page")
    with pytest.raises(NotOurs):
        write_signed(file, b"<p>hairpin 3</p>")
    made = MadeFiles(tmp_path / "out")
    made.write({"a.txt": b"1"})
    made.write({"a.txt": b"2"})
    (tmp_path / "out" / "a.txt").write_text("mine")
    with pytest.raises(NotOurs):
        made.write({"a.txt": b"3", "b.txt": b"3"})
    assert not (tmp_path / "out" / "b.txt").exists()


DAMAGES = {
    "cut": lambda content: content[: len(content) // 2],
    "empty": lambda _: b"",
    "list": lambda _: b"[]",
    "null": lambda _: b"null",
    "deep": lambda _: b"[" * 100_000,
    "binary": lambda _: bytes(range(256)),
    "number": lambda content: content.replace(b"1", b"2", 1),
    "kinds": lambda content: content.replace(b'"', b"", 2),
}


@pytest.fixture(scope="module")
def whole(two, tmp_path_factory):
    out = tmp_path_factory.mktemp("whole") / "out"
    write_results(two[0], out, events=False)
    return out


READ = ("manifest.json", "summary.json", "scenarios.json", "costs.json", "runs.parquet", "sections.parquet")


@pytest.mark.parametrize(
    ("name", "damage"),
    [*((name, damage) for name in READ for damage in (*DAMAGES, "gone", "folder")), ("manifest.json", "format")],
)
def test_a_damaged_folder_is_one_message(whole, tmp_path, name, damage) -> None:
    import shutil

    out = tmp_path / "out"
    shutil.copytree(whole, out)
    content = (out / name).read_bytes()
    (out / name).unlink()
    if damage == "folder":
        (out / name).mkdir()
    elif damage == "format":
        changed = content.replace(b'"format": 2', b'"format": 99')
        (out / name).write_bytes(changed)
    elif damage != "gone":
        (out / name).write_bytes(DAMAGES[damage](content))
    same = (out / name).is_file() and (out / name).read_bytes() == content
    for command in (["report", out], ["replay", out]):
        done = runner.invoke(app, [str(part) for part in command])
        assert done.exit_code == (0 if same else 2), done.output
        if not same:
            assert name in done.output
            assert "Traceback" not in done.output
