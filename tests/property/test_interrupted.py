"""What was finished stays: killed processes, cut and failed writes, full disks, lost workers."""

import os
import random
import resource
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import wait
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import pytest
import yaml_text

from sim.experiment.executors import processes
from sim.experiment.runner import perform_all, run_experiment
from sim.experiment.store import Store, packed
from sim.scenario import load_scenario
from sim.system.files import write_whole

KILLS = 20
CALLS = "extends: base.yaml\nname: calls\ninterventions: {driver_contact: {operators: 3}}\n"


@pytest.fixture
def files(tmp_path) -> Path:
    (tmp_path / "base.yaml").write_text(yaml_text.SMALL_YAML)
    (tmp_path / "calls.yaml").write_text(CALLS)
    return tmp_path


def command(files: Path, out: Path, *more: str) -> list[str]:
    hairpin = [sys.executable, "-c", "from sim.cli import main; main()"]
    options = ["--replications", "6", "--days", "40", "--workers", "2", "--out", str(out), "--quiet", *more]
    return [*hairpin, "compare", "base.yaml", "calls.yaml", *options]


def contents(out: Path) -> dict[str, bytes]:
    """The final files; the manifest names the folder in its command."""
    names = [path for path in out.iterdir() if path.is_file() and path.name != ".lock"]
    found = {path.name: path.read_bytes() for path in names}
    found["manifest.json"] = found["manifest.json"].replace(str(out).encode(), b"OUT")
    return found


def undisturbed_s(files: Path, out: Path) -> float:
    """Run the command to its end; how long it took, from which moments to disturb it are drawn."""
    began = time.monotonic()
    subprocess.run(command(files, out), cwd=files, check=True)
    return time.monotonic() - began


@pytest.mark.slow
def test_killed_again_and_again_the_same_command_ends_with_the_same_bytes(files) -> None:
    """Killed twenty times at random points, then left alone."""
    undisturbed, out = files / "undisturbed", files / "out"
    took_s, moments = undisturbed_s(files, undisturbed), random.Random(20)
    killed = 0
    while killed < KILLS:
        process = subprocess.Popen(command(files, out), cwd=files, start_new_session=True, stderr=subprocess.DEVNULL)
        try:
            process.wait(timeout=moments.uniform(0.1, 0.9) * took_s)
        except subprocess.TimeoutExpired:
            os.kill(process.pid, signal.SIGKILL)  # this process alone: its workers have to end by themselves
            process.wait()
            killed += 1
        else:
            assert process.returncode == 0
            for finished in (out / "store").glob("*.run"):
                finished.unlink()
    subprocess.run(command(files, out), cwd=files, check=True)
    assert contents(out) == contents(undisturbed)
    assert len(list((out / "store").glob("*.run"))) == 12


def test_workers_end_when_their_parent_is_killed(files) -> None:
    process = subprocess.Popen(command(files, files / "out", "--fresh"), cwd=files, start_new_session=True)
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    while len(children.read_text().split()) < 2:
        assert process.poll() is None
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    deadline = threading.Event()
    for _ in range(200):
        if not _alive(process.pid):
            return
        deadline.wait(0.1)
    raise AssertionError("workers live on")


def _alive(session: int) -> list[int]:
    """Processes of a session that are not zombies."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        if int(fields[3]) == session and fields[0] != "Z":
            found.append(int(stat.parent.name))
    return found


WORKER_KILLS = 8


@pytest.mark.slow
def test_workers_killed_at_random_points_change_no_byte(files) -> None:
    """One of two workers is killed in each run, at whatever it does then; the run ends with the same files."""
    undisturbed, out = files / "undisturbed", files / "out"
    took_s, moments = undisturbed_s(files, undisturbed), random.Random(21)
    killed = 0
    while killed < WORKER_KILLS:
        process = subprocess.Popen(command(files, out, "--fresh"), cwd=files, start_new_session=True)
        try:
            process.wait(timeout=moments.uniform(0.4, 0.9) * took_s)
        except subprocess.TimeoutExpired:
            killed += _kill_a_worker(process.pid)
        assert process.wait(timeout=120) == 0
        assert contents(out) == {**contents(undisturbed), "manifest.json": contents(out)["manifest.json"]}


def _kill_a_worker(parent: int) -> int:
    """Kill the last process that a command's fork server started; how many were killed."""
    servers = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    for server in servers:
        workers = Path(f"/proc/{server}/task/{server}/children").read_text().split()
        if workers:
            os.kill(int(workers[-1]), signal.SIGKILL)
            return 1
    return 0


def test_a_worker_killed_while_it_hands_over_a_result_is_noticed() -> None:
    """A result of 256 MiB is on its way when its worker dies: whoever waits is told, and nothing is left behind."""
    with processes(2) as executor:
        spool = executor._spool
        future = executor.submit(bytes, 1 << 28)
        while not any(file.stat().st_size for file in spool.iterdir()):
            assert not future.done()
        for process in list(executor._processes.values()):
            os.kill(process.pid, signal.SIGKILL)
        done, _ = wait([future], timeout=120)
        assert done
        assert isinstance(future.exception(), BrokenProcessPool)
    assert not spool.exists()


