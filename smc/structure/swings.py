"""Swings, the live zigzag, breaks of structure. Compiled; prices are those of the side (see state.SIDE)."""

import numpy as np

from smc.jit import inner
from smc.structure.state import RING

_MASK = RING - 1


@inner
def push(side, sign, core, bar):
    """Put the bar's prices, seen from the side, into its memory."""
    open_, high, low, close = bar
    slot = core.t & _MASK
    if sign > 0:
        side.hi[slot], side.lo[slot] = high, low
    else:
        side.hi[slot], side.lo[slot] = -low, -high
    side.prev_open, side.prev_close = side.open, side.close
    side.open, side.close = sign * open_, sign * close


@inner
def is_swing(side, core):
    """Tell whether the high one swing size ago is the highest from one bar less before it to now."""
    row = core.t - core.swing_size
    high = side.hi[row & _MASK]
    t = row - core.swing_size + 1
    while t <= core.t and side.hi[t & _MASK] <= high:
        t += 1
    return t > core.t


@inner
def confirm(side, number, core):
    """Append the confirmed swing to the zigzag, or replace a less extreme one; tell if it was taken."""
    row = core.t - core.swing_size
    price = side.hi[row & _MASK]
    if core.swing_side == number:
        if price <= side.level:
            return False
    else:
        side.prev_level = side.level
        core.swing_side = number
    side.level, side.row, side.broken = price, row, 0
    side.pull_lo = np.inf
    for t in range(row + 1, core.t):
        _pull(side, t)
    return True


@inner
def confirm_swing(sides, core):
    """Confirm at most one swing at this bar, highs first; return the side that took it, or -1."""
    if core.t < 3 * core.swing_size - 1:
        return -1
    for number in range(2):
        if is_swing(sides[number], core):
            return number if confirm(sides[number], number, core) else -1
    return -1


@inner
def break_structure(sides, core):
    """Break a live level by a close beyond it, highs first; return the side of the event, or -1."""
    for number in range(2):
        side = sides[number]
        if side.broken == 0 and side.close > side.level:
            sign = 1 - 2 * number
            if core.dir == -sign:
                core.choch_row = core.t
            else:
                core.bos_row = core.t
            core.dir = sign
            core.broken_level = sign * side.level
            side.broken = 1
            return number
    return -1


@inner
def follow_pull(side, core):
    """Extend the pull-back from the live swing by the current bar."""
    if side.row >= 0:
        _pull(side, core.t)


@inner
def _pull(side, t):
    low = side.lo[t & _MASK]
    if low <= side.pull_lo:  # equal lows: the last one
        side.pull_lo, side.pull_hi = low, side.hi[t & _MASK]
