"""What an event says for a model: the means are the scores, and the baseline's is 0."""

import numpy as np
import pandas as pd
import pytest

from smc import metrics
from smc.evaluation.predictions import event_means, with_shares
from smc.selection import measures

MEASURES = sorted(measures.EVENT_MEASURES)


def as_baseline(rows: pd.DataFrame) -> pd.DataFrame:
    """The baseline in the place of the model."""
    said = rows[["baseline_0", "baseline_1"]].to_numpy()
    return rows.assign(p_0=said[:, 0], p_1=said[:, 1], prediction=said.argmax(axis=1))


@pytest.fixture
def rows(make_rows):
    """300 predictions; 40 % of the class 1 before, 50 % now."""
    return make_rows(0.6, n=300, seed=3).assign(baseline_0=0.6, baseline_1=0.4)


@pytest.mark.parametrize("name", MEASURES)
def test_the_baseline_has_no_evidence(rows, name):
    assert np.allclose(measures.EVENT_MEASURES[name](as_baseline(rows)).mean(), 0, atol=1e-12)


@pytest.mark.parametrize("name", MEASURES)
def test_naming_the_right_class_more_often_is_evidence(make_rows, name):
    poor, good = (
        measures.EVENT_MEASURES[name](make_rows(share, n=400, seed=1)).mean() for share in (0.45, 0.7)
    )
    assert poor < 0 < good


def test_balanced_accuracy_is_that_of_the_metrics(make_rows):
    rows = make_rows(0.6, n=300, seed=5).iloc[:250].query("label == 0 or event % 3 == 0")
    found = measures.balanced_accuracy(rows).mean()
    known = metrics.balanced_accuracy(rows["label"].to_numpy(), rows["prediction"].to_numpy())
    assert found == pytest.approx(known - 0.5)


def test_log_loss_is_what_the_baseline_loses_more(rows):
    label = rows["label"].to_numpy()
    own, other = (metrics.log_loss(label, rows[f"{name}_1"]) for name in ("p", "baseline"))
    assert measures.log_loss(rows).mean() == pytest.approx(other - own)


def test_information_coefficient_is_a_correlation(rows):
    """With a constant baseline: of probability and outcome, the outcome's mean taken as the baseline's."""
    added = rows["p_1"] - rows["p_1"].mean()
    missed = rows["label"] - 0.4
    known = (added * missed).mean() / np.sqrt((added**2).mean() * (missed**2).mean())
    assert measures.information_coefficient(rows).mean() == pytest.approx(known)


@pytest.mark.parametrize("share", [0.001, 0.1, 3.0])
def test_information_coefficient_asks_for_a_direction_not_for_a_size(rows, share):
    """A model pulled towards the baseline, as strong regularisation does, says the same."""
    pulled = rows.assign(
        **{f"p_{k}": rows[f"baseline_{k}"] + share * (rows[f"p_{k}"] - rows[f"baseline_{k}"]) for k in (0, 1)}
    )
    assert np.allclose(measures.information_coefficient(pulled), measures.information_coefficient(rows))


def test_a_constant_earns_no_information_coefficient_however_the_market_drifts(rows):
    """The class 1 has become more frequent; a model that always said so has not foreseen anything."""
    always = rows.assign(p_0=0.4, p_1=0.6, prediction=1, baseline_0=0.7, baseline_1=0.3)
    assert measures.log_loss(always).mean() > 0
    assert not measures.information_coefficient(always).any()


def test_regressions_have_an_information_coefficient_too():
    rng = np.random.default_rng(0)
    truth = rng.normal(size=200)
    rows = pd.DataFrame({"label": truth, "prediction": truth + rng.normal(size=200), "baseline": 0.1})
    known = np.corrcoef(rows["prediction"], truth)[0, 1]
    assert measures.information_coefficient(rows).mean() == pytest.approx(known, abs=0.01)


def test_sharpe_is_the_annual_one():
    net = np.random.default_rng(0).normal(0.001, 0.01, 500)
    returns = pd.DataFrame({"account": 0, "time": np.arange(500), "net": net})
    assert measures.sharpe(returns, 252).mean() == pytest.approx(metrics.sharpe(net, 252))
    assert not measures.sharpe(returns.assign(net=0.0), 252).any()
    assert not len(measures.sharpe(returns[:0], 252))


