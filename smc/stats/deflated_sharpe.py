"""How sure a Sharpe ratio is after many trials."""

import math

from smc.arguments import check_choice
from smc.stats.expected_max import expected_max_sharpe_ratio, max_moments
from smc.stats.probabilistic_sharpe import normal_probability, probabilistic_sharpe_ratio
from smc.stats.track_record import Record, as_record


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

    >>> from smc.stats.track_record import TrackRecord
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
