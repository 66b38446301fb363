"""Users' texts in messages: nothing that moves the cursor or turns the writing direction, nothing without end."""

from unicodedata import category

LONGEST_VALUE = 60
CONTROLS = ("Cc", "Cf", "Cs", "Zl", "Zp")
"""Unicode categories of control, format and direction characters, halves of pairs and separators of lines."""


def escaped(text: str) -> str:
    """A text as it can be printed: control and direction characters as escapes; lines stay lines."""
    return "".join(
        letter
        if letter == "\n" or category(letter) not in CONTROLS
        else letter.encode("unicode_escape").decode("ascii")
        for letter in text
    )


def shown(value: object) -> str:
    """A value as it can stand in a message, as a scenario file would write it."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    text = escaped(repr(value))
    return text if len(text) <= LONGEST_VALUE else text[: LONGEST_VALUE - 3] + "..."


def hidden_character(text: str) -> str | None:
    """The first control or direction character of a text but for line ends and tabs, as an escape; None if none."""
    found = next((c for c in text if c not in "\n\t" and category(c) in CONTROLS and c not in JOINERS), None)
    return None if found is None else found.encode("unicode_escape").decode("ascii")


JOINERS = "\u200c\u200d"
"""Format characters that some scripts are written with."""
