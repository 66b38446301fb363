"""Statistics of counts against published tables and examples, and the coverage of every interval."""

import numpy as np
import pytest
from scipy.stats import binom, gamma, nbinom, poisson
from typer.testing import CliRunner

from sim.statistics.accident_counts import (
    chance_of_drop,
    cumulative_residuals,
    detection_power,
    effect_posterior,
    empirical_bayes,
    fit_overdispersion,
    index_of_effectiveness,
    rate_interval,
    rate_ratio,
    worst_site_ratios,
    years_to_detect,
)
from sim.statistics.before_after import Sites, before_after
from sim.statistics.intervals import mean_interval, paired_ratio, stein_ratio, stein_replications

runner = CliRunner()
GARWOOD = {0: (0.0, 3.689), 1: (0.025, 5.572), 3: (0.619, 8.767), 5: (1.623, 11.668), 10: (4.795, 18.390)}
"""95 % limits of a Poisson mean (Garwood 1936, as in most tables)."""


@pytest.mark.parametrize("count", GARWOOD)
def test_exact_limits_are_the_tables(count) -> None:
    found = rate_interval(count, 1.0)
    assert (found.low, found.high) == pytest.approx(GARWOOD[count], abs=0.001)


@pytest.mark.parametrize(
    ("before", "after", "low", "high", "p"),
    [(3, 2, 0.06, 5.82, 1.00), (6, 4, 0.14, 2.81, 0.75), (12, 8, 0.24, 1.77, 0.50), (30, 20, 0.36, 1.21, 0.20)],
)
def test_a_fall_by_a_third(before, after, low, high, p) -> None:
    found = rate_ratio(after, before)
    assert found.ratio.estimate == pytest.approx(2 / 3)
    assert (found.ratio.low, found.ratio.high) == pytest.approx((low, high), abs=0.006)
    assert found.p_value == pytest.approx(p, abs=0.006)


def test_the_example_of_fays_vignette() -> None:
    """2 events in 17,877 and 9 in 16,660 (Fay 2022, Testing the ratio of two Poisson rates, vignette in R)."""
    found = rate_ratio(2, 9, 17877 / 16660)
    published = (0.2070941557, 0.02177406, 1.00054910)
    assert (found.ratio.estimate, found.ratio.low, found.ratio.high) == pytest.approx(published, rel=1e-6)
    assert found.p_value == pytest.approx(0.05011, abs=5e-6)


def test_mid_p_is_shorter_and_exposure_divides() -> None:
    exact, mid = (rate_ratio(8, 20, 0.5, method=method).ratio for method in ("exact", "mid_p"))
    assert exact.low < mid.low < mid.high < exact.high
    assert exact.estimate == pytest.approx(0.8)
    one, two = (rate_interval(4, exposure, method="mid_p") for exposure in (1.0, 2.0))
    assert two.low == pytest.approx(one.low / 2.0)
    assert (one.estimate, two.estimate) == (4.0, 2.0)


@pytest.mark.parametrize(
    ("before", "after", "predicted", "k"), [(9, 4, 3.5, 0.4), (2, 3, 6.0, 1.5), (12, 5, None, None)]
)
def test_belief_in_a_ratio_is_that_of_two_gamma_means(before, after, predicted, k) -> None:
    """By quadrature: mean before gamma(n + 1 / k, 1 + 1 / (k mu)), or gamma(n + 1 / 2, 1) as after (Jeffreys)."""
    shape, rate = (before + 0.5, 1.0) if k is None else (before + 1.0 / k, 1.0 + 1.0 / (k * predicted))
    mean_before = gamma(shape, scale=1.0 / rate)

    def below(ratio: float) -> float:
        return float(mean_before.expect(lambda mean: gamma.cdf(ratio * mean, after + 0.5)))

    belief = effect_posterior(before, after, predicted=predicted, overdispersion=k)
    ratio = belief.ratio
    shares = [below(value) for value in (ratio.low, ratio.estimate, ratio.high, 1.0)]
    assert shares == pytest.approx([0.025, 0.5, 0.975, belief.chance_of_fall], abs=1e-6)


