"""Peers on the same corridor: `python -m benchmarks.peers NAME DAYS` simulates in this process and prints a line of JSON.

CPU is that of the simulation alone, without building trucks or files; for SUMO that of its process, file reading included.
"""

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Generator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as Xml

import numpy as np

from benchmarks.corridor import LIMITS_KMH, SECTION_KM, SECTIONS, Trips, scenario, trips_of
from benchmarks.memory import peak_mib, watched

Work = tuple[Callable[[], Any], Callable[[Any], tuple[float, list[float]]]]
"""What is timed, and what it drove: truck-km and travel times [s]."""


def hairpin(days: float) -> Work:
    """The engine with its hazards, a year's tables and all."""
    from sim.engine.replication import run_replication

    content = scenario(days=max(int(days), 1))

    def driven(outcome: Any) -> tuple[float, list[float]]:
        metrics = outcome.metrics
        return metrics["vehicle_km"], [metrics["vehicle_hours"] * 3600.0 / metrics["trips"]]

    return lambda: run_replication(content, 1, 0), driven


def simpy(days: float) -> Work:
    """A process a truck, a timeout a section."""
    from simpy import Environment

    trips, env, ended = trips_of(days), Environment(), []
    rows = trips.duration_s.T.tolist()

    def truck(durations: list[float]) -> Generator[Any, Any, None]:
        start = env.now
        for duration in durations:
            yield env.timeout(duration)
        ended.append(env.now - start)

    def source() -> Generator[Any, Any, None]:
        for departure, durations in zip(trips.departure_s.tolist(), rows, strict=True):
            yield env.timeout(departure - env.now)
            env.process(truck(durations))

    env.process(source())
    return env.run, lambda _: (trips.truck_km, ended)


def salabim(days: float) -> Work:
    """A component a truck, a hold a section."""
    import salabim as sim

    sim.yieldless(False)
    trips, ended = trips_of(days), []
    env = sim.Environment(trace=False)

    class Truck(sim.Component):  # type: ignore[misc]
        def process(self, durations: list[float]) -> Generator[Any, Any, None]:
            start = env.now()
            for duration in durations:
                yield self.hold(duration)
            ended.append(env.now() - start)

    class Source(sim.Component):  # type: ignore[misc]
        def process(self) -> Generator[Any, Any, None]:
            for departure, durations in zip(trips.departure_s.tolist(), trips.duration_s.T.tolist(), strict=True):
                yield self.hold(departure - env.now())
                Truck(durations=durations)

    Source()
    return env.run, lambda _: (trips.truck_km, ended)


def ciw(days: float) -> Work:
    """A node with servers without end for each section; the service time is the truck's own."""
    import ciw as queues

    trips = trips_of(days)
    gaps = np.diff(np.concatenate([[0.0], trips.departure_s])).tolist()
    places: dict[int, int] = {}

    class Own(queues.dists.Distribution):  # type: ignore[misc]
        def __init__(self, section: int) -> None:
            self.times = trips.duration_s[section].tolist()

        def sample(self, t: float | None = None, ind: Any = None) -> float:
            return self.times[places.setdefault(ind.id_number, len(places))]

    network = queues.create_network(
        arrival_distributions=[queues.dists.Sequential([*gaps, float("inf")]), *[None] * (SECTIONS - 1)],
        service_distributions=[Own(n) for n in range(SECTIONS)],
        number_of_servers=[float("inf")] * SECTIONS,
        routing=[[1.0 if to == start + 1 else 0.0 for to in range(SECTIONS)] for start in range(SECTIONS)],
    )
    simulation = queues.Simulation(network)
    until = float(trips.departure_s[-1] + trips.duration_s.sum(axis=0).max() + 1.0)

    def driven(_: Any) -> tuple[float, list[float]]:
        records = simulation.get_all_records()
        first = {r.id_number: r.arrival_date for r in records if r.node == 1}
        times = [r.exit_date - first[r.id_number] for r in records if r.node == SECTIONS]
        return len(records) * SECTION_KM, times

    return lambda: simulation.simulate_until_max_time(until), driven


