"""From the machine's memory to the columns of one row. Compiled."""

import math

import numpy as np

from smc.jit import inner
from smc.structure.barriers import place
from smc.structure.clock import MINUTES_A_DAY
from smc.structure.indicators import scale
from smc.structure.pools import nearest_pool
from smc.structure.state import NO_DAY

_LONDON = (2 * 60, 5 * 60)  # kill zones: minutes of the day in New York, half-open
_NEW_YORK = (7 * 60, 10 * 60)


@inner
def age(core, row):
    """Bars since ``row``, at most the largest age; that too where nothing has happened yet."""
    return min(core.t - row, core.max_age) if row >= 0 else core.max_age


@inner
def is_ready(core):
    """Tell whether a swing can have been confirmed and ATR(14) is known."""
    return core.t >= max(3 * core.swing_size - 1, 14)


@inner
def write_structure(core, sides, close, unit, row):
    """Write swings, direction, ages of events, and the levels in price units."""
    highs, lows = sides[0], sides[1]
    row.swing_high, row.swing_low = highs.level, -lows.level
    row.st_sh_dist_atr = (close - highs.level) / unit
    row.st_sl_dist_atr = (close + lows.level) / unit
    row.st_sh_age = float(core.t - highs.row) if highs.row >= 0 else np.nan
    row.st_sl_age = float(core.t - lows.row) if lows.row >= 0 else np.nan
    row.break_dist_atr = (close - core.broken_level) / unit
    ready = is_ready(core)
    row.st_hhll = _trend(highs) - _trend(lows) if ready else np.nan
    row.st_dir = core.dir if ready else np.nan
    row.bos_age = age(core, core.bos_row) if ready else np.nan
    row.choch_age = age(core, core.choch_row) if ready else np.nan
    row.liq_sweep_high_age = age(core, highs.sweep_row) if ready else np.nan
    row.liq_sweep_low_age = age(core, lows.sweep_row) if ready else np.nan


@inner
def _trend(side):
    """Sign of the live swing against the one before it; 0 where either is missing."""
    if side.level > side.prev_level:
        return 1.0
    return -1.0 if side.level < side.prev_level else 0.0


@inner
def write_zones(core, sides, unit, row):
    """Write the newest block and gap of each side, and the distances to the nearest pools."""
    bull, bear = sides[0], sides[1]
    row.ob_bull_active = bull.n_blocks if is_ready(core) else np.nan
    row.ob_bear_active = bear.n_blocks if is_ready(core) else np.nan
    row.ob_bull_age, row.ob_bull_dist_atr, row.ob_bull_size_atr = _block(core, bull, unit)
    row.ob_bear_age, row.ob_bear_dist_atr, row.ob_bear_size_atr = _block(core, bear, unit)
    row.ob_bull_volstr, row.ob_bull_mitigated = _block_history(bull)
    row.ob_bear_volstr, row.ob_bear_mitigated = _block_history(bear)
    row.fvg_bull_age, row.fvg_bull_size_atr, row.fvg_bull_dist_atr, row.fvg_bull_fill = _gap(core, bull, unit)
    row.fvg_bear_age, row.fvg_bear_size_atr, row.fvg_bear_dist_atr, row.fvg_bear_fill = _gap(core, bear, unit)
    row.liq_above_dist_atr = (nearest_pool(bull) - bull.close) / unit
    row.liq_below_dist_atr = (nearest_pool(bear) - bear.close) / unit


@inner
def _block(core, side, unit):
    if side.n_blocks == 0:
        return np.nan, np.nan, np.nan
    block = side.blocks[side.n_blocks - 1]
    return float(core.t - block.row), (side.close - block.top) / unit, block.size_atr


@inner
def _block_history(side):
    if side.n_blocks == 0:
        return np.nan, np.nan
    block = side.blocks[side.n_blocks - 1]
    return block.volstr, float(block.mitigated)


@inner
def _gap(core, side, unit):
    if side.n_gaps == 0:
        return np.nan, np.nan, np.nan, np.nan
    gap = side.gaps[side.n_gaps - 1]
    fill = (gap.top - gap.deepest) / (gap.top - gap.bottom)
    return float(core.t - gap.row), gap.size_atr, (side.close - gap.top) / unit, fill


@inner
def write_premium(sides, close, row):
    """Write the place of the close in the live range: above a half is premium, below it discount."""
    high, low = sides[0].level, -sides[1].level
    row.pd_pos = min(max((close - low) / (high - low), -1.0), 2.0) if high > low else np.nan


@inner
def write_previous_day(core, bar, day, row):
    """Write the place of the close in the range of the last completed day that had bars."""
    high, low, close = bar
    if day != core.day:
        if core.day != NO_DAY:
            core.prev_day_high, core.prev_day_low = core.day_high, core.day_low
        core.day, core.day_high, core.day_low = day, high, low
    else:
        core.day_high, core.day_low = max(core.day_high, high), min(core.day_low, low)
    width = scale(core, close, core.prev_day_high - core.prev_day_low)
    row.pd_prevday_pos = (close - core.prev_day_low) / width


@inner
def write_session(minute, row):
    """Write the hour on a circle, and the flags of both kill zones; ``minute`` is that of New York."""
    angle = 2 * math.pi * minute / MINUTES_A_DAY
    row.ses_hour_sin, row.ses_hour_cos = math.sin(angle), math.cos(angle)
    row.ses_kz_london = 1.0 if _LONDON[0] <= minute < _LONDON[1] else 0.0
    row.ses_kz_ny = 1.0 if _NEW_YORK[0] <= minute < _NEW_YORK[1] else 0.0


@inner
def write_barriers(core, sides, unit, row):
    """Place stop and target on both sides; the features are those of the last break (long before any)."""
    if is_ready(core):
        row.long_risk_atr, row.long_reward_atr = _place(sides[0], unit)
        row.short_risk_atr, row.short_reward_atr = _place(sides[1], unit)
    else:
        row.long_risk_atr = row.long_reward_atr = row.short_risk_atr = row.short_reward_atr = np.nan
    if core.dir >= 0:
        row.tbm_risk_atr, row.tbm_reward_atr = row.long_risk_atr, row.long_reward_atr
    else:
        row.tbm_risk_atr, row.tbm_reward_atr = row.short_risk_atr, row.short_reward_atr
    row.tbm_rr = row.tbm_reward_atr / row.tbm_risk_atr


@inner
def _place(side, unit):
    if not unit > 0:  # flat prices
        return np.nan, np.nan
    block = side.blocks[side.n_blocks - 1].bottom if side.n_blocks > 0 else np.nan
    return place(side.close, unit, block, nearest_pool(side), side.level)
