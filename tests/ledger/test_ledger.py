"""Every trial is counted once, whoever writes and whatever dies."""

import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path

import pandas as pd
import pytest

from smc.errors import ResultsError
from smc.ledger import Ledger, database

FACTS = {
    "model": "xgboost",
    "config_hash": "c",
    "seedless_hash": "s",
    "data_hash": "d",
    "split_hash": "p",
    "seed": 0,
    "code_version": "v",
    "output": "outputs",
}


def period(start, end):
    return pd.Timestamp(start, tz="UTC"), pd.Timestamp(end, tz="UTC")


FACTS["evidence"] = period("2020", "2021")


@pytest.fixture(params=["sqlite", "postgres"])
def url(request, tmp_path):
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/résultats du mois ∂/ledger.sqlite"
    return request.getfixturevalue("postgres").render_as_string(hide_password=False)


@pytest.fixture
def ledger(url):
    ledger = Ledger(url)
    yield ledger
    ledger.close()


def open_trial(ledger, trial_id="aa", symbols=("EURUSD",), **facts):
    ledger.open_trial(trial_id, symbols, **{**FACTS, **facts})


def rows(ledger, *columns):
    return ledger.trials()[list(columns)].to_numpy().tolist()


def test_a_trial_is_counted_before_it_ends(ledger):
    open_trial(ledger)
    assert rows(ledger, "trial_id", "symbol", "status", "attempts") == [["aa", "EURUSD", "started", 1]]
    ledger.close_trial("aa", "failed", "bad_data")
    assert rows(ledger, "status", "reason") == [["failed", "bad_data"]]


def test_a_trial_keeps_all_that_was_said_of_it(ledger):
    open_trial(ledger, evidence=period("2020-01-01 04:00", "2021"), seed=7)
    row = ledger.trials().iloc[0]
    said = {name: row[name] for name in FACTS if name not in ("evidence", "output")}
    assert said == {name: FACTS[name] for name in said} | {"seed": 7}
    assert (row.evidence_start, row.evidence_end) == period("2020-01-01 04:00", "2021")
    assert row.output == str(Path("outputs").resolve())
    assert pd.Timestamp.now(tz="UTC") - row.created < pd.Timedelta("1min")
    assert row.created == row.updated


def test_a_repeat_of_an_id_updates_its_row(ledger):
    open_trial(ledger)
    ledger.close_trial("aa", "failed", "bad_data")
    open_trial(ledger, code_version="w")
    assert rows(ledger, "status", "attempts", "code_version") == [["started", 2, "w"]]
    assert ledger.trials().reason.isna().all()
    assert (ledger.trials().created < ledger.trials().updated).all()


def test_a_pool_has_one_row_for_each_symbol(ledger):
    open_trial(ledger, symbols=["GBPUSD", "EURUSD", "EURUSD"])
    open_trial(ledger, "bb")
    ledger.close_trial("aa", "finished")
    assert rows(ledger, "trial_id", "symbol", "status", "attempts") == [
        ["aa", "EURUSD", "finished", 1],
        ["aa", "GBPUSD", "finished", 1],
        ["bb", "EURUSD", "started", 1],
    ]
    assert ledger.trials("GBPUSD").trial_id.tolist() == ["aa"]
    assert ledger.trials("USDJPY").empty


def test_a_pool_is_counted_for_all_its_symbols_or_none(ledger, monkeypatch):
    open_row = Ledger._open_row

    def fail_at_b(self, connection, key, facts):
        open_row(self, connection, key, facts | {"model": None} if key["symbol"] == "B" else facts)

    monkeypatch.setattr(Ledger, "_open_row", fail_at_b)
    with pytest.raises(ResultsError, match=r"cannot be used: .*model"):
        open_trial(ledger, symbols=["A", "B"])
    assert ledger.trials().empty


def test_seeds_and_repeats_count_once_and_everything_else_counts_again(ledger):
    open_trial(ledger, "0")
    open_trial(ledger, "0")
    open_trial(ledger, "1", seed=1, config_hash="c1")
    assert ledger.count("EURUSD") == 1
    for number, name in enumerate(("seedless_hash", "data_hash", "code_version"), start=2):
        open_trial(ledger, f"x{number}", **{name: "other"})
        assert ledger.count("EURUSD") == number
    open_trial(ledger, "elsewhere", symbols=["GBPUSD"], seedless_hash="e")
    assert (ledger.count("EURUSD"), ledger.count("GBPUSD"), ledger.count("USDJPY")) == (4, 1, 0)


