"""Before-after studies: coverage of their intervals, a placebo on a real road, and tables that can't be read."""

import json
from pathlib import Path

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import betainc
from scipy.stats import chi2, gamma, halfnorm, norm, poisson
from typer.testing import CliRunner

from sim.cli import app
from sim.statistics.before_after import (
    Sites,
    _between_sites,
    _limits,
    before_after,
    calibration_of,
    chance_of_counts,
    placebo,
)

runner = CliRunner()
STUDIES = 800
K = 0.4
EFFECT = 0.7
HEAD = "site,before,after,predicted_before,predicted_after,overdispersion\n"


def drawn(generator, sites: int, mean: float, effect: float = 1.0) -> Sites:
    """Sites whose true means differ as the overdispersion says."""
    means = generator.gamma(1.0 / K, mean * K, sites)
    alike = np.full(sites, mean)
    return Sites(generator.poisson(means), generator.poisson(effect * means), alike, alike, np.full(sites, K))


@pytest.mark.parametrize(("counted", "expected", "variance"), [(20, 18.0, 9.0), (3, 5.0, 25.0), (400, 350.0, 0.0)])
def test_limits_are_those_of_one_gamma_number_over_another(counted, expected, variance) -> None:
    """G(c + 1/2) / (pi / k G(k)), k = pi**2 / Var(pi), by the incomplete beta function; without a variance of pi, by
    the chi-squared limits of the count alone."""
    low, high = _limits(counted, expected, variance)
    if variance:
        shape = expected**2 / variance
        ratios = np.array([low, high]) * expected / shape
        shares = betainc(counted + 0.5, shape, ratios / (1.0 + ratios))
    else:
        shares = chi2.cdf(2.0 * expected * np.array([low, high]), 2.0 * counted + 1.0)
    assert shares == pytest.approx([0.025, 0.975], rel=1e-3)


@pytest.mark.parametrize(("counted", "mean", "k"), [(3, 1.5, 0.5), (9, 4.0, 0.8), (0, 2.5, 0.3)])
def test_the_chance_of_one_sites_count_is_that_of_a_gamma_mixture_of_poisson_counts(counted, mean, k) -> None:
    mixed = gamma(1.0 / k, scale=k * mean)
    at_most = mixed.expect(lambda true: poisson.cdf(counted, true))
    at_least = mixed.expect(lambda true: poisson.sf(counted - 1, true))
    one = (np.array([value]) for value in (counted, 0, mean, mean, k))
    assert chance_of_counts(Sites(*one)) == pytest.approx(min(2.0 * min(at_most, at_least), 1.0), rel=1e-6)


def test_the_spread_between_sites_is_the_posterior_mean_by_quadrature() -> None:
    """A half-normal prior, and sites' changes that are normal with their variance by chance and tau**2 together."""
    before, after = np.array([40, 55, 8, 100]), np.array([20, 60, 2, 71])
    share = np.array([0.5, 0.5, 0.25, 0.5])
    information = (before + after) * share * (1.0 - share)
    change = (after - (before + after) * share) / information

    def weight(tau: float) -> float:
        return halfnorm.pdf(tau, scale=0.3) * norm.pdf(change, scale=np.sqrt(1.0 / information + tau**2)).prod()

    (above, _), (whole, _) = (quad(lambda t, p=p: t**p * weight(t), 0.0, 3.0, epsrel=1e-9) for p in (2, 0))
    sites = Sites(before, after, (1.0 - share) * 60.0, share * 60.0, np.full(4, K))
    assert _between_sites(sites) == pytest.approx(above / whole, rel=0.01)


