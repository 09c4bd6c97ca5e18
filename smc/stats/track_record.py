"""A Sharpe ratio together with what its error depends on."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from smc.arguments import check_at_least, check_positive
from smc.stats.sharpe import sharpe_ratio


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

    Raises
    ------
    ValueError
        Fewer than 2 periods, or a kurtosis below 1 + skewness^2, which no distribution has.

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

    def __post_init__(self) -> None:
        check_at_least("n", self.n, 2)
        check_positive("periods_per_year", self.periods_per_year)
        if not math.isfinite(self.sharpe):
            raise ValueError(f"`sharpe` must be finite, got {self.sharpe}: constant returns have none")
        if not self.kurtosis >= 1 + self.skewness**2:
            raise ValueError(
                f"`kurtosis` must be at least 1 + skewness^2 = {1 + self.skewness**2:g}, got {self.kurtosis}:"
                " pass the full kurtosis, 3 for a normal distribution, not the excess"
            )

    @classmethod
    def of(cls, returns: npt.ArrayLike, *, periods_per_year: float) -> "TrackRecord":
        """Measure a record on returns, one a period, with the sample's own skewness and kurtosis."""
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

        It is 1 - skewness SR + (kurtosis - 1) / 4 SR^2 (Mertens, 2002); for normal returns 1 + SR^2 / 2 (Lo,
        2002).
        """
        return 1 - self.skewness * per_period + (self.kurtosis - 1) / 4 * per_period**2


#: What the functions of a track record take; plain returns count as one period a year, that is, per period.
Record = TrackRecord | npt.ArrayLike


def as_record(record: Record) -> TrackRecord:
    """Return the record; measure it if plain returns were given."""
    return record if isinstance(record, TrackRecord) else TrackRecord.of(record, periods_per_year=1)