def test_finished_runs_are_taken_and_changed_ones_computed(files, monkeypatch) -> None:
    base = load_scenario(files / "base.yaml").changed({"days": 5})
    store, ran = Store(files / "store"), []
    perform = sys.modules["sim.experiment.runner"].perform
    monkeypatch.setattr(
        "sim.experiment.runner.perform", lambda task: (ran.append(task.scenario.name), perform(task))[1]
    )

    def experiment(*scenarios, **options):
        ran.clear()
        return run_experiment(scenarios, replications=2, seed=1, workers=1, store=store, **options)

    experiment(base)
    assert len(ran) == 2
    experiment(base.changed({"title": "another text"}))
    assert ran == []
    experiment(base.changed({"risk.fog_factor": 1.6}))
    assert len(ran) == 2
    experiment(base, fresh=True)
    assert len(ran) == 2
    stored, plain = (run_experiment([base], replications=1, seed=1, workers=1, store=s) for s in (store, None))
    assert packed(stored.outcomes["small"][0]) == packed(plain.outcomes["small"][0])


@pytest.mark.parametrize("cut", [0, 1, 1000, -1])
def test_a_file_cut_short_is_computed_again(files, cut) -> None:
    base = load_scenario(files / "base.yaml").changed({"days": 5})
    store = Store(files / "store")
    first = run_experiment([base], replications=1, seed=1, workers=1, store=store).outcomes["small"][0]
    file = next((files / "store").glob("*.run"))
    whole = file.read_bytes()
    file.write_bytes(whole[:cut])
    again = run_experiment([base], replications=1, seed=1, workers=1, store=store).outcomes["small"][0]
    assert packed(again) == packed(first)
    assert file.read_bytes() == whole


def test_a_write_that_fails_leaves_the_old_file(tmp_path, monkeypatch) -> None:
    file = tmp_path / "a"
    write_whole(file, b"old")
    monkeypatch.setattr("os.fsync", lambda _: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    with pytest.raises(OSError, match="No space"):
        write_whole(file, b"new")
    assert file.read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def _mounted(folder: Path, size: str) -> bool:
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    return subprocess.run(mount, check=False, capture_output=True).returncode == 0


def _limit_files() -> None:
    """Stands in for a full disk where mounting is not allowed: no file may grow beyond 60 kB."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)


@pytest.mark.slow
def test_a_full_disk_loses_nothing_that_was_finished(files) -> None:
    """A tmpfs of 400 kB holds some runs and not the rest; with more room the same command goes on."""
    small_disk, undisturbed = files / "disk", files / "undisturbed"
    small_disk.mkdir()
    mounted = _mounted(small_disk, "400k")
    limit = None if mounted else _limit_files
    out = small_disk / "out"
    try:
        done = subprocess.run(
            command(files, out), cwd=files, capture_output=True, text=True, check=False, preexec_fn=limit
        )
        assert done.returncode == 2, done.stderr
        assert "can't be written" in done.stderr
        assert "Traceback" not in done.stderr
        finished = sorted(path.name for path in (out / "store").glob("*.run"))
        assert finished or not mounted
        assert not list(out.rglob("*.partial"))
        if mounted:
            subprocess.run(["mount", "-o", "remount,size=50m", str(small_disk)], check=True)
        subprocess.run(command(files, out), cwd=files, check=True)
        subprocess.run(command(files, undisturbed), cwd=files, check=True)
        assert contents(out) == contents(undisturbed)
    finally:
        if mounted:
            subprocess.run(["umount", str(small_disk)], check=True)


@pytest.mark.slow
def test_two_processes_on_one_folder_end_with_the_same_files(files) -> None:
    out, undisturbed = files / "out", files / "undisturbed"
    both = [subprocess.Popen(command(files, out), cwd=files) for _ in range(2)]
    assert [process.wait(timeout=120) for process in both] == [0, 0]
    subprocess.run(command(files, undisturbed), cwd=files, check=True)
    assert contents(out) == contents(undisturbed)


def test_a_dead_worker_is_replaced(small, tmp_path) -> None:
    """A worker kills itself the first time it gets a run; the run is done by another."""
    from sim.experiment.runner import Task

    flag = tmp_path / "died"
    tasks = [Task(small(days=3, name=f"s{n}"), 1, n) for n in range(4)]
    expected = [packed(outcome) for outcome in perform_all(tasks, workers=1)]
    done = subprocess.run(
        [sys.executable, str(Path(__file__).parents[1] / "helpers" / "dying_worker.py"), str(flag)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(Path(__file__).parent), str(Path(__file__).parents[1])])},
    )
    assert done.returncode == 0, done.stderr
    assert flag.exists()
    assert done.stdout.split() == [__import__("hashlib").sha256(content).hexdigest() for content in expected]


@pytest.mark.slow
def test_dask_gives_the_same_and_survives_a_lost_worker(small) -> None:
    distributed = pytest.importorskip("distributed")
    scenarios = [small(days=30), small(days=30, name="calls", interventions={"driver_contact": {}})]
    expected = run_experiment(scenarios, replications=4, seed=3, workers=1)
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None, processes=True) as cluster:
        seen: list[int] = []

        def progress(done: int, _all: int) -> None:
            seen.append(done)
            if done == 2:
                os.kill(next(iter(cluster.workers.values())).pid, signal.SIGKILL)

        found = run_experiment(scenarios, replications=4, seed=3, dask=cluster.scheduler_address, progress=progress)
    assert seen[-1] == 8
    for name, outcomes in expected.outcomes.items():
        assert [packed(o) for o in outcomes] == [packed(o) for o in found.outcomes[name]]
