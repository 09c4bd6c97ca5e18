import pytest

from smc.cv.holdout import Holdout
from smc.errors import SplitError


def test_the_most_recent_share_is_tested_once(spans, table):
    assert table(Holdout(test_frac=0.25), spans) == [([0, 1, 2, 3, 4, 5, 6, 7], [9, 10, 11])]


def test_gap_bars_before_the_block_stay_free(spans, table):
    assert table(Holdout(test_frac=0.25, gap_size=3), spans) == [([0, 1, 2, 3, 4], [9, 10, 11])]


def test_long_labels_are_dropped_wherever_they_started(uneven, table):
    assert table(Holdout(test_frac=1 / 3), uneven) == [([0, 1, 2, 4, 5, 6], [8, 9, 10, 11])]


def test_too_few_events_says_how_many_are_needed(spans):
    with pytest.raises(SplitError, match="needs at least 2 events, got 1"):
        Holdout().split(spans[:1], groups=spans[:1])


@pytest.mark.parametrize("frac", [0, 1, -0.5])
def test_the_share_lies_between_0_and_1(frac):
    with pytest.raises(ValueError, match="`test_frac` must lie between 0 and 1"):
        Holdout(test_frac=frac)
