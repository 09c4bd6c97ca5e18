import pytest

from smc.cv.purged_kfold import PurgedKFold
from smc.errors import SplitError


def test_three_blocks_without_embargo(spans, table):
    assert table(PurgedKFold(3, embargo_size=0), spans) == [
        ([5, 6, 7, 8, 9, 10, 11], [0, 1, 2, 3]),
        ([0, 1, 2, 9, 10, 11], [4, 5, 6, 7]),
        ([0, 1, 2, 3, 4, 5, 6], [8, 9, 10, 11]),
    ]


def test_the_embargo_follows_from_the_longest_label(spans, table):
    """All labels last two bars; the middle block's labels end on bar 9, so bars 10 and 11 are embargoed."""
    assert table(PurgedKFold(3), spans) == table(PurgedKFold(3, embargo_size=2), spans)
    assert table(PurgedKFold(3), spans)[1] == ([0, 1, 2, 11], [4, 5, 6, 7])


def test_a_block_ends_at_its_largest_label_end(uneven, table):
    """Event 3 of the first block lasts to bar 9, so its last event, which ends on bar 5, is not the end."""
    assert table(PurgedKFold(2, embargo_size=0), uneven) == [
        ([9, 10, 11], [0, 1, 2, 3, 4, 5]),
        ([0, 1, 2, 4], [6, 7, 8, 9, 10, 11]),
    ]


def test_the_first_blocks_take_the_remainder(spans, table):
    assert [len(test) for _, test in table(PurgedKFold(5), spans)] == [3, 3, 2, 2, 2]


def test_too_few_events_says_how_many_are_needed(spans):
    with pytest.raises(SplitError, match="needs at least 13 events, got 12"):
        PurgedKFold(13).split(spans, groups=spans)


def test_one_block_leaves_nothing_to_train_on():
    with pytest.raises(ValueError, match="`n_splits` must be at least 2, got 1"):
        PurgedKFold(1)


def test_the_embargo_must_not_be_negative():
    with pytest.raises(ValueError, match="`embargo_size` must not be negative, got -1"):
        PurgedKFold(embargo_size=-1)


def test_a_fold_with_nothing_to_train_on_is_refused_by_name(spans):
    with pytest.raises(SplitError, match="fold 0 has no training event left: all 8 candidates touch"):
        list(PurgedKFold(3, embargo_size=20).split(spans, groups=spans))