@pytest.mark.parametrize("count", [0, 1, 4, 25])
def test_mid_p_limits_leave_half_of_the_counts_own_chance_to_each_side(count) -> None:
    """P(X > x) + P(X = x) / 2 is 2.5 % at the lower limit, P(X < x) + P(X = x) / 2 at the upper one."""
    found = rate_interval(count, 1.0, method="mid_p")
    own = [0.5 * poisson.pmf(count, limit) for limit in (found.low, found.high)]
    if count:
        assert poisson.sf(count, found.low) + own[0] == pytest.approx(0.025, rel=1e-6)
    assert poisson.cdf(count - 1, found.high) + own[1] == pytest.approx(0.025, rel=1e-6)


@pytest.mark.parametrize("method", ["exact", "mid_p"])
@pytest.mark.parametrize("mean", [1.5, 6.0, 30.0])
def test_rate_intervals_cover(method, mean) -> None:
    """Exact never below 95 %; mid-P near it (two standard errors of 2,000 draws, 2 % for discreteness)."""
    counts = np.random.default_rng(7).poisson(mean, 2000)
    limits = {int(c): rate_interval(int(c), 1.0, method=method) for c in np.unique(counts)}
    covered = np.mean([limits[int(c)].low <= mean <= limits[int(c)].high for c in counts])
    error = 2.0 * np.sqrt(0.95 * 0.05 / len(counts))
    assert covered > 0.95 - error - (0.02 if method == "mid_p" else 0.0)


def test_the_tutorials_first_two_examples() -> None:
    """1.8 km, 4,000 vehicles a day, mu = 0.0224 x 4000**0.564 accidents a km and year, phi = 2.05 a km.

    Hauer, Harwood, Council and Griffith 2002: 12 accidents in a year give 8.48 +- 2.14; 27 in three 23.92 +- 4.32.
    """
    mean = 0.0224 * 4000.0**0.564 * 1.8
    overdispersion = 1.0 / (2.05 * 1.8)
    one, three = empirical_bayes(12.0, mean, overdispersion), empirical_bayes(27.0, 3.0 * mean, overdispersion)
    assert (one.weight, three.weight) == pytest.approx((0.46, 0.22), abs=0.005)
    assert (one.expected, three.expected) == pytest.approx((8.48, 23.92), abs=0.03)
    assert (one.variance**0.5, three.variance**0.5) == pytest.approx((2.14, 4.32), abs=0.01)


def test_cumulative_residuals_stay_within_their_limits_as_often_as_they_say() -> None:
    """Negative binomial counts of 80 sites against means that are scaled to their sum: 95 % at each site, or nearly, as
    counts are skew (0.015 for it, the standard error is 0.003); equal means where the true ones grow leave them."""
    generator, k, studies = np.random.default_rng(3), 0.5, 2000
    means = np.linspace(1.0, 9.0, 80)
    inside = np.zeros((studies, 79))
    for study in range(studies):
        counts = generator.poisson(generator.gamma(1.0 / k, k * means))
        sums, limits = cumulative_residuals(counts, means * counts.sum() / means.sum(), k)
        assert sums[-1] == pytest.approx(0.0, abs=1e-9)
        assert limits[-1] == pytest.approx(0.0, abs=1e-6)
        inside[study] = np.abs(sums[:-1]) <= limits[:-1]
    assert inside.mean() == pytest.approx(0.95, abs=0.015)
    counts = generator.poisson(means)
    sums, limits = cumulative_residuals(counts, np.full(80, counts.mean()), 0.01)
    assert (np.abs(sums) > limits).mean() > 0.8


def test_overdispersion_is_found_again() -> None:
    generator = np.random.default_rng(3)
    means = generator.uniform(2.0, 8.0, 3000)
    counts = nbinom.rvs(2.0, 2.0 / (2.0 + means), random_state=generator)
    assert fit_overdispersion(counts, means) == pytest.approx(0.5, rel=0.08)
    assert fit_overdispersion(generator.poisson(means), means) < 0.02


