"""Before-after studies of treated sites by Empirical Bayes, with a group of untreated sites where there is one.

[1] Hauer (1997), Observational Before-After Studies in Road Safety, Pergamon, chapters 7, 9, 11 and 12.
[2] Brown, Cai, DasGupta (2001), Interval estimation for a binomial proportion, Statistical Science 16, 101-133: limits
    from Jeffreys' prior, and 0 as the lower one of a count of 0.
"""

from dataclasses import dataclass, replace

import numpy as np
from scipy.stats import f as f_ratio
from scipy.stats import nbinom

from sim.core.units import Bools, Floats, Ints
from sim.statistics.accident_counts import TINY, RateRatio, empirical_bayes, index_of_effectiveness, rate_ratio
from sim.statistics.intervals import CONFIDENCE, Interval

SIGNIFICANCE = 0.05
LARGEST_SHAPE = 1e12
"""Of a gamma distribution that stands for a number without spread."""
FEWEST_FOR_PLACEBO = 3
USUAL_SITE_SD = 0.3
"""Scale of what sites' changes differ by if nothing is done, on the log scale [-]: assumption, 0.1 to 0.5. With 0.2 the
intervals of a placebo study on seven stretches of a real road held 1 in 88 % of splits, with 0.3 in 95 %."""
TAU_STEP = 0.005


@dataclass(frozen=True, eq=False)
class Sites:
    """Counts and predictions of alike sites, arrays of shape (sites,)."""

    before: Ints
    after: Ints
    predicted_before: Floats
    predicted_after: Floats
    overdispersion: Floats
    """k of the negative binomial."""

    def pick(self, chosen: Bools) -> "Sites":
        """The chosen sites."""
        return Sites(*(np.asarray(getattr(self, name))[chosen] for name in self.__dataclass_fields__))

    def calibrated(self, before: float, after: float) -> "Sites":
        """With predictions times a factor for the time before and one for the time after."""
        return replace(
            self, predicted_before=self.predicted_before * before, predicted_after=self.predicted_after * after
        )


@dataclass(frozen=True)
class Calibration:
    """How the counts of untreated sites compare with their predictions."""

    sites: int
    factor_before: float
    factor_after: float
    relative_variance: float
    """Of the ratio of both factors."""
    site_variance: float
    """Relative variance of a single site's change, beyond chance."""


@dataclass(frozen=True)
class BeforeAfter:
    """Effect of a treatment at some sites: accidents after over what they would have been."""

    ratio: Interval
    standard_error: float
    naive: RateRatio
    """Counts after over before by exposure alone, as it would be reported without correction."""
    expected_after: float
    """Without treatment."""
    counted_after: int
    calibration: Calibration | None = None

    @property
    def differs(self) -> bool:
        """Whether the interval leaves 1 out and the exact test of the counts alone finds a difference, too."""
        return not self.ratio.low <= 1.0 <= self.ratio.high and self.naive.p_value <= SIGNIFICANCE


def before_after(treated: Sites, untreated: Sites | None = None, *, prediction_error: float = 0.0) -> BeforeAfter:
    """Empirical Bayes before-after study [1].

    Parameters
    ----------
    treated : Sites
        what is studied
    untreated : Sites, optional
        a reference group, by whose counts the predictions of both times are calibrated
    prediction_error : float
        relative standard error of the predicted change from before to after [-]

    Notes
    -----
    pi = sum E_i c_i with c_i = predicted after / before, Var(pi) = sum Var(E_i) c_i**2 + pi**2 (v + e**2), v the
    relative variance of the reference group's change; lambda = sum of counts after; the ratio is
    `index_of_effectiveness`. Its interval holds pi as gamma distributed with these two moments and lambda as a Poisson
    count with Jeffreys' prior [2]: a ratio of gamma variables, which is a scaled F. A normal interval, as in [1], is
    far too narrow for few accidents.
    """
    calibration = None if untreated is None else calibration_of(untreated)
    own = treated if calibration is None else treated.calibrated(calibration.factor_before, calibration.factor_after)
    change = own.predicted_after / own.predicted_before
    estimate = empirical_bayes(own.before.astype(np.float64), own.predicted_before, own.overdispersion)
    pi = float((estimate.expected * change).sum())
    variance = float((estimate.variance * change**2).sum())
    relative = 0.0 if calibration is None else calibration.relative_variance + _of_a_sum(own, calibration.site_variance)
    variance += pi**2 * (relative + prediction_error**2)
    counted = int(own.after.sum())
    theta, error = index_of_effectiveness(counted, pi, variance)
    naive = rate_ratio(counted, int(own.before.sum()), float(own.predicted_after.sum() / own.predicted_before.sum()))
    low, high = _limits(counted, pi, variance)
    return BeforeAfter(Interval(theta, min(low, theta), max(high, theta)), error, naive, pi, counted, calibration)


