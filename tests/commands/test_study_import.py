"""A study of Optuna's that was made elsewhere: each of its trials is counted, and only once."""

import shutil
import sqlite3
from contextlib import closing
from datetime import datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from smc import ledger
from smc.fingerprint import bars_fingerprint
from smc.trials import Ledger, Registration

optuna = pytest.importorskip("optuna", reason="Optuna is not installed: pip install 'smc[tune]'")

BEGIN = datetime(2024, 1, 5)
STATE = optuna.trial.TrialState


@pytest.fixture
def said(tmp_path, capsys, monkeypatch):
    """Run the command, and return its exit code with all that it printed, in one line."""
    monkeypatch.setenv("COLUMNS", "200")

    def run(*arguments: str) -> tuple[int, str]:
        try:
            ledger.main([*arguments, "--output", str(tmp_path / "outputs")])
            code = 0
        except SystemExit as ended:
            code = int(ended.code or 0)
        printed = capsys.readouterr()
        return code, " ".join(f"{printed.out} {printed.err}".split())

    return run


@pytest.fixture
def market() -> Registration:
    """One run on S01 that was scored, by which the ledger knows its market."""
    stamps = pd.date_range("2020", periods=300, freq="D", tz="UTC", name="time")
    bars = pd.DataFrame({"close": np.random.default_rng(0).normal(size=300).cumsum()}, index=stamps)
    key = bars_fingerprint(bars)
    run = Registration(
        "a" * 16, {"S01": key}, "a", "1.0", "v", question="q", seed=0, model="xgboost",
        development=(stamps[0], stamps[200]), output="outputs")  # fmt: skip
    Ledger().start(run, {key: bars})
    Ledger().scored(run.run_id)
    return run


def write_study(path, times, name="mine", state=STATE.COMPLETE) -> None:
    """Write trials that began and ended so many minutes after `BEGIN`."""
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(storage=f"sqlite:///{path}", study_name=name, load_if_exists=True)
    for number, (begun, ended) in enumerate(times):
        trial = optuna.trial.create_trial(
            state=STATE.RUNNING if ended is None else state,
            value=None if ended is None or state != STATE.COMPLETE else float(number),
            params={"x": number / 100},
            distributions={"x": optuna.distributions.FloatDistribution(0, 1)},
        )
        trial.datetime_start = BEGIN + timedelta(minutes=begun)
        trial.datetime_complete = None if ended is None else BEGIN + timedelta(minutes=ended)
        study.add_trial(trial)


def rounds() -> list[int]:
    """Rounds of what was brought in, in order."""
    rows = Ledger().trials()
    return rows.loc[rows["reason"] == "elsewhere", "round"].tolist()


def test_each_trial_counts_and_one_after_another_is_a_round_each(said, market, tmp_path):
    write_study(tmp_path / "study.db", [(0, 1), (1, 2), (2, 3)])
    code, text = said("import", str(tmp_path / "study.db"), "--symbol", "S01")
    assert (code, "3 trials counted" in text) == (0, True), text
    assert rounds() == [2, 3, 4]
    (name,) = Ledger().markets().index
    assert Ledger().market_trials(name).n_trials == 4
    assert Ledger().verify() == []


def test_what_was_asked_for_before_any_was_known_is_one_round(said, market, tmp_path):
    """Four workers: the first four know of nothing, the next two of some."""
    write_study(tmp_path / "study.db", [(0, 10), (1, 11), (2, 30), (3, 31), (12, 20), (13, 21), (25, 40)])
    said("import", str(tmp_path / "study.db"), "--symbol", "S01")
    assert rounds() == [2, 2, 2, 2, 3, 3, 4]


@pytest.mark.parametrize("state", [STATE.PRUNED, STATE.FAIL])
def test_what_was_pruned_or_failed_was_seen_and_counts(said, market, tmp_path, state):
    write_study(tmp_path / "study.db", [(0, 1), (2, 3), (4, None)], state=state)
    said("import", str(tmp_path / "study.db"), "--symbol", "S01")
    assert rounds() == [2, 3, 4]


def test_what_waits_in_a_queue_was_never_tried(said, market, tmp_path):
    write_study(tmp_path / "study.db", [(0, 1)])
    optuna.load_study(study_name="mine", storage=f"sqlite:///{tmp_path}/study.db").enqueue_trial({"x": 0.5})
    assert "1 trials counted" in said("import", str(tmp_path / "study.db"), "--symbol", "S01")[1]


def test_the_same_study_again_or_a_copy_of_it_counts_once_and_is_not_touched(said, market, tmp_path):
    path = tmp_path / "study.db"
    write_study(path, [(0, 1), (1, 2)])
    before = path.read_bytes()
    assert "2 trials counted" in said("import", f"sqlite:///{path}", "--symbol", "S01")[1]
    shutil.copy(path, tmp_path / "copy.db")
    for place in (path, tmp_path / "copy.db"):
        assert "nothing that the ledger does not know" in said("import", str(place), "--symbol", "S01")[1]
    assert path.read_bytes() == before
    write_study(path, [(0, 1), (1, 2), (5, 6)], name="other")
    said("import", str(path), "--symbol", "S01", "--study", "other")
    assert len(rounds()) == 5


def test_what_smc_itself_searched_for_is_counted_already(said, market, tmp_path):
    write_study(tmp_path / "study.db", [(0, 1), (1, 2)])
    with closing(sqlite3.connect(tmp_path / "study.db")) as connection, connection:
        connection.execute(
            "INSERT INTO trial_user_attributes (trial_id, key, value_json) VALUES (1, 'smc_run', ?)",
            [f'"{market.run_id}"'],
        )
    assert "1 trials counted" in said("import", str(tmp_path / "study.db"), "--symbol", "S01")[1]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["{place}"], "a study does not say which market it is about; add --symbol NAME"),
        (["{place}", "--symbol", "EURUSD"], "--symbol EURUSD was never tried here"),
        (["{place}", "--symbol", "S01", "--study", "yours"], "holds no such study (mine, other)"),
        (["{place}", "--symbol", "S01"], "holds several studies; choose one by --study (mine, other)"),
        (["{place}/none.db", "--symbol", "S01"], "--symbol, --study: say what a study of Optuna's is about"),
        (["sqlite:///{place}x", "--symbol", "S01"], "there is no such file"),
        (["mysql://me:hunter22@host/db", "--symbol", "S01"], "studies are kept in SQLite or PostgreSQL"),
        (["{other}", "--symbol", "S01"], "cannot be used"),
    ],
)
def test_a_mistake_is_one_line_and_counts_nothing(said, market, tmp_path, arguments, told):
    path, other = tmp_path / "study.db", tmp_path / "other.db"
    for name in ("mine", "other"):
        write_study(path, [(0, 1)], name=name)
    with closing(sqlite3.connect(other)) as connection, connection:
        connection.execute("CREATE TABLE things (name TEXT)")
    before = other.read_bytes()
    code, text = said("import", *(each.format(place=path, other=other) for each in arguments))
    assert (code, told in text) == (2, True), text
    assert "hunter22" not in text
    assert rounds() == []
    assert other.read_bytes() == before
