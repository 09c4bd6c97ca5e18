"""What a run says of itself beside its figures."""

from types import SimpleNamespace

import pandas as pd
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.neural_network import MLPClassifier

from smc import api
from smc.aug.none import NoAugmentation
from smc.data.simulated import Simulated
from smc.model.averaging import Averaging
from smc.model.xgboost import XGBoost
from smc.pipeline import FoldPipeline
from smc.training.warnings import warnings_of

STOPPING = HistGradientBoostingClassifier(early_stopping=True)


@pytest.mark.parametrize(
    ("estimator", "n_rows", "paths"),
    [
        (STOPPING, 10, ["model"]),
        (HistGradientBoostingClassifier(), 10_000, []),
        (HistGradientBoostingClassifier(), 10_001, ["model"]),
        (HistGradientBoostingClassifier(early_stopping=False), 10_001, []),
        (Averaging({"a": XGBoost(early_stopping_rounds=3), "b": STOPPING}), 10, ["model.members.b"]),
        (MLPClassifier(), 10, []),
    ],
)
def test_a_tail_in_the_place_of_a_random_part_is_told(estimator, n_rows, paths) -> None:
    pipeline = FoldPipeline(estimator=estimator, sampler=NoAugmentation())
    predictions = pd.DataFrame({"part": ["train"] * n_rows + ["test"] * 5})
    steps = {name: [] for name in ("selection", "calibration", "augmentation", "warnings", "stops")}
    fits = SimpleNamespace(predictions=predictions, **steps)
    told = warnings_of(SimpleNamespace(pipeline=pipeline, watches=[]), {}, fits, None)
    assert [warning["sentence"].partition(".early_stopping: Hist")[0] for warning in told] == paths
    assert all("the last 15% of the rows of a fit, purged" in warning["sentence"] for warning in told)


def test_a_run_on_bars_with_a_hole_says_so(tmp_path) -> None:
    bars = Simulated(1, 5000).load("S01")
    bars.drop(bars.index[300:1600]).to_csv(tmp_path / "S01.csv", index_label="time")
    place = f"data.root={tmp_path}", f"paths.output={tmp_path / 'outputs'}"
    run = api.train(["data=files", *place, "model=logistic", "cv=holdout", "aug=none", "events.last=200"])
    (warning,) = (warning for warning in run.record["warnings"] if warning["reason"] == "holes_in_calendar")
    assert warning["symbol"] == "S01"
    periods = run.record["val_financial_metrics"]["periods_per_year"]
    assert f": {periods:,.0f} bars a year by its usual weeks" in warning["sentence"]


def test_trades_that_lost_all_are_named() -> None:
    steps = {name: [] for name in ("selection", "calibration", "augmentation", "warnings", "stops")}
    fits = SimpleNamespace(predictions=pd.DataFrame({"part": ["train"]}), **steps)
    pipeline = FoldPipeline(estimator=XGBoost(), sampler=NoAugmentation())
    scores = {"financial_metrics": {"n_liquidated": 2}, "test_financial_metrics": {"n_liquidated": 0}}
    (warning,) = warnings_of(SimpleNamespace(pipeline=pipeline, watches=[]), scores, fits, None)
    assert warning["reason"] == "liquidated"
    assert warning["sentence"].startswith("2 trade(s) of the out-of-fold part lost all they were given")


@pytest.mark.parametrize(("n_events", "points"), [(20, 22), (49, 14), (50, None), (500, None)])
def test_few_events_out_of_fold_are_said_with_what_they_can_tell(n_events, points) -> None:
    steps = {name: [] for name in ("selection", "calibration", "augmentation", "warnings", "stops")}
    fits = SimpleNamespace(predictions=pd.DataFrame({"part": ["train"]}), **steps)
    pipeline = FoldPipeline(estimator=XGBoost(), sampler=NoAugmentation())
    scores = {"out_of_fold_metrics": {"n_events": n_events}, "task": "classification"}
    told = warnings_of(SimpleNamespace(pipeline=pipeline, watches=[]), scores, fits, None)
    assert [warning["reason"] for warning in told] == (["few_out_of_fold"] if points else [])
    assert all(f"is known to {points} points either way" in warning["sentence"] for warning in told)
