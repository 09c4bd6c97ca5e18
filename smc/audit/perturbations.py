"""The same run with something altered: its labels, its features, or the bars that follow a cut-off."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd

from smc.audit.audited_run import AuditedRun, Chain
from smc.features.laws import noise_after, shuffled_after
from smc.training.dataset import Dataset
from smc.typing import BoolArray, IntArray

#: What a label says of an event; the weight is left out, since it depends on the other labels.
ANSWERS = ("start", "end", "label", "ret")
#: Consecutive bars in which the ends of labels are measured.
WINDOW_SIZE = 60


def removed_after(bars: pd.DataFrame, cut: int, rng: np.random.Generator) -> pd.DataFrame:  # noqa: ARG001
    """Return the bars up to ``cut`` alone, as they stand when its decision is taken."""
    return bars.iloc[: cut + 1].copy()


def level_after(bars: pd.DataFrame, cut: int, factor: float) -> pd.DataFrame:
    """Return the bars with all prices after ``cut`` multiplied: a gap between its close and the next open."""
    altered = bars.copy()
    prices = ["open", "high", "low", "close"]
    altered.iloc[cut + 1 :, [altered.columns.get_loc(name) for name in prices]] *= factor
    return altered


#: What may be done to the bars after a cut-off, by the word for it.
FUTURES: dict[str, Callable[[pd.DataFrame, int, np.random.Generator], pd.DataFrame]] = {
    "removed": removed_after,
    "shuffled": shuffled_after,
    "replaced by noise": noise_after,
}


def differ(left: np.ndarray, right: np.ndarray, tol: float = 1e-9) -> np.ndarray:
    """Tell where two arrays differ by more than rounding; missing equals missing.

    >>> differ(np.array([1.0, np.nan, 2.0]), np.array([1.0, np.nan, 2.1]))
    array([False, False,  True])
    """
    with np.errstate(invalid="ignore"):  # inf - inf
        close = np.abs(left - right) <= tol * (1 + np.abs(left))
    return ~(close | (left == right) | (np.isnan(left) & np.isnan(right)))


def lagged(data: Dataset, by: int) -> Dataset:
    """Give each event the features of ``by`` bars before it; labels stay."""
    back = np.minimum(by, data.events["event"].to_numpy())
    return replace(data, rows=data.rows - back, events=data.events.assign(event=data.events["event"] - back))


def scrambled(data: Dataset, labels_of: BoolArray, rows: IntArray, rng: np.random.Generator) -> Dataset:
    """Give some events other labels and weights, and some bars other features.

    Parameters
    ----------
    labels_of
        Mask of the events whose labels change: a class becomes another one, a number is drawn again.
    rows
        Bars whose features are replaced by noise of three times their spread.
    """
    events = data.events.copy()
    for name in [name for name in events if str(name).startswith("label")]:
        values = events[name].to_numpy().copy()
        values[labels_of] = _other(values, rng)[labels_of]
        events[name] = values
    events.loc[labels_of, "ret"] = -events.loc[labels_of, "ret"]
    events.loc[labels_of, "weight"] = rng.uniform(0.1, 1.0, int(labels_of.sum()))
    bars = data.bars.copy()
    spread = np.nan_to_num(np.asarray(data.bars.iloc[data.rows].std(ddof=0))) + 1.0
    noise = 3 * spread * rng.standard_normal((len(rows), bars.shape[1]))
    bars.iloc[rows] = noise
    return replace(data, bars=bars, events=events)


def _other(values: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Move each value to another class, or draw numbers anew from all of them with the sign turned."""
    classes = np.unique(values)
    if len(classes) > 10:
        return -rng.choice(values, len(values))
    steps = rng.integers(1, len(classes), len(values)) if len(classes) > 1 else 0
    return classes[(np.searchsorted(classes, values) + steps) % len(classes)]


@dataclass(frozen=True)
class Relabelling:
    """The label class of a run, asked again and again about the same events."""

    audited: AuditedRun

    @cached_property
    def chain(self) -> Chain:
        """Events of the stretch."""
        return self.audited.chain(self.audited.stretch)

    @cached_property
    def table(self) -> pd.DataFrame:
        """Labels on the bars as they are."""
        return self.on(self.audited.stretch)

    def on(self, bars: pd.DataFrame) -> pd.DataFrame:
        """Label, on other bars, the events that lie in them."""
        n_events = int(np.searchsorted(self.chain.events, len(bars)))
        events, side = self.chain.events[:n_events], self.chain.side[:n_events]
        return self.audited.components.labels.compute(bars.copy(), events.copy(), side.copy())

    def changed(self, altered: pd.DataFrame, events: IntArray) -> IntArray:
        """Return which of some labelled events have another answer, or none, in an altered table."""
        columns = [name for name in ANSWERS if name in self.table]
        left = self.table.loc[events, columns].to_numpy(dtype=np.float64)
        right = altered.reindex(events)[columns].to_numpy(dtype=np.float64)
        return events[differ(left, right).any(axis=1)]

    @cached_property
    def measured_ends(self) -> pd.DataFrame:
        """Measure where labels end, by brute force: ``stated`` and ``measured``, by event.

        The bars are cut off after each of `WINDOW_SIZE` consecutive bars, and a label ends where its answer
        is the final one for the first time, and stays so. Only events whose stated end lies in the window
        are told; a label that needs the whole window is told as that long.
        """
        last = len(self.audited.stretch) - 1
        cuts = np.arange(max(0, last - 2 * WINDOW_SIZE), last - WINDOW_SIZE)
        stated = self.table.loc[self.table["end"].between(cuts[0], cuts[len(cuts) // 2]), "end"]
        events = stated.index.to_numpy(dtype=np.int64)
        measured = pd.Series(cuts[0], index=events)
        for cut in cuts:
            table = self.on(removed_after(self.audited.stretch, int(cut), np.random.default_rng(0)))
            measured[self.changed(table, events)] = cut + 1
        return pd.DataFrame({"stated": stated, "measured": measured})
