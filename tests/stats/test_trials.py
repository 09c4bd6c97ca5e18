"""Effective number of trials, by hand."""

import numpy as np
import pytest

from smc.stats import effective_trials


def equicorrelated(n_columns: int, correlation: float, n_rows: int = 4000) -> np.ndarray:
    """Columns whose sample correlations are exactly as given."""
    raw = np.random.default_rng(0).normal(size=(n_rows, n_columns))
    raw -= raw.mean(axis=0)
    white = np.linalg.qr(raw)[0]
    target = np.full((n_columns, n_columns), correlation) + (1 - correlation) * np.eye(n_columns)
    return white @ np.linalg.cholesky(target).T


@pytest.mark.parametrize("correlation", [0.0, 0.5, 0.9])
def test_equal_correlations_by_the_formula(correlation: float) -> None:
    panel = equicorrelated(10, correlation)
    assert effective_trials(panel) == pytest.approx(correlation + (1 - correlation) * 10)
    ratio = effective_trials(panel, convention="participation_ratio")
    assert ratio == pytest.approx(100 / (10 + 90 * correlation**2))


def test_the_participation_ratio_is_that_of_the_eigenvalues() -> None:
    panel = np.random.default_rng(1).normal(size=(50, 6)) @ np.random.default_rng(2).normal(size=(6, 6))
    eigenvalues = np.linalg.eigvalsh(np.corrcoef(panel.T))
    expected = eigenvalues.sum() ** 2 / (eigenvalues**2).sum()
    assert effective_trials(panel, convention="participation_ratio") == pytest.approx(expected)


@pytest.mark.parametrize("convention", ["average_correlation", "participation_ratio"])
def test_copies_are_one_trial_and_opposites_no_more_than_two(convention: str) -> None:
    column = np.random.default_rng(0).normal(size=(30, 1))
    assert effective_trials(np.tile(column, 5), convention=convention) == pytest.approx(1)
    assert effective_trials(column, convention=convention) == 1
    assert effective_trials(np.hstack([column, -column]), convention=convention) <= 2 + 1e-9


@pytest.mark.parametrize("convention", ["average_correlation", "participation_ratio"])
def test_constant_columns_are_no_trials(convention: str) -> None:
    panel = np.random.default_rng(0).normal(size=(30, 3))
    constant = np.column_stack([panel, np.zeros(30), np.full(30, 0.1)])
    assert effective_trials(constant, convention=convention) == effective_trials(panel, convention=convention)
    assert effective_trials(np.zeros((30, 2)), convention=convention) == 0


def test_an_unknown_convention_is_refused() -> None:
    with pytest.raises(ValueError, match="average_correlation, participation_ratio, got 'clusters'"):
        effective_trials(np.zeros((30, 2)), convention="clusters")


@pytest.mark.parametrize("seed", range(5))
def test_the_average_correlation_is_that_of_all_pairs(seed):
    rng = np.random.default_rng(seed)
    panel = rng.normal(size=(80, rng.integers(2, 40))) + rng.normal(size=(80, 1)) * rng.random()
    n_trials = panel.shape[1]
    pairs = np.corrcoef(panel.T)[np.triu_indices(n_trials, 1)]
    mean = min(max(pairs.mean(), 0.0), 1.0)
    assert effective_trials(panel) == pytest.approx(mean + (1 - mean) * n_trials, rel=1e-12)
