"""What is odd about the bars of a run, and reaches its features or labels."""

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from smc.data.steps import find_steps
from smc.data.stillness import STILL_BARS, still_for
from smc.results.record import Warned
from smc.training.dataset import Dataset
from smc.typing import Bars

#: Features or steps that a sentence names.
N_NAMED = 5
#: Flat bars after which ATR is no scale any more, and zones are not too old yet.
FADED = 40


def bar_warnings(bars: Bars, data: Dataset) -> Iterator[Warned]:
    """Warn of each symbol that stands still for long, and of one whose labels hold large steps of price.

    Parameters
    ----------
    data
        Made of these bars: its features stand in their order, one symbol behind the other.
    """
    first = 0
    for symbol, own in bars.items():
        features = data.bars.iloc[first : first + len(own)]
        first += len(own)
        n_untraded = data.account[symbol].get("events_untraded", 0)
        events = pd.DataFrame(data.events[data.events["symbol"] == symbol])
        for reason, sentence in (
            ("prices_stand_still", _stillness(symbol, own, features, n_untraded)),
            ("price_steps", _steps(symbol, own, events)),
        ):
            if sentence:
                yield {"reason": reason, "sentence": sentence, "symbol": symbol}


def _stillness(symbol: str, bars: pd.DataFrame, features: pd.DataFrame, n_untraded: int) -> str | None:
    """Name the longest stretch of flat bars, and the features that lose their value in it."""
    still = still_for(bars)
    last, n_bars = int(still.argmax()), int(still.max(initial=0))
    before = last - n_bars
    is_lost = features.iloc[before].notna() & features.iloc[min(last, before + FADED)].isna()
    lost = [str(name) for name in features.columns[is_lost.to_numpy()]]
    if n_bars < STILL_BARS or not (lost or n_untraded):
        return None
    begin, end = (f"{bars.index[row]:%Y-%m-%d %H:%M}" for row in (before + 1, last))
    said = [f"Prices of {symbol} stand still for {n_bars:,} bars, {begin} to {end}, the longest stretch."]
    if lost:
        said.append(f"There is no range to measure in, and no value of {_named(lost)}.")
    if n_untraded:
        said.append(f"{n_untraded:,} events in bars without trades are left out.")
    return " ".join(said)


def _steps(symbol: str, bars: pd.DataFrame, events: pd.DataFrame) -> str | None:
    """Name the large steps of price that the spans of labels hold, and count those labels."""
    steps = find_steps(bars)
    rows = np.array([step.row for step in steps], dtype=np.int64)
    first, behind = np.searchsorted(rows, events["start"]), np.searchsorted(rows, events["end"], side="right")
    held = sorted({place for span in zip(first, behind, strict=True) for place in range(*span)})
    if not held:
        return None
    return (
        f"{np.count_nonzero(behind > first):,} labels of {symbol} hold a large step of price: "
        f"{_named([str(steps[place]) for place in held])}. If it is a split or another unit, those labels "
        "and the features behind it are wrong: give adjusted prices, or bars from behind the step."
    )


def _named(names: Sequence[str]) -> str:
    more = f" and {len(names) - N_NAMED} more" if len(names) > N_NAMED else ""
    return ", ".join(names[:N_NAMED]) + more
