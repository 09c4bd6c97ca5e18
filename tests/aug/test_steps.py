"""The small steps that the samplers are made of, each by itself."""

import numpy as np
import pytest
from imblearn.over_sampling import SMOTE

from smc.aug import interpolate as interpolation
from smc.aug import perturb
from smc.aug.balance import level_quotas
from smc.aug.interpolate import interpolate
from smc.aug.perturb import add_noise, draw_copies, drop_features, shift_back
from smc.aug.row_source import RowSource
from smc.windows import Windows


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.mark.parametrize("shape", [(4000, 3), (1000, 4, 3)])
def test_noise_has_the_level_asked_for_in_every_feature_and_bar(shape, rng):
    spread = np.array([0.01, 1.0, 300.0])
    made = add_noise(np.zeros(shape), spread, 0.15, rng)
    np.testing.assert_allclose(made.std(axis=0) / spread, 0.15, rtol=0.08)
    np.testing.assert_allclose(made.mean(axis=0) / spread, 0.0, atol=0.015)
    assert abs(np.corrcoef(made.reshape(len(made), -1).T) - np.eye(made[0].size)).max() < 0.15


def test_the_size_of_the_batches_changes_no_neighbour(monkeypatch):
    X = np.random.default_rng(0).normal(size=(50, 6))
    expected = interpolate(RowSource(X), np.arange(50), 80, 4, np.random.default_rng(0))
    monkeypatch.setattr(interpolation, "BATCH_SIZE", 7)
    found = interpolate(RowSource(X), np.arange(50), 80, 4, np.random.default_rng(0))
    np.testing.assert_array_equal(found[1], expected[1])


def test_the_size_of_the_batches_changes_no_noise(monkeypatch):
    expected = add_noise(np.zeros((50, 4, 3)), np.ones(3), 0.1, np.random.default_rng(0))
    monkeypatch.setattr(perturb, "BATCH_SIZE", 7)
    made = add_noise(np.zeros((50, 4, 3)), np.ones(3), 0.1, np.random.default_rng(0))
    np.testing.assert_array_equal(made, expected)


def test_single_precision_stays_single(rng):
    made = np.ones((5, 2), dtype=np.float32)
    assert add_noise(made, np.ones(2), 0.1, rng).dtype == np.float32
    assert drop_features(made, np.zeros(2), 0.5, rng) is made


def test_dropout_puts_the_mean_into_whole_features_of_a_sequence(rng):
    made = drop_features(np.ones((3000, 5, 4)), np.array([7.0, 8.0, 9.0, 10.0]), 0.1, rng)
    dropped = made != 1.0
    assert (dropped.all(axis=1) == dropped.any(axis=1)).all(), "all bars of a feature, or none"
    np.testing.assert_allclose(dropped[:, 0].mean(axis=0), 0.1, atol=0.02)
    assert set(made[dropped]) == {7.0, 8.0, 9.0, 10.0}
    assert (made[..., 1][dropped[..., 1]] == 8.0).all()


@pytest.mark.parametrize("n_copies", [0, 1, 7, 30, 31, 75])
def test_every_row_is_copied_equally_often_and_classes_keep_their_shares(n_copies, rng):
    y = rng.choice([0, 1, 2], size=30, p=[0.6, 0.3, 0.1])
    copied = draw_copies(y, n_copies, rng)
    assert len(copied) == n_copies
    assert np.ptp(np.bincount(copied, minlength=30)) <= 1
    expected = np.bincount(y, minlength=3) * n_copies / 30
    assert np.abs(np.bincount(y[copied], minlength=3) - expected).max() <= 1


