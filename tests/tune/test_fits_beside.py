"""What is fitted beside a run whose fits look for their parameters looks for none again."""

import pytest

from smc import api

SMALL = (
    *("data=simulated", "data.n_bars=4000", "symbol=S01", "model=logistic", "aug=light", "aug.ablation=true"),
    *("monitor=default", "monitor.learning_curve=true", "tune=random", "tune.n_trials=2", "tune.scope=fold"),
    *("cv.n_splits=2", "cv.initial_train_size=0.4"),
)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    place = tmp_path_factory.mktemp("beside")
    return api.train([*SMALL, f"paths.output={place}", f"ledger.url=sqlite:///{place}/ledger.sqlite"])


def test_each_fit_looks_once(run):
    assert [search["fit"] for search in run.record["tuning"]] == ["fold 0", "fold 1", "train fit"]
    assert run.tuning.groupby("fit").size().to_dict() == {"fold 0": 2, "fold 1": 2, "train fit": 2}


def test_learning_curve_and_ablation_are_there(run):
    assert len(run.learning_curve) > 1
    assert run.record["ablation"]["out_of_fold_metrics"]["n_events"] > 0
