"""What each option does, beyond the laws that all of them keep."""

import numpy as np
import pytest

from smc.aug.adaptive import Adaptive
from smc.aug.aggressive import Aggressive
from smc.aug.block_bootstrap import BlockBootstrap
from smc.aug.light import Light
from smc.aug.sampler import Sampler
from smc.aug.smote import Smote


def rows(n: int, n_features: int = 4, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(n, n_features))


def test_light_copies_each_row_once_with_a_tenth_of_noise():
    X = rows(2000) * [1, 10, 100, 0]
    sampler = Light()
    made = sampler.fit_resample(X, np.zeros(2000))[0][2000:]
    np.testing.assert_array_equal(sampler.origin_[2000:], np.arange(2000))
    np.testing.assert_allclose((made - X).std(axis=0)[:3] / X.std(axis=0)[:3], 0.1, rtol=0.1)
    assert (made[:, 3] == 0).all()


def test_every_argument_changes_something():
    X, y = rows(150), np.arange(150) % 3 % 2

    def made(sampler: Sampler) -> bytes:
        return sampler.fit_resample(X, y, lambda rows, n_bars: X[rows] - n_bars[:, None])[0].tobytes()

    for cls, changes in {
        Light: {"noise": 0.2, "factor": 3.0, "seed": 1},
        Adaptive: {"noise": 0.2, "n_small": 100, "threshold": 120, "seed": 1},
        Aggressive: {
            "noise": 0.2, "shift": 1, "dropout": 0.2, "k_neighbors": 2, "n_small": 100, "threshold": 120, "seed": 1
        },
        Smote: {"k_neighbors": 2, "seed": 1},
        BlockBootstrap: {"block_size": 7, "factor": 3.0, "seed": 1},
    }.items():  # fmt: skip
        for name, value in changes.items():
            assert made(cls(**{name: value})) != made(cls()), (cls, name)
    assert made(Aggressive(threshold=0, beyond=2.0)) != made(Aggressive(threshold=0))


@pytest.mark.parametrize(
    ("build", "said"),
    [
        (lambda: Light(noise=-0.1), "`noise` must not be negative, got -0.1"),
        (lambda: Light(factor=0.5), "`factor` must be at least 1, got 0.5"),
        (lambda: Adaptive(threshold=-1), "`threshold` must not be negative"),
        (lambda: Aggressive(shift=-1), "`shift` must not be negative, got -1"),
        (lambda: Aggressive(dropout=1.0), "`dropout` must lie between 0 and 1"),
        (lambda: Aggressive(beyond=0.9), "`beyond` must be at least 1"),
        (lambda: Smote(k_neighbors=0), "`k_neighbors` must be positive"),
        (lambda: BlockBootstrap(block_size=0), "`block_size` must be positive"),
    ],
)
def test_a_wrong_argument_is_named(build, said):
    with pytest.raises(ValueError, match=said):
        build()


def test_aggressive_levels_the_classes_and_copies_the_rest():
    X, y = rows(200), np.repeat([0, 1], [130, 70])
    sampler = Aggressive(noise=0.0, dropout=0.0)
    out, labels = sampler.fit_resample(X, y, lambda rows, n_bars: X[rows] + 1000.0 * n_bars[:, None])
    assert np.bincount(labels).tolist() == [200, 200]
    moved = np.round((out[200:] - X[sampler.origin_[200:]]).mean(axis=1) / 1000)
    mixed = ~np.isclose(out[200:], X[sampler.origin_[200:]] + 1000.0 * moved[:, None]).all(axis=1)
    assert mixed.sum() == 60, "SMOTE brings 70 rows to 130"
    assert (labels[200:][mixed] == 1).all()
    assert np.bincount(labels[200:][~mixed]).tolist() == [70, 70]
    assert set(moved[~mixed]) == {0, 1, 2}


