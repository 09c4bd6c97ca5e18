"""`python -m smc.explain`: what it writes, that it repeats itself, and what it refuses."""

import json
import shutil
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from smc import api
from smc.explain import explain_event, explain_model, main
from smc.explanation.folder import folder_of, read_saved
from smc.explanation.importance import FoldModel
from smc.report.run.contents import sections
from smc.report.view import RunView
from smc.results import load_run
from smc.results.manifest import verify
from smc.training.rebuild import rebuild

QUICK = ["features=daily", "events.last=260", "aug=none", "monitor=none", "evaluation.test=recorded"]


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A folder with one finished run."""
    output = tmp_path_factory.mktemp("made")
    api.train([*QUICK, "model=xgboost", f"paths.output={output}"])
    return output


@pytest.fixture
def output(made, tmp_path):
    return shutil.copytree(made, tmp_path / "outputs")


@pytest.fixture
def run(output):
    (path,) = (output / "runs").iterdir()
    return load_run(path)


def smc_explain(output, *words, capsys):
    with pytest.raises(SystemExit) as ended:
        main([*words, "--output", str(output)])
    said = capsys.readouterr()
    assert said.out == ""
    assert "Traceback" not in said.err
    assert said.err.startswith("error: ")
    return ended.value.code, said.err


def contents(folder):
    return {path.name: path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_a_model_is_explained_beside_its_run_and_twice_the_same(run, output):
    before = contents(run.path)
    saved = explain_model(run, output=output)
    assert saved.path == output / "explain" / run.run_id / "model"
    assert contents(run.path) == before
    verify(run.path)
    first = contents(saved.path)
    assert set(first) >= {"explanation.json", "shap.parquet", "importance.parquet", "dependence.parquet",
                          "inputs.parquet", "contributions.png", "importance.png", "dependence.png",
                          "index.html", "MANIFEST.json"}  # fmt: skip
    assert contents(explain_model(run, output=output).path) == first
    assert sorted(path.name for path in saved.path.parent.iterdir()) == ["model"]


def test_what_is_saved_adds_up_to_what_the_run_predicted(run, output):
    saved = explain_model(run, output=output)
    shap, record = saved.table("shap"), saved.record
    features = record["features"]
    assert features == run.model().feature_names_in_.tolist()
    together = shap["base"] + shap[features].sum(axis=1)
    np.testing.assert_allclose(together, shap["explained"])
    np.testing.assert_allclose(1 / (1 + np.exp(-together)), shap["answer"], atol=1e-6)
    test = run.predictions.query("part == 'test'").set_index("event")
    told = shap.set_index("event").loc[test.index]
    np.testing.assert_allclose(told["answer"], test["p_1"])
    assert set(told["part"]) == {"not learned"}
    assert record["outputs"] == ["log-odds of class 1"]
    assert record["link"] == "logistic"
    importance = saved.table("importance")
    assert (importance["low"] <= importance["high"]).all()
    assert set(importance["feature"]) == set(features)


def test_pages_tell_of_the_explanation(run, output):
    told = [section.title for section in sections(RunView(run))]
    assert "Explanation" not in told
    explain_model(run, output=output)
    (found,) = (section for section in sections(RunView(run)) if section.title == "Explanation")
    assert any("Events whose labels share bars" in point for point in found.points)
    page = (folder_of(output, run.run_id) / "model" / "index.html").read_text()
    assert page.count("data:image/png;base64,") == 3
    assert "http" not in page.replace("http-equiv", "")
    (folder_of(output, run.run_id) / "model" / "shap.parquet").write_bytes(b"other")
    (damaged,) = (section for section in sections(RunView(run)) if section.title == "Explanation")
    assert "shap.parquet has another size" in damaged.points[0]


def test_one_decision_by_bar_time_day_and_last(run, output):
    last = run.predictions.query("part == 'test'").iloc[-1]
    saved = explain_event(run, str(last["event"]), output=output)
    assert saved.path.name == f"{run.record['symbol']}-{last['event']}"
    once = contents(saved.path)
    for text in (f"{last['time']:%Y-%m-%d}", last["time"].isoformat()):
        assert contents(explain_event(run, text, output=output).path) == once
    record, table = saved.record, saved.table("contributions")
    assert record["answer"] == pytest.approx([last["p_1"]])
    assert record["base"][0] + table["contribution"].sum() == pytest.approx(record["explained"][0])
    assert table["contribution"].abs().is_monotonic_decreasing
    assert len(table) == len(record["features"])
    assert explain_event(run, "last", output=output).record["time"] >= last["time"].isoformat()


def test_a_run_made_before_a_group_existed_is_explained_without_it(run, output):
    first = contents(explain_event(run, "last", output=output).path)
    for later in ("calibrate", "feature_selection", "sample_weight"):
        del run.config[later]
    assert contents(explain_event(run, "last", output=output).path) == first
    rebuilt = rebuild(run, output)
    assert rebuilt.config["sample_weight"] == "uniqueness"
    model, tested = next(rebuilt.fold_models(lambda _: None))
    assert (model.calibrator_, len(tested) > 0) == (None, True)


def test_a_network_of_windows_and_a_regression_are_explained(tmp_path):
    few = [
        "model=lstm",
        "model.max_epochs=2",
        "model.patience=null",
        "cv.n_splits=2",
        "labels=forward_return",
    ]
    run = api.train([*QUICK, *few, f"paths.output={tmp_path}"])
    saved = explain_model(run, output=tmp_path, n_events=40)
    assert saved.record["method"] == "gradient"
    assert saved.record["outputs"] == ["prediction"]
    assert saved.record["importance"]["loss"] == "squared error"
    test = run.predictions.query("part == 'test'").set_index("event")
    shap = saved.table("shap").set_index("event").loc[test.index[-20:]]
    np.testing.assert_allclose(shap["answer"], test["prediction"].iloc[-20:])


def test_importances_are_each_folds_own(run, output, monkeypatch):
    asked = []

    def watched(*given):
        asked.append(FoldModel(*given))
        return asked[-1]

    monkeypatch.setattr("smc.explain.FoldModel", watched)
    explain_model(run, output=output, n_events=20)
    tested = run.predictions.query("part == 'out_of_fold'")
    assert sum(len(each.positions) for each in asked) == len(tested)
    together = np.concatenate([each.model.predict_proba(_table(each, run))[:, 1] for each in asked])
    np.testing.assert_allclose(np.sort(together), np.sort(tested["p_1"]))


def _table(each, run):
    return pd.DataFrame(each.inputs, columns=run.model().feature_names_in_)


def test_folds_that_come_out_differently_are_refused(run, output, capsys):
    run.config["model"]["learning_rate"] = 0.5
    path = run.path / "config.yaml"
    path.write_text(path.read_text().replace("learning_rate: 0.1", "learning_rate: 0.5"))
    _reseal(run.path)
    code, said = smc_explain(output, capsys=capsys)
    assert code == 2
    assert "predicts something else today" in said
    assert not folder_of(output, run.run_id).exists()


def _reseal(folder):
    from smc.results.manifest import NAME, write_manifest

    record = json.loads((folder / NAME).read_bytes())
    (folder / NAME).unlink()
    write_manifest(folder, run_id=record["run_id"], packed=record["packed"])


def test_an_explanation_that_does_not_add_up_is_not_saved(run, output, capsys, monkeypatch):
    def bent(*given):
        values, base = boosting_contributions(*given)
        return values + 0.001, base

    from smc.explanation.exact_shapley import boosting_contributions

    monkeypatch.setattr("smc.explanation.contributions.boosting_contributions", bent)
    for words in ([], ["event=last"]):
        code, said = smc_explain(output, *words, capsys=capsys)
        assert code == 2
        assert "does not add up" in said
        assert not folder_of(output, run.run_id).exists()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["nosuchrun"], "no run 'nosuchrun' under"),
        (["event=9"], "event=9 is no event of the run: a decision is taken at event="),
        (["event=-1"], "event=-1 is no event of the run: a decision is taken at event="),
        (["event=" + "9" * 30], "9 is no event of the run: a decision is taken at event="),
        (["event=0001-01-01"], "event=0001-01-01 is no event: give last,"),
        (["event=1960-01-01"], "is no event of the run: a decision is taken at event="),
        (
            ["event=tomorrow"],
            "event=tomorrow is no event: give last, the position of a bar, or a time such as",
        ),
        (["event=last", "symbol=XYZ"], "symbol=XYZ is none of the run's: SP500"),
        (["symbol=SP500"], "symbol= goes with event="),
        (["events=3"], "events=3 is no option: there are event=<bar or time> and symbol=<name>"),
        (["nosuchrun", "--events", "9", "event=last"], "no run 'nosuchrun' under"),
        (["--events", "1"], "--events must be 2 or more, got 1"),
    ],
)
def test_what_is_not_there_is_refused_in_words(words, message, made, capsys):
    code, said = smc_explain(made, *words, capsys=capsys)
    assert code == 2
    assert message in said


def test_a_damaged_run_is_refused(run, output, capsys):
    (run.path / "model" / "model.json").write_bytes(b"{}")
    code, said = smc_explain(output, capsys=capsys)
    assert code == 2
    assert "is damaged: model/model.json has another size" in said


def test_a_missing_library_is_named_with_the_command_that_installs_it(tmp_path):
    api.train([*QUICK, "model=random_forest", "model.n_estimators=5", f"paths.output={tmp_path}"])
    code = (
        "import sys; sys.modules['shap'] = None\n"
        f"from smc.explain import main\nmain(['latest', 'event=last', '--output', {str(tmp_path)!r}])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 2
    assert "pip install -e '.[explain]'" in done.stderr
    assert "Traceback" not in done.stderr
    assert read_saved(tmp_path / "explain") is None


def test_a_run_does_not_import_what_explains(tmp_path):
    code = "import sys, smc.train, smc.api, smc.explain; print(sorted({'shap', 'torch', 'matplotlib'} & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=True
    )
    assert done.stdout.strip() == "[]"


def test_the_page_of_a_selection_shows_what_was_explained_of_its_candidate(
    run, output, monkeypatch, ledger_of_the_tests
):
    monkeypatch.setenv("SMC_LEDGER", str(ledger_of_the_tests))
    selected = api.select([f"paths.output={output}"])
    assert selected.manifest["selections"]["SP500"]["candidate"]["run_id"] == run.run_id
    assert "<h3>Explanation</h3>" not in selected.page.read_text()
    explain_model(run, output=output, n_events=20)
    written = api.select([f"paths.output={output}"]).page.read_text()
    assert "<h3>Explanation</h3>" in written
    assert "mean |contribution|" in written
