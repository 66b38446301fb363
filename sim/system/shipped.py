"""What comes along beside the code: scenarios and stored references, in a checkout and in a wheel."""

from pathlib import Path

PACKAGE = Path(__file__).parents[1]
IN_CHECKOUT = PACKAGE.parent
IN_WHEEL = IN_CHECKOUT / "hairpin_data"
SCENARIOS, REFERENCE = Path("scenarios"), Path("results/reference/weeks.json")
PATTERN = "*?["


def named_by(path: Path) -> list[Path]:
    """Files that a path on the command line names: itself, those of a pattern, or ours of that name.

    A shell that knows no patterns, or found none in a folder without our scenarios, hands them over as they are. What
    names nothing is given back, so that whoever reads it says what is wrong.
    """
    if path.exists() or path.is_absolute():
        return [path]
    for folder in (Path(), IN_WHEEL, IN_CHECKOUT):
        if any(sign in str(path) for sign in PATTERN):
            found = sorted(folder.glob(str(path)))
        else:
            found = [folder / path] if (folder / path).exists() else []
        if found:
            return found
    return [path]


def shipped(name: Path) -> Path:
    """Where a thing that comes along is: its name in the working folder if it is there, else ours."""
    return named_by(name)[0]
