"""What an event says for a model: the means are the scores, and the baseline's is 0."""

import numpy as np
import pandas as pd
import pytest

from smc.evaluation.predictions import event_means, with_shares
from smc.selection.measures import return_coefficient


def as_baseline(rows: pd.DataFrame) -> pd.DataFrame:
    """The baseline in the place of the model."""
    said = rows[["baseline_0", "baseline_1"]].to_numpy()
    return rows.assign(p_0=said[:, 0], p_1=said[:, 1], prediction=said.argmax(axis=1))


@pytest.fixture
def rows(make_rows):
    """300 predictions; 40 % of the class 1 before, 50 % now."""
    return make_rows(0.6, n=300, seed=3).assign(baseline_0=0.6, baseline_1=0.4)


def test_the_baseline_has_no_evidence(rows):
    assert np.allclose(return_coefficient(as_baseline(rows)).mean(), 0, atol=1e-12)


def test_naming_the_right_class_more_often_is_evidence(make_rows):
    poor, good = (return_coefficient(make_rows(share, n=400, seed=1)).mean() for share in (0.45, 0.7))
    assert poor < 0 < good


def test_predictions_that_are_there_several_times_say_what_they_said(rows):
    rows = rows.assign(event=np.arange(len(rows)))
    repeated = with_shares(pd.concat([rows, rows[:100], rows[:40]]))
    np.testing.assert_allclose(
        event_means(repeated, return_coefficient(repeated)), return_coefficient(rows), atol=1e-12
    )


def test_more_models_do_not_raise_what_an_event_says(rows):
    """Two models of one skill: together they say what one of them does on average, not what their mean would."""
    rng = np.random.default_rng(0)
    said = {"one": [], "both": []}
    for _ in range(200):
        models = [noisy(rows, rng) for _ in range(2)]
        said["one"].append(return_coefficient(models[0]).mean())
        both = with_shares(pd.concat(models))
        said["both"].append(event_means(both, return_coefficient(both)).mean())
    difference = np.subtract(said["both"], said["one"])
    assert abs(difference.mean()) < 4 * difference.std() / np.sqrt(len(difference)) + 1e-3


def noisy(rows, rng):
    """What a model says whose log-odds are off by as much as they are right."""
    log_odds = np.log(rows["p_1"] / rows["p_0"]) + rng.normal(0, 1, len(rows))
    p_1 = 1 / (1 + np.exp(-log_odds))
    return rows.assign(p_1=p_1, p_0=1 - p_1, prediction=(p_1 > 0.5).astype(int), event=np.arange(len(rows)))


def test_return_coefficient_is_a_correlation_with_what_followed(rows):
    """By hand: of one model less its mean, of several each less the mean of those before it."""
    said, earned = rows["p_1"].to_numpy(), rows["ret"].to_numpy()
    added = np.array([0.0, *(said[k] - said[:k].mean() for k in range(1, len(said)))])
    for folds, centred in ((0, said - said.mean()), (np.arange(len(rows)) // 50, added)):
        known = (centred * earned).mean() / np.sqrt((centred**2).mean() * (earned**2).mean())
        assert return_coefficient(rows.assign(fold=folds)).mean() == pytest.approx(known)


def test_forecasts_that_answer_what_was_earned_before_are_no_evidence():
    """A model of equal classes beside a prior that follows the labels: its excess falls after gains.

    The mean of all forecasts knows of later ones, and so of what was earned before them: a forecast less that
    mean goes with its own return though none of them knows anything (Stambaugh, 1999). What is left of it is
    that of a ratio: a sum whose expectation is 0 by an error that goes with it.
    """
    rng, n = np.random.default_rng(0), 180
    found, with_hindsight = [], []
    for _ in range(1500):
        earned = rng.normal(size=n)
        prior = 0.5 + 0.2 * np.concatenate([[0.0], earned.cumsum()[:-1]]) / (30 + np.arange(n))
        rows = pd.DataFrame(
            {
                "p_0": 0.5,
                "p_1": 0.5,
                "baseline_0": 1 - prior,
                "baseline_1": prior,
                "ret": earned,
                "prediction": 1,
                "label": 1,
                "fold": np.arange(n) // 20,
            }
        )
        values, added = return_coefficient(rows), 0.5 - prior
        found.append(values.mean() / values.std() * n**0.5)
        hindsight = (added - added.mean()) * earned
        with_hindsight.append(hindsight.mean() / hindsight.std() * n**0.5)
    assert np.mean(with_hindsight) > 0.5
    assert np.mean(found) < 0.4 * np.mean(with_hindsight)
    rates = [float(np.mean(np.array(each) > 1.645)) for each in (found, with_hindsight)]
    assert rates[0] < 0.08
    assert rates[1] > 1.5 * rates[0], rates


def test_what_an_event_says_depends_on_no_later_forecast(rows):
    rows = with_shares(rows.assign(event=np.arange(len(rows)), fold=np.arange(len(rows)) // 50))
    changed = rows.assign(p_1=np.where(rows["event"] < 150, rows["p_1"], 0.9))
    changed["p_0"] = 1 - changed["p_1"]
    before, after = (return_coefficient(each)[1:150] for each in (rows, changed))
    np.testing.assert_allclose(before / after, (before / after)[-1], err_msg="but for the scale of all")


def test_a_constant_says_nothing_and_adds_nothing(rows):
    constant = rows.assign(p_1=0.8, p_0=0.2)
    assert (return_coefficient(constant) == 0).all()
    shifted = rows.assign(p_1=rows["p_1"] + 0.05, p_0=rows["p_0"] - 0.05)
    np.testing.assert_allclose(return_coefficient(shifted), return_coefficient(rows), atol=1e-12)


@pytest.mark.parametrize("pull", [0.001, 0.1])
def test_return_coefficient_asks_for_a_direction_not_for_a_size(rows, pull):
    said = rows["baseline_1"] + pull * (rows["p_1"] - rows["baseline_1"])
    pulled = rows.assign(p_1=said, p_0=1 - said)
    assert np.allclose(return_coefficient(pulled), return_coefficient(rows))


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
    assert abs(return_coefficient(rows).mean()) < 4 / np.sqrt(n)
