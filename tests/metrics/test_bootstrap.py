"""Block bootstrap against explicit resampling and the arch package; intervals against simulated truth."""

import math
import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smc import metrics
from smc.metrics import bootstrap


def by_rows(values: np.ndarray, starts: np.ndarray, size: int) -> np.ndarray:
    """Means of the resampled rows themselves, written out."""
    rows = (starts[:, :, None] + np.arange(size)).reshape(len(starts), -1)[:, : len(values)] % len(values)
    return np.stack([values[each].mean(axis=0) for each in rows])


@given(st.integers(1, 30), st.integers(1, 30), st.integers(0, 1000))
def test_prefix_sums_equal_drawing_the_rows(n, size, seed):
    size = min(size, n)
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(n, 2))
    starts = rng.integers(n, size=(5, math.ceil(n / size)))
    drawn = bootstrap.resampled_means(values, starts, size)
    np.testing.assert_allclose(drawn, by_rows(values, starts, size), atol=1e-12)


def test_means_equal_counts_times_values():
    """The same as a count matrix (B x n) @ values / n."""
    rng = np.random.default_rng(0)
    values, size = rng.normal(size=(50, 3)), 7
    starts = np.random.default_rng(4).integers(50, size=(20, 8))
    rows = ((starts[:, :, None] + np.arange(size)).reshape(20, -1)[:, :50]) % 50
    counts = np.stack([np.bincount(each, minlength=50) for each in rows])
    drawn = metrics.block_means(values, block_size=size, n_bootstrap=20, seed=4)
    np.testing.assert_allclose(drawn, counts @ values / 50, atol=1e-12)


def test_the_step_size_changes_nothing(monkeypatch):
    values = np.random.default_rng(0).normal(size=(100, 2))
    whole = metrics.block_means(values, block_size=5, n_bootstrap=101, seed=1)
    monkeypatch.setattr(bootstrap, "STEP_SIZE", 333)
    np.testing.assert_array_equal(metrics.block_means(values, block_size=5, n_bootstrap=101, seed=1), whole)


def test_same_seed_same_resamples_other_seed_others():
    values = np.random.default_rng(0).normal(size=(100, 1))
    first, again, other = (metrics.block_means(values, block_size=5, seed=seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_memory_is_bounded():
    values = np.ones((100_000, 4))
    tracemalloc.start()
    metrics.block_means(values, block_size=47, n_bootstrap=1000)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 100e6, "a dense count matrix would take 800 MB"


@given(st.integers(1, 5000), st.floats(0, 100))
def test_block_size_bounds(n, overlap):
    size = metrics.block_size(n, overlap)
    assert 1 <= size <= max(1, n // 5)
    assert size <= metrics.block_size(n, overlap + 1)


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 9)), min_size=1, max_size=20))
def test_overlap_equals_brute_force(pairs):
    spans = sorted(pairs)
    start = np.array([first for first, _ in spans])
    end = start + np.array([length for _, length in spans])
    later = [sum(start[j] <= end[i] for j in range(i + 1, len(start))) for i in range(len(start))]
    assert metrics.label_overlap(start, end) == pytest.approx(np.mean(later))


def test_interval_levels_are_those_of_a_t_distribution():
    from scipy.stats import norm, t

    normal = norm.ppf((np.arange(200_000) + 0.5) / 200_000)
    low, high = metrics.percentile_interval(normal, n_blocks=10)
    assert high == pytest.approx(t.ppf(0.975, 9) * math.sqrt(10 / 9), abs=1e-3)
    assert low == pytest.approx(-high)
    many = metrics.percentile_interval(normal, n_blocks=1e7)
    assert many[1] == pytest.approx(norm.ppf(0.975), abs=1e-3)


def test_interval_of_undefined_replicates():
    nan = np.full(100, np.nan)
    assert all(map(math.isnan, metrics.percentile_interval(nan, n_blocks=10)))
    assert all(map(math.isnan, metrics.percentile_interval(np.arange(100.0), n_blocks=1)))
    some = np.r_[nan[:20], np.arange(80.0)]
    assert metrics.percentile_interval(some, n_blocks=10) == metrics.percentile_interval(
        np.arange(80.0), n_blocks=10
    )


