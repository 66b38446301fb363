"""How imports write: YAML that people read, and where it came from."""

from pathlib import Path
from typing import Any

import yaml

from sim.system.files import read_file
from sim.system.made_files import sha256

SEQUENCE = "tag:yaml.org,2002:seq"
WIDE = 100_000
"""No line of a file is broken."""
MOST_BYTES = 2_000_000_000


class OneLine(list[Any]):
    """A list that is written on one line, whatever it holds."""


class _Dumper(yaml.SafeDumper):
    """Writes what is plain, and `OneLine`; what is the same in two places stands in both."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002
        return True


_Dumper.add_representer(OneLine, lambda dumper, value: dumper.represent_sequence(SEQUENCE, value, flow_style=True))


def as_yaml(content: Any) -> str:
    """YAML in the order of its keys, the innermost collections on a line each."""
    options: dict[str, Any] = {"sort_keys": False, "allow_unicode": True, "default_flow_style": None}
    return str(yaml.dump(content, Dumper=_Dumper, width=WIDE, **options))


def hash_of(file: Path) -> str:
    """SHA-256 of a file that was read."""
    return sha256(read_file(file, MOST_BYTES))
