"""The stepdown test against a loop, its invariances, and its size and power."""

import numpy as np
import pytest
from arch.bootstrap import StationaryBootstrap, StepM

from smc.stats import RomanoWolf, optimal_block_length, romano_wolf
from smc.stats.stationary import steps
from smc.stats.stepdown import LEAST_ERROR, stepdown


def noise(n_rows: int = 120, n_columns: int = 8, *, correlation: float = 0.3, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    shared, own = rng.normal(size=(n_rows, 1)), rng.normal(size=(n_rows, n_columns))
    return np.sqrt(correlation) * shared + np.sqrt(1 - correlation) * own


def plain_error(column: np.ndarray, block_size: float) -> float:
    """Standard error of a mean by the sum over lags."""
    n, q = len(column), 1 - 1 / block_size
    centred = column - column.mean()
    total = centred @ centred / n
    for lag in range(1, n):
        weight = (1 - lag / n) * q**lag + lag / n * q ** (n - lag)
        total += 2 * weight * (centred[lag:] @ centred[: n - lag]) / n
    return np.sqrt(total / n)


def plain_draw(column: np.ndarray, blocks: list[np.ndarray], error: float) -> float:
    """Statistic of one column in one draw."""
    rows = np.concatenate(blocks)
    mean = column[rows].mean()
    variance = sum((column[block] - mean).sum() ** 2 for block in blocks) / len(rows)
    return (mean - column.mean()) / max(np.sqrt(variance / len(rows)), LEAST_ERROR * error)


def plain_romano_wolf(panel: np.ndarray, *, block_size: float, n_draws: int, seed: int) -> np.ndarray:
    """Remove the best column and start again, as long as there is one."""
    n_rows, n_columns = panel.shape
    draws = []
    for first, start, length in steps(n_rows, block_size=block_size, n_draws=n_draws, seed=seed):
        for draw in range(len(first) - 1):
            ks = range(first[draw], first[draw + 1])
            draws.append([(start[k] + np.arange(length[k])) % n_rows for k in ks])
    errors = [plain_error(panel[:, j], block_size) for j in range(n_columns)]
    statistics = [panel[:, j].mean() / errors[j] for j in range(n_columns)]
    remaining, p_values, last = list(range(n_columns)), np.empty(n_columns), 0.0
    drawn = np.array([[plain_draw(panel[:, j], each, errors[j]) for j in range(n_columns)] for each in draws])
    while remaining:
        best = max(remaining, key=lambda j: statistics[j])
        count = sum(max(row[j] for j in remaining) >= statistics[best] for row in drawn)
        last = max(last, (1 + count) / (1 + n_draws))
        p_values[best] = last
        remaining.remove(best)
    return p_values


@pytest.mark.parametrize("block_size", [1, 4.5])
def test_p_values_are_those_of_a_plain_loop(block_size: float) -> None:
    panel = noise(n_rows=60, n_columns=5)
    panel[:, 1] += 0.4
    panel[:, 3] = np.where(np.arange(60) == 7, -1.0, 0.0)  # a single loss
    found = romano_wolf(panel, block_size=block_size, n_draws=99, seed=3)
    expected = plain_romano_wolf(panel, block_size=block_size, n_draws=99, seed=3)
    np.testing.assert_allclose(found.p_values, expected, rtol=1e-12)
    assert (found.block_size, found.n_draws) == (block_size, 99)


def test_without_studentising_it_rejects_what_stepm_of_arch_rejects() -> None:
    panel = noise(n_rows=250, n_columns=12) + np.linspace(-0.1, 0.3, 12)
    mean = panel.mean(axis=0)
    bootstrap = StationaryBootstrap(5, panel, seed=11)
    draws = np.array([drawn[0].mean(axis=0) for drawn, _ in bootstrap.bootstrap(999)]) - mean
    peer = StepM(np.zeros(250), -panel, size=0.05, block_size=5, reps=999, seed=11)
    peer.compute()
    upper = [j for j in range(12) if mean[j] > np.quantile(draws.max(axis=1), 0.95)]
    ours = np.flatnonzero(stepdown(mean, draws) <= 0.05).tolist()
    assert ours == list(peer.superior_models)
    assert len(ours) >= len(upper) > 0


def test_a_worse_column_has_no_smaller_p_value() -> None:
    draws = np.array([[4.0, 0.0], [0.0, 0.0]])  # column 1 alone is never reached
    assert stepdown(np.array([3.0, 2.9]), draws).tolist() == [0.5, 0.5]


def test_blocks_are_long_enough_for_the_most_dependent_column() -> None:
    panel = noise()
    panel[:, 2] = panel[:, 2].cumsum()
    lengths = optimal_block_length(panel)
    assert romano_wolf(panel, n_draws=9).block_size == lengths[2] == lengths.max() > np.median(lengths)


def p_values(panel: np.ndarray, block_size: float | None = 3) -> np.ndarray:
    return romano_wolf(panel, block_size=block_size, n_draws=300).p_values


def edged() -> np.ndarray:
    return noise() + np.linspace(-0.1, 0.3, 8)


@pytest.mark.parametrize("block_size", [None, 3])
def test_the_order_of_the_columns_does_not_matter(block_size: float | None) -> None:
    order = np.random.default_rng(1).permutation(8)
    np.testing.assert_allclose(p_values(edged()[:, order], block_size), p_values(edged(), block_size)[order])


@pytest.mark.parametrize("block_size", [None, 3])
def test_a_copy_of_a_column_changes_no_p_value(block_size: float | None) -> None:
    panel = edged()
    copied = p_values(np.column_stack([panel, panel[:, 5], panel[:, 0]]), block_size)
    np.testing.assert_allclose(copied, p_values(panel, block_size)[[*range(8), 5, 0]])


@pytest.mark.parametrize("block_size", [None, 3])
@pytest.mark.parametrize("factor", [1e-9, 1e6])
def test_the_scale_of_a_column_does_not_matter(block_size: float | None, factor: float) -> None:
    scaled = edged()
    scaled[:, ::2] *= factor
    np.testing.assert_allclose(p_values(scaled, block_size), p_values(edged(), block_size))


@pytest.mark.parametrize("value", [0.0, -0.1, 0.1])
def test_a_constant_column_is_never_rejected_and_changes_nothing(value: float) -> None:
    found = romano_wolf(np.column_stack([edged(), np.full(120, value)]), n_draws=300)
    assert found.p_values[-1] == 1
    assert found.statistics[-1] == 0
    np.testing.assert_allclose(found.p_values[:-1], p_values(edged(), None))


def test_constant_columns_alone_have_a_p_value_of_one() -> None:
    found = romano_wolf(np.zeros((20, 3)))
    assert found.p_values.tolist() == [1, 1, 1]
    assert found.block_size == 1


@pytest.mark.parametrize("n_losses", [1, 2])
def test_a_column_of_few_losses_takes_no_power_from_the_others(n_losses: int) -> None:
    panel = noise(n_rows=300, n_columns=10, correlation=0)
    panel[:, 0] += 0.25
    alone = p_values(panel, 1)[0]
    panel[:, 9] = 0
    panel[:n_losses, 9] = -1
    assert alone < 0.05
    assert p_values(panel, 1)[0] < 0.05


def test_alternating_columns_are_not_found_by_their_rounding() -> None:
    panel = np.column_stack([np.tile([1.0, -1.0], 50), noise(n_rows=100, n_columns=2)])
    assert np.isfinite(romano_wolf(panel, block_size=50, n_draws=99).statistics).all()


def test_the_seed_alone_decides_the_draws() -> None:
    one, same, other = (romano_wolf(edged(), n_draws=200, seed=seed) for seed in (0, 0, 1))
    np.testing.assert_array_equal(one.p_values, same.p_values)
    assert (one.p_values != other.p_values).any()
    assert isinstance(one, RomanoWolf)


def test_rows_that_depend_on_each_other_are_worth_less() -> None:
    column = np.repeat(np.random.default_rng(0).normal(0.15, 1, size=(60, 1)), 10, axis=0)
    found = romano_wolf(column)
    assert found.block_size > 5
    assert found.p_values[0] > 2 * p_values(column, 1)[0]
    assert abs(found.statistics[0]) < column.mean() / column.std() * np.sqrt(600) / 2


@pytest.mark.parametrize("correlation", [0.0, 0.9])
def test_size_and_power(correlation: float) -> None:
    n_panels, rejected, found = 200, 0, 0
    for seed in range(n_panels):
        panel = noise(n_rows=300, n_columns=20, correlation=correlation, seed=seed)
        rejected += romano_wolf(panel, n_draws=200, seed=seed).p_values.min() <= 0.05
        panel[:, 0] += 0.25
        found += romano_wolf(panel, n_draws=200, seed=seed).p_values[0] <= 0.05
    assert 0.01 <= rejected / n_panels <= 0.10
    assert found / n_panels > 0.8


def test_a_draw_that_equals_a_statistic_counts_against_it() -> None:
    assert stepdown(np.array([1.0]), np.array([[0.0], [1.0], [2.0], [0.5]])).tolist() == [0.5]


def test_what_cannot_be_tested_is_refused() -> None:
    with pytest.raises(ValueError, match=r"one row a period and one column a configuration, got .*\(5,\)"):
        romano_wolf(np.zeros(5))
    with pytest.raises(ValueError, match="at least 8 rows, got 7"):
        romano_wolf(np.zeros((7, 2)))
    gap = edged()
    gap[3, 2] = np.nan
    with pytest.raises(ValueError, match="got nan in row 3, column 2: cut the panel"):
        romano_wolf(gap)
    with pytest.raises(ValueError, match=r"`block_size` must be at least 1, got 0\.5"):
        romano_wolf(edged(), block_size=0.5)
    with pytest.raises(ValueError, match="`n_draws` must be at least 1, got 0"):
        romano_wolf(edged(), n_draws=0)