def test_sites_picked_for_their_counts_regress_and_the_study_corrects() -> None:
    """No treatment at all: the naive ratio falls, the corrected one holds 1 in about 95 % of studies.

    With k mu = 2 a third of an estimate is the mean of 4: the naive ratio tends to 2/3 + 4/3 over the mean picked.
    """
    generator = np.random.default_rng(5)
    naive, mean_picked, held = [], [], 0
    for _ in range(400):
        means = generator.gamma(2.0, 2.0, 400)
        before, after = generator.poisson(means), generator.poisson(means)
        picked = before >= 9
        count = int(picked.sum())
        alike, spread = np.full(count, 4.0), np.full(count, 0.5)
        study = before_after(Sites(before[picked], after[picked], alike, alike, spread))
        naive.append(study.naive.ratio.estimate)
        mean_picked.append(before[picked].mean())
        held += study.ratio.low <= 1.0 <= study.ratio.high
    assert np.mean(naive) == pytest.approx(2 / 3 + 4 / 3 / np.mean(mean_picked), abs=0.01)
    assert np.mean(naive) < 0.85
    assert held / 400 > 0.95 - 2.5 * np.sqrt(0.95 * 0.05 / 400)


def test_a_study_by_hand() -> None:
    """One site, k mu = 1, so half is its own count: E = (4 + 8) / 2 = 6, Var = 3; traffic doubles; 6 afterwards."""
    study = before_after(Sites(np.array([8]), np.array([6]), np.array([4.0]), np.array([8.0]), np.array([0.25])))
    assert study.expected_after == pytest.approx(12.0)
    relative = 12.0 / 144.0
    assert study.ratio.estimate == pytest.approx(0.5 / (1 + relative))
    assert study.standard_error == pytest.approx(study.ratio.estimate * np.sqrt(1 / 6 + relative) / (1 + relative))


def test_the_manuals_example_of_a_before_after_study() -> None:
    """Passing lanes at 13 sites: 30 accidents after, Var(pi) 11.161, 30.5 % fewer, standard error 13.9 %, ratio 2.19.

    AASHTO 2010, Highway Safety Manual, section 9.10, with the decimals of the R package HSM's tests. The expected
    number is the one that gives the manual's ratio. The manual divides by other powers of 1 + Var(pi) / pi**2 = 1.006.
    """
    ratio, error = index_of_effectiveness(30, 42.88, 11.161)
    assert 100 * (1 - ratio) == pytest.approx(13.882 * 2.194, abs=0.05)
    assert 100 * error == pytest.approx(13.882, rel=0.013)


def test_power_is_the_share_of_pairs_in_which_the_exact_test_finds_the_fall() -> None:
    """Against 20,000 pairs of Poisson counts, within four standard errors; nothing is found where nothing changes."""
    generator = np.random.default_rng(14)
    before, after = generator.poisson(60.0 * 5, 20_000), generator.poisson(60.0 * 0.7 * 1, 20_000)
    found = np.mean(binom.cdf(after, before + after, 1.0 / 6.0) <= 0.025)
    assert detection_power(60.0, 0.3, 5.0, 1.0) == pytest.approx(found, abs=4 * np.sqrt(0.25 / 20_000))
    assert detection_power(60.0, 0.0, 5.0, 3.0) < 0.025
    few, many = detection_power(19_999.0, 0.02, 1.0, 1.0), detection_power(20_001.0, 0.02, 1.0, 1.0)
    assert few == pytest.approx(many, abs=1e-3)  # by all counts, and by quantiles


@pytest.mark.parametrize("mean", [4.0, 9.0, 16.0])
def test_power_with_few_accidents_is_the_sum_over_all_pairs(mean) -> None:
    """Nine in ten fewer after a year, over every pair of counts that can happen."""
    before, after = np.meshgrid(np.arange(200), np.arange(200))
    falls = binom.cdf(after, before + after, 0.5) <= 0.025
    expected = (poisson.pmf(before, mean) * poisson.pmf(after, 0.1 * mean))[falls].sum()
    assert 0.02 < expected < 0.999
    assert detection_power(mean, 0.9, 1.0, 1.0) == pytest.approx(expected, rel=1e-9)