def mesa(days: float) -> Work:
    """An agent a truck, an event a section on Mesa's event simulator."""
    from mesa import Agent, Model
    from mesa.experimental.devs import DEVSimulator

    trips, ended = trips_of(days), []
    until = float(trips.departure_s[-1] + trips.duration_s.sum(axis=0).max() + 1.0)
    simulator = DEVSimulator()

    class Truck(Agent):  # type: ignore[misc]
        def __init__(self, model: Any, durations: list[float]) -> None:
            super().__init__(model)
            self.durations, self.row, self.start = durations, 0, simulator.time

        def go_on(self) -> None:
            if self.row == len(self.durations):
                ended.append(simulator.time - self.start)
                self.remove()
                return
            self.row += 1
            simulator.schedule_event_relative(self.go_on, self.durations[self.row - 1])

    class Road(Model):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.rows = trips.duration_s.T.tolist()
            self.starts = [(lambda n=n: self.depart(n)) for n in range(len(trips.departure_s))]

        def depart(self, number: int) -> None:
            Truck(self, self.rows[number]).go_on()

    road = Road()
    simulator.setup(road)
    for departure, action in zip(trips.departure_s.tolist(), road.starts, strict=True):
        simulator.schedule_event_absolute(action, departure)
    return lambda: simulator.run_until(until), lambda _: (trips.truck_km, ended)


def uxsim(days: float) -> Work:
    """A link a section, platoons of one vehicle; all at the limit, as UXsim's vehicles are alike."""
    from uxsim import World as Ux

    trips = trips_of(days)
    horizon = float(trips.departure_s[-1] + 2.0 * 3600.0)
    world = Ux(name="", deltan=1, tmax=horizon, print_mode=0, save_mode=0, show_mode=0, random_seed=1)
    for n in range(SECTIONS + 1):
        world.addNode(str(n), n, 0)
    for n in range(SECTIONS):
        speed = LIMITS_KMH[n % len(LIMITS_KMH)] / 3.6
        world.addLink(str(n), str(n), str(n + 1), length=SECTION_KM * 1000.0, free_flow_speed=speed, number_of_lanes=4)
    for departure in trips.departure_s.tolist():
        world.addVehicle("0", str(SECTIONS), departure)

    def driven(_: Any) -> tuple[float, list[float]]:
        done = [v.travel_time for v in world.VEHICLES.values() if v.state == "end"]
        return len(done) * SECTIONS * SECTION_KM, done

    return world.exec_simulation, driven


def _sumo_files(folder: Path, trips: Trips) -> None:
    """Nodes, edges and vehicles, each with its driver's speed factor, on lanes enough that none is held up."""
    nodes, edges = Xml.Element("nodes"), Xml.Element("edges")
    for n in range(SECTIONS + 1):
        Xml.SubElement(nodes, "node", id=f"n{n}", x=str(n * SECTION_KM * 1000.0), y="0")
    for n in range(SECTIONS):
        speed = LIMITS_KMH[n % len(LIMITS_KMH)] / 3.6
        ends = {"from": f"n{n}", "to": f"n{n + 1}"}
        Xml.SubElement(edges, "edge", id=f"e{n}", numLanes="1", speed=f"{speed:.6f}", priority="1", **ends)
    Xml.ElementTree(nodes).write(folder / "n.xml")
    Xml.ElementTree(edges).write(folder / "e.xml")
    routes = Xml.Element("routes")
    kind = {"sigma": "0", "accel": "100", "decel": "100", "emergencyDecel": "100", "maxSpeed": "60", "speedDev": "0"}
    Xml.SubElement(routes, "vType", id="t", length="0.1", minGap="0", tau="0.01", **kind)
    Xml.SubElement(routes, "route", id="r", edges=" ".join(f"e{n}" for n in range(SECTIONS)))
    for n, (departure, factor) in enumerate(zip(trips.departure_s, trips.speed_factor, strict=True)):
        own = {"depart": f"{departure:.2f}", "departSpeed": "desired", "speedFactor": f"{factor:.6f}"}
        Xml.SubElement(routes, "vehicle", id=str(n), type="t", route="r", **own)
    Xml.ElementTree(routes).write(folder / "r.xml")


