"""Where barriers lie: by structure on both sides, by multiples of ATR, and from the past alone."""

import numpy as np
import pytest

from smc import structure
from smc.features.laws import noise_after
from smc.labels.barrier_levels import barrier_distances

STRUCTURE = {"stop_atr": None, "target_atr": None}


@pytest.fixture
def events(bars):
    return np.arange(0, len(bars), 3)


@pytest.fixture
def rows(bars):
    return structure.compute(bars)


@pytest.fixture
def along(rows, events):
    """Side of the last break of structure."""
    return np.where(rows["st_dir"].to_numpy()[events] >= 0, 1, -1)


def test_on_the_side_of_the_last_break_they_are_the_features(bars, rows, events, along):
    atr = rows["atr"].to_numpy()[events, None]
    expected = rows[["tbm_risk_atr", "tbm_reward_atr"]].to_numpy()[events] * atr
    known = ~np.isnan(rows["st_dir"].to_numpy()[events])
    found = barrier_distances(bars, events, along, **STRUCTURE)
    assert len(np.unique(found[known].round(6), axis=0)) > 100
    np.testing.assert_array_equal(found[known], expected[known])


def test_the_other_side_is_that_of_mirrored_prices(bars, events, along):
    mirrored = (200 - bars[["open", "low", "high", "close"]]).set_axis(
        ["open", "high", "low", "close"], axis=1
    )
    found = barrier_distances(bars, events, -along, **STRUCTURE)
    other = barrier_distances(mirrored.assign(volume=bars["volume"]), events, along, **STRUCTURE)
    np.testing.assert_allclose(found, other, rtol=1e-6)
    assert not np.allclose(found, barrier_distances(bars, events, along, **STRUCTURE), equal_nan=True)


def test_distances_are_multiples_of_atr(bars, rows, events):
    atr = rows["atr"].to_numpy()[events]
    side = np.ones(len(events), dtype=np.int64)
    found = barrier_distances(bars, events, side, stop_atr=1.5, target_atr=3.0)
    np.testing.assert_array_equal(found, np.column_stack([1.5 * atr, 3.0 * atr]))


def test_one_may_be_fixed_and_the_other_structural(bars, events):
    side = np.ones(len(events), dtype=np.int64)
    both = barrier_distances(bars, events, side, **STRUCTURE)
    fixed = barrier_distances(bars, events, side, stop_atr=1.5, target_atr=3.0)
    half = barrier_distances(bars, events, side, stop_atr=1.5, target_atr=None)
    np.testing.assert_array_equal(half[:, 0], fixed[:, 0])
    np.testing.assert_array_equal(half[:, 1], both[:, 1])


@pytest.mark.parametrize("stop_atr", [None, 1.5])
def test_they_are_known_at_the_close_of_the_event(bars, stop_atr):
    rng = np.random.default_rng(0)
    for event in range(100, len(bars) - 1, 331):
        for side in (-1, 1):
            found = [
                barrier_distances(
                    table, np.array([event]), np.array([side]), stop_atr=stop_atr, target_atr=None
                )
                for table in (bars, bars.iloc[: event + 1], noise_after(bars, event, rng))
            ]
            np.testing.assert_array_equal(found[0], found[1])
            np.testing.assert_array_equal(found[0], found[2])
