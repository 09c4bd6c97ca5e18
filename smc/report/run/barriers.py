"""Where the barriers of a run's events lie, and which of them ended the trade."""

from typing import Any

import numpy as np
import pandas as pd

from smc.labels.barrier_levels import barrier_distances
from smc.labels.trades import walk_trades
from smc.labels.triple_barrier import TripleBarrier
from smc.labels.triple_barrier_3 import TripleBarrier3

COLUMNS = ("stop", "target", "ended")


def barriers_of(rows: pd.DataFrame, bars: pd.DataFrame, label: Any) -> pd.DataFrame:
    """Return the prices of stop and target of each event, and which of them ended it, or ``expiry``.

    ``both`` is a bar that holds both barriers, which counts as the stop. Of a label without barriers the
    prices are NaN, and what came is empty.

    Parameters
    ----------
    rows
        ``event`` and ``side``; nothing is said of any other event.
    """
    if not isinstance(label, TripleBarrier | TripleBarrier3):
        return pd.DataFrame({"stop": np.nan, "target": np.nan, "ended": ""}, index=rows.index)
    from smc.structure.barriers import AMBIGUOUS, EXPIRY, STOP, TARGET

    names = {AMBIGUOUS: "both", STOP: "stop", EXPIRY: "expiry", TARGET: "target"}
    events, first, back = np.unique(rows["event"], return_index=True, return_inverse=True)
    side = rows["side"].to_numpy()[first]
    rules = label.barrier_rules
    entry = bars["open"].to_numpy(dtype=np.float64)[events + 1]
    levels = entry[:, None] + np.array([-1, 1]) * side[:, None] * barrier_distances(
        bars, events, side, **rules
    )
    trades, _ = walk_trades(bars, events, side, max_holding=label.horizon, **rules)
    ended = pd.Series(trades.outcome, trades.events).map(names).reindex(events, fill_value="").to_numpy()
    return pd.DataFrame(
        {"stop": levels[back, 0], "target": levels[back, 1], "ended": ended[back]}, index=rows.index
    )
