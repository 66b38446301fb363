"""How imports write: YAML that people read, and where it came from."""

from pathlib import Path
from typing import Any

import yaml

from sim.system.files import read_file
from sim.system.made_files import sha256

WIDE = 10_000
"""No line of a file is broken."""
MOST_BYTES = 2_000_000_000


def as_yaml(content: Any) -> str:
    """YAML in the order of its keys, the innermost collections on a line each."""
    return yaml.dump(content, sort_keys=False, allow_unicode=True, width=WIDE, default_flow_style=None)


def hash_of(file: Path) -> str:
    """SHA-256 of a file that was read."""
    return sha256(read_file(file, MOST_BYTES))
