"""Metrics of a series of simple returns, one a bar, or one a trade for `win_rate`; NaN where undefined.

Capital grows by the product of 1 + return; a return of -1 loses all of it, for good. What is annualised
takes the number of periods a year explicitly: a series does not say how long its bars are, and a guess of 252
inflates or shrinks every figure. The risk-free rate is 0. Losses and drawdowns are positive numbers.
"""

import math

import numpy as np
import numpy.typing as npt

from smc.arguments import check_positive
from smc.typing import FloatArray

Returns = npt.ArrayLike

#: Spread that is rounding alone, relative to the largest value: a mean of equal numbers need not equal them.
ROUNDING = 1e-12


def sharpe(returns: Returns, periods_per_year: float) -> float:
    """Annualised Sharpe ratio: mean / standard deviation (ddof 1) * sqrt(periods a year).

    Fewer than two returns, or constant ones: NaN.

    References
    ----------
    Sharpe (1994), "The Sharpe ratio", Journal of Portfolio Management 21.

    >>> round(sharpe([0.01, -0.01, 0.02], periods_per_year=252), 4)
    6.9282
    """
    _check_periods(periods_per_year)
    values = _unit_scale(_floats(returns))
    if values.size < 2 or np.ptp(values) <= ROUNDING:
        return float("nan")
    return float(values.mean() / values.std(ddof=1)) * math.sqrt(periods_per_year)


def sharpe_contributions(returns: Returns, periods_per_year: float) -> FloatArray:
    """Return what each period contributes to the annualised Sharpe ratio: their mean is the ratio.

    With z the standardised return and S the ratio of one period, a period's value is S + z - S (z^2 - 1) / 2,
    annualised: the ratio and the period's influence on it (the delta method). The standard deviation of the
    values by the root of their number is the ratio's standard error, also that of a difference of two, period
    by period. Constant returns, where there is no ratio: 0.

    References
    ----------
    Lo (2002), "The statistics of Sharpe ratios", Financial Analysts Journal 58; Mertens (2002) for returns
    that are not normal.

    >>> values = sharpe_contributions([0.01, -0.01, 0.02], periods_per_year=252)
    >>> round(float(values.mean()), 4)
    6.9282
    """
    ratio = sharpe(returns, periods_per_year)
    values = _unit_scale(_floats(returns))
    if math.isnan(ratio):
        return np.zeros(len(values))
    z = (values - values.mean()) / values.std()
    return ratio * (1.0 - (z**2 - 1.0) / 2.0) + z * math.sqrt(periods_per_year)


def sortino(returns: Returns, periods_per_year: float, *, target: float = 0.0) -> float:
    """Annualised mean excess over the target, by the root mean square of the shortfalls below it.

    The root mean square is over all periods, those without a shortfall counting 0; the standard deviation of
    the losing periods alone is a common mistake. No shortfall: NaN.

    References
    ----------
    Rollinger and Hoffman (2013), "Sortino: a sharper ratio", Red Rock Capital.

    >>> round(sortino([0.17, 0.15, 0.23, -0.05, 0.12, 0.09, 0.13, -0.04], periods_per_year=1), 3)
    4.417
    """
    _check_periods(periods_per_year)
    values = _unit_scale(_floats(returns) - target)
    shortfall = math.sqrt(float((np.minimum(values, 0.0) ** 2).mean())) if values.size else 0.0
    if not shortfall > 0:
        return float("nan")
    return float(values.mean()) / shortfall * math.sqrt(periods_per_year)


def calmar(returns: Returns, periods_per_year: float) -> float:
    """Compound growth a year, by the largest drawdown; NaN without a drawdown.

    >>> round(calmar([0.10, -0.05, 0.10], periods_per_year=3), 3)
    2.99
    """
    _check_periods(periods_per_year)
    drawdown = max_drawdown(returns)
    if not drawdown > 0:
        return float("nan")
    with np.errstate(over="ignore", divide="ignore"):
        growth = np.expm1(np.log1p(_floats(returns)).mean() * periods_per_year)
    return float(growth / drawdown)


def max_drawdown(returns: Returns) -> float:
    """Largest loss from a peak, as a share of the peak, in [0, 1]; capital starts at a peak.

    >>> round(max_drawdown([-0.1, 0.0, -0.5, 2.0]), 6)
    0.55
    """
    values = _floats(returns)
    return float(drawdown_curve(values).max()) if values.size else float("nan")


def drawdown_curve(returns: Returns) -> FloatArray:
    """Loss from the highest capital so far, as a share of it, after each return.

    >>> drawdown_curve([-0.1, 0.2, -0.5]).round(6)
    array([0.1, 0. , 0.5])
    """
    capital = equity_curve(returns)
    peak = np.maximum(np.maximum.accumulate(capital), 1.0)
    return np.asarray(1.0 - capital / peak, dtype=np.float64)


def equity_curve(returns: Returns) -> FloatArray:
    """Capital after each return, from 1.

    >>> equity_curve([-0.5, 2.0])
    array([0.5, 1.5])
    """
    return np.cumprod(1.0 + _floats(returns), dtype=np.float64)


def win_rate(returns: Returns) -> float:
    """Share of winners among the returns that are not zero; NaN if all are.

    Zeros are trades not taken. On a driftless market the win rate of a target `b` times the stop away is near
    1 / (1 + b), whatever the model.

    >>> win_rate([0.02, -0.01, 0.0, -0.01, -0.01])
    0.25
    """
    values = _floats(returns)
    taken = np.count_nonzero(values)
    return float(np.count_nonzero(values > 0) / taken) if taken else float("nan")


def var_95(returns: Returns) -> float:
    """Loss of one period that is exceeded 5 times in 100: minus the 5 % quantile, by linear interpolation.

    >>> round(var_95(np.arange(-10, 11) / 100), 4)
    0.09
    """
    values = _floats(returns)
    return float(0.0 - np.quantile(values, 0.05)) if values.size else float("nan")


def cvar_95(returns: Returns) -> float:
    """Mean loss of the periods whose loss is at least `var_95` (expected shortfall).

    >>> round(cvar_95(np.arange(-10, 11) / 100), 4)
    0.095
    """
    values = _floats(returns)
    return float(0.0 - values[values <= np.quantile(values, 0.05)].mean()) if values.size else float("nan")


def turnover(traded: npt.ArrayLike, periods_per_year: float) -> float:
    """Bought and sold in a year, in units of the capital; 2 is one full trade in and out.

    Parameters
    ----------
    traded
        In each bar.

    >>> turnover([0, 1, 0, 1, 2, 0], periods_per_year=12)
    8.0
    """
    _check_periods(periods_per_year)
    values = _floats(traded)
    return float(values.mean()) * periods_per_year if values.size else float("nan")


def _floats(values: npt.ArrayLike) -> FloatArray:
    return np.asarray(values, dtype=np.float64)


def _unit_scale(values: FloatArray) -> FloatArray:
    """Divide by the largest size: a ratio does not see it, and squares of tiny numbers do not vanish."""
    largest = np.abs(values).max(initial=0.0)
    return values / largest if largest > 0 else values


def _check_periods(periods_per_year: float) -> None:
    """Raise ValueError unless positive; NaN (unknown) passes, and makes what is annualised NaN."""
    if not math.isnan(periods_per_year):
        check_positive("periods_per_year", periods_per_year)
