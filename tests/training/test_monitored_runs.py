"""Watches over whole runs: what they change (nothing), what they stop, where they tell."""

import json
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import numpy as np
import pytest

from smc import api
from smc.cv.plan import SplitPlan
from smc.fit_progress import CURVES
from smc.ledger import Ledger
from smc.monitor.timeout import Timeout
from smc.results import Run, RunStore, load_run
from smc.training.cross_fit import CrossFitter
from smc.training.outcome import Outcome, say_outcome

CONF = Path(__file__).parents[2] / "conf"
MODELS = sorted(path.stem for path in (CONF / "model").glob("*.yaml"))
NETWORKS = ("lstm", "mlp")
#: Ensembles hand their watches on as `stacking` does; all of them are asked with --slow.
LIKE_STACKING = ("averaging", "blending", "dynamic", "regime", "voting")
SMALL = ("events.last=200", "aug=none", "cv.n_splits=2", "evaluation.test=recorded")
AT_ONCE = "monitor.watches.timeout.max_minutes=1e-9"
FITS = [*(f"fold {number}" for number in range(2)), "train fit", "final fit"]


@pytest.fixture
def train(tmp_path, monkeypatch) -> Callable[..., Run]:
    """Carry out a small run in this process, in a folder of its own."""

    def run(*overrides: str, folder: str = "one") -> Run:
        (tmp_path / folder).mkdir(exist_ok=True)
        monkeypatch.chdir(tmp_path / folder)
        run = api.train([*SMALL, *overrides])
        return load_run(run.path.resolve())

    return run


