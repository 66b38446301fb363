"""Folders that we fill: what we made in them is registered, and nothing else is ever replaced or moved.

A file is ours if the registry of its folder holds the SHA-256 of its present content: a file that somebody else put
there, or changed by hand, is never touched. Single files that are named on the command line carry our name inside.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from sim.system.files import locked, marked_folder, read_file, remove_abandoned, write_whole, written_file
from sim.system.interrupts import interrupts_held

REGISTRY = ".hairpin.json"
EARLIER = "earlier"
"""Folder for what was made of other results."""
SIGN = b"hairpin"
"""Stands somewhere in each single file that we write."""
MOST_BYTES = 2_000_000_000
VERSIONS_KEPT = 4
UNSIGNED = ("sha256", "command")


class NotOurs(Exception):
    """A file stands where one of ours is to go."""

    def __init__(self, files: Iterable[Path]) -> None:
        names = ", ".join(str(file) for file in files)
        super().__init__(
            f"{names}: was not made by this version of hairpin, or was changed since; "
            "move it away or choose another place"
        )


def sha256(content: bytes) -> str:
    """Hash of a file's content."""
    return hashlib.sha256(content).hexdigest()


def as_json(content: Any) -> str:
    """JSON as it stands in files."""
    return json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def signed(content: Mapping[str, Any]) -> dict[str, Any]:
    """JSON content with a hash of itself, by which it is known as ours and undamaged; the command may differ."""
    return {**content, "sha256": _signature(content)}


def is_signed(content: object) -> bool:
    """Whether JSON content carries the right hash of itself."""
    return isinstance(content, dict) and content.get("sha256") == _signature(content)


def _signature(content: Mapping[str, Any]) -> str:
    bare = {key: value for key, value in content.items() if key not in UNSIGNED}
    return sha256(json.dumps(bare, sort_keys=True).encode())


class MadeFiles:
    """A folder of ours, or one that somebody shares with us."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(self, files: Mapping[str, bytes]) -> None:
        """Write files by their name in the folder, each whole or not at all.

        Raises
        ------
        NotOurs
            if another file stands in the place of one; nothing is written then
        OSError
            if one can't be written
        """
        with locked(self.folder):
            self._register(files)
            for name, content in files.items():
                (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
                write_whole(self.folder / name, content)

    def replace(
        self, files: Mapping[str, bytes], *, last: str, aside: Iterable[str] = (), label: str = ""
    ) -> Path | None:
        """Put new files in the place of old ones, in one go; `last` comes last.

        Parameters
        ----------
        files : mapping
            content by name
        last : str
            the file by which readers know whether all are there; it comes, and goes, after all others
        aside : iterable of str
            names of files of ours to move to a folder of their own first, those that are there
        label : str
            name of that folder below `EARLIER`

        Returns
        -------
        path or None
            the folder with what was moved aside, if anything was

        Raises
        ------
        NotOurs
            if another file stands in the place of one; nothing is changed then
        """
        with locked(self.folder):
            remove_abandoned(self.folder)
            staged = marked_folder(self.folder, "new")
            try:
                for number, content in enumerate(files.values()):
                    write_whole(staged / str(number), content)
                kept = sorted((name for name in aside if self._ours(name)), key=lambda name: name == last)
                earlier = self._place_for(label) if kept else None
                with interrupts_held():
                    if earlier is not None:
                        self._move(kept, earlier)
                    self._register(files)
                    order = sorted(enumerate(files), key=lambda pair: pair[1] == last)
                    for number, name in order:
                        (staged / str(number)).replace(written_file(self.folder / name))
            finally:
                _remove(staged)
        return earlier

    def foreign(self, names: Iterable[str]) -> list[Path]:
        """Files of these names that are there and not ours."""
        return [self.folder / name for name in names if _there(self.folder / name) and not self._ours(name)]

    def known(self) -> list[str]:
        """Names of the files that we made here and that are as we made them, in alphabetical order."""
        names = {*self._registered(), *(path.name for path in self.folder.glob("*.json"))} - {REGISTRY}
        return [name for name in sorted(names) if self._ours(name)]

    def _ours(self, name: str) -> bool:
        """Whether a file is there as we made it: its hash is registered, or it carries one itself."""
        try:
            content = read_file(self.folder / name, MOST_BYTES)
        except OSError:
            return False
        return sha256(content) in self._registered().get(name, []) or _signed_json(content)

    def _register(self, files: Mapping[str, bytes]) -> None:
        """Write down what will be ours, before it is there."""
        if foreign := self.foreign(files):
            raise NotOurs(foreign)
        registered = self._registered()
        for name, content in files.items():
            if _signed_json(content):
                continue
            new = sha256(content)
            others = [one for one in registered.get(name, []) if one != new]
            registered[name] = [*others[-VERSIONS_KEPT + 1 :], new]
        self._write_registry(registered)

    def _move(self, names: list[str], earlier: Path) -> None:
        """Move files of ours to another folder of ours, the one by which readers know them last."""
        registered, other = self._registered(), MadeFiles(earlier)
        earlier.mkdir(parents=True, exist_ok=True)
        there = other._registered()
        other._write_registry(there | {name: registered[name] for name in names if name in registered})
        for name in names:
            (earlier / name).parent.mkdir(parents=True, exist_ok=True)
            (self.folder / name).replace(earlier / name)

    def _place_for(self, label: str) -> Path:
        """A folder of that label, or the next one that is free."""
        base = self.folder / EARLIER / label
        places = (base if number == 1 else base.with_name(f"{base.name}-{number}") for number in range(1, 1_000_000))
        return next(place for place in places if not place.exists())

    def _registered(self) -> dict[str, list[str]]:
        """SHA-256 of the latest versions of our files, by name; empty where there is no registry that can be read."""
        try:
            content = json.loads(read_file(self.folder / REGISTRY, 20_000_000))
        except (OSError, ValueError, RecursionError):
            return {}
        files = content.get("files") if isinstance(content, dict) and content.get("tool") == "hairpin" else None
        if not isinstance(files, dict):
            return {}
        return {name: [str(one) for one in hashes] for name, hashes in files.items() if isinstance(hashes, list)}

    def _write_registry(self, registered: Mapping[str, list[str]]) -> None:
        content = {"tool": "hairpin", "files": dict(sorted(registered.items()))}
        write_whole(self.folder / REGISTRY, (json.dumps(content, indent=1) + "\n").encode())


def _signed_json(content: bytes) -> bool:
    if not content.startswith(b"{"):
        return False
    try:
        return is_signed(json.loads(content))
    except (ValueError, RecursionError):
        return False


def _there(file: Path) -> bool:
    return file.exists() or file.is_symlink()


def _remove(staged: Path) -> None:
    """Remove a staging folder of this process."""
    for path in staged.iterdir():
        path.unlink(missing_ok=True)
    staged.rmdir()


def check_writable(file: Path) -> None:
    """See that a file that is named may be written: nothing there, or a file that carries our name.

    Raises
    ------
    NotOurs
        if another file is there
    NotAFile
        if something else than a file is there
    """
    target = written_file(file)
    if target.exists() and (content := read_file(target, MOST_BYTES)) and SIGN not in content.lower():
        raise NotOurs([file])


def write_signed(file: Path, content: bytes) -> None:
    """Write a single file that carries our name, over nothing or over another one that does.

    Raises
    ------
    NotOurs, NotAFile, OSError
        see `check_writable` and `write_whole`
    """
    if SIGN not in content.lower():
        raise AssertionError(f"{file}: what we write carries our name")
    check_writable(file)
    write_whole(file, content)
