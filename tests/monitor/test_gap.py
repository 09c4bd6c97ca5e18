"""The watch over the train-validation gap."""

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


@pytest.mark.parametrize("threshold", [0, 1, -0.1])
def test_the_threshold_is_a_fraction(threshold):
    with pytest.raises(ValueError, match="`threshold` must lie between 0 and 1"):
        Gap(threshold=threshold)
