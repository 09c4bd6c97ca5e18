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
    added, earned = rows["p_1"] - rows["p_1"].mean(), rows["ret"]
    known = (added * earned).mean() / np.sqrt((added**2).mean() * (earned**2).mean())
    assert return_coefficient(rows).mean() == pytest.approx(known)


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
