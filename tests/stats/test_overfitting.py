"""Probability of backtest overfitting against a loop over the splits, and its spread."""

import math
from itertools import combinations, pairwise

import numpy as np
import pytest
from scipy.stats import rankdata

from smc.stats import probability_of_backtest_overfitting


def noise(n_rows: int = 200, n_columns: int = 9, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(n_rows, n_columns)) + np.linspace(0, 0.1, n_columns)


def plain_performance(rows: np.ndarray, performance: str) -> np.ndarray:
    mean = rows.mean(axis=0)
    if performance == "mean":
        return mean
    moving = np.ptp(rows, axis=0) > 0
    return np.where(moving, mean / np.where(moving, rows.std(axis=0, ddof=1), 1), 0)


def plain_logits(panel: np.ndarray, n_blocks: int, performance: str) -> list[float]:
    edges = [k * len(panel) // n_blocks for k in range(n_blocks + 1)]
    blocks = [np.arange(a, b) for a, b in pairwise(edges)]
    logits = []
    for chosen in combinations(range(n_blocks), n_blocks // 2):
        inside = np.concatenate([blocks[k] for k in chosen])
        outside = np.setdiff1d(np.arange(len(panel)), inside)
        best = plain_performance(panel[inside], performance).argmax()
        rank = rankdata(plain_performance(panel[outside], performance))[best]
        relative = rank / (panel.shape[1] + 1)
        logits.append(math.log(relative / (1 - relative)))
    return logits


@pytest.mark.parametrize("performance", ["sharpe", "mean"])
@pytest.mark.parametrize(("n_rows", "n_blocks"), [(40, 2), (200, 8), (203, 6)])
def test_logits_are_those_of_a_plain_loop(n_rows: int, n_blocks: int, performance: str) -> None:
    panel = noise(n_rows)
    panel[:, 4] = 0  # never trades
    found = probability_of_backtest_overfitting(panel, n_blocks=n_blocks, performance=performance)
    expected = plain_logits(panel, n_blocks, performance)
    np.testing.assert_allclose(np.sort(found.logits), np.sort(expected), atol=1e-9)
    assert found.probability == np.mean(np.array(expected) <= 1e-12)
    assert found.median_logit == pytest.approx(np.median(expected))
    assert found.n_splits == math.comb(n_blocks, n_blocks // 2)
    assert found.n_configurations == 9


def test_the_panel_is_left_as_it_was_and_asked_again_says_the_same() -> None:
    panel = noise()
    panel[:, 2], panel[:120, 4] = 0.5, 0.0
    before = panel.copy()
    first, second = (probability_of_backtest_overfitting(panel, n_blocks=8) for _ in range(2))
    np.testing.assert_array_equal(panel, before)
    np.testing.assert_array_equal(first.logits, second.logits)
    np.testing.assert_allclose(np.sort(first.logits), np.sort(plain_logits(panel, 8, "sharpe")))
    assert (first.spread, first.null_low) == (second.spread, second.null_low)


def test_the_median_itself_counts_as_overfitted() -> None:
    column = np.random.default_rng(0).normal(size=40)
    found = probability_of_backtest_overfitting(np.column_stack([column, column, column]), n_blocks=4)
    assert found.logits.tolist() == [0.0] * 6
    assert found.probability == 1


def test_a_sharpe_ratio_survives_an_offset_far_larger_than_the_moves() -> None:
    panel = 1e-4 * noise() + 1.0
    found = probability_of_backtest_overfitting(panel, n_blocks=4)
    np.testing.assert_allclose(np.sort(found.logits), np.sort(plain_logits(panel, 4, "sharpe")), atol=1e-9)


def test_order_and_scale_of_the_columns_do_not_matter() -> None:
    panel = noise()
    expected = probability_of_backtest_overfitting(panel, n_blocks=8)
    order = np.random.default_rng(1).permutation(9)
    for changed in (panel[:, order], panel * 2.0 ** np.arange(-4, 5)):
        found = probability_of_backtest_overfitting(changed, n_blocks=8)
        np.testing.assert_array_equal(found.logits, expected.logits)
        assert found.spread == expected.spread


def test_the_spread_is_that_of_panels_without_skill() -> None:
    found = [
        probability_of_backtest_overfitting(np.random.default_rng(seed).normal(size=(160, 12)), n_blocks=8)
        for seed in range(60)
    ]
    probabilities = np.array([each.probability for each in found])
    assert np.mean([each.spread for each in found]) == pytest.approx(probabilities.std(ddof=1), rel=0.25)
    inside = [each.null_low <= each.probability <= each.null_high for each in found]
    assert np.mean(inside) > 0.8


def test_a_configuration_with_an_edge_lies_below_the_band_of_luck() -> None:
    panel = np.random.default_rng(0).normal(size=(1000, 20))
    panel[:, 3] += 0.3
    found = probability_of_backtest_overfitting(panel)
    assert found.probability < 0.02 < found.null_low
    assert found.median_logit > 2


def test_what_cannot_be_split_is_refused() -> None:
    for wrong in (5, 0, 22):
        with pytest.raises(ValueError, match=f"`n_blocks` must be even, from 2 to 20 .*, got {wrong}"):
            probability_of_backtest_overfitting(noise(), n_blocks=wrong)
    with pytest.raises(ValueError, match="at least 32 rows, got 31"):
        probability_of_backtest_overfitting(noise(31))
    with pytest.raises(ValueError, match="at least 2 configurations, got 1"):
        probability_of_backtest_overfitting(noise()[:, :1])
    with pytest.raises(ValueError, match="`performance` must be one of sharpe, mean, got 'sortino'"):
        probability_of_backtest_overfitting(noise(), performance="sortino")
