"""Order blocks and fair value gaps. Compiled; prices are those of the side (see state.SIDE)."""

import numpy as np

from smc.jit import inner
from smc.structure.state import RING, SHORT_RING, SLOTS

_MASK = RING - 1


@inner
def make_room(slots, n):
    """Drop the oldest of ``n`` slots if all are taken; return how many are left."""
    if n < SLOTS:
        return n
    for i in range(SLOTS - 1):
        slots[i] = slots[i + 1]
    return SLOTS - 1


@inner
def update_blocks(side, core):
    """Mark the blocks that this bar touches, drop those it trades through or that are too old.

    Return 1 if a block was touched for the first time and held.
    """
    low = side.lo[core.t & _MASK]
    kept = retested = 0
    for i in range(side.n_blocks):
        block = side.blocks[i]
        if low < block.bottom or core.t - block.row > core.max_age:
            continue
        if low <= block.top and block.mitigated == 0:
            block.mitigated = retested = 1
        side.blocks[kept] = block
        kept += 1
    side.n_blocks = kept
    return retested


@inner
def add_block(side, core, atr):
    """Make the last candle at the pull-back's extreme an order block."""
    n = make_room(side.blocks, side.n_blocks)
    block = side.blocks[n]
    block.top, block.bottom, block.row = side.pull_hi, side.pull_lo, core.t
    block.size_atr = (block.top - block.bottom) / atr
    block.volstr = _volume_strength(core)
    block.mitigated = 0
    side.n_blocks = n + 1


@inner
def _volume_strength(core):
    """Return the mean volume of 3 bars over that of 20; NaN without 20 bars of volume."""
    if core.t < 19:
        return np.nan
    total = recent = 0.0
    for lag in range(20):
        total += core.volumes[(core.t - lag) & (SHORT_RING - 1)]
        if lag == 2:
            recent = total
    return (recent / 3) / (total / 20) if total > 0 else np.nan


@inner
def update_gaps(side, core):
    """Follow how far this bar fills each gap, drop the full and the old; return 1 if one was filled."""
    low = side.lo[core.t & _MASK]
    kept = filled = 0
    for i in range(side.n_gaps):
        gap = side.gaps[i]
        gap.deepest = min(gap.deepest, low)
        if gap.deepest <= gap.bottom:
            filled = 1
        elif core.t - gap.row <= core.max_age:
            side.gaps[kept] = gap
            kept += 1
    side.n_gaps = kept
    return filled


@inner
def add_gap(side, core, atr):
    """Open a gap if this bar's low stays above the high of two bars ago and the bar between closed up."""
    if core.t < 2:
        return
    bottom, top = side.hi[(core.t - 2) & _MASK], side.lo[core.t & _MASK]
    # `atr` may be NaN: no gap then.
    if bottom < top and side.prev_close > side.prev_open and top - bottom >= core.min_gap_atr * atr:
        n = make_room(side.gaps, side.n_gaps)
        gap = side.gaps[n]
        gap.top, gap.bottom, gap.row, gap.deepest = top, bottom, core.t, top
        gap.size_atr = (top - bottom) / atr
        side.n_gaps = n + 1
