"""Prints the lowest version of each dependency that pyproject.toml allows, as constraints for pip."""

import sys
import tomllib
from pathlib import Path

if __name__ == "__main__":
    project = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    sys.stdout.writelines(f"{line.replace('>=', '==')}\n" for line in project["dependencies"])