def test_failed_and_killed_trials_count(ledger):
    for status in ("failed", "killed", "finished"):
        open_trial(ledger, status, seedless_hash=status)
        ledger.close_trial(status, status)
    assert ledger.count("EURUSD") == 3


@pytest.mark.parametrize(
    ("start", "end", "count"),
    [
        ("2019", "2019-12-31", 1),
        ("2019", "2020", 2),
        ("2020-06", "2020-07", 2),
        ("2021", "2022", 2),
        ("2021-01-02", "2022", 1),
    ],
)
def test_trials_count_whose_evidence_overlaps_or_is_unknown(ledger, start, end, count):
    open_trial(ledger, "known", evidence=period("2020", "2021"))
    open_trial(ledger, "unknown", evidence=None, seedless_hash="u")
    assert ledger.count("EURUSD", period(start, end)) == count


def test_stamps_are_compared_in_utc(ledger):
    new_york = tuple(stamp.tz_convert("America/New_York") for stamp in period("2020", "2021"))
    open_trial(ledger, evidence=new_york)
    row = ledger.trials().iloc[0]
    assert (row.evidence_start, row.evidence_end) == period("2020", "2021")
    with pytest.raises(ValueError, match="evidence needs stamps with a time zone, got 2020"):
        open_trial(ledger, evidence=(pd.Timestamp("2020"), pd.Timestamp("2021")))


def test_a_trial_that_was_never_opened_cannot_be_closed(ledger):
    with pytest.raises(ResultsError, match="trial aa is not in the ledger: open it before its fit"):
        ledger.close_trial("aa", "finished")


def test_trials_that_died_are_closed_as_what_they_are(ledger):
    truth = {"a": "started", "b": "killed", "c": "finished", "d": "failed", "e": "absent"}
    for trial_id in truth:
        open_trial(ledger, trial_id, symbols=["A", "B"])
    open_trial(ledger, "elsewhere", output="elsewhere")
    open_trial(ledger, "closed")
    ledger.close_trial("closed", "finished")
    assert ledger.reap("outputs", truth.__getitem__) == 4
    found = ledger.trials().drop_duplicates("trial_id").set_index("trial_id")
    assert found.status.to_dict() == {
        **{"a": "started", "b": "killed", "c": "finished", "d": "failed", "e": "killed"},
        **{"elsewhere": "started", "closed": "finished"},
    }
    assert found.reason.dropna().to_dict() == dict.fromkeys("bcde", "reaped")
    assert ledger.reap("outputs", truth.__getitem__) == 0


def test_the_cause_of_a_death_is_told_whoever_saw_it_first(ledger):
    for trial_id in ("seen", "unseen", "closed"):
        open_trial(ledger, trial_id, symbols=["A", "B"])
    ledger.close_trial("closed", "failed", "bad_fit")
    assert ledger.reap("outputs", {"seen": "killed", "unseen": "started"}.__getitem__) == 1
    told = [ledger.close_if_started(each, "killed", "SIGKILL") for each in ("seen", "unseen", "closed")]
    assert told == [True, True, False]
    reasons = ledger.trials().drop_duplicates("trial_id").set_index("trial_id")["reason"]
    assert reasons.to_dict() == {"seen": "SIGKILL", "unseen": "SIGKILL", "closed": "bad_fit"}


def test_a_trial_that_is_opened_again_meanwhile_is_not_reaped(ledger):
    open_trial(ledger)

    def state(trial_id):
        open_trial(ledger, trial_id)
        return "killed"

    assert ledger.reap("outputs", state) == 0
    assert rows(ledger, "status", "attempts") == [["started", 2]]


def test_writers_at_once_lose_nothing(url, tmp_path):
    script = Path(__file__).parent / "ledger_writers.py"
    writers = [
        subprocess.Popen([sys.executable, str(script), url, str(n), "6", str(tmp_path)]) for n in range(8)
    ]
    while len(list(tmp_path.glob("ready-*"))) < 8:
        time.sleep(0.01)
    (tmp_path / "go").touch()
    assert [writer.wait() for writer in writers] == [0] * 8
    ledger = Ledger(url)
    trials = ledger.trials()
    ledger.close()
    assert len(trials) == 2 * (8 * 6 + 6)
    own = trials[~trials.trial_id.str.startswith("shared")]
    assert (own.status == "finished").all()
    assert (own.attempts == 1).all()
    shared = trials[trials.trial_id.str.startswith("shared")]
    assert (shared.attempts == 8).all()


