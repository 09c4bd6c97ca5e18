"""How far an estimated Sharpe ratio strays from the true one."""

import math

from smc.stats.track_record import Record, as_record


def sharpe_standard_error(record: Record, *, at: float | None = None) -> float:
    """Return the standard error of a Sharpe ratio, annualised as the record is.

    sqrt((1 - skewness SR + (kurtosis - 1) / 4 SR^2) / n), for independent returns.

    Parameters
    ----------
    record
        A `TrackRecord`, or returns (then everything is per period).
    at
        True Sharpe ratio for which the error is wanted, in the record's units; None takes the observed one.

    References
    ----------
    Lo (2002), "The statistics of Sharpe ratios", Financial Analysts Journal 58(4), table 1. Mertens (2002),
    "Comments on variance of the IID estimator in Lo".

    >>> from smc.stats.track_record import TrackRecord
    >>> round(sharpe_standard_error(TrackRecord(sharpe=0.5, n=60, periods_per_year=1)), 3)
    0.137
    """
    known = as_record(record)
    where = known.sharpe if at is None else at
    variance = known.variance_at(known.to_per_period(where)) / known.n
    return math.sqrt(variance * known.periods_per_year)
