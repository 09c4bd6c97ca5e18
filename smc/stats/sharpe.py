"""The Sharpe ratio of one track record: its error, how sure it is, how long it must be."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from smc.arguments import check_at_least, check_choice, check_fraction, check_positive
from smc.stats.panel import varies


def sharpe_ratio(returns: npt.ArrayLike, periods_per_year: float) -> float:
    """Return the annualised Sharpe ratio: mean / standard deviation (ddof 1) * sqrt(periods a year).

    ``periods_per_year=1`` gives the ratio per period. Fewer than two returns, or constant ones: NaN.

    References
    ----------
    Sharpe (1994), "The Sharpe ratio", Journal of Portfolio Management 21(1).

    >>> round(sharpe_ratio([0.01, -0.01, 0.02], periods_per_year=252), 4)
    6.9282
    """
    check_positive("periods_per_year", periods_per_year)
    values = np.asarray(returns, dtype=np.float64)
    if values.ndim != 1 or not np.isfinite(values).all():
        raise ValueError(f"`returns` must be finite numbers, one a period, got the shape {values.shape}")
    if len(values) < 2 or not varies(values[:, None])[0]:
        return float("nan")
    values = values / np.abs(values).max()
    return float(values.mean() / values.std(ddof=1)) * math.sqrt(periods_per_year)


@dataclass(frozen=True, kw_only=True)
class TrackRecord:
    """A Sharpe ratio, the number of periods it is measured over, and the shape of their returns.

    A Sharpe ratio of 2 is remarkable over a year and absurd over a day; the functions of this package take no
    bare number, so that an annualised ratio cannot meet a count of days as if it were daily.

    Attributes
    ----------
    sharpe
        Annualised: per-period ratio * sqrt(``periods_per_year``).
    n
        Number of periods (not of years).
    periods_per_year
        What ``sharpe`` is annualised with; 1 says that it is per period.
    skewness, kurtosis
        Of the returns of one period; a normal distribution has 0 and 3 (not the excess over 3).
    autocorrelation
        Of the returns of successive periods; 0 where they are independent.

    Raises
    ------
    ValueError
        Fewer than 2 periods, a kurtosis below 1 + skewness^2, which no distribution has, or an
        autocorrelation outside (-1, 1).

    >>> record = TrackRecord(sharpe=2.5, n=1250, periods_per_year=250, skewness=-3, kurtosis=10)
    >>> round(record.per_period, 4)
    0.1581
    >>> TrackRecord.of([0.01, -0.01, 0.02, 0.0], periods_per_year=252).n
    4
    """

    sharpe: float
    n: int
    periods_per_year: float
    skewness: float = 0.0
    kurtosis: float = 3.0
    autocorrelation: float = 0.0

    def __post_init__(self) -> None:
        check_at_least("n", self.n, 2)
        check_positive("periods_per_year", self.periods_per_year)
        if not math.isfinite(self.sharpe):
            raise ValueError(f"`sharpe` must be finite, got {self.sharpe}: constant returns have none")
        if not abs(self.autocorrelation) < 1:
            raise ValueError(f"`autocorrelation` must lie in (-1, 1), got {self.autocorrelation}")
        if not self.kurtosis >= 1 + self.skewness**2:
            raise ValueError(
                f"`kurtosis` must be at least 1 + skewness^2 = {1 + self.skewness**2:g}, got {self.kurtosis}:"
                " pass the full kurtosis, 3 for a normal distribution, not the excess"
            )

    @classmethod
    def of(cls, returns: npt.ArrayLike, *, periods_per_year: float) -> "TrackRecord":
        """Measure a record on returns, one a period, with the sample's own moments and autocorrelation."""
        values = np.asarray(returns, dtype=np.float64)
        if values.ndim == 0:
            raise ValueError(
                f"a Sharpe ratio alone, {values}, does not say how many periods it comes from:"
                " pass returns, or TrackRecord(sharpe=..., n=..., periods_per_year=...)"
            )
        sharpe = sharpe_ratio(values, periods_per_year)
        if math.isnan(sharpe):
            raise ValueError("returns that never vary, or fewer than two, have no Sharpe ratio")
        deviations = values - values.mean()
        scaled = deviations / np.abs(deviations).max()
        scaled /= math.sqrt((scaled**2).mean())
        skewness, kurtosis = float((scaled**3).mean()), float((scaled**4).mean())
        return cls(
            sharpe=sharpe,
            n=len(values),
            periods_per_year=periods_per_year,
            skewness=skewness,
            kurtosis=max(kurtosis, 1 + skewness**2),  # equal for two values, but for rounding
            autocorrelation=float((scaled[1:] * scaled[:-1]).mean()) * (len(values) - 1) / len(values),
        )

    @property
    def per_period(self) -> float:
        """The Sharpe ratio of one period."""
        return self.to_per_period(self.sharpe)

    def to_per_period(self, annualised: float) -> float:
        """Bring another Sharpe ratio, annualised as this record is, to one period."""
        return annualised / math.sqrt(self.periods_per_year)

    def variance_at(self, per_period: float) -> float:
        """Return n times the variance of an estimate whose true Sharpe ratio a period is ``per_period``.

        It is a - b skewness SR + c (kurtosis - 1) / 4 SR^2. For independent returns a = b = c = 1 (Mertens,
        2002), and for normal ones 1 + SR^2 / 2 (Lo, 2002). With an autocorrelation r of the first order
        a = (1 + r) / (1 - r), b = (1 + r + r^2) / (1 - r^2), c = (1 + r^2) / (1 - r^2): positions that last
        several bars make successive returns alike, and the ratio less sure than their number says. A negative
        one, such as prices that bounce between bid and ask give, is not taken for more evidence: it is never
        less than of independent returns.

        References
        ----------
        López de Prado, Lipton and Zoonekynd (2025), "How to use the Sharpe ratio", ADIA Lab 19. Lo (2002),
        "The statistics of Sharpe ratios", Financial Analysts Journal 58(4).

        >>> daily = {"sharpe": 0.1, "n": 500, "periods_per_year": 1}
        >>> alone, alike = TrackRecord(**daily), TrackRecord(**daily, autocorrelation=0.3)
        >>> round(alone.variance_at(0.1), 3), round(alike.variance_at(0.1), 3)
        (1.005, 1.863)
        """

        def variance(r: float) -> float:
            a, b, c = (1 + r) / (1 - r), (1 + r + r**2) / (1 - r**2), (1 + r**2) / (1 - r**2)
            return a - b * self.skewness * per_period + c * (self.kurtosis - 1) / 4 * per_period**2

        return max(variance(0.0), variance(max(self.autocorrelation, 0.0)))


