"""The best Sharpe ratio of many trials: what luck alone would bring, and what is left of it."""

import math

import numpy as np
import numpy.typing as npt

from smc.arguments import check_at_least, check_choice, check_non_negative, check_positive
from smc.stats.panel import check_panel, standardised, varies
from smc.stats.sharpe import Record, as_record, normal_probability, probabilistic_sharpe_ratio

EULER_GAMMA = 0.5772156649015329
#: Points and half-width of the sum over the normal density; its error is rounding.
N_POINTS, WIDTH = 8001, 12.0


def effective_trials(panel: npt.ArrayLike, *, convention: str = "average_correlation") -> float:
    """Return the number of independent trials that the columns amount to, in [1, N].

    Constant columns are no trials and are left out; 0 if no column varies.

    Parameters
    ----------
    panel
        Returns, one row a period, one column a configuration.
    convention
        ``average_correlation``: rho + (1 - rho) N, rho the mean correlation between two columns, at least 0.
        Default: with it, Sidak's bound keeps its level for the best of 100 equicorrelated trials.
        ``participation_ratio``: N^2 / (sum of squared correlations), the number of equal eigenvalues that
        would spread as far; lower where the columns form clusters, and biased down by noise unless the rows
        are many more than the columns.

    References
    ----------
    Bailey and López de Prado (2014), "The deflated Sharpe ratio", Journal of Portfolio Management 40(5),
    appendix A.3 (average correlation). Bretherton et al. (1999), "The effective number of spatial degrees of
    freedom", Journal of Climate 12 (participation ratio).

    >>> import numpy as np
    >>> noise = np.random.default_rng(0).normal(size=(1000, 4))
    >>> copies = noise[:, [0, 0, 0, 1]]
    >>> round(effective_trials(noise), 1), round(effective_trials(copies), 1)
    (4.0, 2.5)
    >>> round(effective_trials(copies, convention="participation_ratio"), 1)
    1.6
    """
    check_choice("convention", convention, ["average_correlation", "participation_ratio"])
    values = check_panel(panel)
    scaled = standardised(values[:, varies(values)])
    n_rows, n_trials = scaled.shape
    if n_trials <= 1:
        return float(n_trials)
    if convention == "participation_ratio":
        return float(n_trials**2 / ((scaled.T @ scaled / n_rows) ** 2).sum())
    total = (scaled.sum(axis=1) ** 2).sum() / n_rows  # of all correlations, of which there are n_trials^2
    mean = (total - n_trials) / (n_trials * (n_trials - 1))
    mean = min(max(mean, 0.0), 1.0)
    return float(mean + (1 - mean) * n_trials)


def expected_max_sharpe_ratio(
    n_trials: float, *, trials_variance: float, convention: str = "approximate"
) -> float:
    """Return the expected largest Sharpe ratio of ``n_trials`` independent trials whose true ratio is 0.

    Parameters
    ----------
    n_trials
        Number of independent trials, 1 or more; need not be whole, see `effective_trials`.
    trials_variance
        Variance of the trials' Sharpe ratios; the result has its units (annualised or per period).
    convention
        ``approximate``: sd * ((1 - gamma) Z(1 - 1 / N) + gamma Z(1 - 1 / (N e))), Z the normal quantile,
        gamma Euler's constant, as published; 2 % too large at N = 10, too small below 3, never below 0.
        ``exact``: the mean of the largest of N normal variables.

    References
    ----------
    Bailey and López de Prado (2014), "The deflated Sharpe ratio", Journal of Portfolio Management 40(5),
    equation 1.

    >>> round(expected_max_sharpe_ratio(10, trials_variance=1), 4)
    1.5746
    >>> round(expected_max_sharpe_ratio(10, trials_variance=1, convention="exact"), 4)
    1.5388
    """
    check_choice("convention", convention, ["approximate", "exact"])
    check_at_least("n_trials", n_trials, 1)
    check_non_negative("trials_variance", trials_variance)
    sd = math.sqrt(trials_variance)
    if convention == "exact":
        return sd * max_moments(n_trials)[0]
    if n_trials == 1:
        return 0.0
    from scipy.special import ndtri

    early, late = ndtri(1 - 1 / n_trials), ndtri(1 - 1 / (n_trials * math.e))
    return max(0.0, sd * float((1 - EULER_GAMMA) * early + EULER_GAMMA * late))


