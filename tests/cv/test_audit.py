import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smc.cv.audit import audit_fold, overlaps
from smc.cv.fold import Fold
from smc.errors import LeakageError

ALL = np.arange(12)
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