def test_aggressive_drops_features_of_copies_and_adds_noise_to_the_others():
    X, y = rows(2000), np.arange(2000) % 2
    sampler = Aggressive(shift=0, beyond=2.0)
    out, _ = sampler.fit_resample(X, y)
    difference = out[2000:] - X[sampler.origin_[2000:]]
    dropped = out[2000:] == X.mean(axis=0)
    np.testing.assert_allclose(dropped.mean(axis=0), 0.1, atol=0.025)
    np.testing.assert_allclose(difference[~dropped].std(), 0.15, rtol=0.05)


def test_shifts_that_have_no_history_are_told():
    sampler = Aggressive()
    with pytest.warns(RuntimeWarning, match="no bars before the rows are known: none was moved in time"):
        sampler.fit_resample(rows(30), np.arange(30) % 2)
    assert [note["reason"] for note in sampler.notes_] == ["augmentation_unshifted"]


def test_smote_levels_the_classes():
    X, y = rows(60), np.repeat([3, -1, 5], [30, 20, 10])
    _, labels = Smote().fit_resample(X, y)
    assert np.unique(labels, return_counts=True)[1].tolist() == [30, 30, 30]


def test_a_class_of_two_rows_is_left_and_told_and_the_others_are_levelled():
    X, y = rows(52), np.repeat(["long", "short", "flat"], [30, 20, 2])
    sampler = Smote()
    with pytest.warns(RuntimeWarning, match=r"no rows of a class with fewer than 3: class flat has 2"):
        _, labels = sampler.fit_resample(X, y)
    names, counts = np.unique(labels, return_counts=True)
    assert dict(zip(names.tolist(), counts.tolist(), strict=True)) == {"flat": 2, "long": 30, "short": 30}
    assert sampler.notes_[0]["reason"] == "augmentation_small_class"


def test_targets_that_are_numbers_have_no_balance():
    with pytest.raises(ValueError, match="numbers have no classes to balance: choose aug=light"):
        Smote().fit_resample(rows(9), np.linspace(0, 1, 9))


def test_blocks_are_contiguous_and_in_order():
    X, y = np.arange(95.0)[:, None], np.arange(95) % 2
    starts = set()
    for seed in range(200):
        sampler = BlockBootstrap(seed=seed)
        out, _ = sampler.fit_resample(X, y)
        drawn = sampler.origin_[95:]
        np.testing.assert_array_equal(out[95:, 0], drawn)
        blocks = [drawn[begin : begin + 10] for begin in range(0, 95, 10)]
        assert [len(block) for block in blocks] == [10] * 9 + [5]
        assert all((np.diff(block) == 1).all() for block in blocks)
        starts |= {int(block[0]) for block in blocks}
    assert starts == set(range(86)), "every block that fits is drawn at some time"


def test_few_blocks_are_drawn_again_until_the_class_shares_are_kept():
    y = np.repeat([0, 1], 30)
    for seed in range(100):
        labels = BlockBootstrap(seed=seed).fit_resample(rows(60), y)[1]
        assert abs(labels.mean() - 0.5) <= 0.05


def test_blocks_that_cannot_keep_the_class_shares_are_told():
    sampler = BlockBootstrap(block_size=12, factor=1.5)
    with pytest.warns(RuntimeWarning, match=r"share of class 1 from 50.0% to 33.3% of the rows: more than 5"):
        sampler.fit_resample(rows(12), np.repeat([0, 1], 6))
    assert sampler.notes_[0]["reason"] == "augmentation_class_shares"


class Skewed(Sampler):
    """One's own sampler: repeats the first row."""

    def __init__(self, n_rows: int) -> None:
        self.n_rows = n_rows
        self.seed = 0

    def _make(self, source, y, rng):
        first = np.zeros(self.n_rows, dtype=np.int64)
        return first, source.take(first)


def test_a_sampler_of_ones_own_is_watched_over_too():
    X, y = rows(20), np.repeat([1, 0], 10)
    Skewed(2).fit_resample(X, y)
    with pytest.warns(
        RuntimeWarning, match=r"Skewed moved the share of class 0 from 50.0% to 40.0% of the rows"
    ):
        Skewed(5).fit_resample(X, y)


def test_rows_and_targets_must_be_as_many():
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        Light().fit_resample(rows(5), np.zeros(4))
