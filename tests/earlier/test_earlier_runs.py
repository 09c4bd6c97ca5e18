"""Runs of an earlier version are listed, shown, judged, explained and rebuilt today.

`make_runs.sh` made them. Where the processor and the libraries are those of then, they come out to the last bit.
"""

import json
import shutil
import sqlite3
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from smc import api, select, show
from smc.comparison.outputs import DIFFERENT, NOT_COMPARED
from smc.explain import explain_event, explain_model
from smc.reproduce import reproduce
from smc.results import KeptBars, Run, list_runs, load_run
from smc.training.rebuild import rebuild
from smc.trials import Ledger

EARLIER = Path(__file__).parent / "outputs-0.1.0"
#: What another processor may change in a number.
TOLERANCE = 1e-6


def name_of(folder: Path) -> str:
    record = json.loads((folder / "run.json").read_bytes())
    return f"{record['choices']['model']}-{record['choices']['labels']}-{folder.name[:4]}"


RUNS = {name_of(folder): folder.name for folder in list_runs(EARLIER)}
MODELS = sorted({name.partition("-")[0] for name in RUNS})
every_run = pytest.mark.parametrize("run_id", RUNS.values(), ids=RUNS)


def run_of(model: str, output: Path) -> Run:
    """The plain run of a model on one market."""
    for folder in list_runs(output):
        record = json.loads((folder / "run.json").read_bytes())
        if (model, "walk_forward", "S01", 0) == (
            *map(record["choices"].get, ("model", "cv")),
            record["symbol"],
            record["seed"],
        ):
            return load_run(folder)
    raise LookupError(model)


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    """A copy for tests that read, and may fill the cache."""
    return shutil.copytree(EARLIER, tmp_path_factory.mktemp("earlier") / "outputs")


@pytest.fixture
def output(tmp_path):
    """A copy for a test that writes."""
    return shutil.copytree(EARLIER, tmp_path / "outputs")


@pytest.fixture
def at_terminal(capsys, monkeypatch):
    """Run a command line; what it printed."""
    monkeypatch.setenv("COLUMNS", "200")

    def run(command, *arguments) -> str:
        command.main(list(map(str, arguments)))
        return capsys.readouterr().out

    return run


def test_there_is_a_run_of_every_model():
    options = Path(__file__).parents[2] / "conf" / "model"
    today = {path.stem for path in options.glob("*.yaml")}
    assert set(MODELS) <= today, "a model without a successor: runs of it can no longer be read"
    assert len(MODELS) == 13


@pytest.mark.parametrize("dialect", ["--output={}", "paths.output={}", "paths.output='{}'"])
def test_all_are_listed(dialect, shared, at_terminal):
    text = at_terminal(show, "--list", dialect.format(shared))
    assert all(run_id[:8] in text for run_id in RUNS.values())
    assert "Other runs" not in text


def test_a_sealed_run_is_shown_without_a_ledger_where_one_stood(shared, at_terminal, tmp_path, monkeypatch):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    sealed = [folder for folder in list_runs(shared) if load_run(folder).is_sealed]
    assert sealed
    for folder in sealed:
        assert "sealed" in at_terminal(show, folder, "--output", shared, "--no-pictures")
    assert not list(elsewhere.iterdir()), "the folder of then is no place for the ledger of now"


@every_run
def test_every_run_is_shown(run_id, shared, at_terminal):
    text = at_terminal(show, run_id, "--output", shared, "--no-pictures", "--config")
    record = load_run(shared / "runs" / run_id).record
    assert record["model_name"] in text
    assert "evaluation/default.yaml" in text


@pytest.mark.parametrize("model", ["xgboost", "mlp", "stacking"])
def test_pictures_are_drawn(model, output, at_terminal):
    run = run_of(model, output)
    at_terminal(show, run.run_id, "--output", output)
    assert len(list((output / "reports" / run.run_id).rglob("*.png"))) >= 4


@every_run
def test_a_saved_model_answers_what_it_did(run_id, shared):
    run = load_run(shared / "runs" / run_id)
    if run.record["model_name"] == "Dynamic":
        pytest.skip("its weights follow the outcomes known at each event; the rebuilt run covers it")
    rebuilt, model = rebuild(run, shared), run.model()
    is_sealed = run.config["evaluation"].get("test") == "sealed"
    told = pd.read_parquet(run.path / "sealed_predictions.parquet") if is_sealed else run.predictions
    split = told[told["part"] == "test"]
    assert len(split)
    keys = [name for name in ("symbol", "event") if name in split]
    expected = split.set_index(keys)
    asked = rebuilt.data.events.set_index(keys).index
    positions = np.flatnonzero(asked.isin(expected.index))
    expected = expected.loc[asked[positions]]
    inputs = rebuilt.data.inputs(positions, model.lookback)
    if run.record["task"] == "classification":
        answers, columns = model.predict_proba(inputs), [f"p_{label}" for label in model.classes_]
    else:
        answers, columns = np.reshape(model.predict(inputs), (len(positions), -1))[:, -1:], ["prediction"]
    np.testing.assert_allclose(answers, expected[columns], atol=TOLERANCE)


