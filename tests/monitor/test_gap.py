"""The watch over the train-validation gap."""

import math

import pytest

from smc.monitor.gap import Gap


def test_a_wide_gap_is_reported():
    (found,) = Gap(threshold=0.15).check({"history": {"train_val_gap": 0.3}})
    assert found["reason"] == "overfitting_detected"
    assert (found["value"], found["threshold"]) == (0.3, 0.15)
    assert "0.300 above the validation accuracy, the limit is 0.150" in found["sentence"]


@pytest.mark.parametrize("gap", [None, float("nan"), -0.1, 0.0, 0.15])
def test_a_gap_up_to_the_limit_or_none_is_not(gap):
    assert Gap(threshold=0.15).check({"history": {"train_val_gap": gap}}) == []


def test_the_threshold_matters():
    record = {"history": {"train_val_gap": 0.12}}
    assert Gap(threshold=0.1).check(record)
    assert not Gap().check(record)


def of_r2(gap):
    return {"history": {"train_val_gap": None, "train_val_r2_gap": gap}}


@pytest.mark.parametrize("gap", [None, float("nan"), -0.1, 0.2])
def test_a_regression_is_held_to_what_the_limit_is_in_r2(gap):
    """sin(.15 pi) ** 2 is .206."""
    assert Gap().check(of_r2(gap)) == []
    (found,) = Gap().check(of_r2(1.959))
    assert (found["reason"], found["value"]) == ("overfitting_detected", 1.959)
    assert found["threshold"] == pytest.approx(0.2061, abs=1e-4)
    assert "The training R2 is 1.959 above the validation R2, the limit is 0.206" in found["sentence"]


def test_a_gap_of_accuracy_is_never_held_to_r2():
    both = {"history": {"train_val_gap": 0.1, "train_val_r2_gap": 0.9}}
    assert Gap().check(both) == []
    exactly = math.sin(math.pi * 0.15) ** 2
    assert Gap().check(of_r2(exactly)) == []
    assert Gap().check(of_r2(exactly + 1e-9))


@pytest.mark.parametrize("threshold", [0, 1, -0.1])
def test_the_threshold_is_a_fraction(threshold):
    with pytest.raises(ValueError, match="`threshold` must lie between 0 and 1"):
        Gap(threshold=threshold)