def test_the_sharpe_ratio_of_accounts_is_their_mean_not_that_of_their_mean():
    rng = np.random.default_rng(1)
    accounts = [rng.normal(0.001, 0.01, n) for n in (500, 300)]
    tables = [
        pd.DataFrame({"account": k, "time": np.arange(len(net)), "net": net})
        for k, net in enumerate(accounts)
    ]
    value = measures.sharpe(pd.concat(tables), 252)
    assert len(value) == 500
    assert value.mean() == pytest.approx(np.mean([metrics.sharpe(net, 252) for net in accounts]))


@pytest.mark.parametrize("measure", measures.EVENT_MEASURES.values(), ids=lambda measure: measure.__name__)
def test_predictions_that_are_there_several_times_say_what_they_said(rows, measure):
    rows = rows.assign(event=np.arange(len(rows)))
    repeated = with_shares(pd.concat([rows, rows[:100], rows[:40]]))
    np.testing.assert_allclose(event_means(repeated, measure(repeated)), measure(rows), atol=1e-12)


@pytest.mark.parametrize("measure", measures.EVENT_MEASURES.values(), ids=lambda measure: measure.__name__)
def test_more_models_do_not_raise_what_an_event_says(rows, measure):
    """Two models of one skill: together they say what one of them does on average, not what their mean would."""
    rng = np.random.default_rng(0)
    said = {"one": [], "both": []}
    for _ in range(200):
        models = [noisy(rows, rng) for _ in range(2)]
        said["one"].append(measure(models[0]).mean())
        both = with_shares(pd.concat(models))
        said["both"].append(event_means(both, measure(both)).mean())
    difference = np.subtract(said["both"], said["one"])
    assert abs(difference.mean()) < 4 * difference.std() / np.sqrt(len(difference)) + 1e-3


def noisy(rows, rng):
    """What a model says whose log-odds are off by as much as they are right."""
    log_odds = np.log(rows["p_1"] / rows["p_0"]) + rng.normal(0, 1, len(rows))
    p_1 = 1 / (1 + np.exp(-log_odds))
    return rows.assign(p_1=p_1, p_0=1 - p_1, prediction=(p_1 > 0.5).astype(int), event=np.arange(len(rows)))


def test_one_class_alone_is_no_evidence(make_rows):
    assert not measures.balanced_accuracy(make_rows(0.6, n=50, seed=0).assign(label=1)).any()


def test_return_coefficient_is_a_correlation_with_what_followed(rows):
    added, earned = rows["p_1"] - rows["p_1"].mean(), rows["ret"]
    known = (added * earned).mean() / np.sqrt((added**2).mean() * (earned**2).mean())
    assert measures.return_coefficient(rows).mean() == pytest.approx(known)


@pytest.mark.parametrize("pull", [0.001, 0.1])
def test_return_coefficient_asks_for_a_direction_not_for_a_size(rows, pull):
    said = rows["baseline_1"] + pull * (rows["p_1"] - rows["baseline_1"])
    pulled = rows.assign(p_1=said, p_0=1 - said)
    assert np.allclose(measures.return_coefficient(pulled), measures.return_coefficient(rows))


def test_knowing_the_barriers_alone_is_skill_to_the_label_and_none_to_the_return():
    """Fair odds: the target is far where the stop is near, so that label 1 is seldom, and pays well."""
    n, rng = 200_000, np.random.default_rng(0)
    odds = rng.uniform(0.2, 0.8, n)
    label = (rng.random(n) < odds).astype(np.int64)
    rows = pd.DataFrame(
        {
            "label": label,
            "prediction": (odds > 0.5).astype(np.int64),
            "p_0": 1 - odds,
            "p_1": odds,
            "baseline_0": 0.5,
            "baseline_1": 0.5,
            "ret": np.where(label == 1, (1 - odds), -odds),
        }
    )
    assert measures.information_coefficient(rows).mean() > 0.3
    assert abs(measures.return_coefficient(rows).mean()) < 4 / np.sqrt(n)
