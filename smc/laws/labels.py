"""What a label says it looks at, held against what it does look at."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from smc.blame import place_of
from smc.interfaces import Labeller
from smc.laws.answers import checked_labels, positions_of
from smc.laws.fault import Fault
from smc.laws.fresh import Fresh
from smc.laws.futures import FUTURES, differ, level_after, removed_after
from smc.typing import IntArray, OnProgress

#: Events at which the entry price is tried, and the gap that is put before their next open.
N_ENTRIES, GAP = 12, 1.1
#: A label is an outcome if at least this share of the events tried depends on what follows.
LEAST_SHARE = 0.2
#: Events behind which the bars are altered at the first use of a class of one's own.
N_TRIED = 12
#: What a label says of an event; the weight is left out, since it depends on the other labels.
ANSWERS = ("start", "end", "label", "ret")
#: Consecutive bars in which the ends of labels are measured.
WINDOW_SIZE = 60


@dataclass(frozen=True)
class Relabelling:
    """A label class, asked again and again about the same events of the same bars.

    Attributes
    ----------
    events, side
        Positions (n_events,) in the bars, and +1 or -1 for each.
    """

    labels: Labeller
    bars: pd.DataFrame
    events: IntArray
    side: IntArray

    @cached_property
    def table(self) -> pd.DataFrame:
        """Labels on the bars as they are."""
        return self.on(self.bars)

    def on(self, bars: pd.DataFrame) -> pd.DataFrame:
        """Label, on other bars, the events that lie in them."""
        n_events = int(np.searchsorted(self.events, len(bars)))
        events, side = self.events[:n_events], self.side[:n_events]
        return self.labels.compute(bars.copy(), events.copy(), side.copy())

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
        last = len(self.bars) - 1
        cuts = np.arange(max(0, last - 2 * WINDOW_SIZE), last - WINDOW_SIZE)
        stated = self.table.loc[self.table["end"].between(cuts[0], cuts[len(cuts) // 2]), "end"]
        events = stated.index.to_numpy(dtype=np.int64)
        measured = pd.Series(cuts[0], index=events)
        for cut in cuts:
            table = self.on(removed_after(self.bars, int(cut), np.random.default_rng(0)))
            measured[self.changed(table, events)] = cut + 1
        return pd.DataFrame({"stated": stated, "measured": measured})


def label_faults(relabelling: Relabelling, n_tried: int, on_progress: OnProgress) -> list[Fault]:
    """Hold labels to their contract, by changing the bars that they may and may not depend on.

    - The table: spans [event + 1, end], closed, inside the bars, one row an event.
    - Bars after ``end`` are altered: label, return and span must stay. A label that does not keep this looks
      further than it says, and no purge can know.
    - Bars inside the span are altered: the return must change, or the label is known when the decision is
      taken, and is no outcome.
    - The end is measured bar by bar (`Relabelling.measured_ends`).
    - Entry at open[t+1]: all prices after bar t are multiplied by 1.1. A return from the next open hardly
      moves; one that is counted from an earlier price, which can no longer be had, moves by .1. And no
      return from the next open to a price inside the span can exceed the span's high and low.

    Parameters
    ----------
    n_tried
        Events behind which the bars are altered, spread evenly.
    """
    table = relabelling.table
    faults = list(table_faults(table, relabelling.events, len(relabelling.bars)))
    if faults:
        return faults
    tried = tried_events(relabelling, n_tried)
    return [
        *future_faults(relabelling, tried, on_progress),
        *end_faults(relabelling),
        *entry_faults(relabelling, tried[:: max(1, len(tried) // N_ENTRIES)], on_progress),
        *reach_faults(relabelling),
    ]


def own_label_faults(
    fresh: Fresh[Labeller], bars: pd.DataFrame, events: IntArray, side: IntArray
) -> Iterator[Fault]:
    """Hold a label class of one's own to `label_faults`, and to its answers when asked for less first."""
    with fresh() as labels:
        yield from label_faults(Relabelling(labels, bars, events, side), N_TRIED, lambda _: None)
    yield from memory_faults(fresh, bars, events, side)


