import pytest

from smc.cv.walk_forward import WalkForward
from smc.errors import SplitError


def test_the_window_rolls(spans, table):
    assert table(WalkForward(train_size=4, test_size=2), spans) == [
        ([0, 1, 2], [4, 5]),
        ([2, 3, 4], [6, 7]),
        ([4, 5, 6], [8, 9]),
        ([6, 7, 8], [10, 11]),
    ]


def test_a_count_takes_the_most_recent_blocks(spans, table):
    assert table(WalkForward(2, train_size=4, test_size=2), spans) == [
        ([4, 5, 6], [8, 9]),
        ([6, 7, 8], [10, 11]),
    ]


def test_the_first_window_is_three_fifths(spans, table):
    assert table(WalkForward(2), spans) == [
        ([0, 1, 2, 3, 4, 5, 6], [8, 9]),
        ([2, 3, 4, 5, 6, 7, 8], [10, 11]),
    ]


def test_the_first_window_is_rounded_up(spans, table):
    """Three fifths of nine events are 5.4, so 6, and the rest is shared by two blocks."""
    assert [test for _, test in table(WalkForward(2), spans[:9])] == [[7], [8]]


def test_the_test_blocks_share_what_the_window_leaves(spans, table):
    assert table(WalkForward(2, train_size=5), spans) == [
        ([1, 2, 3, 4], [6, 7, 8]),
        ([4, 5, 6, 7], [9, 10, 11]),
    ]


def test_the_window_takes_what_the_test_blocks_leave(spans, table):
    assert table(WalkForward(3, test_size=3), spans) == [
        ([0, 1], [3, 4, 5]),
        ([3, 4], [6, 7, 8]),
        ([6, 7], [9, 10, 11]),
    ]


def test_a_remainder_goes_to_the_oldest_events(spans, table):
    assert table(WalkForward(train_size=4, test_size=3), spans) == [
        ([2, 3, 4], [6, 7, 8]),
        ([5, 6, 7], [9, 10, 11]),
    ]


def test_gap_bars_before_the_block_stay_free(spans, table):
    assert table(WalkForward(train_size=4, test_size=4, gap_size=1), spans) == [
        ([0, 1], [4, 5, 6, 7]),
        ([4, 5], [8, 9, 10, 11]),
    ]


def test_long_labels_are_dropped_wherever_they_started(uneven, table):
    """Labels of events 3 (to bar 9) and 7 (to bar 12) reach into the last block, which opens at bar 9."""
    assert table(WalkForward(train_size=8, test_size=4), uneven) == [([0, 1, 2, 4, 5, 6], [8, 9, 10, 11])]


def test_the_number_of_splits_follows_the_data_or_the_argument(spans):
    assert WalkForward().get_n_splits() == 5
    assert WalkForward(train_size=4, test_size=2).get_n_splits(spans) == 4
    with pytest.raises(ValueError, match="depends on the data: pass X, or set `n_splits`"):
        WalkForward(train_size=4, test_size=2).get_n_splits()


@pytest.mark.parametrize(
    ("arguments", "needed"),
    [({}, 6), ({"n_splits": 12}, 13), ({"train_size": 9, "test_size": 4}, 13), ({"train_size": 8}, 13)],
)
def test_too_few_events_says_how_many_are_needed(spans, arguments, needed):
    rows = spans[: needed - 1]
    with pytest.raises(SplitError, match=rf"needs at least {needed} events, got {needed - 1}"):
        WalkForward(**arguments).split(rows, groups=rows)


@pytest.mark.parametrize("name", ["n_splits", "train_size", "test_size"])
def test_sizes_must_be_positive(name):
    with pytest.raises(ValueError, match=f"`{name}` must be positive, got 0"):
        WalkForward(**{name: 0})


def test_the_gap_must_not_be_negative():
    with pytest.raises(ValueError, match="`gap_size` must not be negative, got -1"):
        WalkForward(gap_size=-1)


def test_a_fold_with_nothing_to_train_on_is_refused_by_name(spans):
    """Event 3 is known before event 4 starts; event 4 is not before event 5 does."""
    spans[3:5, 1] = 4, 6
    with pytest.raises(SplitError, match="fold 1 has no training event left: all 1 candidates"):
        list(WalkForward(2, train_size=1, test_size=1).split(spans[:6], groups=spans[:6]))
