"""`python -m smc.train`, from the outside: what it leaves behind, what it says, and how it exits."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from smc.aug.none import NoAugmentation
from smc.cv.plan import SplitPlan
from smc.model.xgboost import XGBoost
from smc.pipeline.hold_back import split_off_last
from smc.results import RunStore, load_run
from smc.train import main
from smc.trials import Ledger

FAST = ("model=logistic",)

RECORD = {
    "symbol", "model_name", "timestamp", "history", "val_metrics", "test_metrics", "metrics_by_regime",
    "financial_metrics", "baseline_metrics", "feature_importance", "warnings", "sample_loss",
    "training_duration_seconds", "config_hash", "data_hash", "split_hash", "code_version",
    "package_versions", "seed", "choices", "class_names",
}  # fmt: skip
FILES = {
    "MANIFEST.json", "run.json", "config.yaml", "sources.json", "predictions.parquet", "returns.parquet",
    "curves.parquet", "splits.json", "run.log", "model", "report.md", "evidence.parquet",
    "sealed_predictions.parquet", "sealed_returns.parquet", "sealed_figures.json",
}  # fmt: skip


def ledger(folder: Path) -> pd.DataFrame:
    return Ledger(f"sqlite:///{folder}/outputs/ledger.sqlite").trials()


@pytest.fixture(scope="module")
def finished(tmp_path_factory) -> Path:
    """The folder of a finished run, which no test writes into."""
    place = tmp_path_factory.mktemp("finished")
    command = [sys.executable, "-m", "smc.train", *FAST, "evaluation.test=recorded"]
    subprocess.run(command, cwd=place, capture_output=True, timeout=300, check=True)
    (run,) = (place / "outputs" / "runs").iterdir()
    return run


def test_the_default_run_ends_in_a_whole_run_folder(smc_train, only_run, tmp_path) -> None:
    done = smc_train()
    assert done.returncode == 0, done.stderr
    run = load_run(only_run())
    assert {path.name for path in run.path.iterdir()} == FILES
    assert set(run.record) >= RECORD
    assert run.record["symbol"] == "SP500"
    assert run.record["sample_loss"]["symbols"]["SP500"]["bars"] == 5031
    assert run.run_id in done.stderr
    assert done.stdout == ""
    assert "\x1b" not in done.stderr, "quiet when piped"
    assert ledger(tmp_path)["status"].tolist() == ["finished"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["outputs"], (
        "the working directory is left alone"
    )


def test_every_figure_is_out_of_sample(finished) -> None:
    run = load_run(finished)
    plan = SplitPlan.load(run.path / "splits.json")
    for split in plan.splits:
        for start, end in plan.spans[split.test]:
            assert all(last < start or first > end for first, last in plan.spans[split.train])
    parts = run.predictions.groupby("part")["event"]
    assert set(parts.groups) == {"out_of_fold", "val", "test"}
    assert parts.max()["val"] < parts.min()["test"]
    last = pd.Timestamp(run.record["last_training_bar"])
    assert last < run.predictions.loc[run.predictions["part"] == "test", "time"].min() + pd.Timedelta("4D")


def test_the_saved_model_predicts_the_test_part_again(smc_train, only_run, tmp_path) -> None:
    assert smc_train("model=random_forest").returncode == 0
    run = load_run(only_run())
    from smc.config.compose import compose
    from smc.config.instantiate import instantiate

    config = compose(["model=random_forest"])
    bars = instantiate(config["data"]).load("SP500")
    features = instantiate(config["features"]).compute(bars)
    test = run.sealed_tables()[0]
    probability = run.model().predict_proba(features.iloc[test["event"]])
    assert (probability[:, 1] == test["p_1"].to_numpy()).all()


def test_a_finished_run_is_skipped_and_left_as_it_is(smc_train, finished) -> None:
    before = {path: path.stat().st_mtime_ns for path in finished.rglob("*")}
    recorded = "evaluation.test=recorded"
    again = smc_train(*FAST, recorded, "run.name=idea-3", cwd=finished.parents[2])
    assert again.returncode == 0
    assert re.search(r"is finished already, out of fold accuracy 0\.\d+ \[.*\], majority class", again.stderr)
    assert "(it keeps no name, and 'idea-3' is written nowhere: python -m smc.tag changes it)" in again.stderr
    assert "test " not in again.stderr.splitlines()[-1], "no test figure, though it is on record"
    assert {path: path.stat().st_mtime_ns for path in finished.rglob("*")} == before
    assert list(finished.parent.iterdir()) == [finished]


def test_a_run_that_needs_no_network_never_imports_one(smc_train, tmp_path) -> None:
    trap = tmp_path / "trap"
    for name in ("torch", "lightning", "pytorch_lightning"):
        (trap / name).mkdir(parents=True)
        (trap / name / "__init__.py").write_text(
            f"open({str(tmp_path / 'imported')!r}, 'a').write({name!r})\n"
        )
    done = smc_train(*FAST, env={"PYTHONPATH": str(trap)})
    assert done.returncode == 0, done.stderr
    assert not (tmp_path / "imported").exists()


def test_where_each_value_came_from_is_saved(smc_train, only_run) -> None:
    smc_train("model=xgboost", "model.max_depth=2", "reg=tiny")
    sources = json.loads((only_run() / "sources.json").read_text())
    assert sources["model.max_depth"] == "command line: model.max_depth=2"
    assert sources["model.learning_rate"] == "reg/tiny.yaml"
    assert sources["cv.n_splits"] == "cv/expanding.yaml"
    assert sources["features.max_age"] == "features/daily.yaml"
    assert sources["seed"] == "train.yaml"


@pytest.mark.parametrize(
    ("overrides", "said"),
    [
        (["modl=xgboost"], "modl: no such key; did you mean model?"),
        (["model=xgbost"], "model=xgbost: no such option; did you mean xgboost?"),
        (["model.max_dept=3"], "model.max_dept: no such key; did you mean max_depth?"),
        (["++model.max_dept=3"], "model.max_dept: no such argument of XGBoost; did you mean max_depth?"),
        (["++typo=1"], "typo: no such key"),
        (['model.max_depth="3"'], "model.max_depth: must be int"),
        (["model.max_depth=deep"], "model.max_depth: must be int"),
        (["reg.xgboost.max_depth=deep"], "model.max_depth: must be int"),
        (["+reg.xgboost.max_dept=3"], "reg.xgboost.max_dept: no such argument of XGBoost; did you mean max_depth?"),
        (["side=up"], "side: must be one of structure, long, got 'up'"),
        (["split.test_frac=1.5"], "split: `test_frac` must lie between 0 and 1, got 1.5"),
        (["cv.n_splits=0"], "cv: `n_splits` must be"),
        (["symbol=SP50"], "did you mean SP500?"),
        (["data=files"], "data.root: a value is needed"),
        (["data=files", "data.root=nowhere"], "nowhere"),
        (["labels.max_holding=20000"], "labels: a horizon of 20000 bars is longer than the 5031 bars of SP500"),
        (["features=default"], "choose features=daily"),
        (["events.last=20"], "use more events"),
        (["cv._target_=os.system"], "outside the modules that a configuration may name"),
        (["labels=forward_return", "+model.task=classification"], "model.task: classification, but the labels are for"),
        (["model"], "not of the form key=value"),
        (["data=files", "data.root=x", "data.pattern={symbol}_H4.csv"], "'data.pattern=\"{symbol}_H4.csv\"'"),
        (["model.max_depth=${nowhere}"], "model.max_depth"),
        (["ledger.url='me:nonsense@host/smc'"], "ledger.url: it is no file and no URL"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_in_a_line_and_exits_with_2(
    overrides: list[str], said: str, tmp_path, monkeypatch, capsys
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.argv", ["smc.train", *overrides])
    with pytest.raises(SystemExit) as ended:
        main()
    told = capsys.readouterr().err
    assert said in told
    assert "Traceback" not in told
    assert ended.value.code == 2


def test_all_mistakes_are_named_together(smc_train) -> None:
    done = smc_train("modl=xgboost", "cv=cpvc", "model.max_dept=3", "sed=1")
    assert done.returncode == 2
    for said in (
        "did you mean model?",
        "did you mean cpcv?",
        "did you mean max_depth?",
        "did you mean seed?",
    ):
        assert said in done.stderr


def test_help_lists_each_option_with_a_line(smc_train) -> None:
    from smc.config.options import groups, options

    done = smc_train("--help")
    assert done.returncode == 0
    for group in groups():
        assert f"\n{group}\n" in done.stdout
        for name, line in options(group).items():
            assert name in done.stdout
            assert line, f"{group}/{name} says what it is in its first line"


def test_your_own_options_are_found_listed_and_run(smc_train, only_run, tmp_path) -> None:
    own = tmp_path / "mine" / "model"
    own.mkdir(parents=True)
    (own / "own_trees.yaml").write_text(
        "# Extremely randomised trees\n_target_: sklearn.ensemble.ExtraTreesClassifier\n"
        "n_estimators: 20\nmin_samples_leaf: 10\nrandom_state: ${seed}\n"
    )
    listed = smc_train("--help", "--config-dir", "mine").stdout
    assert re.search(r"own_trees +Extremely randomised trees", listed)
    done = smc_train("--config-dir", "mine", "model=own_trees")
    assert done.returncode == 0, done.stderr
    assert load_run(only_run()).model().estimator_.n_estimators == 20
    assert "did you mean own_trees?" in smc_train("--config-dir", "mine", "model=own_tree").stderr


def test_a_sweep_goes_on_after_a_job_that_fails(smc_train, tmp_path) -> None:
    done = smc_train("-m", "model=logistic", "split.min_train_size=30,5000")
    assert done.returncode == 1
    assert "training rows, needs 5000" in done.stderr
    assert len(list((tmp_path / "outputs" / "runs").iterdir())) == 1


def test_a_run_without_any_fold_fails_and_says_how_many_events_are_needed(smc_train, tmp_path) -> None:
    asked = (*FAST, "cv=walk_forward", "cv.n_splits=2000")
    done = smc_train(*asked)
    assert done.returncode == 2, done.stderr
    assert "no fold can be cut from the " in done.stderr
    assert "needs at least 2001 events, got " in done.stderr
    assert list((tmp_path / "outputs" / "runs").iterdir()) == []
    (status,) = (tmp_path / "outputs" / "status").iterdir()
    told = json.loads(status.read_text())
    assert (told["status"], told["reason"]) == ("failed", "bad_split")
    again = smc_train(*asked)
    assert again.returncode == 1
    assert "needs at least 2001 events" in again.stdout + again.stderr


EARLY_STOPPED = (
    "model=xgboost",
    "events=every",
    "events.last=600",
    "labels=forward_return",
    "labels.horizon=30",
)


def test_a_run_none_of_whose_folds_can_be_fitted_fails(smc_train) -> None:
    done = smc_train(*EARLY_STOPPED, "cv=walk_forward", "cv.train_size=63")
    assert done.returncode == 2, done.stderr
    assert "no fold can be fitted; fold 0: the early-stopping split" in done.stderr


def test_a_fold_that_cannot_be_fitted_is_named_and_the_model_still_trains(smc_train, only_run) -> None:
    recorded = "evaluation.test=recorded"
    done = smc_train(*EARLY_STOPPED, "cv.n_splits=5", "cv.initial_train_size=61", recorded)
    assert done.returncode == 0, done.stderr
    assert "fold 0: the early-stopping split" in done.stderr
    record = load_run(only_run()).record
    assert record["out_of_fold_metrics"] is None
    assert record["history"]["cv_mean_accuracy"] is None
    assert record["test_metrics"] is not None
    assert "cv_failed" in [warning["reason"] for warning in record["warnings"]]


def test_events_that_are_chosen_by_their_outcome_are_not_traded(smc_train, only_run) -> None:
    done = smc_train(*FAST, "labels.expiry=drop")
    assert "conditional_on_outcome" in [each["reason"] for each in load_run(only_run()).record["warnings"]]
    assert "known only afterwards" in done.stderr
    assert load_run(only_run()).record["financial_metrics"] is None
    assert load_run(only_run()).returns.empty


def test_training_accuracy_counts_only_rows_that_were_fitted_on() -> None:
    from smc.pipeline import FoldPipeline
    from smc.training.cross_fit import TRAIN, CrossFitter
    from smc.training.dataset import Dataset

    n = 400
    rng = np.random.default_rng(0)
    start = np.arange(1, n + 1)
    events = pd.DataFrame(
        {"symbol": "X", "event": start - 1, "start": start, "end": start + 3, "label": rng.integers(0, 2, n), "weight": 1.0, "ret": 0.0}
    )  # fmt: skip
    bars = pd.DataFrame(rng.normal(size=(n, 3)), columns=list("abc"))
    spans = np.column_stack([start, start + 3])
    data = Dataset(bars, np.arange(n), events, spans, {})
    plan = SplitPlan.from_spans(spans, None)
    pipeline = FoldPipeline(estimator=XGBoost(early_stopping_rounds=5), sampler=NoAugmentation())
    fits = CrossFitter(data, pipeline).run(plan, lambda _: None)
    scored = fits.predictions.loc[fits.predictions["part"] == TRAIN, "event"].to_numpy()
    core, tail = split_off_last(spans[plan.train], 0.15)
    assert np.array_equal(scored, plan.train[core])
    assert not np.isin(plan.train[tail], scored).any()


def test_a_failure_is_recorded_with_its_reason(smc_train, tmp_path) -> None:
    smc_train(*FAST, "events.last=20")
    (status,) = (tmp_path / "outputs" / "status").iterdir()
    record = json.loads(status.read_text())
    assert (record["status"], record["reason"]) == ("failed", "bad_split")
    assert list((tmp_path / "outputs" / "staging").iterdir()) == []


def test_ctrl_c_ends_a_run_by_name(tmp_path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "smc.train", "model=random_forest", "model.n_estimators=20000"],
        cwd=tmp_path, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    ledger_file = tmp_path / "outputs" / "ledger.sqlite"
    deadline = time.monotonic() + 60
    while not (ledger_file.exists() and len(ledger(tmp_path))) and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "interrupted" in said
    assert "Traceback" not in said
    assert ledger(tmp_path)[["status", "reason"]].to_numpy().tolist() == [["killed", "interrupted"]]


def test_the_same_run_gives_the_same_bytes_in_any_process_with_any_threads(smc_train, tmp_path) -> None:
    models = ("logistic", "random_forest", "xgboost", "lightgbm")
    places = [tmp_path / "one", tmp_path / "two"]
    for place, n_threads in zip(places, (1, 2), strict=True):
        place.mkdir()
        swept = f"model={','.join(models)}", "events.last=300"
        done = smc_train("-m", *swept, f"trainer.n_threads={n_threads}", cwd=place)
        assert done.returncode == 0, done.stderr
    first, second = ({path.name: path for path in (place / "outputs" / "runs").iterdir()} for place in places)
    assert set(first) == set(second)
    assert len(first) == len(models)
    for name, run in first.items():
        files = ["predictions.parquet", "returns.parquet", "splits.json"]
        for file in [*files, *(f"model/{each.name}" for each in (run / "model").iterdir())]:
            assert (run / file).read_bytes() == (second[name] / file).read_bytes(), (name, file)


@pytest.mark.slow
def test_a_killed_run_leaves_nothing_half_done_and_is_run_again(smc_train, tmp_path) -> None:
    smc_train(*FAST)  # warms the caches, so that the moments below fall everywhere into a run
    outputs = tmp_path / "outputs"
    moments = [0.3, 0.8, 1.2, 1.5, 1.8, 2.0, 2.2, 2.4, 2.7, 3.2]
    for number, moment in enumerate(moments, start=1):
        process = subprocess.Popen(
            [sys.executable, "-m", "smc.train", *FAST, f"seed={number}"],
            cwd=tmp_path,
            stderr=subprocess.DEVNULL,
        )
        time.sleep(moment)
        process.kill()
        process.wait()
        for run in (outputs / "runs").iterdir():
            load_run(run)
    store = RunStore(outputs)
    seen = ledger(tmp_path)
    assert all(store.state(each) in ("killed", "finished") for each in seen["run_id"])
    seeds = ",".join(str(number) for number, _ in enumerate(moments, start=1))
    assert smc_train("-m", *FAST, f"seed={seeds}").returncode == 0
    assert len(list((outputs / "runs").iterdir())) == len(moments) + 1
    assert set(ledger(tmp_path)["status"]) == {"finished"}
    assert list((outputs / "staging").iterdir()) == []


def test_a_read_only_output_is_named(smc_train, tmp_path) -> None:
    if os.geteuid() == 0:
        (tmp_path / "outputs").write_text("a file where the folder should be")
    else:
        (tmp_path / "outputs").mkdir(mode=0o500)
    done = smc_train(*FAST)
    assert done.returncode == 2
    assert "outputs" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_run_that_failed_before_says_why(smc_train) -> None:
    first, again = (smc_train(*FAST, "events.last=20") for _ in range(2))
    reason = first.stderr.strip().removeprefix("error: ").splitlines()[0]
    assert (first.returncode, again.returncode) == (2, 1)
    assert f"failed before: SplitError: {reason}; retry=failed runs it again" in again.stderr


def test_ctrl_c_during_the_imports_ends_in_a_word(smc_train, tmp_path) -> None:
    (tmp_path / "trap").mkdir()
    (tmp_path / "trap" / "pandas.py").write_text(
        "import os, signal, time\nos.kill(os.getpid(), signal.SIGINT)\ntime.sleep(60)\n"
    )
    done = smc_train(env={"PYTHONPATH": str(tmp_path / "trap")})
    assert (done.returncode, done.stderr) == (130, "interrupted\n")
