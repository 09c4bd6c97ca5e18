"""Barriers that no price reaches are named, with the counts that say so."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from smc import api
from smc.labels.forward_return import ForwardReturn
from smc.labels.triple_barrier import TripleBarrier
from smc.training.label_warnings import label_warnings

N_TARGET, N_STOP, N_EXPIRY = 0, 1, 2


def prepared(ends: list[int], n_test: int = 0):
    """Labels of at most 20 bars that end so; the last ones are of the test part."""
    kinds = np.array(ends)
    n_bars = np.where(kinds == N_EXPIRY, 20, 5)
    event = 10 * np.arange(len(kinds))
    ret = np.where(kinds == N_TARGET, 0.01, -0.01)
    events = pd.DataFrame({"event": event, "end": event + n_bars, "ret": ret})
    plan = SimpleNamespace(development=np.arange(len(kinds) - n_test))
    return SimpleNamespace(data=SimpleNamespace(events=events), plan=plan)


@pytest.mark.parametrize(
    ("ends", "reasons"),
    [
        ([N_STOP] * 60 + [N_EXPIRY] * 40, ["target_out_of_reach"]),
        ([N_TARGET] * 60 + [N_EXPIRY] * 40, ["stop_out_of_reach"]),
        ([N_EXPIRY] * 100, ["target_out_of_reach", "stop_out_of_reach"]),
        ([N_STOP] * 97 + [N_TARGET] * 3, []),
        ([N_STOP] * 999 + [N_TARGET], ["target_out_of_reach"]),
    ],
)
def test_a_barrier_that_is_seldom_touched_is_named(ends, reasons):
    assert [warning["reason"] for warning in label_warnings(TripleBarrier(20), prepared(ends))] == reasons


def test_what_the_test_part_touches_is_neither_counted_nor_told():
    ends = [N_STOP] * 60 + [N_EXPIRY] * 40 + [N_TARGET] * 50
    (warning,) = label_warnings(TripleBarrier(20, target_atr=200.0), prepared(ends, n_test=50))
    assert "labels.target_atr=200.0" in warning["sentence"]
    assert (
        "of the 100 labels before the test part 0 touch it (0 by target, 60 by stop, 40 by expiry)"
        in (warning["sentence"])
    )


def test_labels_without_barriers_are_asked_nothing():
    assert list(label_warnings(ForwardReturn(5), prepared([N_EXPIRY] * 100))) == []


def test_a_run_whose_target_no_price_reaches_says_so(tmp_path):
    run = api.train(["model=logistic", "labels.target_atr=200", "cv=holdout", f"paths.output={tmp_path}"])
    (warning,) = (each for each in run.record["warnings"] if each["reason"] == "target_out_of_reach")
    assert "(0 by target, " in warning["sentence"]
