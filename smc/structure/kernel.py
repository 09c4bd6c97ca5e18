"""The structure machine, compiled: one step a bar, for batch and live data alike."""

from smc.jit import cached, inner
from smc.structure import indicators, pools, rows, swings, zones


@inner
def step(core, sides, bar, clock, row):
    """Close one bar: update the memory, then write every column of its row.

    Parameters
    ----------
    core, sides
        The memory (`state.CORE`, two `state.SIDE`).
    bar
        open, high, low, close, volume.
    clock
        Minute of the day in New York, and number of the trading day.
    row
        The `columns.ROW` to write.
    """
    open_, high, low, close, volume = bar
    minute, day = clock
    core.t += 1
    swings.push(sides[0], 1.0, core, (open_, high, low, close))
    swings.push(sides[1], -1.0, core, (open_, high, low, close))
    indicators.update(core, high, low, close, row)
    indicators.update_windows(core, close, volume, row)
    # The unit of every distance, and of barriers; NaN where prices stand still.
    unit = row.atr = indicators.scale(core, close, row.atr)
    indicators.update_trend(core, close, unit, row)
    _update_structure(core, sides, unit, row)
    rows.write_structure(core, sides, close, unit, row)
    rows.write_zones(core, sides, unit, row)
    rows.write_premium(sides, close, row)
    rows.write_previous_day(core, (high, low, close), day, row)
    rows.write_session(minute, row)
    rows.write_barriers(core, sides, unit, row)
    core.high, core.low, core.close = high, low, close


@inner
def _update_structure(core, sides, unit, row):
    """Confirm a swing, update what was made before, break, then make blocks, gaps and pools."""
    swing = swings.confirm_swing(sides, core)
    row.ob_retest = zones.update_blocks(sides[0], core) - zones.update_blocks(sides[1], core)
    row.fvg_filled = zones.update_gaps(sides[0], core) - zones.update_gaps(sides[1], core)
    row.liq_sweep = pools.update_pools(sides[1], core) - pools.update_pools(sides[0], core)
    broken = swings.break_structure(sides, core)
    row.break_event = 0
    if broken >= 0:
        row.break_event = core.dir
        zones.add_block(sides[broken], core, unit)
    for number in range(2):
        zones.add_gap(sides[number], core, unit)
        swings.follow_pull(sides[number], core)
    if swing >= 0:
        pools.add_level(sides[swing], core, unit)


def compile_run(version: str):
    """Return the compiled loop over bars; batch and live data both go through it.

    Numba renews a cached function when the file that defines it changes, not when a function it calls does.
    ``version``, a hash of all sources, is closed over and so becomes part of the cache's key.
    """

    def run(core, sides, prices, clock, rows):
        _ = version
        for t in range(len(prices)):
            bar = (prices[t, 0], prices[t, 1], prices[t, 2], prices[t, 3], prices[t, 4])
            step(core[0], sides, bar, (clock[t, 0], clock[t, 1]), rows[t])

    return cached(run)
