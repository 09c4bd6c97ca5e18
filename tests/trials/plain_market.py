"""Which bars are one market, pair by pair and shift by shift, as the rule says it."""

import itertools

import pandas as pd

HOUR = pd.Timedelta("1h").value
DAY = 24 * HOUR


def is_one(one, other):
    """Tell whether two tables of bars are of one market."""
    days = map(moves_of_days, (one, other))
    by_day = best_share((*pair, lag) for pair in itertools.product(*days) for lag in (-1, 0, 1))
    if by_day is not None and (by_day >= 0.9 or by_day < 0.75):
        return by_day >= 0.9
    steps = [max(int(pd.Series(stamps(bars)).diff().median()), 1) for bars in (one, other)]
    if steps[0] != steps[1]:
        return False
    moves = [moves_of(bars, stamps(bars) // steps[0]) for bars in (one, other)]
    shifts = range(-(DAY // steps[0]), DAY // steps[0] + 1)
    by_bar = best_share((*moves, shift) for shift in shifts)
    return by_bar is not None and by_bar >= 0.9


def stamps(bars):
    return pd.DatetimeIndex(bars.index).as_unit("ns").asi8


def moves_of_days(bars):
    """Moves from one day's close to the next, of days that begin at each hour; none of them twice."""
    moves = []
    for hour in range(24):
        own = moves_of(bars, (stamps(bars) // HOUR - hour) // 24)
        moves += [] if own in moves else [own]
    return moves


def moves_of(bars, cells):
    """Signs of the moves between the last closes of each cell, by cell; zeros are left out."""
    last = dict(zip(cells.tolist(), bars["close"].tolist(), strict=True))
    closes = list(last.values())
    moves = [after - before for before, after in itertools.pairwise(closes)]
    return {cell: move > 0 for cell, move in zip(list(last)[1:], moves, strict=True) if move != 0}


def best_share(pairs):
    """Return the best share of equal, or opposite, moves of which at least 200 are shared, None without."""
    best = None
    for ours, theirs, shift in pairs:
        shared = [cell for cell in theirs if cell + shift in ours]
        if len(shared) >= 200:
            n_equal = sum(ours[cell + shift] == theirs[cell] for cell in shared)
            share = max(n_equal, len(shared) - n_equal) / len(shared)
            best = share if best is None else max(best, share)
    return best
