"""Blocks, their moments and the variance they give, against loops and sums over lags."""

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from arch.bootstrap import optimal_block_length as arch_block_length

from smc.stats import optimal_block_length, stationary
from smc.stats.stationary import draw_blocks, long_run_variance, resample, steps


def rows_of(blocks: stationary.Blocks, n_rows: int) -> list[np.ndarray]:
    """The rows of each draw, in order, one by one."""
    first, start, length = blocks
    draws = []
    for begin, end in pairwise(first):
        rows = [(start[k] + i) % n_rows for k in range(begin, end) for i in range(length[k])]
        draws.append(np.array(rows))
    return draws


@pytest.mark.parametrize("block_size", [1, 2.5, 7, 1000])
def test_moments_are_those_of_the_rows_drawn(block_size: float) -> None:
    panel = np.random.default_rng(0).normal(size=(23, 3))
    panel -= panel.mean(axis=0)
    blocks = draw_blocks(23, block_size=block_size, n_draws=40, rng=np.random.default_rng(1))
    mean, variance = resample(panel, blocks)
    first, _, length = blocks
    for draw, rows in enumerate(rows_of(blocks, 23)):
        assert len(rows) == 23
        np.testing.assert_allclose(mean[draw], panel[rows].mean(axis=0), atol=1e-12)
        parts = np.split(panel[rows], length[first[draw] : first[draw + 1]].cumsum()[:-1])
        sums = np.array([part.sum(axis=0) - len(part) * mean[draw] for part in parts])
        np.testing.assert_allclose(variance[draw], (sums**2).sum(axis=0) / 23, atol=1e-12)


def test_blocks_begin_anywhere_and_have_the_mean_length_asked_for() -> None:
    first, start, length = draw_blocks(1000, block_size=10, n_draws=200, rng=np.random.default_rng(0))
    assert len(first) == 201
    assert len(start) == len(length) == first[-1]
    assert length.mean() == pytest.approx(10, rel=0.03)
    assert np.bincount(start // 100, minlength=10).min() > 0.08 * len(start)


@pytest.mark.parametrize("block_size", [1, 3, 12.5])
def test_long_run_variance_is_the_weighted_sum_of_autocovariances(block_size: float) -> None:
    n, q = 40, 1 - 1 / block_size
    column = np.random.default_rng(2).normal(size=n).cumsum()
    column -= column.mean()
    total = column @ column / n
    for lag in range(1, n):
        weight = (1 - lag / n) * q**lag + lag / n * q ** (n - lag)
        total += 2 * weight * (column[lag:] @ column[: n - lag]) / n
    assert long_run_variance(column[:, None], block_size)[0] == pytest.approx(total)


@pytest.mark.parametrize("block_size", [1, 6])
def test_it_is_the_variance_of_the_drawn_means(block_size: float) -> None:
    panel = np.random.default_rng(3).normal(size=(120, 1))
    panel -= panel.mean()
    blocks = draw_blocks(120, block_size=block_size, n_draws=20_000, rng=np.random.default_rng(4))
    mean, variance = resample(panel, blocks)
    expected = long_run_variance(panel, block_size)[0]
    assert 120 * mean.var() == pytest.approx(expected, rel=0.04)
    share_of_mean = (2 * block_size - 1) / 120
    assert variance.mean() == pytest.approx(expected * (1 - share_of_mean), rel=0.04)


def test_one_step_covers_a_bounded_number_of_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stationary, "STEP_SIZE", 1000)
    sizes = [length.sum() for _, _, length in steps(90, block_size=3, n_draws=50, seed=0)]
    assert sum(sizes) == 50 * 90
    assert max(sizes) <= 1000


def test_block_lengths_equal_those_of_arch() -> None:
    rng = np.random.default_rng(5)
    noise = rng.normal(size=(600, 12))
    columns = [
        pd.Series(noise[:, i]).ewm(alpha=alpha).mean().to_numpy()
        for i, alpha in enumerate(np.linspace(0.02, 1, 12))
    ]
    columns += [-np.diff(noise[:, 0], prepend=0.0), noise[:, 1].cumsum(), np.sign(noise[:, 2])]
    for n_rows in (30, 101, 600):
        panel = np.column_stack(columns)[:n_rows]
        expected = np.maximum(arch_block_length(panel)["stationary"].to_numpy(), 1)
        np.testing.assert_allclose(optimal_block_length(panel), expected, rtol=1e-9)


def test_a_constant_column_has_no_block_length() -> None:
    panel = np.random.default_rng(0).normal(size=(50, 2))
    panel[:, 1] = 0.1
    assert np.isnan(optimal_block_length(panel)).tolist() == [False, True]