def memory_faults(
    fresh: Fresh[Labeller], bars: pd.DataFrame, events: IntArray, side: IntArray
) -> Iterator[Fault]:
    """Ask for the first bars alone, then for all: what was asked before may not tell."""
    with fresh() as labels:
        known = Relabelling(labels, bars, events, side)
        if known.table.empty or "end" not in known.table:
            return
    cut = int(known.table["end"].iloc[len(known.table) // 2])
    ended = _ended(known.table, cut)
    with fresh() as labels:
        other = Relabelling(labels, bars, events, side)
        for part in (bars.iloc[: cut + 1], bars):
            changed = known.changed(other.on(part), ended)
            if len(changed):
                place = f"the label of event {changed[0]}, and {len(changed) - 1} more"
                yield Fault(
                    "memory", place, f"it is another when it is asked for the bars up to row {cut} first"
                )
                return


def tried_events(relabelling: Relabelling, n_tried: int = N_TRIED) -> IntArray:
    """Return labelled events, spread evenly."""
    tried = relabelling.table.index.to_numpy(dtype=np.int64)
    return tried[np.linspace(0, len(tried) - 1, min(len(tried), n_tried)).astype(int)]


def future_faults(relabelling: Relabelling, tried: IntArray, on_progress: OnProgress) -> Iterator[Fault]:
    """Alter the bars after each event tried: its label must change, and those that have ended must not.

    Then those after its own end: of events that lie far apart, none has just ended at another one.
    """
    rng, moved, too_far = np.random.default_rng(0), 0, dict[int, tuple[int, str]]()
    table = relabelling.table

    def altered_after(cut: int, how: str) -> pd.DataFrame:
        altered = relabelling.on(FUTURES[how](relabelling.bars, cut, rng))
        for changed_event in relabelling.changed(altered, _ended(table, cut)):
            too_far.setdefault(int(changed_event), (cut, how))
        return altered

    for number, (event, end) in enumerate(zip(tried, table["end"].loc[tried], strict=True)):
        on_progress(f"event {number + 1} of {len(tried)}")
        altered = altered_after(int(event), ("shuffled", "replaced by noise")[number % 2])
        moved += len(relabelling.changed(altered, np.array([event])))
        altered_after(int(end), "removed")
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


def _ended(table: pd.DataFrame, cut: int) -> IntArray:
    """Return the events whose labels say that they end at a bar or before it."""
    return table.index.to_numpy(dtype=np.int64)[table["end"].to_numpy() <= cut]


def table_faults(table: pd.DataFrame, events: IntArray, n_bars: int) -> Iterator[Fault]:
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


def end_faults(relabelling: Relabelling) -> Iterator[Fault]:
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


def entry_faults(relabelling: Relabelling, tried: IntArray, on_progress: OnProgress) -> Iterator[Fault]:
    """Put a gap before the next open: the return must not gain it."""
    side = dict(zip(relabelling.events.tolist(), relabelling.side.tolist(), strict=True))
    moved, gained = [], []
    for event in tried:
        on_progress(f"entry of event {event}")
        altered = relabelling.on(level_after(relabelling.bars, int(event), GAP))
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


def reach_faults(relabelling: Relabelling) -> Iterator[Fault]:
    """No return from the next open can be better, or worse, than the best and the worst price of the span."""
    bars, table = relabelling.bars, relabelling.table
    side = pd.Series(relabelling.side, index=relabelling.events)
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


def answer_faults(
    fresh: Fresh[Labeller], bars: pd.DataFrame, events: IntArray, side: IntArray
) -> Iterator[Fault]:
    """Give a table of labels, of whole classes that are known, with spans no longer than ``horizon``."""
    with fresh() as labels:
        got = labels.compute(bars.copy(), events.copy(), side.copy())
        table = checked_labels(labels, got, events, len(bars), task=labels.task)
        place, task, classes = place_of(labels, "compute"), labels.task, getattr(labels, "classes", None)
        horizon = labels.horizon
    if task not in ("classification", "regression"):
        yield Fault("task", place, f"it is classification or regression, got {task!r}")
    if table.empty:
        yield Fault("labels", place, f"not one of {len(events)} events on a random walk has an answer")
        return
    found = set(table["label"].tolist())
    if task == "classification":
        if len(found) < 2:
            yield Fault("labels", place, f"on a random walk all are {found}: there is nothing to learn")
        if classes is not None and (strange := sorted(found - set(classes))):
            yield Fault("labels", place, f"{strange[0]} is none of `classes`, {sorted(classes)}")
    longest = int((table["end"].to_numpy() - table.index.to_numpy()).max())
    if longest > horizon:
        yield Fault(
            "horizon", place, f"it says {horizon} bars, and a label ends {longest} bars after its event"
        )


def written_faults(
    fresh: Fresh[Labeller], bars: pd.DataFrame, events: IntArray, side: IntArray
) -> Iterator[Fault]:
    """Leave bars, events and sides as they are."""
    given = bars.copy(), events.copy(), side.copy()
    with fresh() as labels:
        labels.compute(*given)
        same = bars.equals(given[0]), np.array_equal(events, given[1]), np.array_equal(side, given[2])
        for name, is_same in zip(("bars", "events", "side"), same, strict=True):
            if not is_same:
                yield Fault(
                    name, place_of(labels, "compute"), f"the class writes into the {name} that it is given"
                )


def position_faults(
    fresh: Fresh[Labeller], bars: pd.DataFrame, events: IntArray, side: IntArray
) -> Iterator[Fault]:
    """Trade between all on the side and all against it, on each prediction by itself."""
    with fresh() as labels:
        table = labels.compute(bars.copy(), events.copy(), side.copy())
        predicted = np.unique(table["label"].to_numpy())[:50]
        traded = positions_of(labels)(predicted)
        place = place_of(labels, "position")
        if not traded.any():
            yield Fault("position", place, "nothing is traded, whatever is predicted")
        if not np.array_equal(np.asarray(labels.position(predicted[::-1]))[::-1], traded):
            yield Fault("position", place, "what is traded on a prediction depends on those beside it")
