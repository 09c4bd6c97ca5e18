"""Where barriers lie: by structure on both sides, by multiples of ATR, and from the past alone."""

import numpy as np
import pytest

from smc import structure
from smc.barriers import place
from smc.features.laws import noise_after
from smc.labels import placement
from smc.labels.placement import barrier_distances, structural_distances


@pytest.fixture
def events(bars):
    return np.arange(0, len(bars), 3)


def along(rows, events):
    return np.where(rows["st_dir"].to_numpy()[events] >= 0, 1, -1)


def test_on_the_side_of_the_last_break_they_are_the_features(bars, events):
    rows = structure.compute(bars)
    found = structural_distances(bars["close"].to_numpy(), rows, events, along(rows, events))
    np.testing.assert_array_equal(found, rows[["tbm_risk_atr", "tbm_reward_atr"]].to_numpy()[events])


def test_the_other_side_is_placed_by_the_same_rule(bars, events):
    """Placing the breaks' own side from the columns gives back what the structure machine has placed."""
    rows = structure.compute(bars)
    known = events[rows["tbm_risk_atr"].notna().to_numpy()[events]]
    expected = rows[["tbm_risk_atr", "tbm_reward_atr"]].to_numpy()[known]
    assert len(np.unique(expected.round(6), axis=0)) > 100
    found = placement._place(bars["close"].to_numpy(), rows, known, along(rows, known))
    np.testing.assert_allclose(found, expected, rtol=1e-9)


def test_the_other_side_is_that_of_mirrored_prices(bars, events):
    mirrored = (200 - bars[["open", "low", "high", "close"]]).set_axis(
        ["open", "high", "low", "close"], axis=1
    )
    rows, other = structure.compute(bars), structure.compute(mirrored.assign(volume=bars["volume"]))
    against = -along(rows, events)
    np.testing.assert_allclose(
        structural_distances(bars["close"].to_numpy(), rows, events, against),
        structural_distances(mirrored["close"].to_numpy(), other, events, -against),
        rtol=1e-6,
    )


def test_distances_are_multiples_of_atr(bars, events):
    atr = structure.compute(bars)["atr"].to_numpy()[events]
    side = np.ones(len(events), dtype=np.int64)
    found = barrier_distances(bars, events, side, stop_atr=1.5, target_atr=3.0)
    np.testing.assert_array_equal(found, np.column_stack([1.5 * atr, 3.0 * atr]))


def test_one_may_be_fixed_and_the_other_structural(bars, events):
    side = np.ones(len(events), dtype=np.int64)
    both = barrier_distances(bars, events, side, stop_atr=None, target_atr=None)
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


def test_no_level_on_the_other_side_places_the_defaults(bars):
    """Soon after the start there is no block, pool or swing yet: `place` decides what that means."""
    rows = structure.compute(bars)
    event = int(np.flatnonzero(rows["tbm_risk_atr"].notna() & rows["swing_low"].isna())[0])
    found = structural_distances(bars["close"].to_numpy(), rows, np.array([event]), np.array([-1]))
    none = float("nan")
    assert found[0].tolist() == list(
        place(-bars["close"].iloc[event], rows["atr"].iloc[event], none, none, none)
    )