def _limits(counted: int, expected: float, variance: float) -> tuple[float, float]:
    """Limits of a Poisson mean over a gamma distributed number, given a count of the one and moments of the other."""
    shape = min(expected**2 / variance, LARGEST_SHAPE) if variance > 0.0 else LARGEST_SHAPE
    own, tail = counted + 0.5, (1.0 - CONFIDENCE) / 2.0
    scale = own / expected
    low, high = (scale * float(f_ratio.ppf(share, 2.0 * own, 2.0 * shape)) for share in (tail, 1.0 - tail))
    return (low if counted else 0.0), high


def calibration_of(untreated: Sites) -> Calibration:
    """Factors on the predictions by which untreated sites have as many accidents as were counted, before and after.

    Notes
    -----
    The change of the group has the relative variance 1 / before + 1 / after of two Poisson counts and what its sites'
    changes differ by beyond that, weighted by their predictions [1, chapter 9].

    Raises
    ------
    ValueError
        if no accident was counted in one of the times
    """
    before, after = int(untreated.before.sum()), int(untreated.after.sum())
    if not before or not after:
        raise ValueError("the untreated sites had no accident before or none after: they calibrate nothing")
    factors = before / float(untreated.predicted_before.sum()), after / float(untreated.predicted_after.sum())
    chance = 1.0 / before + 1.0 / after
    calibrated = untreated.calibrated(*factors)
    site = _between_sites(calibrated)
    return Calibration(len(untreated.before), *factors, chance + _of_a_sum(calibrated, site), site)


def _of_a_sum(sites: Sites, site_variance: float) -> float:
    """Relative variance of the common change of sites whose own changes have one."""
    weight = sites.predicted_after / sites.predicted_after.sum()
    return site_variance * float((weight**2).sum())


def _between_sites(sites: Sites) -> float:
    """Relative variance of a site's change beyond chance, its posterior mean.

    Notes
    -----
    Given its sum n_i, a site's count after is binomial with the share s_i of the predictions; its log odds ratio has
    about the variance 1 / (n_i s_i (1 - s_i)) by chance and tau**2 besides. tau has a half-normal prior of scale
    `USUAL_SITE_SD`: a few sites tell little of how differently sites change, and an estimate of 0 would make intervals
    too narrow.
    """
    total = (sites.before + sites.after).astype(np.float64)
    share = sites.predicted_after / (sites.predicted_before + sites.predicted_after)
    information = total * share * (1.0 - share)
    seen = information > 0.0
    change = (sites.after - total * share)[seen] / information[seen]
    tau = np.arange(TAU_STEP, 5.0 * USUAL_SITE_SD, TAU_STEP)
    variance = 1.0 / information[seen] + (tau**2)[:, None]
    log_posterior = -0.5 * (np.log(variance) + change**2 / variance).sum(axis=1) - 0.5 * (tau / USUAL_SITE_SD) ** 2
    weight = np.exp(log_posterior - log_posterior.max())
    return float((weight * tau**2).sum() / weight.sum())


def chance_of_counts(sites: Sites) -> float:
    """Chance of counts before as far from their predictions as those seen, or farther, two-sided [-].

    The sum of negative binomial counts is taken as negative binomial with its two moments.
    """
    mean = float(sites.predicted_before.sum())
    extra = float((sites.overdispersion * sites.predicted_before**2).sum())
    counted = int(sites.before.sum())
    size = mean**2 / max(extra, TINY)
    below, above = nbinom.cdf(counted, size, size / (size + mean)), nbinom.sf(counted - 1, size, size / (size + mean))
    return min(2.0 * float(min(below, above)), 1.0)


@dataclass(frozen=True)
class Placebo:
    """The same study at sites where nothing was done, each against the other untreated ones."""

    studies: tuple[BeforeAfter, ...]

    @property
    def held(self) -> int:
        """Of how many the interval holds 1."""
        return sum(study.ratio.low <= 1.0 <= study.ratio.high for study in self.studies)


def placebo(untreated: Sites) -> Placebo | None:
    """A study of each untreated site; None where there are too few of them or they had too few accidents."""
    if len(untreated.before) < FEWEST_FOR_PLACEBO:
        return None
    found = []
    for site in range(len(untreated.before)):
        chosen = np.arange(len(untreated.before)) == site
        try:
            found.append(before_after(untreated.pick(chosen), untreated.pick(~chosen)))
        except ValueError:
            return None
    return Placebo(tuple(found))
