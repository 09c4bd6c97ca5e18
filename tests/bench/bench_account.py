"""One account on real bars, and what was told before: python tests/bench/bench_account.py BARS

BARS is a folder of files such as EURUSD_H4_ejtrader.parquet and BTCUSD_H1_gymtradingenv.parquet. Every event of
`events=cusum` is taken to the side of structure under `labels=triple_barrier`, and always long and always short under
`labels=direction`, at 1 basis point. Of each: how far the product of (1 + gross) over a trade is from 1 + ret at
most, how far that of (1 + trade) over trades which do not overlap is from their equity, and the figures beside those
of the rule that stood here before (side x log return, held to the next open, rebalanced), by trades and by bars.
"""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from smc import metrics, structure
from smc.evaluation.trading import Trading
from smc.events.cusum import Cusum
from smc.labels.direction import Direction
from smc.labels.triple_barrier import TripleBarrier

COST, WARM_UP = 1e-4, 2000
RULES = {
    "structure, triple barrier": (TripleBarrier(), "structure"),
    "always long, direction": (Direction(10), "long"),
    "always short, direction": (Direction(10), "short"),
}


def traded(bars: pd.DataFrame, rule: str) -> pd.DataFrame:
    """Label the events, each of which is taken."""
    label, side_of = RULES[rule]
    events = Cusum().compute(bars)
    events = events[events >= WARM_UP]
    side = {"long": np.ones(len(events), dtype=np.int64), "short": -np.ones(len(events), dtype=np.int64)}.get(
        side_of
    )
    if side is None:
        side = np.where(structure.compute(bars)["st_dir"].to_numpy()[events] >= 0, 1, -1)
    table = label.compute(bars, events, side).reset_index()
    return table.assign(side=side[np.searchsorted(events, table["event"])], prediction=1)


def largest_gap_of_a_trade(trading: Trading, rows: pd.DataFrame) -> float:
    """Return how far a trade's bars, multiplied, are from 1 + ret at most, relative to it."""
    gaps = []
    for k in range(len(rows)):
        own = rows.iloc[[k]]
        if trading.trades(own).item() > -1:
            gaps.append(np.prod(1 + trading.returns(own)["gross"]) / (1 + own["ret"].item()) - 1)
    return float(np.abs(gaps).max())


def gap_of_the_equity(trading: Trading, rows: pd.DataFrame) -> float:
    """Return how far the equity of trades that do not overlap is from their product."""
    free, until = [], -1
    for row in rows.itertuples():
        if row.start > until:
            free.append(row.Index)
            until = row.end
    alone = rows.loc[free]
    equity = metrics.equity_curve(trading.returns(alone)["net"])[-1]
    return abs(equity / np.prod(1 + trading.trades(alone).to_numpy()) - 1)


def before(bars: pd.DataFrame, rows: pd.DataFrame, periods: float) -> dict[str, float]:
    """Return what the rule of before told: log returns, the mean position of the open events, the next open."""
    first, stop = int(rows["start"].min()), min(int(rows["end"].max()) + 2, len(bars))
    alive, signed = np.zeros(stop - first + 1), np.zeros(stop - first + 1)
    for row in rows.itertuples():
        for array, value in ((alive, 1), (signed, row.side)):
            array[row.start - first] += value
            array[row.end + 1 - first] -= value
    count = np.cumsum(alive)[:-1]
    position = np.divide(np.cumsum(signed)[:-1], count, out=np.zeros(len(count)), where=count > 0)
    opens = np.log(np.append(bars["open"].to_numpy()[first : stop + 1], bars["close"].iloc[-1]))
    net = position * np.diff(opens)[: len(position)] - COST * np.abs(np.diff(position, prepend=0.0))
    trades = rows["side"] * np.log1p(rows["side"] * rows["ret"]) - 2 * COST
    return {
        "sharpe": metrics.sharpe(net, periods),
        "win_rate": metrics.win_rate(trades),
        "trade": trades.mean(),
    }


def lines(folder: Path) -> Iterator[str]:
    """Give a line a symbol and rule."""
    for path in sorted([*folder.glob("*_H4_*.parquet"), *folder.glob("BTCUSD_H1_*.parquet")]):
        table = pd.read_parquet(path)
        stamps = next(name for name in table if str(table[name].dtype).startswith("datetime"))
        bars = table.set_index(stamps)
        for rule in RULES:
            rows = traded(bars, rule)
            trading = Trading(bars, lambda prediction: np.asarray(prediction, dtype=np.float64), COST)
            trades = trading.trades(rows)
            now, then = (
                trading.figures(trading.returns(rows), trades),
                before(bars, rows, trading.periods_per_year),
            )
            yield (
                f"{path.name.partition('_')[0]:7} {rule:26} {len(rows):5} trades, off by {largest_gap_of_a_trade(trading, rows):.0e} "
                f"a trade, {gap_of_the_equity(trading, rows):.0e} the equity; Sharpe {then['sharpe']:+.2f} -> {now['sharpe']:+.2f}, "
                f"winners {then['win_rate']:.3f} -> {now['win_rate']:.3f}, a trade {1e4 * then['trade']:+.1f} -> "
                f"{1e4 * trades.mean():+.1f} bp, drawdown {now['max_drawdown']:.3f}, liquidated {now['n_liquidated']}\n"
            )


def main() -> None:
    """Print all lines."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path, help="bars, one file a symbol")
    for line in lines(parser.parse_args().folder):
        sys.stdout.write(line)
        sys.stdout.flush()


if __name__ == "__main__":
    main()