def test_what_blocks_do_not_see_moves_the_ends_away_from_the_estimate():
    drawn = np.random.default_rng(0).normal(3.0, 1.0, 1000)
    low, high = metrics.percentile_interval(drawn, n_blocks=10)
    wider = metrics.percentile_interval(drawn, n_blocks=10, estimate=2.5, seen=0.25)
    assert wider == pytest.approx((2.5 - 2 * (2.5 - low), 2.5 + 2 * (high - 2.5)))


@pytest.mark.parametrize("confidence", [0, 1, 95])
def test_confidence_is_a_fraction(confidence):
    with pytest.raises(ValueError, match="`confidence` must lie between 0 and 1"):
        metrics.percentile_interval([1.0], n_blocks=10, confidence=confidence)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_resampled_means_spread_like_those_of_arch():
    from arch.bootstrap import CircularBlockBootstrap, StationaryBootstrap

    values = ar1(300, 0.6, np.random.default_rng(0))
    ours = metrics.block_means(values[:, None], block_size=12, n_bootstrap=4000, seed=1)[:, 0]
    circular, stationary = (
        np.array([data[0][0].mean() for data in peer(12, values, seed=2).bootstrap(4000)])
        for peer in (CircularBlockBootstrap, StationaryBootstrap)
    )
    levels = [0.025, 0.16, 0.5, 0.84, 0.975]
    spread = circular.std()
    np.testing.assert_allclose(np.quantile(ours, levels), np.quantile(circular, levels), atol=0.12 * spread)
    assert ours.std() == pytest.approx(spread, rel=0.04)
    assert ours.std() == pytest.approx(stationary.std(), rel=0.15)


def ar1(n: int, coefficient: float, rng: np.random.Generator) -> np.ndarray:
    """Stationary autoregression of order one with mean 0."""
    from scipy.signal import lfilter

    shocks = rng.normal(size=n + 200)
    return lfilter([1.0], [1.0, -coefficient], shocks)[200:]


def overlapping_hits(n: int, horizon: int, rng: np.random.Generator) -> np.ndarray:
    """Hits of a sticky forecast without skill on the sign of overlapping returns: correct half of the time."""
    kernel = np.ones(horizon)
    truth, guess = (np.convolve(rng.normal(size=n + horizon), kernel, "valid")[:n] > 0 for _ in range(2))
    return (truth == guess).astype(float)


@pytest.mark.parametrize(
    ("draw", "truth", "n", "overlap"),
    [
        (lambda rng: (rng.random(80) < 0.6).astype(float), 0.6, 80, 0),
        (lambda rng: ar1(300, 0.3, rng), 0.0, 300, 0),
        (lambda rng: ar1(1000, 0.5, rng), 0.0, 1000, 0),
        (lambda rng: overlapping_hits(150, 5, rng), 0.5, 150, 4),
        (lambda rng: overlapping_hits(300, 20, rng), 0.5, 300, 19),
        (lambda rng: overlapping_hits(1000, 20, rng), 0.5, 1000, 19),
    ],
    ids=["independent", "ar(.3)", "ar(.5)", "5-bar labels", "20-bar labels, 300", "20-bar labels, 1000"],
)
def test_the_interval_covers_the_truth(draw, truth, n, overlap):
    rng = np.random.default_rng(12)
    size = metrics.block_size(n, overlap)
    covered = []
    for seed in range(1000):
        drawn = metrics.block_means(draw(rng)[:, None], block_size=size, n_bootstrap=500, seed=seed)
        low, high = metrics.percentile_interval(drawn, n_blocks=n / size)
        covered.append(low <= truth <= high)
    assert 0.90 <= np.mean(covered) <= 0.98


def test_blocks_of_one_would_not_cover():
    """The planted fault: resampling overlapping events as if they were independent."""
    rng = np.random.default_rng(12)
    covered = []
    for seed in range(300):
        values = overlapping_hits(300, 20, rng)[:, None]
        drawn = metrics.block_means(values, block_size=1, n_bootstrap=300, seed=seed)
        low, high = metrics.percentile_interval(drawn, n_blocks=300)
        covered.append(low <= 0.5 <= high)
    assert np.mean(covered) < 0.6
