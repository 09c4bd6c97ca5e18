"""Check (c): does anything that a decision rests on change with the bars after it?"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from smc.audit.audited_run import AuditedRun, Chain
from smc.audit.check import Finding
from smc.laws.fault import Fault
from smc.laws.futures import FUTURES, differ
from smc.typing import IntArray, OnProgress

#: Consecutive bars at the end that are computed one by one, each from the bars up to it.
REPLAY_SIZE = 30


@dataclass
class Changed:
    """Where one column differed: rows, cut-offs, and the first case in words."""

    rows: set[int] = field(default_factory=set)
    cuts: set[int] = field(default_factory=set)
    first: str = ""


class Future:
    """Compute everything again with other bars after a cut-off; all that stands before it must stay.

    At each of ``n_cuts`` bars T, drawn at random so that no calendar hides a leak, the later bars are removed
    (their values are missing) and, in turn, shuffled or replaced by noise. Features of every bar up to T, the
    events up to T and their sides must not change by more than 1e-9 of their size. Then the last bars are
    replayed one by one, each as the last bar that is known. This finds a shift, a centred window, a
    back-fill, a statistic over the whole file, a higher time frame read before its bar has closed, and events
    chosen by what followed. What comes from beside the bars, such as a list of columns that was chosen on
    the outcomes, is not recomputed, and is for `null` and `fold` to find.
    """

    name = "future"
    question = "Do features, events or sides at bar t change with the bars after t?"

    def run(self, audited: AuditedRun, on_progress: OnProgress) -> Finding:
        """Compare; every column at fault is named."""
        bars = audited.stretch
        faults = list(self._kept_bars(audited, bars))
        before, changed = audited.chain(bars), dict[str, Changed]()
        for cut, how, after in self._futures(audited, bars, on_progress):
            for column, rows, what in differences(before, after, cut):
                change = changed.setdefault(column, Changed())
                change.first = change.first or f"{what} when the bars after row {cut} were {how}"
                change.rows.update(rows)
                change.cuts.add(cut)
        faults += [
            Fault(
                f"`{column}`",
                f"row {min(change.rows)} ({bars.index[min(change.rows)]}) and {len(change.rows) - 1} more",
                f"{change.first}; seen at {len(change.cuts)} cut-offs",
            )
            for column, change in changed.items()
        ]
        return Finding.from_faults(
            self.name,
            f"{before.features.shape[1]} features, {len(before.events)} events and their sides on "
            f"{len(bars)} bars, at {audited.n_cuts} cut-offs and {REPLAY_SIZE} replayed bars",
            leaks=faults,
            remedy="A value at bar t may use bars <= t only: replace shift(-k), center=True, bfill, and "
            "statistics or resampled bars that are not complete at t, by ones that look back.",
            figures={"columns": sorted(changed)},
        )

    def _kept_bars(self, audited: AuditedRun, bars: pd.DataFrame) -> Iterator[Fault]:
        """Name the columns of the bars that the feature class writes into."""
        given = bars.copy(deep=True)
        audited.components.features.compute(given)
        if not given.equals(bars):
            columns = [name for name in bars if name not in given or not given[name].equals(bars[name])]
            yield Fault("bars", f"columns {columns}", "the feature class changes the bars it is given")

    def _futures(
        self, audited: AuditedRun, bars: pd.DataFrame, on_progress: OnProgress
    ) -> Iterator[tuple[int, str, Chain]]:
        """Give cut-off, what was done to the bars after it, and what is computed from that."""
        rng = np.random.default_rng(0)
        for number, cut in enumerate(cut_offs(audited, len(bars), rng)):
            on_progress(f"cut-off {number + 1} of {audited.n_cuts}")
            for how in ("removed", ("shuffled", "replaced by noise")[number % 2]):
                yield int(cut), how, audited.chain(FUTURES[how](bars, int(cut), rng))
        for cut in range(len(bars) - 1 - REPLAY_SIZE, len(bars) - 1):
            on_progress(f"replay of bar {cut}")
            yield cut, "not there yet", audited.chain(bars.iloc[: cut + 1])


def cut_offs(audited: AuditedRun, n_bars: int, rng: np.random.Generator) -> IntArray:
    """Draw bars after the warm-up, one from each of ``n_cuts`` equal parts; the last bar is none."""
    edges = np.linspace(min(audited.warm_up, n_bars // 2), n_bars - 1, audited.n_cuts + 1)
    return np.unique(rng.uniform(edges[:-1], edges[1:]).astype(np.int64))


def differences(before: Chain, after: Chain, cut: int) -> Iterator[tuple[str, list[int], str]]:
    """Give what differs up to a cut-off: the column, "events" or "side", the rows, and the first case.

    Events are compared from where both have begun: `events.last` keeps the latest ones, and which these are
    hangs on where the bars end by design.
    """
    for column in before.features.columns.union(after.features.columns, sort=False):
        tables = [chain.features for chain in (before, after)]
        if not all(column in table for table in tables):
            yield str(column), [cut], "the column came" if column in tables[1] else "the column was lost"
            continue
        left, right = (table[column].to_numpy(dtype=np.float64)[: cut + 1] for table in tables)
        rows = np.flatnonzero(differ(left, right))
        if len(rows):
            yield str(column), rows.tolist(), f"{left[rows[0]]:.6g} became {right[rows[0]]:.6g}"
    first = max((int(chain.events[0]) for chain in (before, after) if len(chain.events)), default=0)
    sides = [dict(zip(chain.events.tolist(), chain.side.tolist(), strict=True)) for chain in (before, after)]
    for event in sorted(sides[0].keys() | sides[1].keys()):
        was, became = (side_at.get(event) for side_at in sides)
        if not first <= event <= cut or was == became:
            continue
        if was is None or became is None:
            yield "events", [event], "an event came" if was is None else "an event was lost"
        else:
            yield "side", [event], f"{was} became {became}"
