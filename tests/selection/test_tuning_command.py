"""NO_MODEL names what was not tried: a command that composes, with what the best trial was typed with."""

import shlex

import pytest

from smc import api
from smc.comparison.tuning_command import tuning_command
from smc.config.compose import compose
from smc.report.selection.conclusions import recommendation
from smc.select import sections
from smc.selection.manifest import check_manifest

SMALL = ("data=simulated", "data.n_bars=3000", "data.edge_frac=0", "symbol=S02", "aug=none", "monitor=none")


@pytest.fixture
def train(tmp_path):
    where = (f"paths.output={tmp_path}/o", f"ledger.url=sqlite:///{tmp_path}/l.sqlite")
    return lambda *typed: (api.train([*SMALL, *where, *typed]), where)


def test_a_market_without_a_model_is_given_the_command(train):
    run, where = train("model=logistic", "model.C=0.5", "run.name=idea")
    result = api.select(list(where))
    (entry,) = result.manifest["selections"].values()
    assert entry["verdict"] == "NO_MODEL"
    check_manifest(result.manifest)
    command = entry["evidence"]["tuning_command"]
    words = shlex.split(command)
    assert words[:4] == ["python", "-m", "smc.train", "symbol=S02"]
    assert {"model=logistic", "model.C=0.5", "aug=none", "tune=tpe"} <= set(words)
    assert not any(word.startswith(("run.", "reg=", "cv=")) for word in words), "what is usual is not typed"
    composed = compose(words[3:])
    assert composed["tune"]["scope"] == "first_block"
    assert {**composed, "tune": 0, "space": 0, "run": 0} == {
        **run.config,
        "tune": 0,
        "space": 0,
        "run": 0,
        "symbol": "S02",
    }
    told = [" ".join(recommendation(entry)), str(sections(result)[1].points)]
    assert all(command in said and "a further round" in said for said in told)


def test_one_that_was_tuned_or_has_no_space_is_given_none(train):
    tuned, _ = train(
        "model=logistic",
        "tune=random",
        "tune.n_trials=2",
        "data.n_bars=4000",
        "cv.n_splits=2",
        "cv.initial_train_size=0.5",
    )
    baseline, _ = train("model=baseline")
    assert tuning_command(tuned) is tuning_command(baseline) is None


def test_folds_that_learn_from_each_other_are_searched_each_for_itself(train):
    run, _ = train("model=logistic", "cv=purged_kfold", "cv.n_splits=3")
    assert tuning_command(run).endswith("tune=tpe tune.scope=fold")
    compose(shlex.split(tuning_command(run))[3:])