def mean_record(records: Sequence[TrackRecord]) -> TrackRecord:
    """Return what one of several records shows on average: those of accounts that trade the same events.

    Not more periods than one of them has: the others are no further evidence.
    """
    return TrackRecord(
        sharpe=float(np.mean([record.sharpe for record in records])),
        n=round(np.mean([record.n for record in records])),
        periods_per_year=records[0].periods_per_year,
        skewness=float(np.mean([record.skewness for record in records])),
        kurtosis=float(np.mean([record.kurtosis for record in records])),
        autocorrelation=float(np.mean([record.autocorrelation for record in records])),
    )


#: What the functions of a track record take; plain returns count as one period a year, that is, per period.
Record = TrackRecord | npt.ArrayLike


def as_record(record: Record) -> TrackRecord:
    """Return the record; measure it if plain returns were given."""
    return record if isinstance(record, TrackRecord) else TrackRecord.of(record, periods_per_year=1)


def sharpe_standard_error(record: Record, *, at: float | None = None) -> float:
    """Return the standard error of a Sharpe ratio, annualised as the record is.

    sqrt(V(SR) / n), see `TrackRecord.variance_at`.

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

    >>> round(sharpe_standard_error(TrackRecord(sharpe=0.5, n=60, periods_per_year=1)), 3)
    0.137
    """
    known = as_record(record)
    where = known.sharpe if at is None else at
    variance = known.variance_at(known.to_per_period(where)) / known.n
    return math.sqrt(variance * known.periods_per_year)


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
        V(SR) is `TrackRecord.variance_at`, per period.

    References
    ----------
    Bailey and López de Prado (2012), "The Sharpe ratio efficient frontier", Journal of Risk 15(2). López de
    Prado, Lipton and Zoonekynd (2025), "Sharpe ratio inference", SSRN 5520741.

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