def max_moments(n_trials: float) -> tuple[float, float]:
    """Return mean and variance of the largest of ``n_trials`` independent standard normal variables.

    >>> mean, variance = max_moments(2)  # 1 / sqrt(pi) and 1 - 1 / pi
    >>> round(mean, 4), round(variance, 4)
    (0.5642, 0.6817)
    """
    from scipy.special import log_ndtr

    x, step = np.linspace(-WIDTH, WIDTH, N_POINTS, retstep=True)
    log_density = -(x**2) / 2 - math.log(2 * math.pi) / 2 + math.log(n_trials) + (n_trials - 1) * log_ndtr(x)
    weight = np.exp(log_density) * step
    mean = float(weight @ x)
    return mean, float(weight @ (x - mean) ** 2)


def deflated_sharpe_ratio(
    record: Record, *, n_trials: float, trials_variance: float, convention: str = "2014"
) -> float:
    """Return the probability that the best trial's true Sharpe ratio is above what luck alone would bring.

    The probabilistic Sharpe ratio against the benchmark `expected_max_sharpe_ratio(n_trials)`.

    Parameters
    ----------
    record
        The best trial: a `TrackRecord`, or returns (then ``trials_variance`` is per period).
    n_trials
        Number of independent trials, see `effective_trials`.
    trials_variance
        Variance of the trials' Sharpe ratios, in the record's units squared: annualised ratios if the record
        is.
    convention
        ``2014``: error at the observed ratio, over n - 1. ``2025``: error at the benchmark, over n.
        ``2025_rescaled``: that error times the standard deviation of the largest of ``n_trials`` normal
        variables. On the example of 2014 they give .900, .913 and .999, so a figure without its convention
        says nothing. 2014 is the default: of the best of 100 independent trials without skill it passes 0.05
        % at the level of 5 % and with a correlation of .9 4 %, the rescaled one 4 % and 22 %.

    References
    ----------
    Bailey and López de Prado (2014), "The deflated Sharpe ratio", Journal of Portfolio Management 40(5),
    equation 2. López de Prado, Lipton and Zoonekynd (2025), "Sharpe ratio inference", SSRN 5520741.

    >>> from smc.stats.sharpe import TrackRecord
    >>> best = TrackRecord(sharpe=2.5, n=1250, periods_per_year=250, skewness=-3, kurtosis=10)
    >>> round(deflated_sharpe_ratio(best, n_trials=100, trials_variance=0.5), 4)
    0.9004
    """
    check_choice("convention", convention, ["2014", "2025", "2025_rescaled"])
    known = as_record(record)
    benchmark = expected_max_sharpe_ratio(n_trials, trials_variance=trials_variance)
    if convention != "2025_rescaled":
        error = "2012" if convention == "2014" else "2025"
        return probabilistic_sharpe_ratio(known, benchmark=benchmark, convention=error)
    hypothesis = known.to_per_period(benchmark)
    variance = known.variance_at(hypothesis) / known.n * max_moments(n_trials)[1]
    return normal_probability((known.per_period - hypothesis) / math.sqrt(variance))


def min_backtest_length(n_trials: float, *, annual_sharpe: float = 1.0) -> float:
    """Return the years in which the best of ``n_trials`` without skill reaches ``annual_sharpe``.

    (E[largest of N standard normal variables] / annual Sharpe ratio)^2, the variance of an annualised Sharpe
    ratio of no skill being 1 / years.

    Parameters
    ----------
    n_trials
        Number of independent trials, see `effective_trials`.

    References
    ----------
    Bailey, Borwein, López de Prado and Zhu (2014), "Pseudo-mathematics and financial charlatanism", Notices
    of the American Mathematical Society 61(5), theorem 2.

    >>> round(min_backtest_length(45), 1)  # five years of data carry no more than 45 trials
    5.0
    """
    check_positive("annual_sharpe", annual_sharpe)
    return (expected_max_sharpe_ratio(n_trials, trials_variance=1.0) / annual_sharpe) ** 2