def test_copies_of_rows_with_numbers_are_spread_evenly_over_the_numbers(rng):
    y = rng.normal(size=400)
    ranks = np.argsort(np.argsort(y))[draw_copies(y, 40, rng)]
    assert sorted(ranks // 10) == list(range(40))


def test_which_rows_are_copied_is_drawn():
    y = np.repeat([0, 1], 20)
    drawn = {tuple(draw_copies(y, 5, np.random.default_rng(seed))) for seed in range(20)}
    assert len(drawn) > 15


@pytest.mark.parametrize("sizes", [[5], [70, 30], [3, 3, 3], [1, 10, 4], [8, 8, 2, 1]])
def test_quotas_are_what_giving_each_row_to_the_smallest_class_comes_to(sizes):
    levelled = np.array(sizes)
    for n_rows in range(40):
        quotas = level_quotas(sizes, n_rows)
        assert quotas.sum() == n_rows
        assert sorted(np.add(sizes, quotas)) == sorted(levelled)
        levelled[levelled.argmin()] += 1


def on_a_segment(made, members, k):
    """Whether a row lies between two rows of which one is among the k nearest of the other (brute force)."""
    distance = np.linalg.norm(members[:, None] - members, axis=2)
    np.fill_diagonal(distance, np.inf)
    for base, row in enumerate(members):
        for partner in np.argsort(distance[base])[:k]:
            step = members[partner] - row
            part = np.clip((made - row) @ step / (step @ step), 0, 1)
            if np.allclose(row + part * step, made):
                return True
    return False


def test_rows_lie_between_a_row_and_one_of_its_nearest_of_the_class_as_imbalanced_learns_do(rng):
    X, y = rng.normal(size=(60, 4)), np.repeat([0, 1], [45, 15])
    base, made = interpolate(RowSource(X), np.arange(45, 60), 30, 3, rng)
    assert sorted(np.bincount(base)[45:]) == [2] * 15
    assert all(on_a_segment(row, X[45:], 3) for row in made)
    theirs, _ = SMOTE(k_neighbors=3, random_state=0).fit_resample(X, y)
    assert all(on_a_segment(row, X[45:], 3) for row in theirs[60:])
    assert not on_a_segment(X[0], X[45:], 3)
    for start, row in zip(base, made, strict=True):
        nearest = np.argsort(np.linalg.norm(X[45:] - X[start], axis=1))[1:4]
        parts = [(row - X[start]) / (X[45 + each] - X[start]) for each in nearest]
        assert any(np.allclose(part, part[0]) and 0 <= part[0] <= 1 for part in parts)


def test_neighbours_are_fewer_where_the_class_is_small(rng):
    X = np.array([[0.0], [1.0], [10.0]])
    _, made = interpolate(RowSource(X, discrete=False), np.arange(3), 300, 5, rng)
    assert made.min() >= 0
    assert ((made > 2) & (made < 9)).any(), "the farthest of three is a neighbour too"


def test_a_value_that_one_of_two_rows_lacks_is_taken_from_the_base(rng):
    X = rng.normal(size=(12, 3))
    X[::3, 1] = np.nan
    X[:, 2] = np.nan
    base, made = interpolate(RowSource(X), np.arange(12), 200, 5, rng)
    np.testing.assert_array_equal(np.isnan(made), np.isnan(X[base]))
    kept = made[:, 1] == X[base, 1]
    assert kept.any()
    assert not kept.all()


def test_sequences_are_mixed_whole(rng):
    X = rng.normal(size=(8, 5, 2))
    base, made = interpolate(RowSource(X), np.arange(8), 20, 2, rng)
    flat = X.reshape(8, 10)
    assert made.shape == (20, 5, 2)
    assert all(on_a_segment(row.ravel(), flat, 2) for row in made)
    assert len(base) == 20


@pytest.mark.parametrize("lookback", [1, 4])
def test_a_shift_reads_each_number_of_earlier_bars_and_no_later_one(lookback, rng):
    bars = np.column_stack([np.arange(500.0), -np.arange(500.0)])
    ends = np.arange(50, 450)

    def inputs(positions):
        windows = Windows(bars, positions, lookback)
        return bars[positions] if lookback == 1 else windows

    source = RowSource(inputs(ends), lambda rows, n_bars: inputs(ends[rows] - n_bars))
    made = shift_back(source, np.arange(400), 2, rng)
    moved = source.take(np.arange(400)) - made
    assert set(moved[..., 0].ravel()) == {0.0, 1.0, 2.0}
    np.testing.assert_array_equal(moved[..., 1], -moved[..., 0])
    if lookback > 1:
        assert (np.ptp(moved, axis=1) == 0).all(), "a window moves whole"
        assert (np.diff(made[..., 0], axis=1) == 1).all()


def test_without_a_history_nothing_moves(rng):
    X = np.arange(12.0).reshape(6, 2)
    np.testing.assert_array_equal(shift_back(RowSource(X), np.arange(6), 2, rng), X)


def test_moments_know_missing_values_and_count_each_bar_of_windows_once():
    bars = np.array([[0.0, np.nan, 5], [2, np.nan, 5], [4, np.nan, np.nan], [9, np.nan, 5], [70, 1, 1]])
    source = RowSource(Windows(bars, np.array([1, 2, 3]), 2), discrete=False)
    np.testing.assert_allclose(source.center, [3.75, 0, 5])
    np.testing.assert_allclose(source.spread, [np.std([0, 2, 4, 9]), 0, 0])


def test_made_up_windows_follow_with_bars_of_their_own():
    bars = np.arange(20.0).reshape(10, 2)
    source = RowSource(Windows(bars, np.array([3, 9]), 3, names=["a", "b"]))
    made = -np.arange(12.0).reshape(2, 3, 2)
    out = source.followed_by(made)
    assert isinstance(out, Windows)
    assert out.names == ["a", "b"]
    np.testing.assert_array_equal(np.asarray(out), [bars[1:4], bars[7:], *made])
