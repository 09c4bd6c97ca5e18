"""The law of events: whether bar t is one depends on bars up to t."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from smc.blame import place_of
from smc.features.laws import cut_offs
from smc.interfaces import EventDetector
from smc.laws.answers import checked_events
from smc.laws.fault import Fault
from smc.laws.fresh import Fresh
from smc.laws.futures import FUTURES
from smc.typing import IntArray

#: Cut-off bars at which the future is exchanged.
N_CUTS = 12


def event_faults(fresh: Fresh[EventDetector], bars: pd.DataFrame, features: pd.DataFrame) -> Iterator[Fault]:
    """Name an event that comes or goes with the bars, or the features, after it, and one that is remembered.

    Events are compared from where both series of them have begun: one that keeps the latest ones only begins
    where the end of the bars says, by design.
    """
    found = list(future_faults(fresh, bars, features))
    yield from found or memory_faults(fresh, bars, features)


def future_faults(fresh: Fresh[EventDetector], bars: pd.DataFrame, features: pd.DataFrame) -> Iterator[Fault]:
    """Exchange the bars, and the features, after some: no event up to them may come or go."""
    with fresh() as detector:
        events = detector.compute(bars.copy(), features.copy())
        for cut, how, later_bars, later_features in _futures(bars, features):
            changed = _difference(events, detector.compute(later_bars, later_features), cut)
            if changed:
                row, what = changed
                place = f"the event at {bars.index[row]} (row {row})"
                yield Fault("future", place, f"{what} when the bars after row {cut} are {how}")
                return


def memory_faults(fresh: Fresh[EventDetector], bars: pd.DataFrame, features: pd.DataFrame) -> Iterator[Fault]:
    """Ask for the first bars alone, then for all: what was asked before may not tell."""
    with fresh() as detector:
        events = detector.compute(bars.copy(), features.copy())
    cut = len(bars) // 2
    with fresh() as detector:
        for last in (cut, len(bars) - 1):
            got = detector.compute(bars.iloc[: last + 1].copy(), features.iloc[: last + 1].copy())
            changed = _difference(events, got, last)
            if changed:
                row, what = changed
                place = f"the event at {bars.index[row]} (row {row})"
                yield Fault("memory", place, f"{what} when it is asked for the bars up to row {cut} first")
                return


def _futures(
    bars: pd.DataFrame, features: pd.DataFrame
) -> Iterator[tuple[int, str, pd.DataFrame, pd.DataFrame]]:
    """Give cut-off, what was done to the bars after it, these bars, and features that are turned."""
    rng = np.random.default_rng(0)
    for number, cut in enumerate(cut_offs(len(bars), N_CUTS + 1)[1:].tolist()):
        for how in ("removed", ("shuffled", "replaced by noise")[number % 2]):
            altered = FUTURES[how](bars, cut, rng)
            turned = features.iloc[: len(altered)].copy()
            turned.iloc[cut + 1 :] = turned.iloc[cut + 1 :].to_numpy()[::-1]
            yield cut, how, altered, turned


def _difference(before: IntArray, after: IntArray, cut: int) -> tuple[int, str] | None:
    """Return the first event up to a cut-off that only one of two series has, and what became of it."""
    begun = max((int(events[0]) for events in (before, after) if len(events)), default=0)
    was, became = (set(events[(begun <= events) & (events <= cut)].tolist()) for events in (before, after))
    changed = sorted(was ^ became)
    return (changed[0], "is lost" if changed[0] in was else "comes") if changed else None


def answer_faults(fresh: Fresh[EventDetector], bars: pd.DataFrame, features: pd.DataFrame) -> Iterator[Fault]:
    """Give bar positions, increasing, and one at least."""
    with fresh() as detector:
        events = checked_events(detector, detector.compute(bars.copy(), features.copy()), len(bars))
        if not len(events):
            place = place_of(detector, "compute")
            yield Fault(
                "events", place, f"none in {len(bars)} bars of a random walk: there is nothing to learn"
            )


def written_faults(
    fresh: Fresh[EventDetector], bars: pd.DataFrame, features: pd.DataFrame
) -> Iterator[Fault]:
    """Leave bars and features as they are."""
    given, columns = bars.copy(), features.copy()
    with fresh() as detector:
        detector.compute(given, columns)
        for name, before, after in (("bars", bars, given), ("features", features, columns)):
            if not before.equals(after):
                yield Fault(
                    name, place_of(detector, "compute"), f"the class writes into the {name} that it is given"
                )