def test_a_pool_that_is_opened_and_closed_at_once_blocks_neither(url, monkeypatch):
    opener, closer = Ledger(url), Ledger(url)
    for symbol in "BA":  # the order on disk, which a server takes for an update of small tables
        open_trial(opener, symbols=symbol)
    if url.startswith("postgresql"):
        with opener._database.transaction() as connection:
            connection.exec_driver_sql("ANALYZE trials")
    half_open, open_row = threading.Event(), Ledger._open_row

    def open_slowly(self, connection, key, facts):
        open_row(self, connection, key, facts)
        half_open.set()
        time.sleep(0.3)

    monkeypatch.setattr(Ledger, "_open_row", open_slowly)
    opening = threading.Thread(target=open_trial, args=(opener,), kwargs={"symbols": ["A", "B"]})
    opening.start()
    assert half_open.wait(10)
    closer.close_trial("aa", "finished")
    opening.join()
    assert rows(closer, "symbol", "status", "attempts") == [["B", "finished", 2], ["A", "finished", 2]]
    opener.close()
    closer.close()


def test_a_ledger_can_be_used_again_after_it_is_closed(ledger):
    open_trial(ledger)
    ledger.close()
    ledger.close()
    open_trial(ledger)
    assert rows(ledger, "attempts") == [[2]]


def refused(url, cause):
    return pytest.raises(
        ResultsError, match=rf"(?s)the ledger {url} cannot be used: .*{cause}.*counted before its fit"
    )


def test_a_file_that_is_no_database_is_refused(tmp_path):
    (tmp_path / "ledger.sqlite").write_bytes(b"no database at all" * 100)
    ledger = Ledger(f"sqlite:///{tmp_path}/ledger.sqlite")
    with refused("sqlite:///.*", "file is not a database"):
        open_trial(ledger)
    ledger.close()


def test_a_damaged_database_is_refused(tmp_path):
    ledger = Ledger(f"sqlite:///{tmp_path}/ledger.sqlite")
    for number in range(200):
        open_trial(ledger, str(number))
    ledger.close()
    path = tmp_path / "ledger.sqlite"
    whole = path.read_bytes()
    path.write_bytes(whole[:4096] + b"\xff" * (len(whole) - 4096))
    with refused("sqlite:///.*", "malformed"):
        ledger.trials()
    ledger.close()


def test_a_ledger_that_cannot_be_written_is_refused(tmp_path):
    (tmp_path / "file").write_text("")
    with refused("sqlite:///.*", "File exists"):
        open_trial(Ledger(f"sqlite:///{tmp_path}/file/ledger.sqlite"))
    with refused("sqlite:///.*", "unable to open database file"):
        open_trial(Ledger(f"sqlite:///{tmp_path}"))


@pytest.mark.parametrize(
    ("url", "cause"),
    [
        ("ledger.sqlite", "Could not parse SQLAlchemy URL"),
        ("nothing://host/db", "Can't load plugin"),
        ("mssql+pymssql://host/db", "No module named 'pymssql'"),
    ],
)
def test_a_url_that_leads_nowhere_is_refused(url, cause):
    with refused(".*", cause):
        open_trial(Ledger(url))


def test_a_password_is_never_shown():
    with pytest.raises(ResultsError, match="mssql") as raised:
        open_trial(Ledger("mssql+pymssql://me:secret@host/db"))
    assert "secret" not in str(raised.value)
    assert "me:***@host" in str(raised.value)


def test_a_busy_database_is_waited_for_and_then_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(database, "BUSY_TIMEOUT", 0.2)
    ledger = Ledger(f"sqlite:///{tmp_path}/ledger.sqlite")
    open_trial(ledger)
    other = sqlite3.connect(tmp_path / "ledger.sqlite", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    with refused("sqlite:///.*", "database is locked"):
        open_trial(ledger)
    assert len(ledger.trials()) == 1  # readers do not wait
    other.execute("ROLLBACK")
    open_trial(ledger)
    other.close()
    ledger.close()


def test_a_database_that_others_create_at_this_moment_is_waited_for(tmp_path):
    other = sqlite3.connect(tmp_path / "ledger.sqlite", isolation_level=None, check_same_thread=False)
    other.execute("CREATE TABLE other (x)")
    other.execute("BEGIN IMMEDIATE")  # SQLite refuses to change the journal at once, whatever its timeout
    release = threading.Timer(0.15, lambda: other.execute("ROLLBACK"))
    release.start()
    ledger = Ledger(f"sqlite:///{tmp_path}/ledger.sqlite")
    open_trial(ledger)
    assert ledger.count("EURUSD") == 1
    release.join()
    other.close()
    ledger.close()


def test_importing_the_ledger_does_not_import_sqlalchemy():
    code = "import sys, smc.ledger; sys.exit('sqlalchemy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
