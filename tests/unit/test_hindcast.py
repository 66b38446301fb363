"""Cases that were observed: their files, scores and page."""

import json
from pathlib import Path

import numpy as np
import pytest
from scipy import stats
from typer.testing import CliRunner

from sim.cli import app
from sim.hindcast import learning, likelihood
from sim.hindcast.cases import Count, Discrepancy, Observation, PartOf, Registers, load_cases
from sim.scenario import ScenarioError
from sim.scenario.loading import load_as

VALIDATION = Path(__file__).parents[2] / "scenarios" / "validation"
COLORADO = VALIDATION / "cases" / "straight_creek.yaml"
LANZHOU = VALIDATION / "cases" / "qidaoliang.yaml"
runner = CliRunner()


@pytest.fixture(scope="module")
def registers() -> Registers:
    return load_as(VALIDATION / "parts" / "registers.yaml", Registers)


def observation(**observed: object) -> Observation:
    return Observation.model_validate(
        {
            "name": "a",
            "title": "a",
            "title_zh": "甲",
            "quantity": "runaways",
            "register": "runaways",
            "observed": observed,
            "source": {"basis": "published", "reference": "b"},
        }
    )


def test_every_shipped_case_can_be_read(registers) -> None:
    cases = load_cases(sorted((VALIDATION / "cases").glob("*.yaml")), registers)
    assert cases
    for case in cases:
        for seen in case.case.observations:
            assert seen.source.reference or seen.source.note, f"{case.file}: {seen.name} has no source"


def test_counts_are_poisson_over_the_mixture() -> None:
    seen = observation(kind="count", count=240, years=8.0)
    rates = np.array([[20.0, 30.0], [40.0, 50.0]])
    scores = likelihood.log_likelihood(seen, rates)
    assert np.allclose(scores, stats.poisson.logpmf(240, 8.0 * rates))
    weights = np.array([0.25, 0.75])
    expected = np.log((np.exp(scores) * weights[:, None] / 2.0).sum())
    assert likelihood.mixture_log_score(scores, weights) == pytest.approx(expected)


def test_parts_and_changes_are_binomial() -> None:
    part = observation(kind="share", count=3, of=10)
    assert likelihood.log_likelihood(part, np.array([[0.3]]))[0, 0] == pytest.approx(stats.binom.logpmf(3, 10, 0.3))
    change = Observation.model_validate(
        {
            **observation(kind="count", count=1, years=1.0).model_dump(by_alias=True),
            "observed": {"kind": "before_after", "before": 30, "years_before": 3.0, "after": 5, "years_after": 1.0},
            "relative_to": "before",
        }
    )
    score = likelihood.log_likelihood(change, np.array([[0.5]]))[0, 0]
    assert score == pytest.approx(stats.binom.logpmf(5, 35, 0.5 / 3.5))
    assert likelihood.observed_value(change.observed) == pytest.approx(0.5)


def test_what_might_have_been_seen_covers_what_is_predicted() -> None:
    """90 % of Poisson counts lie in their interval, at least: counts are whole."""
    seen = observation(kind="count", count=100, years=10.0)
    might = likelihood.replicated(seen, np.full((200, 64), 10.0), 1)
    low, middle, high = likelihood.weighted_quantiles(might, np.full(200, 1.0 / 200), (0.05, 0.5, 0.95))
    assert [10.0 * low, 10.0 * middle, 10.0 * high] == pytest.approx(stats.poisson.ppf((0.05, 0.5, 0.95), 100), abs=1.5)


def test_sites_of_a_list_of_the_worst_are_worse_than_others() -> None:
    discrepancy = Discrepancy(
        count_log_sd=0.5, share_logit_sd=0.4, effect_log_sd=0.1, worst_share=0.01, worst_correlation=0.5, sources={}
    )
    usual, worst = (likelihood.deviations(1, discrepancy, selected=selected) for selected in (False, True))
    assert usual.mean() == pytest.approx(0.0, abs=1e-12)
    listed = stats.norm.pdf(stats.norm.ppf(0.99)) / 0.01
    assert worst.mean() == pytest.approx(0.5 * listed, rel=0.02)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (("register: runaways", "register: rumours"), "'rumours' is no register of US"),
        (("    role: fitted\n", "    role: fitted\n    relative_to: elsewhere\n"), "a count has no relative_to"),
        (("    role: fitted\n", "    role: input\n    scenario: elsewhere\n"), "'elsewhere' is not a scenario"),
        (("count: 200", "count: -1"), "observed.count.count"),
    ],
)
def test_mistakes_in_cases_are_told(changes, message, registers, tmp_path) -> None:
    text = COLORADO.read_text(encoding="utf-8").replace("../", f"{VALIDATION}/")
    assert changes[0] in text
    file = tmp_path / "case.yaml"
    file.write_text(text.replace(*changes), encoding="utf-8")
    with pytest.raises(ScenarioError, match=message.replace(".", r"\.")):
        load_cases([file], registers)


