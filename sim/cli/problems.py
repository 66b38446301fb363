"""What ends a command early, with its message and exit code."""


class Problem(Exception):
    """A message for the user instead of a traceback."""

    def __init__(self, message: str, exit_code: int = 2) -> None:
        self.exit_code = exit_code
        super().__init__(message)
