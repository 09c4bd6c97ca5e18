"""The true odds of events, by Monte Carlo over what may follow them."""

import numpy as np
import pandas as pd

from smc import structure
from smc.data.simulation.history import History
from smc.errors import DataError
from smc.typing import FloatArray, IntArray


def check_truth(n_bars: int, events: IntArray, side: IntArray | None) -> None:
    """Raise DataError unless events are increasing bar positions, with a side of +1 or -1 each, or none."""
    if events.ndim != 1 or events.dtype.kind not in "iu" or np.any(np.diff(events) <= 0):
        raise DataError("events must be strictly increasing bar positions")
    if events.size and not (events[0] >= 0 and events[-1] < n_bars):
        raise DataError(f"events must lie within 0..{n_bars - 1}, got {events[0]} to {events[-1]}")
    if side is not None and not (side.shape == events.shape and np.isin(side, (-1, 1)).all()):
        raise DataError("`side` must be +1 or -1 for each event, or None for that of the last break")


def distances(
    bars: pd.DataFrame,
    events: IntArray,
    side: IntArray | None,
    *,
    stop_atr: float | None = None,
    target_atr: float | None = None,
) -> tuple[IntArray, FloatArray]:
    """Return the side of each event, and the distances of its stop and target in price units (n_events, 2).

    As `smc.labels.triple_barrier` has them: those of market structure at the event's close, or multiples of
    ATR14; NaN where these are not known yet.
    """
    rows = structure.compute(bars).iloc[events]
    if side is None:
        side = np.where(rows["st_dir"].to_numpy() >= 0, 1, -1)
    in_atr = []
    for what, fixed in (("risk", stop_atr), ("reward", target_atr)):
        placed = np.where(side > 0, rows[f"long_{what}_atr"], rows[f"short_{what}_atr"])
        in_atr.append(placed if fixed is None else np.full(len(events), fixed))
    return side, np.column_stack(in_atr) * rows["atr"].to_numpy()[:, None]


def true_odds(
    history: History,
    events: IntArray,
    side: IntArray,
    barriers: FloatArray,
    *,
    max_holding: int,
    n_paths: int,
) -> pd.DataFrame:
    """Return one row an event: the share of its possible futures with label 1, and their returns.

    Parameters
    ----------
    history
        Of a market whose bars after the first event have not been drawn.
    barriers
        Distances of stop and target from the entry, in price units.
    """
    rows = np.full((len(events), 3), np.nan)
    for row, event, sign, distance in zip(rows, events, side, barriers, strict=True):
        history.advance(event + 1)
        if not np.isnan(distance).any():
            paths = history.futures(n_paths, max_holding)
            returns = traded(paths, sign, distance)
            row[:] = np.mean(returns > 0), returns.mean(), returns.std()
    table = pd.DataFrame(rows, pd.Index(events, name="event"), columns=["probability", "ret", "ret_sd"])
    table.insert(0, "side", side)
    return table


def traded(paths: FloatArray, side: int, distance: FloatArray) -> FloatArray:
    """Return the side-signed simple return of the trade in each path, entered at its first open."""
    from smc.structure.barriers import touch

    n_paths, n_bars = paths.shape[:2]
    prices = np.ascontiguousarray(paths[:, :, :4]).reshape(-1, 4)
    start = np.arange(n_paths) * n_bars
    entry = prices[start, 0]
    barriers = entry[:, None] + side * np.array([-1, 1]) * distance
    _, price, _ = touch(prices, start, np.full(n_paths, side), barriers, n_bars)
    return side * (price / entry - 1)


def best_possible(truth: pd.DataFrame) -> dict[str, float]:
    """Return what nobody can beat on average: figures of a classifier that knows each event's true odds.

    Parameters
    ----------
    truth
        As `smc.data.simulated.Simulated.truth` returns it; events without odds are left out.

    Returns
    -------
    dict
        ``accuracy``, ``log_loss``; ``majority``, the accuracy of saying always the same; ``sharpe``, mean
        over standard deviation of one event's return, not annualised and before costs, if trades are taken
        where they gain on average.

    Examples
    --------
    >>> odds = pd.DataFrame({"probability": [0.9, 0.3], "ret": [0.01, -0.01], "ret_sd": [0.01, 0.01]})
    >>> {name: round(value, 3) for name, value in best_possible(odds).items()}
    {'accuracy': 0.8, 'log_loss': 0.468, 'majority': 0.6, 'sharpe': 0.577}
    """
    known = truth.dropna()
    p = known["probability"].to_numpy()
    inside = np.clip(p, 1e-12, 1 - 1e-12)
    mean, spread = known["ret"].to_numpy(), known["ret_sd"].to_numpy()
    taken = mean > 0
    gain = np.mean(mean * taken)
    variance = np.mean((mean**2 + spread**2) * taken) - gain**2
    return {
        "accuracy": float(np.maximum(p, 1 - p).mean()),
        "log_loss": float(-np.mean(p * np.log(inside) + (1 - p) * np.log(1 - inside))),
        "majority": float(max(p.mean(), 1 - p.mean())),
        "sharpe": float(gain / np.sqrt(variance)) if variance > 0 else 0.0,
    }
