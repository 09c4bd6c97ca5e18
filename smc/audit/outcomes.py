"""Labels of one stretch of bars, computed again on other futures."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from smc.audit.audited_run import Chain, Subject
from smc.audit.tamper import differ, removed_after
from smc.typing import IntArray

#: What a label says of an event; the weight is left out, since it depends on the other labels.
ANSWERS = ("start", "end", "label", "ret")
#: Consecutive bars in which the ends of labels are measured.
WINDOW_SIZE = 60


@dataclass(frozen=True)
class Outcomes:
    """The label class of a run, asked again and again about the same events."""

    subject: Subject

    @cached_property
    def chain(self) -> Chain:
        """Events of the stretch."""
        return self.subject.chain(self.subject.stretch)

    @cached_property
    def table(self) -> pd.DataFrame:
        """Labels on the bars as they are."""
        return self.on(self.subject.stretch)

    def on(self, bars: pd.DataFrame) -> pd.DataFrame:
        """Label, on other bars, the events that lie in them."""
        n_events = int(np.searchsorted(self.chain.events, len(bars)))
        events, side = self.chain.events[:n_events], self.chain.side[:n_events]
        return self.subject.parts.labels.compute(bars.copy(), events.copy(), side.copy())

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
        last = len(self.subject.stretch) - 1
        cuts = np.arange(max(0, last - 2 * WINDOW_SIZE), last - WINDOW_SIZE)
        stated = self.table.loc[self.table["end"].between(cuts[0], cuts[len(cuts) // 2]), "end"]
        events = stated.index.to_numpy(dtype=np.int64)
        measured = pd.Series(cuts[0], index=events)
        for cut in cuts:
            table = self.on(removed_after(self.subject.stretch, int(cut), np.random.default_rng(0)))
            measured[self.changed(table, events)] = cut + 1
        return pd.DataFrame({"stated": stated, "measured": measured})