def test_years_to_detect_are_the_first_with_that_power() -> None:
    """24 accidents a year, a third fewer, three years before: 16 years, whatever the seed of anything."""
    assert years_to_detect(24.0, 1.0 / 3.0, 3.0) == 16.0
    assert detection_power(24.0, 1.0 / 3.0, 3.0, 16.0) >= 0.8
    assert all(detection_power(24.0, 1.0 / 3.0, 3.0, years) < 0.8 for years in range(1, 16))
    assert years_to_detect(2.0, 0.1, 1.0) == float("inf")
    assert years_to_detect(99.0, 0.2, 5.0) == years_to_detect(101.0, 0.2, 5.0) == 3.0  # in order, and halved


def test_a_third_fewer_by_chance() -> None:
    """6 to 4 or fewer: about a quarter of the years; hardly ever with 120."""
    generator = np.random.default_rng(9)
    before, after = generator.poisson(6.0, 200_000), generator.poisson(6.0, 200_000)
    simulated = ((after <= before * 2 / 3 + 1e-9) & (before > 0)).mean()
    assert chance_of_drop(6.0, 1 / 3) == pytest.approx(simulated, abs=4 * np.sqrt(0.25 / 200_000))
    assert chance_of_drop(120.0, 1 / 3) < 0.01


def test_fixed_intervals_cover_95_percent() -> None:
    """1,000 experiments of 4 replications each, of means and of paired ratios."""
    generator = np.random.default_rng(11)
    error = 3.0 * np.sqrt(0.95 * 0.05 / 1000)
    means = [mean_interval(generator.normal(10.0, 2.0, 4).tolist()) for _ in range(1000)]
    assert abs(np.mean([i.low <= 10.0 <= i.high for i in means]) - 0.95) < error
    ratios = []
    for _ in range(1000):
        base = generator.lognormal(0.0, 0.3, 4)
        ratios.append(paired_ratio((0.8 * base * generator.lognormal(0.0, 0.02, 4)).tolist(), base.tolist()))
    assert abs(np.mean([i.low <= 0.8 <= i.high for i in ratios]) - 0.95) < error


@pytest.mark.parametrize("noise", [0.01, 0.03, 0.08])
def test_the_two_stage_rule_covers_and_is_narrow(noise) -> None:
    """1,000 synthetic experiments: at least 93 % hold the true ratio, and all are as narrow as asked for."""
    generator = np.random.default_rng(13)
    covered = 0
    for _ in range(1000):
        base = generator.lognormal(0.0, 0.3, 2000)
        values = 0.8 * base * np.exp(generator.normal(0.0, noise, 2000))
        count = stein_replications(values[:5].tolist(), base[:5].tolist(), 0.02)
        found = stein_ratio(values[:count].tolist(), base[:count].tolist(), 5)
        covered += found.low <= 0.8 <= found.high
        assert found.high / found.estimate <= 1.02 + 1e-12
    assert covered >= 930


HEAD = "site,before,after,predicted_before,predicted_after,overdispersion\n"


@pytest.mark.parametrize(("sites", "mean", "k"), [(5, 8.0, 0.4), (40, 3.0, 0.8)])
def test_the_worst_of_alike_sites_regresses_as_empirical_bayes_says(sites, mean, k) -> None:
    """Given its count x, its mean is (x + 1 / k) / (1 + 1 / (k m)); x is the highest of so many negative binomials."""
    numbers = np.arange(1, 400)
    below = nbinom.cdf(np.arange(400), 1.0 / k, 1.0 / (1.0 + k * mean)) ** sites
    chance = np.diff(below)
    ratio = (numbers + 1.0 / k) / (1.0 + 1.0 / (k * mean)) / numbers
    none = below[0] * (1.0 / k) / (1.0 + 1.0 / (k * mean))  # no site has any: after over one
    for effect in (1.0, 0.7):
        found = worst_site_ratios(sites, mean, k, effect=effect)
        error = found.std() / np.sqrt(len(found))
        assert found.mean() == pytest.approx(effect * ((chance * ratio).sum() + none), abs=4.0 * error)


def test_all_sites_together_do_not_regress() -> None:
    found = worst_site_ratios(20, 5.0, 0.5, picked=20)
    assert found.mean() == pytest.approx(
        1.0, abs=4.0 * found.std() / np.sqrt(len(found)) + 1.0 / 100.0
    )  # of 100 before
