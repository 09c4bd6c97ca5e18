"""How long a backtest must be for the number of trials."""

from smc.arguments import check_positive
from smc.stats.expected_max import expected_max_sharpe_ratio


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
