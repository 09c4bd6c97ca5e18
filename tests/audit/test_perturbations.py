"""What is altered is altered, and nothing else."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from smc.audit import AuditedRun
from smc.audit.concordance import concordance
from smc.audit.null import shifts
from smc.audit.null_scores import Excess, profit
from smc.audit.perturbations import lagged, scrambled
from smc.audit.procedure import Scored
from smc.laws.futures import differ


def test_concordance_is_the_area_under_the_roc_curve() -> None:
    rng = np.random.default_rng(0)
    labels, scores = rng.integers(0, 2, 300), rng.normal(size=300).round(1)
    assert concordance(labels, scores) == pytest.approx(roc_auc_score(labels, scores))


def test_concordance_of_numbers_is_that_of_all_pairs() -> None:
    rng = np.random.default_rng(1)
    truth, scores = rng.normal(size=60).round(1), rng.normal(size=60).round(1)
    above = np.sign(np.subtract.outer(truth, truth)) * np.sign(np.subtract.outer(scores, scores))
    unlike = np.subtract.outer(truth, truth) != 0
    assert concordance(truth, scores) == pytest.approx(0.5 + 0.5 * above[unlike].mean())


def test_a_lag_looks_back_and_never_before_the_first_bar(make_audited_run: Callable[..., AuditedRun]) -> None:
    data = make_audited_run().data
    late = lagged(data, 5)
    assert (late.rows == data.rows - 5).all()
    assert late.events["label"].equals(data.events["label"])
    assert lagged(data, 10_000).rows.min() == 0


def test_scrambling_changes_every_label_it_is_told_to_and_no_other(
    make_audited_run: Callable[..., AuditedRun],
) -> None:
    data = make_audited_run().data
    chosen = np.arange(len(data.events)) % 3 == 0
    changed = scrambled(data, chosen, data.rows[:4], np.random.default_rng(0))
    differs = (changed.events["label"] != data.events["label"]).to_numpy()
    assert (differs == chosen).all()
    same = np.isclose(changed.bars.to_numpy(), data.bars.to_numpy(), equal_nan=True)
    rows = np.flatnonzero(~same.any(axis=1))
    assert rows.tolist() == data.rows[:4].tolist()


def test_shifts_leave_the_reach_of_slow_features_out(make_audited_run: Callable[..., AuditedRun]) -> None:
    data = make_audited_run().data
    events = data.events["event"].to_numpy()
    drawn = shifts(data, 300, 20)
    near = np.searchsorted(events, events[0] + 300)
    assert len(set(drawn.tolist())) == 20
    assert drawn.min() >= near
    assert drawn.max() <= len(events) - near
    every = shifts(data, 300, len(events) - 2 * near + 1)
    assert sorted(every) == list(range(near, len(events) - near + 1))


def test_shifts_are_drawn_from_the_middle_third_if_the_warm_up_is_longer_than_that(
    make_audited_run: Callable[..., AuditedRun],
) -> None:
    data = make_audited_run().data
    drawn = shifts(data, 10**6, 50)
    assert len(data.events) // 3 <= drawn.min() <= drawn.max() <= len(data.events) - len(data.events) // 3


def test_values_differ_beyond_a_billionth_of_their_size() -> None:
    left, gaps = np.array([0.0, 0.0, 1e3, 1e3]), np.array([0.9e-9, 1.5e-9, 0.9e-6, 1.5e-6])
    assert differ(left, left + gaps).tolist() == [False, True, False, True]


def test_a_null_is_above_chance_by_size_and_beyond_its_error() -> None:
    assert Excess([0.53, 0.54, 0.55, 0.56, 0.55, 0.54], 0.5, 0.015).is_leak
    assert not Excess([0.504, 0.505, 0.506] * 10, 0.5, 0.015).is_leak
    assert Excess([0.504, 0.505, 0.506] * 10, 0.5, 0.004).is_leak
    assert not Excess([0.40, 0.70, 0.45, 0.65], 0.5, 0.015).is_leak
    assert not Excess([0.30, 0.31, 0.29], 0.5, 0.015).is_leak


@pytest.mark.parametrize("n_draws", [4, 10, 20])
def test_one_clean_pipeline_in_a_thousand_is_suspected_however_many_draws(n_draws) -> None:
    draws = np.random.default_rng(n_draws).normal(size=(20_000, n_draws))
    suspected = sum(Excess(each, 0.0, 0.0).is_leak for each in draws)
    assert 6 <= suspected <= 38  # 20 are expected; the bounds hold with 99.9 %


def test_a_price_level_earns_nothing_on_random_walks_though_it_correlates() -> None:
    """Returns that are centred on their own sample fall where prices in it are high, whatever comes."""
    rng, earned, correlated = np.random.default_rng(0), [], []
    for _ in range(400):
        steps = rng.normal(size=200)
        returns, level = np.convolve(steps, np.ones(5), "full")[5:201], -np.cumsum(steps)[:196]
        data: Any = SimpleNamespace(events=pd.DataFrame({"ret": returns}))
        earned.append(profit(data, [Scored("fold", np.arange(196), level)]))
        correlated.append(np.corrcoef(returns, level)[0, 1])
    error = np.std(earned) / 20
    assert abs(np.mean(earned)) < 3 * error
    assert np.mean(correlated) > 3 * error