def test_the_command_writes_a_page_and_counts_only_evidence(tmp_path) -> None:
    arguments = ["hindcast", str(LANZHOU), "--draws", "20", "--days", "20", "--out", str(tmp_path), "--workers", "1"]
    result = runner.invoke(app, [*arguments, "--json"])
    assert result.exit_code == 0, result.output
    found = json.loads((tmp_path / "hindcast.json").read_text())
    row = found["rows"][0]
    evidence = [one for one in found["rows"] if one["role"] == "evidence"]
    assert 0 < len(evidence) < len(found["rows"])
    assert found["totals"]["observations"] == len(evidence)
    assert found["totals"]["inside"] == sum(one["inside"] for one in evidence)
    assert all(one["low"] <= one["predicted"] <= one["high"] for one in found["rows"])
    for page in ("hindcast.md", "hindcast.zh-CN.md"):
        text = (tmp_path / page).read_text(encoding="utf-8")
        assert f"{row['observed']:.3g}" in text
    again = runner.invoke(app, [*arguments, "--json"])
    assert json.loads(again.stdout)["rows"] == found["rows"]


def test_a_register_that_is_a_share_of_all_scales_counts_only(registers) -> None:
    assert registers.of("US", "runaways") is not None
    assert registers.of("XX", "runaways") is None
    counted, part = observation(kind="count", count=1, years=1.0), observation(kind="share", count=1, of=2)
    assert likelihood.spread_of(counted, registers.discrepancy) == registers.discrepancy.count_log_sd
    assert likelihood.spread_of(part, registers.discrepancy) == registers.discrepancy.share_logit_sd
    assert isinstance(counted.observed, Count)
    assert isinstance(part.observed, PartOf)


@pytest.mark.slow
def test_a_draw_without_a_value_is_told(tmp_path) -> None:
    """On one day hardly a truck runs away."""
    arguments = ["hindcast", str(COLORADO), "--draws", "20", "--days", "1", "--out", str(tmp_path), "--workers", "1"]
    result = runner.invoke(app, arguments)
    assert result.exit_code == 2
    assert "signs_runaways: runaways has no value in draw" in result.output


def test_a_surrogate_meets_what_is_linear_and_knows_its_error() -> None:
    """Three of twelve inputs matter; the error in runs that it has not seen is the noise, within 2.5 of its SE."""
    generator = np.random.default_rng(5)
    scores = generator.standard_normal((400, 12))
    line = 2.0 + scores[:, :3] @ np.array([1.0, -0.5, 0.25])
    made = learning.surrogate(observation(kind="count", count=9, years=1.0), np.exp(line), scores)
    assert made.of(scores) == pytest.approx(line, abs=0.01)
    noisy = np.exp(line + 0.3 * generator.standard_normal(400))
    made = learning.surrogate(observation(kind="count", count=9, years=1.0), noisy, scores)
    assert made.error_sd == pytest.approx(0.3, abs=2.5 * 0.3 / np.sqrt(800))
    assert made.explained == pytest.approx(1.0 - 0.09 / (0.09 + 1.3125), abs=0.03)


def test_a_surrogate_of_nothing_but_noise_explains_nothing() -> None:
    generator = np.random.default_rng(6)
    scores, noise = generator.standard_normal((60, 50)), np.exp(generator.standard_normal(60))
    made = learning.surrogate(observation(kind="count", count=9, years=1.0), noise, scores)
    assert made.explained < 0.1
    assert made.error_sd == pytest.approx(1.0, abs=0.3)


def test_weights_are_those_of_bayes() -> None:
    """Of a normal prior and normal data the posterior is known in closed form."""
    draws = np.random.default_rng(7).standard_normal(200_000)
    weights = learning.weights([stats.norm.logpdf(1.0, draws, 1.0), stats.norm.logpdf(0.4, draws, 1.0)], len(draws))
    assert weights.sum() == pytest.approx(1.0)
    error = 3.0 * np.sqrt(1.0 / 3.0 / learning.effective(weights))
    assert (weights * draws).sum() == pytest.approx(1.4 / 3.0, abs=error)


def test_rates_hold_what_is_recorded_and_not_how_many_trucks_there_were(registers) -> None:
    rate = Observation.model_validate(
        {
            **observation(kind="estimate", value=0.4, log_se=0.1).model_dump(by_alias=True),
            "quantity": "accident_rate",
        }
    )
    assert rate.is_recorded_rate
    assert likelihood.spread_of(rate, registers.discrepancy) == registers.discrepancy.count_log_sd
    speed = Observation.model_validate({**rate.model_dump(by_alias=True), "quantity": "mean_speed_kmh"})
    assert likelihood.spread_of(speed, registers.discrepancy) == registers.discrepancy.effect_log_sd
