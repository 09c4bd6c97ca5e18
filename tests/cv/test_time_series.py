import numpy as np
import pytest
from sklearn.model_selection import TimeSeriesSplit

from smc.cv.time_series import TimeSeries
from smc.errors import SplitError


def test_two_blocks_purged(spans, table):
    assert table(TimeSeries(n_splits=2), spans) == [
        ([0, 1, 2], [4, 5, 6, 7]),
        ([0, 1, 2, 3, 4, 5, 6], [8, 9, 10, 11]),
    ]


def test_a_largest_window_and_a_block_size(spans, table):
    assert table(TimeSeries(n_splits=2, max_train_size=4, test_size=3), spans) == [
        ([2, 3, 4], [6, 7, 8]),
        ([5, 6, 7], [9, 10, 11]),
    ]


@pytest.mark.parametrize("arguments", [{}, {"max_train_size": 3}, {"test_size": 1}, {"n_splits": 3}])
def test_labels_that_touch_nothing_leave_scikit_learns_splits(arguments):
    spans = np.column_stack([np.arange(12), np.arange(12)])
    plain = TimeSeriesSplit(**arguments).split(spans)
    for (train, test), (plain_train, plain_test) in zip(
        TimeSeries(**arguments).split(spans, groups=spans), plain, strict=True
    ):
        assert train.tolist() == plain_train.tolist()
        assert test.tolist() == plain_test.tolist()


def test_the_gap_counts_bars(uneven, table):
    """The last block opens at bar 9, so with two gap bars a label must end before bar 7."""
    assert table(TimeSeries(n_splits=2, gap_size=2), uneven)[1] == ([0, 1, 2, 4, 5, 6], [8, 9, 10, 11])
    assert table(TimeSeries(n_splits=2, gap_size=3), uneven)[1] == ([0, 1, 2, 4], [8, 9, 10, 11])


def test_too_few_events_says_how_many_are_needed(spans):
    with pytest.raises(SplitError, match="needs at least 16 events, got 12"):
        TimeSeries(n_splits=5, test_size=3).split(spans, groups=spans)


def test_one_split_is_a_holdout():
    with pytest.raises(ValueError, match="`n_splits` must be at least 2, got 1"):
        TimeSeries(n_splits=1)
