"""`--help` in Chinese: every command and option, asked for by the environment alone."""

import os
import subprocess
import sys

import pytest
import typer

from sim.cli import app
from sim.cli.help_zh import COMMANDS, OPTIONS, PANELS, wanted


def commands(command, path=()):
    """All commands below one, with their names."""
    yield " ".join(path), command
    for name, own in getattr(command, "commands", {}).items():
        yield from commands(own, (*path, name))


def test_every_command_option_and_panel_has_a_chinese_text() -> None:
    found = dict(commands(typer.main.get_command(app)))
    assert set(found) == set(COMMANDS)
    asked = {one.help for own in found.values() for one in own.params if getattr(one, "help", None)}
    assert asked - set(OPTIONS) == set()
    assert set(OPTIONS) - asked == {"Show this message and exit."}
    panels = {own.rich_help_panel for own in found.values() if isinstance(getattr(own, "rich_help_panel", None), str)}
    assert panels <= set(PANELS)


@pytest.mark.parametrize(
    ("environment", "chinese"),
    [
        ({"HAIRPIN_LANG": "zh"}, True),
        ({"LANG": "zh_CN.UTF-8"}, True),
        ({"HAIRPIN_LANG": "en", "LANG": "zh_CN.UTF-8"}, False),
        ({"LANG": "C.UTF-8"}, False),
        ({}, False),
    ],
)
def test_the_environment_says_the_language(environment, chinese) -> None:
    assert wanted(environment) is chinese


@pytest.mark.parametrize("width", [80, 132])
def test_help_is_whole_at_every_width_and_english_without_being_asked(width, tmp_path) -> None:
    """Nothing is cut: all signs of each text stand there in their order."""

    def shown(language, *arguments):
        environment = {**os.environ, "HAIRPIN_LANG": language, "COLUMNS": str(width), "TERMINAL_WIDTH": str(width)}
        script = "from sim.cli import main; main()"
        command = [sys.executable, "-c", script, *arguments]
        return subprocess.run(command, capture_output=True, text=True, env=environment, cwd=tmp_path, check=True).stdout

    text = shown("zh", "compare", "--help")
    assert "…" not in text
    assert "选项" in text
    assert "Show this message" not in text
    column = "".join(line.strip(" │").rpartition("  ")[2].strip() for line in text.splitlines())
    for said in ("直到各比值的半宽达到此值", "另对 uncertain 参数抽样这么多次"):
        assert said.replace(" ", "") in column.replace(" ", "")
    assert "Compare scenarios with a baseline" in shown("en", "compare", "--help")
