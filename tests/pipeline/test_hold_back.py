import numpy as np
import pytest

from smc.errors import SplitError
from smc.pipeline.hold_back import hold_back, split_off_last

SPANS = np.column_stack([np.arange(1, 13), np.arange(2, 14)])


def test_the_last_share_is_held_back_and_the_rest_ends_before_it():
    fit, last = split_off_last(SPANS, frac=0.25)
    assert fit.tolist() == [0, 1, 2, 3, 4, 5, 6, 7]
    assert last.tolist() == [9, 10, 11]


def test_long_labels_leave_the_fit():
    starts = [1, 2, 2, 3, 5, 5, 6, 7, 9, 10, 10, 12]
    uneven = np.column_stack([starts, [1, 4, 2, 9, 5, 6, 6, 12, 9, 10, 13, 12]])
    fit, last = split_off_last(uneven, frac=1 / 3)
    assert fit.tolist() == [0, 1, 2, 4, 5, 6]
    assert last.tolist() == [8, 9, 10, 11]


def test_the_default_share_is_15_percent():
    spans = np.column_stack([np.arange(100), np.arange(100)])
    fit, last = split_off_last(spans)
    assert (len(fit), len(last)) == (85, 15)


def test_rows_that_all_touch_those_held_back_are_refused():
    with pytest.raises(SplitError, match="the early-stopping split has no training event left"):
        split_off_last(np.column_stack([SPANS[:, 0], np.full(12, 20)]))
    with pytest.raises(SplitError, match="an early-stopping tail needs at least 2 events, got 1"):
        split_off_last(SPANS[:1])
    with pytest.raises(ValueError, match="`frac` must lie between 0 and 1, got 1"):
        split_off_last(SPANS, frac=1)


def test_positions_count_all_rows_where_the_calibration_set_has_cost_one_between():
    starts = [1, 2, 2, 3, 5, 5, 6, 7, 9, 10, 10, 12]
    uneven = np.column_stack([starts, [1, 4, 2, 9, 5, 6, 6, 12, 9, 10, 13, 12]])
    split = hold_back(uneven, 12, tail_frac=0.25, calibration_frac=0.25)
    assert split.calibration.tolist() == [9, 10, 11]  # row 7 ends at 12, beyond the first start, 10
    assert split.early_stopping.tolist() == [6, 8]
    assert split.fit.tolist() == [0, 1, 2, 4]  # rows 3 and 5 end at 9 and 6, at or beyond 6
