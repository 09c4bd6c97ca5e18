import numpy as np
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


@pytest.mark.parametrize(
    ("n_events", "first", "n_blocks"),
    [(240, 48, 8), (160, 48, 8), (800, 160, 8), (76, 44, 8), (75, 47, 7), (64, 44, 5), (48, 44, 1)],
)
def test_a_share_is_the_first_window_and_blocks_of_four_or_more_follow(n_events, first, n_blocks) -> None:
    """By hand: max(44, a fifth), then 8 blocks, or as many as have 4 events; the remainder is the oldest."""
    splitter = Expanding(8, initial_train_size=0.2, min_initial_size=44)
    windows = splitter.windows(n_events)
    blocks = [block for _, (block,) in windows]
    assert (blocks[0].start, len(blocks)) == (first, n_blocks)
    assert len({len(block) for block in blocks}) == 1
    assert len(blocks[0]) >= 4
    assert blocks[-1].stop == n_events
    assert [window for window, _ in windows] == [range(block.start) for block in blocks]
    assert splitter.get_n_splits(np.zeros(n_events)) == n_blocks


def test_a_share_of_too_few_events_says_how_many_it_takes() -> None:
    spans = np.column_stack([np.arange(47), np.arange(47)])
    with pytest.raises(SplitError, match=r"needs at least 48 events, got 47"):
        Expanding(8, initial_train_size=0.2, min_initial_size=44).split(spans, groups=spans)


def test_a_share_with_a_step_makes_as_many_blocks_as_are_asked_for() -> None:
    assert [tests for _, tests in Expanding(3, initial_train_size=0.5, step_size=2).windows(20)] == [
        [range(14, 16)],
        [range(16, 18)],
        [range(18, 20)],
    ]
    assert len(Expanding(initial_train_size=0.5, step_size=2).windows(20)) == 5


def test_how_many_splits_a_share_gives_depends_on_the_data() -> None:
    with pytest.raises(ValueError, match=r"depends on the data .*: pass X"):
        Expanding(8, initial_train_size=0.2).get_n_splits()


def test_a_size_is_a_share_or_a_whole_number() -> None:
    with pytest.raises(ValueError, match=r"`initial_train_size` must be a whole number .* got 20.5"):
        Expanding(initial_train_size=20.5)
