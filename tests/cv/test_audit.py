from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smc.cv.audit import audit_fold, overlaps
from smc.cv.fold import Fold
from smc.errors import LeakageError

ALL = np.arange(12)
KINDS = (
    "is empty",
    "repeats",
    "may not use",
    "trained on and tested",
    "after a test event",
    "touches",
    "lies in",
)
INTERVALS = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 12)), min_size=1, max_size=15)


def fold(train, test, **margins):
    return Fold("fold 7", np.array(train), np.array(test), 0, **margins)


@given(INTERVALS, INTERVALS)
def test_overlaps_equal_brute_force(some, others):
    a, b = (np.array([(start, start + length) for start, length in each]) for each in (some, others))
    brute = [any(s <= e2 and e >= s2 for s2, e2 in b) for s, e in a]
    assert overlaps(a, b).tolist() == brute


def test_a_clean_fold_passes(spans):
    audit_fold(spans, fold([0, 1, 2, 9, 10], [4, 5, 6], embargo_size=1), ALL)
    audit_fold(spans, fold([0, 1], [4, 5, 6], gap_size=1), ALL)


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        (fold([], [4]), "fold 7: the training set is empty"),
        (fold([1], []), "fold 7: the test set is empty"),
        (fold([1, 1], [4]), "fold 7: the training set repeats event 1"),
        (fold([1, 0], [4]), "fold 7: the training set repeats event 0 or holds it out of order"),
        (fold([0], [4, 12]), "fold 7: the test set holds event 12, which it may not use"),
        (fold([-1, 0], [4]), "fold 7: the training set holds event -1, which it may not use"),
        (fold([0, 4], [4, 5]), "fold 7: event 4 is trained on and tested"),
        (fold([0, 9], [4, 5]), "fold 7: event 9 is trained on, but lies after a test event"),
        (
            fold([0, 3], [4, 5]),
            r"fold 7: training event 3 \[4, 5\] touches the label of test event 4 \[5, 6\]",
        ),
        (
            fold([0, 6], [4, 5], embargo_size=0),
            r"training event 6 \[7, 8\] touches the label of test event 5 \[6, 7\]",
        ),
        (
            fold([0, 2], [4, 5], gap_size=1),
            r"training event 2 \[3, 4\] lies in the gap \(1\) or embargo \(0 bars\) of test event 4",
        ),
        (
            fold([0, 8], [4, 5], embargo_size=2),
            r"training event 8 \[9, 10\] lies in the gap \(0\) or embargo \(2 bars\) of test event 5",
        ),
    ],
)
def test_each_fault_is_named_with_fold_and_event(spans, broken, message):
    with pytest.raises(LeakageError, match=message):
        audit_fold(spans, broken, ALL)


def drawn(rng):
    """Draw twelve labels, and a fold of them that is often clean and else broken in one or several ways."""
    start = rng.integers(0, 4, 12).cumsum()
    labels = np.column_stack([start, start + rng.integers(0, 3, 12)])
    first, size = rng.integers(0, 11), rng.integers(1, 4)
    tested = list(range(first, min(first + size, 12)))
    trained = [k for k in range(12) if k not in tested and abs(start[k] - start[first]) > rng.integers(0, 12)]
    if rng.random() < 0.2:
        trained.append(int(rng.integers(-1, 13)))
    if rng.random() < 0.1:
        tested.append(int(rng.integers(-1, 13)))
    allowed = np.flatnonzero(rng.random(12) < 0.99)
    margins = {"gap_size": int(rng.integers(0, 3)), "embargo_size": rng.choice([None, 0, 2])}
    return labels, fold(np.array(trained, int), np.array(tested, int), **margins), allowed


def is_leaky(labels, suspect, allowed):
    """Ask of every pair of events, with loops over Python numbers."""
    train, test, gap, embargo = (
        vars(suspect)[name] for name in ("train", "test", "gap_size", "embargo_size")
    )
    for part in (train.tolist(), test.tolist()):
        if not part or part != sorted(set(part)) or not set(part) <= set(allowed.tolist()):
            return True
    if set(train) & set(test) or (embargo is None and train[-1] > test[0]):
        return True
    pairs = [(*labels[own].tolist(), *labels[other].tolist()) for own in train for other in test]
    return any(start - (embargo or 0) <= last and end + gap >= first for start, end, first, last in pairs)


def test_the_audit_raises_exactly_where_the_plain_comparison_of_all_pairs_finds_a_leak():
    rng, told = np.random.default_rng(0), Counter()
    for _ in range(2_000):
        labels, suspect, allowed = drawn(rng)
        try:
            audit_fold(labels, suspect, allowed)
            found = ""
        except LeakageError as error:
            found = str(error)
        assert is_leaky(labels, suspect, allowed) == bool(found)
        told[next((kind for kind in KINDS if kind in found), found or "clean")] += 1
    assert set(told) == {*KINDS, "clean"}
    assert min(told.values()) > 1