@every_run
@pytest.mark.filterwarnings("ignore:Gain found no feature:RuntimeWarning")
def test_every_run_is_rebuilt(run_id, shared):
    reproduction = reproduce(load_run(shared / "runs" / run_id), output=shared, tolerance=10 * TOLERANCE)
    apart = [finding for finding in reproduction.findings if finding.verdict == DIFFERENT]
    assert {finding.part for finding in apart} <= {"curves"}, (
        apart
    )  # a gradient's norm parts before its model
    not_compared = [finding.part for finding in reproduction.findings if finding.verdict == NOT_COMPARED]
    assert not_compared == ["figures, returns"]
    assert not [sentence for sentence in reproduction.since if "refused today" in sentence]


def test_verdicts_are_those_of_then(output, at_terminal):
    then = json.loads((EARLIER / "manifest.json").read_bytes())
    text = at_terminal(select, "--output", output, "--diff")
    now = json.loads((output / "manifest.json").read_bytes())
    assert now["selection_criteria"] == then["selection_criteria"]
    assert now["runs"] == {**then["runs"], "set_aside": []}
    assert f"{len(RUNS)} runs read" in text
    for symbol, entry in then["selections"].items():
        today = now["selections"][symbol]
        # A regression was judged by its bars and stood for the symbol; its events are what counts today.
        for name in ("verdict", "selected_model", "run_id"):
            assert today[name] == entry[name]
        assert today["evidence"]["n_trials"] == entry["evidence"]["n_trials"]
        assert {row["run_id"] for row in today["comparison"]} == {
            row["run_id"] for row in entry["comparison"]
        }


def test_what_was_counted_then_counts_on(output, own_ledger):
    """A selection takes the trials of then over, once, and a new one is counted beside them."""
    with sqlite3.connect(output / "ledger.sqlite") as connection:
        before = connection.execute("select count(*) from trials").fetchone()[0]
    first = api.select([f"paths.output={output}"])
    assert first.news == [f"21 trials of an earlier smc taken over into the ledger sqlite:///{own_ledger}"]
    assert api.select([f"paths.output={output}"]).news == []
    assert len(Ledger().trials()) == before
    assert Ledger().verify() == []
    api.train(
        [
            "data=simulated",
            "data.n_bars=2500",
            "events.last=120",
            "model=baseline",
            "symbol=S01",
            f"paths.output={output}",
        ]
    )
    assert len(Ledger().trials()) == before + 1


def test_each_test_part_that_was_written_down_is_a_look(output):
    entry = api.select([f"paths.output={output}"]).manifest["selections"]["S02"]
    assert entry["evidence"]["openings"] == 3


def test_a_look_of_then_reaches_to_the_end_of_the_last_label(output):
    api.select([f"paths.output={output}"])
    ledger, looks = Ledger(), 0
    for run in map(load_run, list_runs(output)):
        rows = run.predictions[run.predictions["part"] == "test"]
        for symbol, own in rows.groupby("symbol"):
            bars = KeptBars(str(output), run.fingerprints).load(symbol)
            last = bars.index[own["end"].max()]
            step = (last - bars.index[own["event"].max()]) / 2
            look = ledger.opening(run.run_id, symbol)
            assert look.start == own["time"].min()
            assert abs(look.end - last) < step, "only the bars of events are dated"
            looks += 1
    assert looks > 10


@pytest.mark.parametrize("model", ["logistic", "xgboost", "mlp", "averaging"])
def test_an_explanation(model, output):
    run = run_of(model, output)
    assert explain_model(run, output=output, n_events=20).path.is_dir()
    assert explain_event(run, "last", output=output).path.is_dir()


def test_a_decision(shared):
    run = run_of("logistic", shared)
    prints = {symbol: bars["fingerprint"] for symbol, bars in run.record["bars"].items()}
    decision = api.decide(run, KeptBars(str(shared), prints).load("S01"), output=shared)
    assert set(decision["probability"]) == {"0", "1"}
