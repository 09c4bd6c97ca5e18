"""Hansen's test beside arch, and its laws."""

import numpy as np
from arch.bootstrap import SPA

from smc.stats import superior_predictive_ability


def noise(seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(250, 8)) + np.linspace(-0.3, 0.1, 8)


def shares(panel: np.ndarray, **options: object) -> np.ndarray:
    found = superior_predictive_ability(panel, **{"block_size": 4, "n_draws": 1000, **options})
    return np.array([found.lower, found.consistent, found.upper])


def test_without_studentising_it_agrees_with_arch() -> None:
    panel = noise() * np.linspace(0.5, 3, 8)
    peer = SPA(np.zeros(250), -panel, block_size=4, reps=4000, seed=1)
    peer.compute()
    ours = shares(panel, studentised=False, n_draws=4000)
    np.testing.assert_allclose(ours, peer.pvalues.to_numpy(), atol=0.035)  # four standard errors


def test_p_values_are_in_order() -> None:
    for seed in range(10):
        lower, consistent, upper = shares(noise(seed), n_draws=200)
        assert lower <= consistent <= upper


def test_a_large_variance_hides_an_edge_unless_studentised() -> None:
    panel = np.random.default_rng(1).normal(size=(400, 6))
    panel[:, 0] += 0.25
    panel[:, 1:] *= 100
    assert shares(panel)[1] < 0.01
    assert shares(panel, studentised=False)[1] > 0.05


def test_order_scale_and_copies_of_columns_do_not_matter() -> None:
    panel = noise()
    expected = shares(panel)
    changed = (panel[:, ::-1], panel * 10.0 ** np.arange(8), np.column_stack([panel, panel[:, 2]]))
    for each in changed:
        np.testing.assert_allclose(shares(each), expected)


def test_without_a_positive_mean_there_is_nothing_to_find() -> None:
    assert shares(-np.abs(noise())).tolist() == [1, 1, 1]
    assert shares(np.zeros((20, 3))).tolist() == [1, 1, 1]
    with_constant = np.column_stack([noise(), np.full(250, 0.2)])
    np.testing.assert_allclose(shares(with_constant), shares(noise()))


def test_size() -> None:
    rejected = [
        superior_predictive_ability(
            np.random.default_rng(1000 + seed).normal(size=(300, 20)), n_draws=200, seed=seed
        ).consistent
        <= 0.05
        for seed in range(200)
    ]
    assert 0.02 <= np.mean(rejected) <= 0.12  # .068 of 600 panels