class Chat(HTTPServer):
    """A webhook that keeps what it is told."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Listener)
        self.texts: list[str] = []
        self.status = 200
        self.url = f"http://127.0.0.1:{self.server_port}/services/verysecret"
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()


class Listener(BaseHTTPRequestHandler):
    server: Chat

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.texts.append(json.loads(body)["text"])
        self.send_response(self.server.status)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def chat() -> Iterator[Chat]:
    server = Chat()
    yield server
    server.shutdown()
    server.server_close()


def reasons(run: Run) -> list[str]:
    return [each["reason"] for each in run.record["warnings"]]


def said(run: Run, *, is_new: bool = True) -> str:
    return say_outcome(Outcome(run.run_id, "finished", run.path, is_new=is_new))


@pytest.mark.parametrize(
    "model",
    [pytest.param(model, marks=[pytest.mark.slow] * (model in LIKE_STACKING)) for model in MODELS],
)
def test_watches_that_stop_nothing_change_no_byte(train, model):
    """All on, one that would end networks before their patience set aside, against all off."""
    short = ("model.max_epochs=12",) if model in NETWORKS else ()
    one = train(f"model={model}", *short, "monitor.watches.divergence.max_rises=1000")
    two = train(f"model={model}", *short, "monitor=none", folder="two")
    assert one.path != two.path
    assert one.run_id == two.run_id, "a monitor is no part of a run"
    assert one.record["stopped_by_watch"] == two.record["stopped_by_watch"] == []
    files = sorted(path.relative_to(one.path) for path in one.path.rglob("*") if path.is_file())
    assert files == sorted(path.relative_to(two.path) for path in two.path.rglob("*") if path.is_file())
    for file in files:
        if file.suffix in (".parquet", ".ubj", ".txt", ".skops", ".safetensors", ".npz", ".npy"):
            assert (one.path / file).read_bytes() == (two.path / file).read_bytes(), file


@pytest.mark.parametrize("model", ["xgboost", "lightgbm", *NETWORKS])
def test_a_fit_past_its_time_is_stopped_saved_and_marked(train, model):
    run = train(f"model={model}", AT_ONCE, "events.last=150")
    assert [stop["fit"] for stop in run.record["stopped_by_watch"]] == FITS
    assert {(stop["reason"], stop["iteration"]) for stop in run.record["stopped_by_watch"]} == {
        ("timeout", 0)
    }
    assert [each["fit"] for each in run.record["warnings"] if each["reason"] == "timeout"] == FITS
    assert run.record["partial"] is None
    assert run.record["test_metrics"]["n_events"] > 0
    assert (run.curves["iteration"] == 0).all()
    assert run.curves["kept"].all()
    log = (run.path / "run.log").read_text()
    assert log.count("timeout: The fit has taken") == len(FITS)
    assert "fold 0: The fit has taken" in said(run)
    assert "Likewise in fold 1, train fit, final fit." in said(run)
    run.model()


def test_a_run_that_a_watch_stopped_is_not_repeated_and_says_so(train):
    stopped = train(AT_ONCE)
    again = train("monitor=none")
    assert again.path == stopped.path
    assert again.record == stopped.record
    assert "watches stopped fold 0 by timeout" in said(again, is_new=False)
    assert "remove the folder to fit it under other watches" in said(again, is_new=False)
    whole = train("monitor=none", folder="two")
    assert whole.run_id == stopped.run_id
    assert "watches" not in said(whole, is_new=False)


def test_a_fit_of_scikit_learn_is_timed_when_it_is_over(train):
    run = train("model=random_forest", AT_ONCE)
    late = [each for each in run.record["warnings"] if each["reason"] == "timeout"]
    assert [(each["fit"], each["iteration"]) for each in late] == [(name, None) for name in FITS]
    assert run.record["stopped_by_watch"] == []
    assert run.curves.empty


def test_curves_are_those_of_every_fit(train):
    run = train("model=xgboost")
    assert run.curves["fit"].unique().tolist() == FITS
    for name, curve in run.curves.groupby("fit"):
        assert curve["iteration"].tolist() == list(range(len(curve)))
        n_kept = int(curve["kept"].sum())
        assert curve["kept"].tolist() == [number < n_kept for number in range(len(curve))]
        if name == "final fit":
            assert curve["val_loss"].isna().all()
            assert n_kept == len(curve) == run.model().n_rounds_
        else:
            assert n_kept == np.argmin(curve["val_loss"]) + 1 == len(curve) - 10
    assert run.curves["gradient_norm"].isna().all()
    assert list(run.curves) == ["fit", *CURVES, "kept"], "a single model has no column for members"


def test_a_learning_curve_ends_in_the_train_fit_and_changes_nothing(train):
    run = train("model=xgboost", "monitor.learning_curve=true", "events.last=300")
    curve, n_train = run.learning_curve, run.record["sample_loss"]["split"]["train"]
    assert curve["n_events"].tolist() == [round(share * n_train) for share in (0.2, 0.4, 0.6, 0.8, 1.0)]
    last = curve.iloc[-1]
    assert last["train_accuracy"] == run.record["history"]["train_accuracy"]
    assert last["val_accuracy"] == run.record["history"]["val_accuracy"]
    assert last["val_log_loss"] == run.record["val_metrics"]["log_loss"]
    plain = train("model=xgboost", "events.last=300", folder="two")
    assert plain.learning_curve.empty
    for file in ("predictions.parquet", "curves.parquet"):
        assert (plain.path / file).read_bytes() == (run.path / file).read_bytes()


def test_the_sizes_of_a_learning_curve_are_the_most_recent_train_events(train, monkeypatch):
    fit, asked = CrossFitter.fit, {}

    def remember(self, positions, name):
        asked[name] = positions
        return fit(self, positions, name)

    monkeypatch.setattr(CrossFitter, "fit", remember)
    run = train("model=logistic", "monitor.learning_curve=true", "events.last=300")
    for n_events in run.learning_curve["n_events"][:-1]:
        positions = asked[f"learning curve, {n_events} events"]
        np.testing.assert_array_equal(positions, SplitPlan.load(run.path / "splits.json").train[-n_events:])


def test_a_size_that_is_too_small_for_a_fit_is_left_out_of_the_learning_curve_and_logged(train):
    run = train("model=xgboost", "monitor.learning_curve=true")
    n_train = run.record["sample_loss"]["split"]["train"]
    assert run.learning_curve["n_events"].tolist() == [round(share * n_train) for share in (0.4, 0.6, 0.8, 1)]
    said = f"learning curve: {round(0.2 * n_train)} events are left out, they are fewer than"
    assert said in (run.path / "run.log").read_text()


def test_a_webhook_is_told_the_warnings_once_and_its_address_is_written_nowhere(train, chat, tmp_path):
    run = train(AT_ONCE, f"monitor.webhook={chat.url}")
    (text,) = chat.texts
    assert text.startswith(f"SP500 XGBoost, run {run.run_id}: ")
    assert "- timeout: fold 0: The fit has taken" in text
    assert "webhook_failed" not in reasons(run)
    assert run.config["monitor"]["webhook"] == "(hidden)"
    for file in tmp_path.rglob("*"):
        assert file.is_dir() or b"verysecret" not in file.read_bytes(), file


def test_a_sweep_that_reads_the_address_from_the_environment_writes_it_nowhere(smc_train, chat, tmp_path):
    """Hydra writes a sweep's command line into its own folder, as the shell does into its history."""
    overrides = ("model=logistic", "events.last=150,200", "aug=none", "monitor.webhook=${oc.env:SMC_WEBHOOK}")
    done = smc_train("-m", *overrides, env={"SMC_WEBHOOK": chat.url})
    assert done.returncode == 0, done.stderr
    assert len(chat.texts) == 2
    assert "verysecret" not in done.stderr
    for file in (tmp_path / "outputs").rglob("*"):
        assert file.is_dir() or b"verysecret" not in file.read_bytes(), file


