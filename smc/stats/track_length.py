"""How long a track record must be."""

from smc.arguments import check_choice, check_fraction
from smc.stats.track_record import Record, as_record


def min_track_record_length(
    record: Record, *, benchmark: float = 0.0, confidence: float = 0.95, convention: str = "2012"
) -> float:
    """Return how many periods it takes to be sure that the true Sharpe ratio exceeds ``benchmark``.

    With ``confidence`` the probabilistic Sharpe ratio reaches, if the record went on as it is. Not rounded;
    infinite for a record no better than the benchmark. For a single trial: a selected one needs more.

    Parameters
    ----------
    record
        A `TrackRecord`, or returns (then ``benchmark`` is per period).
    benchmark
        Sharpe ratio in the record's units.
    convention
        ``2012``: 1 + V(SR) (z / (SR - benchmark))^2. ``2025``: V(benchmark) (z / (SR - benchmark))^2.
        V(SR) = 1 - skewness SR + (kurtosis - 1) / 4 SR^2, per period.

    References
    ----------
    Bailey and López de Prado (2012), "The Sharpe ratio efficient frontier", Journal of Risk 15(2). López de
    Prado, Lipton and Zoonekynd (2025), "Sharpe ratio inference", SSRN 5520741.

    >>> from smc.stats.track_record import TrackRecord
    >>> daily = TrackRecord(sharpe=2, n=100, periods_per_year=252)
    >>> round(min_track_record_length(daily, benchmark=1) / 252, 2)  # years
    2.73
    """
    check_choice("convention", convention, ["2012", "2025"])
    check_fraction("confidence", confidence)
    from scipy.special import ndtri

    known = as_record(record)
    hypothesis = known.to_per_period(benchmark)
    excess = known.per_period - hypothesis
    if excess <= 0:
        return float("inf")
    ratio = float((ndtri(confidence) / excess) ** 2)
    if convention == "2012":
        return 1 + known.variance_at(known.per_period) * ratio
    return known.variance_at(hypothesis) * ratio
