"""Classic indicators as recursions, seeded as TA-Lib seeds them. Compiled.

Each function takes the machine's memory at the current bar, updates its own part of it, and gives NaN until
TA-Lib would give a value. Windows are summed anew at each bar, so that no rounding error outlives them.
"""

import numpy as np

from smc.jit import inner
from smc.structure.state import SHORT_RING

FLAT = 1e-10  # movement below this share of the price is no movement: nothing is measured in units of it
#: A range below this share of the usual one is no scale. ATR(14) of bars that all move is the usual range
#: itself; of real bars it fell to .74 of it at worst (bitcoin, hours, an exchange that was down), while 31
#: flat bars in a row take it below a tenth, and 1,400 of a suspended stock to nothing.
SCALE_FLOOR = 0.1
_MASK = SHORT_RING - 1


@inner
def update(core, high, low, close, row):
    """Advance ATR, ADX and RSI; they read the previous bar."""
    tr = max(high - low, abs(high - core.close), abs(core.close - low))
    update_usual_range(core, tr, close)
    row.atr = wilder_atr(core, tr)
    row.atr_pct = row.atr / close
    row.adx14 = directional_index(core, high - core.high, core.low - low, close)
    row.rsi14 = rsi(core, close - core.close if core.t > 0 else 0.0, close)


@inner
def update_windows(core, close, volume, row):
    """Advance the 20-bar windows: returns, Bollinger bands, volume."""
    core.closes[core.t & _MASK] = close
    core.volumes[core.t & _MASK] = volume
    row.ret1, row.ret5, row.ret20 = log_return(core, 1), log_return(core, 5), log_return(core, 20)
    core.returns[core.t & _MASK] = row.ret1
    row.rvol20 = window20(core.returns, core.t)[1] if core.t >= 20 else np.nan
    row.bb_pctb = row.bb_bw = row.vol_z20 = np.nan
    if core.t >= 19:
        mean, sd = window20(core.closes, core.t)
        row.bb_pctb = (close - mean + 2 * sd) / (4 * sd) if sd > 0 else 0.5
        row.bb_bw = 4 * sd / mean
        mean, sd = window20(core.volumes, core.t)
        row.vol_z20 = 0.0 if sd == 0 else (volume - mean) / sd


@inner
def update_trend(core, close, unit, row):
    """Advance the exponential means; distances and slope in units of ATR."""
    line, histogram = macd(core, close)
    row.macd_atr, row.macd_hist_atr = line / unit, histogram / unit
    core.ema50 = ema(core.ema50, close, 50.0, core.t)
    core.ema100 = ema(core.ema100, close, 100.0, core.t)
    core.ema200 = ema(core.ema200, close, 200.0, core.t)
    core.ema50s[core.t & 7] = core.ema50
    row.ema50_dist_atr = (close - core.ema50) / unit if core.t >= 49 else np.nan
    row.ema100_dist_atr = (close - core.ema100) / unit if core.t >= 99 else np.nan
    row.ema200_dist_atr = (close - core.ema200) / unit if core.t >= 199 else np.nan
    slope = core.ema50 - core.ema50s[(core.t - 5) & 7]
    row.ema50_slope_atr = slope / (5 * unit) if core.t >= 54 else np.nan


@inner
def log_return(core, lag):
    """Log return over ``lag`` bars, NaN before there are as many."""
    if core.t < lag:
        return np.nan
    return np.log(core.closes[core.t & _MASK] / core.closes[(core.t - lag) & _MASK])


@inner
def wilder_atr(core, tr):
    """ATR(14): the mean of the first 14 true ranges, then Wilder's smoothing."""
    if core.t <= 14:
        core.atr += tr if core.t > 0 else 0.0
        if core.t < 14:
            return np.nan
        core.atr /= 14
    else:
        core.atr = (core.atr * 13 + tr) / 14
    return core.atr


@inner
def update_usual_range(core, tr, close):
    """Mean true range of the bars that moved, smoothed as ATR(14) is; idle while prices are flat."""
    if core.t == 0 or not tr > FLAT * close:
        return
    core.n_moves += 1
    core.usual_range += (tr - core.usual_range) / min(core.n_moves, 14)


@inner
def scale(core, close, width):
    """Return a range that others may be divided by, NaN where it has collapsed.

    While prices stand still a mean of ranges goes to zero, and what is measured in units of it grows without
    bound, by 14/13 a bar in ATR(14). A range is a scale while it is some part of the usual one.
    """
    return width if width > FLAT * close and width > SCALE_FLOOR * core.usual_range else np.nan


@inner
def rsi(core, change, close):
    """RSI(14), Wilder; 50 where nothing moves."""
    gain, loss = max(change, 0.0), max(-change, 0.0)
    if core.t <= 14:
        core.gain += gain
        core.loss += loss
        if core.t < 14:
            return np.nan
        core.gain /= 14
        core.loss /= 14
    else:
        core.gain = (core.gain * 13 + gain) / 14
        core.loss = (core.loss * 13 + loss) / 14
    movement = core.gain + core.loss
    return 100 * (core.gain / movement) if movement > FLAT * close else 50.0


@inner
def directional_index(core, up, down, close):
    """ADX(14): sums over 13 bars, then Wilder's; mean of the first 14 DX, then Wilder's. Idle while flat.

    The true range, by which both movements are divided, cancels in DX.
    """
    if core.t == 0:
        return np.nan
    if core.t >= 14:
        core.plus_dm -= core.plus_dm / 14
        core.minus_dm -= core.minus_dm / 14
    if down > 0 and up < down:
        core.minus_dm += down
    elif up > 0 and up > down:
        core.plus_dm += up
    if core.t < 14:
        return np.nan
    _smooth_dx(core, close)
    return core.adx if core.t >= 27 else np.nan


@inner
def _smooth_dx(core, close):
    movement = core.plus_dm + core.minus_dm
    if movement > FLAT * close:
        dx = 100 * (abs(core.minus_dm - core.plus_dm) / movement)
        core.adx = core.adx + dx if core.t <= 27 else (core.adx * 13 + dx) / 14
    if core.t == 27:
        core.adx /= 14


@inner
def ema(value, x, period, n):
    """Exponential mean after input ``n``, counted from 0: a sum, then a simple mean, then the recursion."""
    if n < period - 1:
        return value + x
    if n == period - 1:
        return (value + x) / period
    return value + 2.0 / (period + 1) * (x - value)


@inner
def macd(core, close):
    """MACD(12, 26, 9): the line, and its distance from its signal.

    As in TA-Lib, the fast mean starts 14 bars late, so that both means have their first value at bar 25.
    """
    core.ema26 = ema(core.ema26, close, 26.0, core.t)
    if core.t >= 14:
        core.ema12 = ema(core.ema12, close, 12.0, core.t - 14)
    if core.t < 25:
        return np.nan, np.nan
    line = core.ema12 - core.ema26
    core.signal = ema(core.signal, line, 9.0, core.t - 25)
    if core.t < 33:
        return np.nan, np.nan
    return line, line - core.signal


@inner
def window20(ring, t):
    """Mean and population standard deviation of the last 20 values; exactly 0 where all are equal.

    Deviations are taken from the newest value: no cancellation at high price levels.
    """
    last = ring[t & _MASK]
    total = squares = 0.0
    for lag in range(1, 20):
        deviation = ring[(t - lag) & _MASK] - last
        total += deviation
        squares += deviation * deviation
    mean = total / 20
    return last + mean, np.sqrt(max(squares / 20 - mean * mean, 0.0))
