"""Runs of ensembles as a user starts them."""

import json
from pathlib import Path

import numpy as np
import pytest

from smc import api
from smc.config.command import Command
from smc.config.compose import compose, compose_job
from smc.errors import ConfigError

SMALL = [
    "events.last=250",
    "cv.n_splits=2",
    "reg.random_forest.n_estimators=10",
    "reg.xgboost.n_estimators=10",
]


@pytest.fixture(scope="module")
def stacked(tmp_path_factory: pytest.TempPathFactory):
    """A run of stacked members, one of them a network of windows; calibrated, features selected."""
    output = tmp_path_factory.mktemp("outputs")
    members = "model.members=[random_forest,xgboost,lstm]"
    quick = ["reg.lstm.max_epochs=2", "reg.lstm.hidden_dim=4", "reg.lstm.lookback=5"]
    steps = ["calibrate=sigmoid", "feature_selection=correlation", "aug=light"]
    recorded = "evaluation.test=recorded"
    return api.train(["model=stacking", members, *SMALL, *quick, *steps, recorded, f"paths.output={output}"])


def test_a_run_of_an_ensemble_is_a_run_like_any_other(stacked):
    record, config = stacked.record, stacked.config
    assert (record["model_name"], record["choices"]["model"]) == ("Stacking", "stacking")
    assert list(config["model"]["members"]) == ["lstm", "random_forest", "xgboost"]
    assert record["test_metrics"]["log_loss"] > 0
    assert record["history"]["train_accuracy"] > 0
    assert len(record["feature_importance"]) == len(stacked.model().feature_names_in_)
    assert {each["fit"] for each in record["augmentation"]} == {"fold 0", "fold 1", "train fit", "final fit"}
    assert all(each["n_added"] == each["n_rows"] for each in record["augmentation"])
    assert all(0 < len(each["kept"]) < each["n_given"] for each in record["feature_selection"]["fits"])
    assert [each["n_rows"] > 0 for each in record["calibration"]["fits"]] == [True] * 4
    files = {path.suffix for path in (stacked.path / "model").iterdir()}
    assert files == {".json", ".npz", ".skops", ".ubj", ".safetensors"}


def test_the_record_says_what_each_fit_learned_of_the_members(stacked):
    told = stacked.record["ensemble"]
    fits = {each["fit"]: each for each in told["fits"]}
    assert list(fits) == ["fold 0", "fold 1", "train fit", "final fit"]
    saved = {"fit": "final fit", **stacked.model().estimator_.account()}
    assert fits["final fit"] == saved
    for name in ("losses", "weights"):
        folds = [fits[fold][name]["lstm"] for fold in ("fold 0", "fold 1")]
        figures = {each["member"]: each for each in told["folds"][name]}["lstm"]
        assert (figures["min"], figures["max"]) == (min(folds), max(folds))
        assert figures["mean"] == pytest.approx(np.mean(folds))
    page = (stacked.path / "report.md").read_text()
    assert "Members: lstm, random_forest, xgboost;" in page


def test_the_curves_of_each_fit_are_those_of_its_members(stacked):
    curves = stacked.curves
    fits = ["fold 0", "fold 1", "train fit", "final fit"]
    assert [*curves.groupby(["fit", "member"], sort=False).groups] == [
        (fit, member) for fit in fits for member in ("lstm", "xgboost")
    ]
    for (fit, member), rows in curves.groupby(["fit", "member"]):
        assert rows["iteration"].tolist() == list(range(len(rows)))
        assert rows["val_loss"].isna().all() == (fit == "final fit")
        if fit == "final fit":
            saved = stacked.model().estimator_.members_[member].estimator_
            assert rows["kept"].sum() == len(rows) == saved.n_rounds_


def test_the_saved_model_says_what_each_member_is(stacked):
    saved = json.loads((stacked.path / "model" / "model.json").read_text())
    members = saved["steps"]["estimator"]["members"]
    assert {name: each["lookback"] for name, each in members.items()} == {
        "lstm": 5,
        "random_forest": None,
        "xgboost": None,
    }
    assert saved["lookback"] == 5
    weights = stacked.model().estimator_.meta_.coef_
    assert weights.shape == (3,)
    assert (weights >= 0).all()


@pytest.mark.parametrize("name", ["regime", "dynamic"])
def test_the_order_of_members_is_no_part_of_a_run(name: str, tmp_path: Path) -> None:
    given = ["model.members=[logistic,random_forest]", "model.members=[random_forest,logistic]"]
    where = f"paths.output={tmp_path}"
    first, second = (api.train([f"model={name}", each, *SMALL, where]) for each in given)
    assert first.record["ensemble"]["fits"][0]["members"] == ["logistic", "random_forest"]
    assert first.record["run_id"] == second.record["run_id"]
    other = api.train([f"model={name}", given[0], "reg.logistic.C=0.5", *SMALL, where])
    assert other.record["run_id"] != first.record["run_id"]
    assert np.isfinite(first.predictions.filter(like="p_").to_numpy()).all()


def test_a_single_model_has_no_account_of_members(tmp_path: Path) -> None:
    run = api.train(["model=logistic", *SMALL, f"paths.output={tmp_path}"])
    assert run.record["ensemble"] is None
    assert "## Ensemble" not in (run.path / "report.md").read_text()


def test_members_of_your_own_folder_and_their_sources(tmp_path: Path) -> None:
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "shallow.yaml").write_text(
        "# Shallow trees: python -m smc.train --config-dir my_conf model=shallow\n"
        "defaults:\n  - xgboost\n  - _self_\nmax_depth: 1\n"
    )
    given = ["model=voting", "model.members=[shallow,logistic]"]
    composed = compose_job(given, config_dir=tmp_path)
    shallow = composed.config["model"]["members"]["shallow"]
    alone = compose(["model=shallow"], config_dir=tmp_path)["model"]
    assert shallow == alone
    assert shallow["max_depth"] == 1
    assert composed.sources["model.members.shallow.max_depth"] == "model/shallow.yaml"
    assert composed.sources["model.members.logistic.C"] == "reg/strong.yaml"
    assert composed.sources["model.members"] == "command line: model.members=[shallow,logistic]"


def test_a_member_that_cannot_learn_the_labels_is_named(tmp_path: Path) -> None:
    (tmp_path / "model").mkdir()
    for name, target in {"ridge": "linear_model.Ridge", "near": "neighbors.KNeighborsClassifier"}.items():
        (tmp_path / "model" / f"{name}.yaml").write_text(f"# A member\n_target_: sklearn.{target}\n")
    with pytest.raises(ConfigError) as refused:
        compose(["model=averaging", "model.members=[logistic,ridge,near]"], config_dir=tmp_path)
    assert str(refused.value).splitlines() == [
        "model.members.near: sample_weight: KNeighborsClassifier takes no sample weights; set sample_weight=none, "
        "or choose another model",
        "model.members.ridge: Ridge is a regressor, but the labels are for classification",
    ]


def test_lists_of_members_can_be_swept() -> None:
    swept = ["model=voting,stacking", "model.members=[logistic,mlp],[logistic,xgboost]", "symbol=SP500"]
    jobs, problems = Command(swept, multirun=True).jobs()
    assert not problems
    assert [list(job.config["model"]["members"]) for job in jobs] == [
        ["logistic", "mlp"],
        ["logistic", "xgboost"],
    ] * 2
    with pytest.raises(ConfigError, match=r"xgbost: no such option; did you mean xgboost\?.*\[.*xgbost"):
        Command([swept[0], "model.members=[logistic],[xgbost]"], multirun=True).jobs()