@pytest.mark.parametrize("untreated", [0, 12])
@pytest.mark.parametrize("mean", [2.0, 5.0])
@pytest.mark.parametrize("sites", [1, 2, 5, 20])
def test_the_interval_covers_the_true_effect(sites, mean, untreated) -> None:
    """Between 93 and 98 % of studies; a group of untreated sites may make the interval a little too wide."""
    generator = np.random.default_rng(8)
    held = done = 0
    for _ in range(STUDIES):
        group = drawn(generator, untreated, mean) if untreated else None
        if group is not None and not (group.before.sum() and group.after.sum()):
            continue
        ratio = before_after(drawn(generator, sites, mean, EFFECT), group).ratio
        held += ratio.low <= EFFECT <= ratio.high
        done += 1
    error = np.sqrt(0.95 * 0.05 / done)
    assert 0.93 - 2 * error < held / done < (0.98 if not untreated else 0.985) + 2 * error


def test_a_wrong_level_of_the_predictions_does_no_harm_where_untreated_sites_calibrate_it() -> None:
    """Predictions half as large as they should be, and traffic that grows by a fifth: the group tells both."""
    generator = np.random.default_rng(9)
    held = 0
    for _ in range(400):
        sites, group = drawn(generator, 6, 8.0, 1.2), drawn(generator, 20, 8.0, 1.2)
        low, other = (
            Sites(s.before, s.after, s.predicted_before / 2, s.predicted_after / 2, s.overdispersion)
            for s in (sites, group)
        )
        ratio = before_after(low, other).ratio
        held += ratio.low <= 1.0 <= ratio.high
    assert held / 400 > 0.95 - 3 * np.sqrt(0.95 * 0.05 / 400)
    assert calibration_of(other).factor_before == pytest.approx(2.0, abs=4 * 2.0 * np.sqrt(1 / 160 + K / 20))


def test_an_effect_that_the_exact_test_does_not_see_is_not_claimed() -> None:
    """One site, 10 accidents and then 5: p = 0.30; five and then none: p = 0.06."""
    for before, after in ((10, 5), (5, 0)):
        study = before_after(Sites(*(np.array([v]) for v in (before, after, float(before), float(before), 0.4))))
        assert not study.differs
        assert study.ratio.low <= study.ratio.estimate <= study.ratio.high
        assert study.ratio.high > 0.0
    nothing = before_after(Sites(*(np.array([v]) for v in (0, 0, 0.01, 0.01, 0.5))))
    assert nothing.ratio.low == 0.0
    assert nothing.ratio.high > 100.0


def test_an_error_of_the_predictions_widens_the_interval() -> None:
    sites = drawn(np.random.default_rng(3), 20, 5.0)
    widths = [before_after(sites, prediction_error=e).ratio for e in (0.0, 0.3)]
    assert widths[1].high - widths[1].low > widths[0].high - widths[0].low


STRETCHES = (
    ("000+0.068", 3.634, 2764.25, 4, 3),
    ("003+0.819", 9.076, 3178.25, 34, 42),
    ("013+0.145", 8.07, 2905.25, 14, 21),
    ("050+0.654", 3.957, 6639.75, 7, 27),
    ("059+0.877", 8.3, 6329.5, 19, 34),
    ("070+0.485", 3.978, 6329.5, 11, 11),
    ("097+0.967", 4.627, 6224.25, 10, 12),
)
"""Untreated two-lane rural stretches of 3 miles or more of US-12, Montana (corridor C000008): reference point of the
start, miles, AADT, police-reported crashes of 2019-20 and of 2021-23. Montana Department of Transportation, as
published in the repository mtfreepress/mt-dot-crash-data under the BSD 3-clause licence."""


def test_a_placebo_on_a_real_road_finds_nothing() -> None:
    """Seven stretches where nothing was done, split at random 200 times: the interval holds 1 in 90 to 99 %.

    Predictions are the manual's base model for two-lane roads, AADT x miles x 365e-6 exp(-0.312) a year, with k = 0.236
    over the miles.
    """
    miles, aadt, before, after = (np.array(column) for column in list(zip(*STRETCHES, strict=True))[1:])
    mean = aadt * miles * 365e-6 * np.exp(-0.312)
    sites = Sites(before, after, 2.0 * mean, 3.0 * mean, 0.236 / miles)
    generator = np.random.default_rng(1)
    held = 0
    for _ in range(200):
        treated = np.zeros(7, dtype=bool)
        treated[generator.permutation(7)[:3]] = True
        ratio = before_after(sites.pick(treated), sites.pick(~treated)).ratio
        held += ratio.low <= 1.0 <= ratio.high
    assert 0.90 <= held / 200 <= 0.99
    shown = placebo(sites)
    assert shown is not None
    assert shown.held >= 6