def _sumo(days: float, *options: str, apart: bool = False) -> Work:
    import sumo as package

    trips, folder = trips_of(days), Path(tempfile.mkdtemp())
    if apart:
        trips = Trips(np.arange(len(trips.departure_s)) * APART_S, trips.duration_s, trips.speed_factor)
    _sumo_files(folder, trips)
    programs = Path(package.SUMO_HOME) / "bin"
    network = ["-n", str(folder / "n.xml"), "-e", str(folder / "e.xml"), "-o", str(folder / "net.xml")]
    subprocess.run([programs / "netconvert", *network, "--no-internal-links"], check=True, capture_output=True)
    files = ["-n", str(folder / "net.xml"), "-r", str(folder / "r.xml"), "--tripinfo-output", str(folder / "t.xml")]
    quiet = ["--no-step-log", "--no-warnings", "--collision.action", "none", "--time-to-teleport", "-1"]

    def driven(_: Any) -> tuple[float, list[float]]:
        found = Xml.parse(folder / "t.xml").getroot().findall("tripinfo")
        length = sum(float(row.get("routeLength", 0.0)) for row in found) / 1000.0
        return length, [float(row.get("duration", 0.0)) for row in found]

    command = [programs / "sumo", *files, *quiet, *options]
    return lambda: subprocess.run(command, check=True, capture_output=True), driven


def sumo_meso(days: float) -> Work:
    """Queues of edges."""
    free = ["--meso-tauff", "0.01", "--meso-taufj", "0.01", "--meso-taujf", "0.01", "--meso-taujj", "0.01"]
    return _sumo(days, "--mesosim", "--meso-junction-control", "false", *free)


def sumo_micro(days: float) -> Work:
    """Car following, a step a second."""
    return _sumo(days)


def sumo_apart(days: float) -> Work:
    """Car following with trucks so far apart that none meets another."""
    return _sumo(days, apart=True)


APART_S = 4500.0
PEERS: dict[str, tuple[Callable[[float], Work], float, str, str]] = {
    "hairpin": (hairpin, 365.0, "hairpin", ""),
    "simpy": (simpy, 7.0, "simpy", "anything that a process can be written for; here only times"),
    "salabim": (salabim, 2.0, "salabim", "the same, with animation and tracing"),
    "ciw": (ciw, 1.0, "ciw", "queues: blocking, priorities, servers on schedules"),
    "mesa": (mesa, 4.0, "mesa", "agents that meet and decide, on grids and networks"),
    "uxsim": (uxsim, 0.25, "uxsim", "congestion, route choice, signals (Newell's car following)"),
    "sumo_meso": (sumo_meso, 7.0, "eclipse-sumo", "queues at junctions, routing, signals"),
    "sumo_apart": (sumo_apart, 0.1, "eclipse-sumo", "for agreement only"),
    "sumo_micro": (sumo_micro, 2.0, "eclipse-sumo", "overtaking, lane changing, conflicts, slopes for some models"),
}
"""Builder, days that it manages, package, what it models that Hairpin does not."""


def measure(name: str, days: float) -> dict[str, Any]:
    """Speed, memory and travel times of one peer in this process."""
    build, _, package, _ = PEERS[name]
    act, driven = build(days)
    result, seconds, memory_mib = _apart(act) if name.startswith("sumo") else _here(act)
    kilometres, times = driven(result)
    return {
        "name": name,
        "days": days,
        "version": version(package),
        "truck_km": kilometres,
        "cpu_s": seconds,
        "km_per_s": kilometres / seconds,
        "peak_mib": memory_mib,
        "mean_travel_s": float(np.mean(times)),
        "quantiles_s": np.quantile(times, [0.05, 0.5, 0.95]).tolist(),
    }


def _here(act: Callable[[], Any]) -> tuple[Any, float, float]:
    """Result, CPU seconds and peak memory [MiB] of this process."""
    start = time.process_time()
    result = act()
    return result, time.process_time() - start, peak_mib()


def _apart(act: Callable[[], Any]) -> tuple[Any, float, float]:
    """The same of a process that is started."""
    start = _children_s()
    with watched() as peak:
        result = act()
    return result, _children_s() - start, peak.started_mib


def _children_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def measured_apart(name: str, days: float | None = None) -> dict[str, Any] | None:
    """The same in a process of its own, None if the package is not installed."""
    try:
        version(PEERS[name][2])
    except PackageNotFoundError:
        return None
    command = [sys.executable, "-m", "benchmarks.peers", name, str(PEERS[name][1] if days is None else days)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=Path(__file__).parents[1])
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


if __name__ == "__main__":
    print(json.dumps(measure(sys.argv[1], float(sys.argv[2]))))
