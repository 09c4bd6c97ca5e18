"""What is reckoned a few rows at a time is what all of them together give, to the bit."""

import numpy as np
import pytest

from smc.stats import (
    probability_of_backtest_overfitting,
    romano_wolf,
    stationary,
    superior_predictive_ability,
)


def panel(seed: int) -> np.ndarray:
    """Columns with an edge, copies, a constant one and one that speaks of few rows."""
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(rng.integers(64, 200), rng.integers(3, 60))) + rng.choice([0, 0.3])
    values[:, 1], values[:, 2] = values[:, 0], 0.5
    return np.column_stack([values, np.where(np.arange(len(values)) < 9, values[:, 0], 0)])


@pytest.mark.parametrize("seed", range(6))
def test_few_rows_at_a_time_are_as_all_at_once(monkeypatch, seed):
    values = panel(seed)

    def found(at_once: int) -> list[object]:
        monkeypatch.setattr(stationary, "AT_ONCE", at_once)
        pbo = probability_of_backtest_overfitting(values, n_blocks=14, seed=seed)
        stepped = romano_wolf(values, block_size=4, n_draws=300, seed=seed)
        ability = superior_predictive_ability(values, block_size=4, n_draws=300, seed=seed)
        return [*vars(pbo).values(), *vars(stepped).values(), *vars(ability).values()]

    together = found(10**9)
    for at_once in (64, 256):  # a product's last rows are rounded alike: copies of a column stay level
        for one, other in zip(found(at_once), together, strict=True):
            assert np.array_equal(one, other)