def command(file: Path, text: str, *options: str):
    file.write_text(text, encoding="utf-8")
    return runner.invoke(app, ["before-after", str(file), *options])


def test_the_command_reads_a_table(tmp_path) -> None:
    file = tmp_path / "data.csv"
    content = json.loads(command(file, HEAD + "a,8,6,4.0,8.0,0.25\n", "--json", "--accept-predictions").stdout)
    assert content["expected_after_without_treatment"] == pytest.approx(12.0)
    assert "differs from no effect" in command(file, HEAD + "a,40,12,40,40,0.25\n").stdout
    assert "could be chance alone" in command(file, HEAD + "a,8,11,7.0,8.0,0.25\n").stdout


def test_predictions_that_do_not_fit_need_untreated_sites(tmp_path) -> None:
    rows = "".join(f"s{n},15,20,10,15,0.05\n" for n in range(7))
    refused = command(tmp_path / "data.csv", HEAD + rows)
    assert refused.exit_code == 2
    assert "105 accidents were counted before, 70.0 predicted" in refused.output
    group = (
        HEAD.strip()
        + ",treated\n"
        + rows.replace("0.05\n", "0.05,0\n").replace("s0,15,20,10,15,0.05,0", "s0,15,20,10,15,0.05,1")
    )
    told = command(tmp_path / "data.csv", group)
    assert told.exit_code == 0
    assert "calibrated by 6 untreated sites: times 1.500 before" in told.stdout
    assert "placebo: the interval holds 1 at 6 of 6" in told.stdout
    assert chance_of_counts(Sites(*(np.array([v] * 7) for v in (15, 20, 10.0, 15.0, 0.05)))) < 0.05


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("site,before\na,1\n", "columns after, predicted_before, predicted_after, overdispersion are missing"),
        (HEAD + "a,1.5,2,3,4,0.2\n", ":2: before: found"),
        (HEAD + "a,1,2,3,4,0.2\nb,1,2,-3,4,x\n", ":3: predicted_before: found"),
        (HEAD, "has no rows"),
        ("", "the file is empty"),
        (HEAD + "a,1,2,3,4,0.2,9\n", ":2: has 7 values, the header has 6"),
        (HEAD + "a,1,2,3,4,0.2,\n", ":2: has 7 values, the header has 6"),
        (HEAD + "a,1,2,3,4\n", ":2: has 5 values, the header has 6"),
        (HEAD + '\n"a\nb",1,2,3,4,0.2\n\nc,x,2,3,4,0.2\n', ":6: before: found 'x'"),
        (HEAD.strip() + ",before\na,1,2,3,4,0.2,1\n", "columns 'before' stand twice"),
        (HEAD + "a,True,2,3,4,0.2\n", ":2: before: found 'True'"),
        (HEAD + "a,99999999999999999999,2,3,4,0.2\n", ":2: before: found"),
        (HEAD + "a,1,2,nan,inf,0.2\n", ":2: predicted_after: found 'inf', must be a number"),
        (HEAD + "a,1,2,1e400,4,0.2\n", ":2: predicted_before: found '1e400'"),
        (HEAD.strip() + ",treated\na,1,2,3,4,0.2,maybe\n", ":2: treated: found 'maybe'"),
        (HEAD.strip() + ",treated\na,1,2,3,4,0.2,0\n", "no site is treated"),
        (HEAD + 'a,"1,2,3,4,0.2\n', "can't be read as CSV"),
    ],
)
def test_a_wrong_table_is_one_clear_message(tmp_path, text, message) -> None:
    result = command(tmp_path / "data.csv", text)
    assert result.exit_code == 2
    assert message in result.output
    assert "Traceback" not in result.output
