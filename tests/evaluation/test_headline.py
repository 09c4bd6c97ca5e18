"""A statistic of the moments of resampled rows is the metric of those rows."""

import numpy as np
import pytest

from smc import metrics
from smc.evaluation import headline
from smc.evaluation.tables import metric_table, skill


def means(moments: dict[str, np.ndarray], draw: np.ndarray) -> dict[str, np.ndarray]:
    return {name: np.array([values[draw].mean()]) for name, values in moments.items()}


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("classes", [(0, 1), (-1, 0, 1), ()])
def test_of_events(make_predictions, classes, seed):
    names = np.array(classes, dtype=np.int64)
    predictions, prior = make_predictions(classes=classes)
    draw = np.random.default_rng(seed).integers(len(predictions), size=len(predictions))
    if classes:
        found = headline.class_statistics(means(headline.class_moments(predictions, prior, names), draw))
    else:
        found = headline.value_statistics(means(headline.value_moments(predictions, prior), draw))
    table, beside = (metric_table(each.iloc[draw], names) for each in (predictions, prior))
    table |= skill(table, beside)
    for name, value in found.items():
        assert value[0] == pytest.approx(table[name], rel=1e-12)


@pytest.mark.parametrize("seed", range(3))
def test_of_returns(seed):
    rng = np.random.default_rng(seed)
    net, draw = rng.normal(0.002, 0.01, 100), rng.integers(100, size=100)
    found = headline.return_statistics(means(headline.return_moments(net[:, None]), draw), 100, 252)
    assert found["sharpe"][0] == pytest.approx(metrics.sharpe(net[draw], 252))
    assert found["mean_return"][0] == pytest.approx(net[draw].mean())


def test_returns_of_several_accounts_are_means_over_them():
    """Each account has bars of its own, some of them shared."""
    rng = np.random.default_rng(0)
    net = rng.normal(0.002, 0.01, (100, 2))
    net[:30, 0], net[90:, 1] = np.nan, np.nan
    draw = rng.integers(100, size=100)
    values = headline.return_statistics(means(headline.return_moments(net), draw), 100, 252)
    columns = [column[~np.isnan(column)] for column in net[draw].T]
    assert values["sharpe"][0] == pytest.approx(np.mean([metrics.sharpe(own, 252) for own in columns]))
    assert values["mean_return"][0] == pytest.approx(np.mean([own.mean() for own in columns]))
