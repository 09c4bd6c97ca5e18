"""How sure it is that the true Sharpe ratio exceeds a benchmark."""

import math

from smc.arguments import check_choice
from smc.stats.track_record import Record, as_record


def probabilistic_sharpe_ratio(record: Record, *, benchmark: float = 0.0, convention: str = "2012") -> float:
    """Return the probability that the true Sharpe ratio exceeds ``benchmark``, for a single trial.

    Phi((SR - benchmark) / standard error). For the best of several trials use `deflated_sharpe_ratio`.

    Parameters
    ----------
    record
        A `TrackRecord`, or returns (then ``benchmark`` is per period).
    benchmark
        Sharpe ratio in the record's units.
    convention
        ``2012``: the error at the observed ratio, over n - 1 periods. ``2025``: the error under the
        hypothesis, at the benchmark, over n. On skewed returns they differ: .913 and .988 on the paper's
        hedge fund.

    References
    ----------
    Bailey and López de Prado (2012), "The Sharpe ratio efficient frontier", Journal of Risk 15(2). López de
    Prado, Lipton and Zoonekynd (2025), "Sharpe ratio inference", SSRN 5520741.

    >>> from smc.stats.track_record import TrackRecord
    >>> fund = TrackRecord(sharpe=0.458, n=24, periods_per_year=1, skewness=-2.448, kurtosis=10.164)
    >>> both = [probabilistic_sharpe_ratio(fund, convention=each) for each in ("2012", "2025")]
    >>> [round(each, 3) for each in both]
    [0.913, 0.988]
    """
    check_choice("convention", convention, ["2012", "2025"])
    known = as_record(record)
    excess = known.per_period - known.to_per_period(benchmark)
    if convention == "2012":
        return normal_probability(excess * math.sqrt((known.n - 1) / known.variance_at(known.per_period)))
    return normal_probability(excess * math.sqrt(known.n / known.variance_at(known.to_per_period(benchmark))))


def normal_probability(z: float) -> float:
    """Return the standard normal distribution function.

    >>> round(normal_probability(1.6449), 4)
    0.95
    """
    return 0.5 * math.erfc(-z / math.sqrt(2))
