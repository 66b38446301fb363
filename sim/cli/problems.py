"""What ends a command early, with its message and exit code."""

from pathlib import Path


class Problem(Exception):
    """A message for the user instead of a traceback."""

    def __init__(self, message: str, exit_code: int = 2) -> None:
        self.exit_code = exit_code
        super().__init__(message)


def gone_folder() -> None:
    """See that the working directory is there.

    Raises
    ------
    Problem
        if it was removed
    """
    try:
        Path.cwd()
    except FileNotFoundError:
        raise Problem("the working directory is gone; change to another one") from None
