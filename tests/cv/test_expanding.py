import pytest

from smc.cv.expanding import Expanding
from smc.errors import SplitError


def test_the_window_keeps_everything_before_the_block(spans, table):
    assert table(Expanding(initial_train_size=4, step_size=4), spans) == [
        ([0, 1, 2], [4, 5, 6, 7]),
        ([0, 1, 2, 3, 4, 5, 6], [8, 9, 10, 11]),
    ]


def test_the_first_window_is_three_fifths(spans, table):
    assert table(Expanding(2), spans) == [
        ([0, 1, 2, 3, 4, 5, 6], [8, 9]),
        ([0, 1, 2, 3, 4, 5, 6, 7, 8], [10, 11]),
    ]


def test_a_remainder_lengthens_the_first_window(spans, table):
    assert [test for _, test in table(Expanding(initial_train_size=4, step_size=3), spans)] == [
        [6, 7, 8],
        [9, 10, 11],
    ]


def test_gap_bars_before_the_block_stay_free(spans, table):
    assert table(Expanding(1, initial_train_size=8, gap_size=2), spans) == [([0, 1, 2, 3, 4], [8, 9, 10, 11])]


def test_long_labels_are_dropped_wherever_they_started(uneven, table):
    assert table(Expanding(1, initial_train_size=8), uneven) == [([0, 1, 2, 4, 5, 6], [8, 9, 10, 11])]


def test_too_few_events_says_how_many_are_needed(spans):
    with pytest.raises(SplitError, match=r"Expanding\(.*\) needs at least 14 events, got 12"):
        Expanding(initial_train_size=10, step_size=4).split(spans, groups=spans)


@pytest.mark.parametrize("name", ["n_splits", "initial_train_size", "step_size"])
def test_sizes_must_be_positive(name):
    with pytest.raises(ValueError, match=f"`{name}` must be positive, got 0"):
        Expanding(**{name: 0})
