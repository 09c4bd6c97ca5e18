"""Liquidity: stored swing levels, the pools that equal ones form, and sweeps. Compiled; see state.SIDE."""

import numpy as np

from smc.jit import inner
from smc.structure.state import RING
from smc.structure.zones import make_room


@inner
def update_pools(side, core):
    """Drop the levels and pools that this bar trades beyond or that are too old.

    Return 1 if a pool was swept and price closed back inside (a stop hunt).
    """
    high = side.hi[core.t & (RING - 1)]
    side.n_levels, _ = _keep(side.levels, side.n_levels, core, high)
    side.n_pools, highest = _keep(side.pools, side.n_pools, core, high)
    if side.close < highest:
        side.sweep_row = core.t
        return 1
    return 0


@inner
def _keep(levels, n, core, high):
    """Keep the young levels not below ``high``; return how many are left, and the highest one passed."""
    kept, highest = 0, -np.inf
    for i in range(n):
        level = levels[i]
        if core.t - level.row > core.max_age:
            continue
        if high > level.price:
            highest = max(highest, level.price)
        else:
            levels[kept] = level
            kept += 1
    return kept, highest


@inner
def add_level(side, core, atr):
    """Store the new swing's level; if the nearest stored one is close to it, the higher of both is a pool."""
    price, nearest = side.level, np.inf
    for i in range(side.n_levels):
        if abs(side.levels[i].price - price) < abs(nearest - price):
            nearest = side.levels[i].price
    if abs(nearest - price) <= core.pool_tolerance_atr * atr:
        side.n_pools = _append(side.pools, side.n_pools, max(nearest, price), core.t)
    side.n_levels = _append(side.levels, side.n_levels, price, core.t)


@inner
def _append(levels, n, price, row):
    n = make_room(levels, n)
    levels[n].price, levels[n].row = price, row
    return n + 1


@inner
def nearest_pool(side):
    """Return the price of the nearest unswept pool, NaN if there is none."""
    price = np.inf
    for i in range(side.n_pools):
        price = min(price, side.pools[i].price)
    return price if price < np.inf else np.nan
