"""Peak memory of this process, and of the processes that it starts.

`resource` would not do: what a process starts takes over the peak of the one that started it.
"""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

SAMPLE_S = 0.1


@dataclass
class Peak:
    """Largest memory seen [MiB]: of any one started process, and of all with this one."""

    started_mib: float = 0.0
    together_mib: float = 0.0


def peak_mib() -> float:
    """The most memory that this process has had since its program began."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    found = re.search(r"VmHWM:\s*(\d+) kB", status)
    if found is None:
        raise RuntimeError("/proc/self/status does not give the peak of memory, VmHWM")
    return int(found[1]) / 1024.0


@contextmanager
def watched() -> Iterator[Peak]:
    """Sample the memory of all processes that are started within the block."""
    peak, stop, own = Peak(), threading.Event(), psutil.Process()

    def watch() -> None:
        while not stop.wait(SAMPLE_S):
            sizes = [0]
            for child in own.children(recursive=True):
                try:
                    sizes.append(child.memory_info().rss)
                except psutil.NoSuchProcess:
                    continue
            peak.started_mib = max(peak.started_mib, max(sizes) / 2**20)
            peak.together_mib = max(peak.together_mib, (sum(sizes) + own.memory_info().rss) / 2**20)

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield peak
    finally:
        stop.set()
        thread.join()