def test_a_webhook_that_fails_never_fails_the_run(train, chat):
    chat.status = 503
    run = train("monitor.webhook=" + chat.url)
    (problem,) = [each for each in run.record["warnings"] if each["reason"] == "webhook_failed"]
    assert problem["sentence"] == "The webhook was not told: the server answered 503 Service Unavailable."
    assert "webhook_failed" in (run.path / "run.log").read_text()
    assert "The webhook was not told" in said(run)


def test_a_run_without_warnings_sends_nothing(train, chat):
    run = train(
        "model=logistic", "monitor.watches=null", "++monitor.watches={}", f"monitor.webhook={chat.url}"
    )
    assert [each for each in reasons(run) if each != "not_finite"] == []
    assert chat.texts == []


def test_a_webhook_is_told_of_a_failure(train, chat):
    from smc.errors import SmcError

    with pytest.raises(SmcError):
        train("events.last=20", f"monitor.webhook={chat.url}")
    (text,) = chat.texts
    assert "failed: bad_split: " in text


def test_ctrl_c_between_fits_keeps_what_is_done_beside_the_runs(train, tmp_path, monkeypatch):
    def interrupt(self, progress):
        raise KeyboardInterrupt

    output = tmp_path / "one" / "outputs"
    with monkeypatch.context() as patch:
        patch.setattr(Timeout, "observe", _on_call(20, interrupt))
        with pytest.raises(KeyboardInterrupt, match="what was done so far is in outputs/partial/"):
            train("model=xgboost")
    (folder,) = (output / "partial").iterdir()
    partial = load_run(folder)
    assert partial.record["partial"]["reason"] == "interrupted"
    assert partial.record["history"]["cv_fold_accuracies"]
    assert partial.record["test_metrics"] is None
    assert "interrupted" in reasons(partial)
    assert set(partial.predictions["part"]) == {"out_of_fold"}
    partial.model()
    store = RunStore(output)
    assert (store.state(folder.name), store.status(folder.name)["reason"]) == ("killed", "interrupted")
    assert Ledger().trials()["status"].tolist() == ["killed"]
    assert list((output / "staging").iterdir()) == []
    whole = train("model=xgboost")
    assert whole.run_id == folder.name
    assert whole.record["partial"] is None
    assert not folder.exists(), "the whole run takes its place"


def test_ctrl_c_while_the_baseline_is_fitted_ends_the_run_and_is_no_failure(train, tmp_path, monkeypatch):
    fit, calls = CrossFitter.fit, []

    def second_of_the_baseline(self, positions, name):
        calls.append(type(self.pipeline.estimator).__name__)
        if calls.count("Baseline") == 2:
            raise KeyboardInterrupt
        return fit(self, positions, name)

    monkeypatch.setattr(CrossFitter, "fit", second_of_the_baseline)
    with pytest.raises(KeyboardInterrupt):
        train("model=logistic")
    assert calls.count("Baseline") == 2
    (status,) = (tmp_path / "one" / "outputs" / "status").iterdir()
    assert json.loads(status.read_text())["status"] == "killed"


def _on_call(n_calls: int, act: Callable) -> Callable:
    """Return a method that says nothing until it is called for the n-th time."""
    calls = []

    def observe(self, progress):
        calls.append(progress)
        return act(self, progress) if len(calls) == n_calls else None

    return observe


@pytest.mark.parametrize("model", NETWORKS)
def test_ctrl_c_in_a_network_keeps_its_best_state_and_marks_it(tmp_path, model):
    """The first epoch sets off a warning, so that the log tells that the fit goes on."""
    endless = ("model.max_epochs=100000", "model.patience=100000", "events.last=150", "aug=none")
    process = subprocess.Popen(
        [sys.executable, "-m", "smc.train", f"model={model}", *endless,
         "monitor.watches.exploding_gradients.max_norm=1e-9", "monitor.watches.divergence=null"],
        cwd=tmp_path, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    deadline = time.monotonic() + 120
    logs = []
    while not any("exploding" in log.read_text() for log in logs) and time.monotonic() < deadline:
        time.sleep(0.05)
        logs = list((tmp_path / "outputs").glob("staging/*/run.log"))
    process.send_signal(signal.SIGINT)
    _, stderr = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "interrupted: what was done so far is in outputs/partial/" in stderr
    assert "Traceback" not in stderr
    (folder,) = (tmp_path / "outputs" / "partial").iterdir()
    run = load_run(folder)
    assert run.record["partial"]["fit"] == "fold 0"
    assert run.record["partial"]["iteration"] == len(run.curves) - 1
    n_kept = int(run.curves["kept"].sum())
    assert run.curves["val_loss"][n_kept - 1] == run.curves["val_loss"][:n_kept].min()
    assert len(run.predictions) > 0
    run.model()
    (status,) = (tmp_path / "outputs" / "status").iterdir()
    assert json.loads(status.read_text())["reason"] == "interrupted"
