"""Check (d): does a label say what it looks at, and begin where one can trade?"""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from smc.audit.audited_run import AuditedRun
from smc.audit.check import Fault, Finding
from smc.audit.perturbations import FUTURES, Relabelling, level_after
from smc.typing import IntArray, OnProgress

#: Events at which the entry price is tried, and the gap that is put before their next open.
N_ENTRIES, GAP = 12, 1.1
#: A label is an outcome if at least this share of the events tried depends on what follows.
LEAST_SHARE = 0.2


class Labels:
    """Hold labels to their contract, by changing the bars that they may and may not depend on.

    - The table: spans [event + 1, end], closed, inside the bars, one row an event.
    - Bars after ``end`` are altered: label, return and span must stay. A label that does not keep this looks
      further than it says, and no purge can know.
    - Bars inside the span are altered: the return must change, or the label is known when the decision is
      taken, and is no outcome.
    - The end is measured bar by bar (`smc.audit.perturbations.Relabelling.measured_ends`).
    - Entry at open[t+1]: all prices after bar t are multiplied by 1.1. A return from the next open hardly
      moves; one that is counted from an earlier price, which can no longer be had, moves by .1. And no
      return from the next open to a price inside the span can exceed the span's high and low.
    """

    name = "labels"
    question = "Do labels depend on their stated span alone, from a price that can be traded?"

    def run(self, audited: AuditedRun, on_progress: OnProgress) -> Finding:
        """Alter the bars at some events, and compare."""
        relabelling = Relabelling(audited)
        table = relabelling.table
        leaks = list(_table_faults(table, relabelling.chain.events, len(audited.stretch)))
        tried = table.index.to_numpy(dtype=np.int64)
        tried = tried[np.linspace(0, len(tried) - 1, min(len(tried), audited.n_cuts)).astype(int)]
        if not leaks:
            leaks += self._future_faults(relabelling, tried, on_progress)
            leaks += _end_faults(relabelling)
            leaks += _entry_faults(relabelling, tried[:: max(1, len(tried) // N_ENTRIES)], on_progress)
            leaks += _reach_faults(audited.stretch, table, relabelling)
        return Finding.from_faults(
            self.name,
            f"{len(table)} labels on {len(audited.stretch)} bars, those behind {len(tried)} events altered",
            leaks=leaks,
            remedy="State the last bar that a label looks at as its `end`, take no statistic over bars "
            "outside the span, and count returns from the open of the bar after the event.",
        )

    def _future_faults(
        self, relabelling: Relabelling, tried: IntArray, on_progress: OnProgress
    ) -> Iterator[Fault]:
        """Alter the bars after each event tried: its label must change, those that have ended must not."""
        rng, moved, too_far = np.random.default_rng(0), 0, {}
        table = relabelling.table
        for number, event in enumerate(tried):
            on_progress(f"event {number + 1} of {len(tried)}")
            for how in ("removed", ("shuffled", "replaced by noise")[number % 2]):
                altered = relabelling.on(FUTURES[how](relabelling.audited.stretch, int(event), rng))
                ended = table.index[table["end"] <= event].to_numpy(dtype=np.int64)
                for changed_event in relabelling.changed(altered, ended):
                    too_far.setdefault(int(changed_event), (int(event), how))
            moved += len(relabelling.changed(altered, np.array([event])))
        if too_far:
            first = min(too_far)
            cut, how = too_far[first]
            span = table.loc[first, ["start", "end"]].astype(int).tolist()
            yield Fault(
                f"the label of event {first}",
                f"span {span}, and {len(too_far) - 1} more events",
                f"it changes when the bars after row {cut} are {how}, which lie behind its span",
            )
        if moved < LEAST_SHARE * len(tried):
            yield Fault(
                "labels",
                f"{len(tried) - moved} of {len(tried)} events tried",
                "they stay the same whatever happens after the event: they are known at the decision, and no "
                "outcome",
            )


def _table_faults(table: pd.DataFrame, events: IntArray, n_bars: int) -> Iterator[Fault]:
    """Check columns, index and spans."""
    missing = [name for name in ("start", "end", "label", "ret", "weight") if name not in table]
    if missing:
        yield Fault("the label table", "columns", f"it lacks {', '.join(missing)}")
        return
    index = table.index.to_numpy()
    start, end = table["start"].to_numpy(), table["end"].to_numpy()
    rules = {
        "the event is labelled twice, or out of order": np.diff(index, prepend=-1) <= 0,
        "the event was not asked for": ~np.isin(index, events),
        "the span must start at the bar after the event": start != index + 1,
        "the span ends before it starts": end < start,
        "the span ends after the last bar": end >= n_bars,
    }
    for rule, broken in rules.items():
        if broken.any():
            first = int(broken.argmax())
            yield Fault(
                f"event {index[first]}",
                f"span [{start[first]}, {end[first]}], and {int(broken.sum()) - 1} more events",
                rule,
            )


def _end_faults(relabelling: Relabelling) -> Iterator[Fault]:
    """Compare stated ends with measured ones."""
    ends = relabelling.measured_ends
    late = ends[ends["measured"] > ends["stated"]]
    if len(late):
        by = (late["measured"] - late["stated"]).max()
        first = late.iloc[0]
        yield Fault(
            f"the end of event {late.index[0]}",
            f"and of {len(late) - 1} more of {len(ends)} measured",
            f"stated as bar {first['stated']}, but the answer is not known before bar {first['measured']}; "
            f"spans are up to {by} bars too short",
        )


def _entry_faults(relabelling: Relabelling, tried: IntArray, on_progress: OnProgress) -> Iterator[Fault]:
    """Put a gap before the next open: the return must not gain it."""
    side = dict(zip(relabelling.chain.events.tolist(), relabelling.chain.side.tolist(), strict=True))
    moved, gained = [], []
    for event in tried:
        on_progress(f"entry of event {event}")
        altered = relabelling.on(level_after(relabelling.audited.stretch, int(event), GAP))
        if event in altered.index:
            moved.append(float(altered.loc[event, "ret"] - relabelling.table.loc[event, "ret"]))
            gained.append(side[int(event)] * (GAP - 1))
    if moved and np.median(np.abs(np.subtract(moved, gained))) < np.median(np.abs(moved)):
        yield Fault(
            "the entry price",
            f"events {tried[:3].tolist()} and {len(tried) - 3} more",
            "the return gains the gap between the close of the event's bar and the next open: it is counted "
            "from a price that can no longer be traded",
        )


def _reach_faults(bars: pd.DataFrame, table: pd.DataFrame, relabelling: Relabelling) -> Iterator[Fault]:
    """No return from the next open can be better, or worse, than the best and the worst price of the span."""
    side = pd.Series(relabelling.chain.side, index=relabelling.chain.events)
    opens, highs, lows = (bars[name].to_numpy() for name in ("open", "high", "low"))
    broken = []
    for event, start, end, ret in table[["start", "end", "ret"]].itertuples():
        reached, span = opens[int(start)] * (1 + side[event] * ret), slice(int(start), int(end) + 1)
        if not lows[span].min() * (1 - 1e-6) <= reached <= highs[span].max() * (1 + 1e-6):
            broken.append(event)
    if broken:
        yield Fault(
            f"the return of event {broken[0]}",
            f"and of {len(broken) - 1} more of {len(table)}",
            "no price of its span gives this return from the next open",
        )
