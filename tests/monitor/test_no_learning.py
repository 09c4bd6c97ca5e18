"""The watch for a fit that has learned nothing."""

import pytest

from smc.monitor.no_learning import NoLearning


def reasons(table, **settings) -> list[str]:
    return [found["reason"] for found in NoLearning(**settings).check({"val_metrics": table})]


@pytest.mark.parametrize("skill", [-0.1, 0.0])
def test_no_better_than_the_baseline_is_reported(skill):
    assert reasons({"distinct_predictions": 2, "log_loss": 0.7, "log_loss_skill": skill}) == [
        "no_better_than_baseline"
    ]
    assert reasons({"distinct_predictions": 50, "mse": 0.7, "mse_skill": skill}) == [
        "no_better_than_baseline"
    ]


def test_constant_predictions_are_reported():
    assert reasons({"distinct_predictions": 1, "log_loss": 0.6, "log_loss_skill": 0.1}) == [
        "constant_predictions"
    ]


def test_both_may_hold():
    found = reasons({"distinct_predictions": 1, "log_loss": 0.7, "log_loss_skill": 0.0})
    assert found == ["constant_predictions", "no_better_than_baseline"]


@pytest.mark.parametrize(
    "table", [None, {"distinct_predictions": 2, "log_loss": 0.6, "log_loss_skill": 0.01}]
)
def test_a_fit_that_learns_or_has_no_validation_is_not(table):
    assert reasons(table) == []


def test_the_sentence_names_loss_and_share():
    table = {"distinct_predictions": 9, "mse": 1.0, "mse_skill": -0.02}
    (found,) = NoLearning(min_skill=0.01).check({"val_metrics": table})
    assert (
        "saves -2.0% of the baseline's validation squared error, it has to save more than 1.0%"
        in found["sentence"]
    )


def test_the_least_skill_matters():
    table = {"distinct_predictions": 2, "log_loss": 0.6, "log_loss_skill": 0.01}
    assert reasons(table, min_skill=0.02) == ["no_better_than_baseline"]


def test_the_least_skill_is_not_negative():
    with pytest.raises(ValueError, match=r"`min_skill` must not be negative, got -0\.1"):
        NoLearning(min_skill=-0.1)
