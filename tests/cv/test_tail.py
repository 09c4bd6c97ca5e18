import numpy as np
import pytest

from smc.cv.tail import tail_split
from smc.errors import SplitError


def test_the_tail_is_the_last_share_and_the_core_ends_before_it(spans):
    core, tail = tail_split(spans, frac=0.25)
    assert core.tolist() == [0, 1, 2, 3, 4, 5, 6, 7]
    assert tail.tolist() == [9, 10, 11]


def test_long_labels_leave_the_core(uneven):
    core, tail = tail_split(uneven, frac=1 / 3)
    assert core.tolist() == [0, 1, 2, 4, 5, 6]
    assert tail.tolist() == [8, 9, 10, 11]


def test_the_default_share_is_15_percent():
    spans = np.column_stack([np.arange(100), np.arange(100)])
    core, tail = tail_split(spans)
    assert (len(core), len(tail)) == (85, 15)


def test_rows_that_all_touch_the_tail_are_refused(spans):
    with pytest.raises(SplitError, match="the early-stopping split has no training event left"):
        tail_split(np.column_stack([spans[:, 0], np.full(12, 20)]))
    with pytest.raises(SplitError, match="an early-stopping tail needs at least 2 events, got 1"):
        tail_split(spans[:1])
    with pytest.raises(ValueError, match="`frac` must lie between 0 and 1, got 1"):
        tail_split(spans, frac=1)
