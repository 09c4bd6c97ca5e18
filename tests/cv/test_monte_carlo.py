import numpy as np
import pytest

from smc.cv.monte_carlo import MonteCarlo
from smc.errors import SplitError


def test_every_place_is_drawn_once(spans, table):
    splits = table(MonteCarlo(10, test_frac=0.25, embargo_size=0), spans)
    assert sorted(test for _, test in splits) == [[k, k + 1, k + 2] for k in range(10)]


def test_both_sides_are_trained_on_and_purged(spans, table):
    splits = {test[0]: train for train, test in table(MonteCarlo(10, test_frac=0.25, embargo_size=1), spans)}
    assert splits[0] == [5, 6, 7, 8, 9, 10, 11]
    assert splits[4] == [0, 1, 2, 9, 10, 11]
    assert splits[9] == [0, 1, 2, 3, 4, 5, 6, 7]


def test_the_seed_decides_the_places(table):
    spans = np.column_stack([np.arange(200), np.arange(200)])
    assert table(MonteCarlo(seed=0), spans) == table(MonteCarlo(), spans)
    assert table(MonteCarlo(seed=0), spans) != table(MonteCarlo(seed=1), spans)


def test_too_few_events_says_how_many_are_needed(spans):
    with pytest.raises(SplitError, match="needs at least 15 events, got 12"):
        MonteCarlo(12, test_frac=0.25).split(spans, groups=spans)


def test_some_blocks_are_drawn():
    with pytest.raises(ValueError, match="`n_splits` must be positive, got 0"):
        MonteCarlo(0)
    with pytest.raises(ValueError, match="`test_frac` must lie between 0 and 1, got 1"):
        MonteCarlo(test_frac=1)
