"""Any loss that was measured and is no finite number."""

import json
import math

import pytest

from smc.fit_progress import FitProgress
from smc.monitor.nan_loss import NanLoss


@pytest.mark.parametrize("loss", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("name", ["train_loss", "val_loss"])
def test_a_loss_that_is_not_finite_is_found_and_written_down_as_null(name, loss):
    found = NanLoss().observe(FitProgress(5, 9, **{"train_loss": 0.5, name: loss}))
    assert (found["reason"], found["iteration"], found["value"]) == ("nan_loss", 5, None)
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    assert f"loss is {loss} at iteration 5" in found["sentence"]


def test_a_large_or_an_absent_loss_is_none(course, warned_at):
    told = course(train_loss=[1e300, -1e300, 0.0, None], val_loss=[None, None, None, None])
    assert warned_at(NanLoss(), told) == []
