"""Files: reading only what is a file, writing whole files, and knowing our own leftovers from what others keep.

What we leave on disk while we work carries a mark: a small file that says which process made it, on which machine and
since when that machine runs. Nothing without a mark is ever removed, and nothing whose maker may still live.
"""

import json
import os
import re
import shutil
import stat
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

MARK = ".hairpin-mark.json"
"""Name of the mark in a folder of ours."""
PREFIX = ".hairpin-partial-"
"""Names of our partial files and folders begin so."""
LOCK = ".lock"
PLACE_KEYS = ("host", "boot", "pid_namespace")
"""Only where these are the same can it be known whether a process lives."""
PARTIAL_NAME = re.compile(re.escape(PREFIX) + r"(\d+)-(\d+)-([0-9a-f]{16})-\w{8}$")


class NotAFile(OSError):
    """What was named is no file that can be read or written as one."""


def read_file(path: Path, most_bytes: int) -> bytes:
    """Content of a regular file.

    Raises
    ------
    NotAFile
        if it is a folder, a device, a pipe or the like, or too large
    OSError
        if it can't be read
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)  # so that a pipe without a writer does not wait
    with os.fdopen(descriptor, "rb") as stream:
        status = os.fstat(stream.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise NotAFile(f"is {_kind(status.st_mode)}, not a file")
        if status.st_size > most_bytes:
            raise NotAFile(f"has {status.st_size:,} bytes, may have up to {most_bytes:,}")
        content = stream.read(most_bytes + 1)
    if len(content) > most_bytes:
        raise NotAFile(f"has more than {most_bytes:,} bytes")
    return content


def _kind(mode: int) -> str:
    kinds = ((stat.S_ISDIR, "a folder"), (stat.S_ISFIFO, "a pipe"), (stat.S_ISSOCK, "a socket"))
    return next((name for test, name in kinds if test(mode)), "a device")


def reason(error: OSError) -> str:
    """Why a file can't be read or written, in a few words."""
    return error.strerror or str(error)


def write_whole(file: Path, content: bytes) -> None:
    """Write a file that appears whole or not at all; a symbolic link stays one, and the file that it names is replaced.

    Raises
    ------
    NotAFile
        if something else than a file is there
    OSError
        if it can't be written; nothing half-written is left
    """
    target = written_file(file)
    handle, name = tempfile.mkstemp(prefix=f"{PREFIX}{_maker()}-", dir=target.parent)
    partial = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        partial.chmod(0o666 & ~_umask())
        partial.replace(target)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise


def written_file(file: Path) -> Path:
    """The place that is written when this one is named.

    Raises
    ------
    NotAFile
        if something else than a file is there
    """
    target = file.resolve() if file.is_symlink() else file
    try:
        mode = target.stat().st_mode
    except FileNotFoundError:
        return target
    if not stat.S_ISREG(mode):
        raise NotAFile(f"is {_kind(mode)}, not a file")
    return target


@lru_cache(maxsize=1)
def _umask() -> int:
    """What new files may not be; a temporary file is its owner's alone."""
    mask = os.umask(0)
    os.umask(mask)
    return mask


@contextmanager
def locked(folder: Path, *, create: bool = True) -> Iterator[None]:
    """One process at a time in a folder; where none can be locked (a read-only one, say), without a lock."""
    import fcntl

    if create:
        folder.mkdir(parents=True, exist_ok=True)
    flags = (os.O_CREAT if create else 0) | os.O_RDWR | os.O_APPEND | os.O_NOFOLLOW | os.O_NONBLOCK
    try:
        descriptor = os.open(folder / LOCK, flags, 0o666)
    except OSError:
        if create:
            raise
        yield
        return
    with os.fdopen(descriptor, "a") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        yield


def marked_folder(parent: Path, name: str) -> Path:
    """A new folder of our own, with the mark of this process; its name begins with `PREFIX`."""
    folder = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{name}-", dir=parent))
    (folder / MARK).write_text(json.dumps(_this_process()), encoding="utf-8")
    return folder


def remove_abandoned(parent: Path) -> None:
    """Remove partial files and folders of ours whose maker is known to be dead; all else stays."""
    try:
        found = sorted(path for path in parent.iterdir() if path.name.startswith(PREFIX))
    except OSError:
        return
    for path in found:
        if path.is_symlink():
            continue
        if path.is_dir():
            if _abandoned(path):
                shutil.rmtree(path, ignore_errors=True)
        elif _left_by_the_dead(path.name):
            path.unlink(missing_ok=True)


def _maker() -> str:
    """The present process in the name of a partial file: number, start, and a hash of machine, boot and namespace."""
    own = _this_process()
    return f"{own['pid']}-{own['started'] or 0}-{_place(own)}"


def _place(process: dict[str, Any]) -> str:
    return sha256("|".join(str(process[key]) for key in PLACE_KEYS).encode()).hexdigest()[:16]


def _left_by_the_dead(name: str) -> bool:
    """Whether a partial file's name says that a process of this machine made it that has ended."""
    found = PARTIAL_NAME.match(name)
    if found is None:
        return False
    pid, started, place = found.groups()
    return place == _place(_this_process()) and (_started(int(pid)) or "0") != started


def _abandoned(folder: Path) -> bool:
    """Whether a folder carries our mark, of a process of this machine and namespace that has ended."""
    try:
        mark = json.loads(read_file(folder / MARK, 10_000))
    except (OSError, ValueError):
        return False
    known = isinstance(mark, dict) and isinstance(mark.get("uuid"), str) and isinstance(mark.get("pid"), int)
    if not known or mark.get("tool") != "hairpin":
        return False
    own = _this_process()
    if any(mark.get(key) != own[key] for key in PLACE_KEYS):
        return False
    return bool(_started(mark["pid"]) != mark.get("started"))


def _this_process() -> dict[str, Any]:
    """What tells this process from every other one."""
    return {
        "tool": "hairpin",
        "uuid": str(uuid.uuid4()),
        "host": os.uname().nodename,
        "boot": _text(lambda: Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()),
        "pid_namespace": _text(lambda: os.readlink("/proc/self/ns/pid")),  # noqa: PTH115
        "pid": os.getpid(),
        "started": _started(os.getpid()),
    }


def _started(pid: int) -> str:
    """When a process started, in ticks since the machine did; empty if there is none, or it can't be told."""
    fields = _text(lambda: Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace"))
    after_name = fields.rpartition(")")[2].split()
    return after_name[19] if len(after_name) > 19 else ""  # noqa: PLR2004 - field 22 of proc(5), the name is field 2


def _text(read: Callable[[], str]) -> str:
    try:
        return read()
    except OSError:
        return ""
