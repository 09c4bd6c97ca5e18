"""What a split lets through, by the plain comparison of every training label with every test label."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from smc.blame import place_of
from smc.cv.base import PurgedSplitter
from smc.cv.fold import Fold
from smc.laws.fault import Fault
from smc.laws.fresh import Fresh
from smc.typing import Spans


def fold_faults(fold: Fold, spans: Spans) -> list[Fault]:
    """Name events that are repeated, or both trained on and tested, and labels that share bars."""
    return [*_repeats(fold), *_overlaps(fold, spans)]


def account_faults(cv: PurgedSplitter, folds: Sequence[Fold]) -> Iterator[Fault]:
    """Name an event that one account of a splitter would trade twice (`PurgedSplitter.accounts`)."""
    event = np.concatenate([fold.test for fold in folds])
    number = np.repeat(np.arange(len(folds)), [len(fold.test) for fold in folds])
    account = np.asarray(cv.accounts(event, number))
    if account.shape != event.shape:
        yield Fault("accounts", "", f"there must be one a prediction, {event.shape}, got {account.shape}")
        return
    pairs, counts = np.unique(np.column_stack([account, event]), axis=0, return_counts=True)
    if (counts > 1).any():
        joined, twice = pairs[counts > 1][0]
        yield Fault(
            "accounts",
            f"account {joined}, event {twice}, and {(counts > 1).sum() - 1} more",
            "it trades an event by the predictions of several folds; folds that share events must stay apart",
        )


def _repeats(fold: Fold) -> Iterator[Fault]:
    for part, positions in (("training", fold.train), ("test", fold.test)):
        events, counts = np.unique(positions, return_counts=True)
        if (counts > 1).any():
            yield Fault(
                fold.name, f"event {events[counts > 1][0]}", f"stands in the {part} set more than once"
            )
        if not len(positions):
            yield Fault(fold.name, f"the {part} set", "is empty")
    both = np.intersect1d(fold.train, fold.test)
    if len(both):
        yield Fault(fold.name, f"event {both[0]} and {len(both) - 1} more", "trained on and tested")


def _overlaps(fold: Fold, spans: Spans) -> Iterator[Fault]:
    """Compare all pairs, a block of test events at a time."""
    train, touched, example = spans[fold.train], np.zeros(len(fold.train), dtype=bool), None
    for block in np.array_split(fold.test, max(1, len(fold.test) // 256)):
        tests = spans[block]
        pairs = (train[:, None, 0] <= tests[None, :, 1]) & (tests[None, :, 0] <= train[:, None, 1])
        pairs &= fold.train[:, None] != block[None, :]
        if pairs.any() and example is None:
            one, other = np.argwhere(pairs)[0]
            example = fold.train[one], block[other]
        touched |= pairs.any(axis=1)
    if example is not None:
        one, other = example
        yield Fault(
            fold.name,
            f"training event {one} {spans[one].tolist()} and test event {other} {spans[other].tolist()}",
            f"their labels share bars; {touched.sum()} of {len(train)} training labels touch a test label",
        )


def embargo_faults(fold: Fold, spans: Spans) -> Iterator[Fault]:
    """Look at the bars between the end of test labels and the training events behind them."""
    if not len(fold.train) or not len(fold.test):
        return
    used = spans[np.concatenate([fold.train, fold.test])]
    longest = int((used[:, 1] - used[:, 0]).max()) + 1
    order = np.argsort(spans[fold.test, 0], kind="stable")
    starts, ends = spans[fold.test[order], 0], np.maximum.accumulate(spans[fold.test[order], 1])
    before = np.searchsorted(starts, spans[fold.train, 0], side="right") - 1
    behind = before >= 0
    distance = spans[fold.train, 0][behind] - ends[before[behind]]
    near = (distance > 0) & (distance < longest)
    if near.any():
        event = fold.train[behind][near][0]
        yield Fault(
            fold.name,
            f"training event {event} and {int(near.sum()) - 1} more",
            f"it starts {distance[near][0]} bars after the end of a test label; the longest has {longest}",
        )


def splitter_faults(fresh: Fresh[Any], spans: Spans) -> Iterator[Fault]:
    """Derive from what purges, and give as many folds as are said, each sorted and not empty."""
    with fresh() as cv:
        if not isinstance(cv, PurgedSplitter):
            yield Fault(
                "purging",
                place_of(cv, "split"),
                "a run takes no splitter that purges by itself, or not at all: derive from smc.cv.base."
                "ForwardSplitter or TwoSidedSplitter, and write `windows`",
            )
            return
        place, n_splits = place_of(cv, "windows"), cv.get_n_splits(spans)
        folds = list(cv.split(spans, None, spans))
        if len(folds) != n_splits:
            where = place_of(cv, "get_n_splits")
            yield Fault("folds", where, f"it says {n_splits}, and there are {len(folds)}")
        for number, (train, test) in enumerate(folds):
            for part, positions in (("training", train), ("test", test)):
                if np.any(np.diff(positions) <= 0) or (len(positions) and positions[-1] >= len(spans)):
                    yield Fault(
                        f"fold {number}", place, f"the {part} positions are not sorted, once each, in range"
                    )
                    return


def purge_faults(fresh: Fresh[PurgedSplitter], spans: Spans) -> Iterator[Fault]:
    """Compare each training label with each test label, and each fold with the others of its account."""
    with fresh() as cv:
        folds = list(cv.folds(spans))
        for fold in folds:
            yield from fold_faults(fold, spans)
        yield from account_faults(cv, folds)


def embargo_kept_faults(fresh: Fresh[PurgedSplitter], spans: Spans) -> Iterator[Fault]:
    """Keep a distance behind test labels wherever what comes after a test block is trained on."""
    with fresh() as cv:
        for fold in cv.folds(spans):
            yield from embargo_faults(fold, spans)


def repeat_faults(fresh: Fresh[PurgedSplitter], spans: Spans) -> Iterator[Fault]:
    """Cut the same folds of the same spans, and leave the spans as they are."""
    given = spans.copy()
    with fresh() as cv:
        one = [(fold.train.tolist(), fold.test.tolist()) for fold in cv.folds(given)]
        np.random.random(3)
        if one != [(fold.train.tolist(), fold.test.tolist()) for fold in cv.folds(given)]:
            yield Fault("folds", place_of(cv, "windows"), "asked again it cuts others; seed what is drawn")
        if not np.array_equal(given, spans):
            yield Fault("spans", place_of(cv, "folds"), "it writes into the spans that it is given")
