"""What the documents show runs."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from sim.evidence.parameter_table import markdown
from sim.report.card import SHIPPED_SCORECARD, card
from sim.scenario import load_scenario


def blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", text, flags=re.DOTALL)


def test_the_readmes_python_runs(root) -> None:
    code = "\n".join(blocks((root / "README.md").read_text(), "python"))
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "compliance_rate" in done.stdout


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_the_readmes_scenario_is_valid(root, tmp_path, name) -> None:
    for number, text in enumerate(blocks((root / name).read_text(), "yaml")):
        file = tmp_path / f"{number}.yaml"
        base = (root / "scenarios/taishun/baseline.yaml").as_posix()
        file.write_text(text.replace("baseline.yaml", base))
        assert load_scenario(file).interventions


def test_both_readmes_give_the_same_commands(root) -> None:
    english, chinese = ((root / name).read_text() for name in ("README.md", "README.zh-CN.md"))
    assert blocks(english, "sh") == blocks(chinese, "sh")
    assert len(blocks(english, "sh")) == 2


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md", "CHANGELOG.md"])
def test_links_lead_somewhere(root, name) -> None:
    for target in re.findall(r"\]\(([^)]+)\)", (root / name).read_text()):
        assert (root / target).exists(), target


@pytest.mark.parametrize(
    "pattern",
    ["scenarios/[!p]*/*.yaml", pytest.param("scenarios/province/*.yaml", marks=pytest.mark.slow)],
)
def test_every_shipped_group_names_its_sources(root, pattern) -> None:
    for file in sorted(root.glob(pattern)):
        scenario = load_scenario(file)
        for part in ("road", "climate", "demand", "fleet"):
            sources = getattr(scenario, part).sources
            assert sources, (file, part)
            for key, source in sources.items():
                named = {"published": source.reference, "derived": source.reference or source.range}
                assert named.get(source.basis, source.range), (file, part, key)


def test_the_parameter_table_is_the_codes(root) -> None:
    """Rewrite it with `hairpin parameters > docs/parameters.md`."""
    assert (root / "docs/parameters.md").read_text() == markdown()


@pytest.mark.parametrize(("language", "ending"), [("en", ""), ("zh-CN", ".zh-CN")])
def test_the_model_card_is_the_codes(root, language, ending) -> None:
    """Rewrite it with `hairpin card --lang LANGUAGE`."""
    score = json.loads(SHIPPED_SCORECARD.read_text())
    assert (root / f"docs/model-card{ending}.md").read_text() == card(language, score)


def test_every_number_has_a_source_or_is_an_assumption_with_a_range() -> None:
    for line in markdown().splitlines():
        cells = [cell.strip() for cell in line.split("|")]
        if len(cells) == 8 and cells[1] not in {"parameter", "---"}:
            assert cells[5], line
            assert "assumption" not in cells[5] or cells[6], line


def test_the_own_road_of_the_guide_is_imported_and_runs(root, tmp_path) -> None:
    """The guide's first commands, without its set-up, on the files that come along."""
    block = (root / "docs/own-road.md").read_text().split("```sh\n")[1].split("```")[0]
    commands = "\n".join(line for line in block.splitlines() if not line.startswith("pip"))
    (tmp_path / "tests").symlink_to(root / "tests")
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(
        ["bash", "-ec", commands], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "27.97" in done.stdout
    assert (tmp_path / "own/results/summary.json").is_file()


def test_the_notebook_runs_from_top_to_bottom(root) -> None:
    cells = json.loads((root / "docs/tutorial.ipynb").read_text())["cells"]
    code = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    ends = "\nassert len(results.ratios) == 2 and (results.ratios['estimate'] < 1).all()\nprint('ran')"
    done = subprocess.run([sys.executable, "-c", code + ends], cwd=root, capture_output=True, text=True, check=False)
    assert done.stdout.strip().endswith("ran"), done.stderr
