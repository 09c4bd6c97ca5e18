"""Every run is counted once, whoever writes and whatever dies."""

import sqlite3
import subprocess
import sys
import threading
import time
import traceback
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from smc.errors import ConfigError, ResultsError
from smc.trials import Head, Ledger, chain, database, list_id, view
from tests.trials.runs_to_count import (
    bars_of,
    evidence,
    fingerprint,
    period,
    registration,
)

MARKET = fingerprint()


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


def start(ledger, run_id="aa", trial=None, *, list_name=None, **facts):
    return ledger.start(registration(run_id, trial, **facts), bars_of(), list_name)


def rows(ledger, *columns):
    return ledger.trials()[list(columns)].to_numpy().tolist()


def test_a_run_is_registered_before_it_ends(ledger):
    start(ledger)
    assert rows(ledger, "run_id", "symbol", "status", "attempts") == [["aa", "EURUSD", "started", 1]]
    ledger.end("aa", "failed", "bad_data")
    assert rows(ledger, "status", "reason") == [["failed", "bad_data"]]


def test_a_run_keeps_all_that_was_said_of_it(ledger):
    hashes = {"config_hash": "c", "data_hash": "d", "split_hash": "p"}
    said = registration("aa", "t", development=period("2020-01-01 04:00", "2021"), seed=7, hashes=hashes)
    ledger.start(said, bars_of())
    row = ledger.trials().iloc[0]
    names = ("run_id", "trial", "version", "code_version", "question", "seed", "model", "simulated")
    assert {name: row[name] for name in names} == {name: getattr(said, name) for name in names}
    assert {name: row[name] for name in hashes} == hashes
    assert (row.start, row.end) == period("2020-01-01 04:00", "2021")
    assert (row.bars, row.market) == (MARKET, MARKET)
    assert row.output == str(Path("outputs").resolve())
    assert pd.Timestamp.now(tz="UTC") - row.created < pd.Timedelta("1min")
    assert row.created <= row.updated


def test_a_repeat_of_a_run_updates_its_row(ledger):
    start(ledger)
    ledger.end("aa", "failed", "bad_data")
    start(ledger, output="elsewhere")
    found = rows(ledger, "status", "attempts", "output", "reason")
    assert found == [["started", 2, str(Path("elsewhere").resolve()), None]]
    assert (ledger.trials().created < ledger.trials().updated).all()


def test_a_pool_has_one_row_for_each_symbol(ledger):
    start(ledger, symbols=["GBPUSD", "EURUSD"])
    start(ledger, "bb")
    ledger.end("aa", "finished")
    assert rows(ledger, "run_id", "symbol", "status", "attempts") == [
        ["aa", "EURUSD", "finished", 1],
        ["aa", "GBPUSD", "finished", 1],
        ["bb", "EURUSD", "started", 1],
    ]
    assert ledger.trials("GBPUSD").run_id.tolist() == ["aa"]
    assert ledger.trials("USDJPY").empty


def test_an_event_takes_effect_whole_or_not_at_all(ledger, monkeypatch):
    start(ledger, "before")
    before = ledger.head()

    def fail(connection, event):
        raise OSError("out of luck")

    with monkeypatch.context() as patch:
        patch.setattr(view, "apply", fail)
        with pytest.raises(ResultsError, match="cannot be used: out of luck"):
            start(ledger, symbols=["A", "B"])
    assert ledger.trials().run_id.tolist() == ["before"]
    assert ledger.head() == before


def test_stamps_are_kept_in_utc(ledger):
    new_york = tuple(stamp.tz_convert("America/New_York") for stamp in period("2020", "2021"))
    start(ledger, development=new_york)
    row = ledger.trials().iloc[0]
    assert (row.start, row.end) == period("2020", "2021")
    with pytest.raises(ValueError, match="needs stamps with a time zone, got 2020"):
        start(ledger, "bb", development=(pd.Timestamp("2020"), pd.Timestamp("2021")))


def test_a_run_that_was_never_started_cannot_end(ledger):
    for say in (
        lambda: ledger.end("aa", "failed"),
        lambda: ledger.scored("aa"),
        lambda: ledger.finish("aa", {}),
    ):
        with pytest.raises(ResultsError, match="run aa is not in the ledger: start it before its fit"):
            say()
    assert not ledger.knows("aa")
    assert ledger.head() == Head(0, "")


def test_bars_that_nobody_has_seen_must_be_given(ledger):
    with pytest.raises(ValueError, match="new to the ledger: give them too"):
        ledger.start(registration(), {})
    start(ledger)
    ledger.start(registration("bb"), {})


def test_a_run_that_is_known_says_where_it_was_registered(ledger):
    first = start(ledger)
    assert ledger.knows("aa")
    assert first.head == Head(1, ledger_hash(ledger, 1))
    assert start(ledger).head == first.head
    assert start(ledger, "bb").head.number == 4


def ledger_hash(ledger, number):
    with ledger._database.reading() as connection:
        return next(written for event, written in chain.events(connection) if event.number == number)


def test_a_list_is_one_event_however_often_it_is_typed(ledger):
    runs = [registration("bb"), registration("aa")]
    first = ledger.register(runs, bars_of())
    assert first["aa"] == first["bb"]
    assert ledger.head().number == 1
    assert ledger.register(runs[::-1], {}) == first
    assert ledger.head().number == 1
    assert rows(ledger, "run_id", "status", "attempts") == [["bb", "registered", 0], ["aa", "registered", 0]]
    start(ledger, "aa", list_name=list_id(["aa", "bb"]))
    assert ledger.head().number == 2


def test_a_look_is_one_event_however_often_it_is_told(ledger):
    start(ledger)
    ledger.scored("aa")
    number = ledger.head().number
    ledger.scored("aa")
    assert ledger.head().number == number
    assert ledger.trials().scored.tolist() == [number]


def test_evidence_is_kept_to_the_last_float(ledger):
    start(ledger)
    values = np.array([0.1, np.nan, -3.5], dtype=np.float32)
    ledger.finish("aa", evidence(values))
    trials = ledger.market_trials(MARKET)
    column = trials.columns[0]
    np.testing.assert_array_equal(column.values, values.astype(float))
    assert (column.run_id, column.symbol, column.panel, column.round) == ("aa", "EURUSD", "panel", 1)
    rows_of_panel, expected = trials.panels["panel"], evidence(values)["EURUSD"][0]
    np.testing.assert_array_equal(rows_of_panel.start, expected.start)
    np.testing.assert_array_equal(rows_of_panel.end, expected.end)
    assert (trials.n_trials, trials.n_untold, trials.statuses) == (1, 0, {"finished": 1})


def test_the_first_evidence_of_a_run_is_kept(ledger):
    start(ledger)
    ledger.finish("aa", evidence([1.0, 2.0]))
    start(ledger)
    assert len(ledger.market_trials(MARKET).columns) == 1  # a repeat takes nothing away
    ledger.finish("aa", evidence([5.0, 6.0]))
    assert ledger.market_trials(MARKET).columns[0].values.tolist() == [1.0, 2.0]
    assert rows(ledger, "status") == [["finished"]]


def test_runs_that_died_are_closed_as_what_they_are(ledger):
    truth = {"a": "started", "b": "killed", "c": "finished", "d": "failed", "e": "absent"}
    for run_id in truth:
        start(ledger, run_id, symbols=["A", "B"])
    start(ledger, "elsewhere", output="elsewhere")
    start(ledger, "closed")
    ledger.end("closed", "finished")
    assert ledger.reap("outputs", truth.__getitem__) == 4
    found = ledger.trials().drop_duplicates("run_id").set_index("run_id")
    assert found.status.to_dict() == {
        **{"a": "started", "b": "killed", "c": "finished", "d": "failed", "e": "killed"},
        **{"elsewhere": "started", "closed": "finished"},
    }
    assert found.reason.dropna().to_dict() == dict.fromkeys("bcde", "reaped")
    assert ledger.reap("outputs", truth.__getitem__) == 0


def test_evidence_of_a_run_that_was_reaped_is_taken_when_it_comes(ledger):
    start(ledger)
    ledger.reap("outputs", lambda run_id: "finished")
    assert ledger.market_trials(MARKET).n_untold == 1
    ledger.finish("aa", evidence())
    assert ledger.market_trials(MARKET).n_untold == 0
    assert rows(ledger, "status", "reason") == [["finished", None]]


def test_the_cause_of_a_death_is_told_whoever_saw_it_first(ledger):
    for run_id in ("seen", "unseen", "closed"):
        start(ledger, run_id, symbols=["A", "B"])
    ledger.end("closed", "failed", "bad_fit")
    assert ledger.reap("outputs", {"seen": "killed", "unseen": "started"}.__getitem__) == 1
    told = [
        ledger.end_if_open(run_id, "killed", "SIGKILL") for run_id in ("seen", "unseen", "closed", "unknown")
    ]
    assert told == [True, True, False, False]
    reasons = ledger.trials().drop_duplicates("run_id").set_index("run_id")["reason"]
    assert reasons.to_dict() == {"seen": "SIGKILL", "unseen": "SIGKILL", "closed": "bad_fit"}


def test_a_run_that_is_started_again_meanwhile_is_not_reaped(ledger):
    start(ledger)

    def state(run_id):
        start(ledger, run_id)
        return "killed"

    assert ledger.reap("outputs", state) == 0
    assert rows(ledger, "status", "attempts") == [["started", 2]]


def test_writers_at_once_lose_nothing(url, tmp_path):
    script = Path(__file__).parent / "ledger_writers.py"
    writers = [
        subprocess.Popen([sys.executable, str(script), url, str(n), "6", str(tmp_path)]) for n in range(4)
    ]
    while len(list(tmp_path.glob("ready-*"))) < 4:
        time.sleep(0.01)
    (tmp_path / "go").touch()
    assert [writer.wait() for writer in writers] == [0] * 4
    ledger = Ledger(url)
    trials = ledger.trials()
    with ledger._database.reading() as connection:
        links = list(chain.events(connection))
        assert chain.broken_links(links, chain.head(connection)) == []
    ledger.close()
    assert len(trials) == 2 * (4 * 6 + 6)
    own = trials[~trials.run_id.str.startswith("shared")]
    assert (own.status == "finished").all()
    assert (own.attempts == 1).all()
    shared = trials[trials.run_id.str.startswith("shared")]
    assert (shared.attempts == 4).all()


def test_a_ledger_can_be_used_again_after_it_is_closed(ledger):
    start(ledger)
    ledger.close()
    ledger.close()
    start(ledger)
    assert rows(ledger, "attempts") == [[2]]


def refused(url, cause):
    return pytest.raises(
        ResultsError, match=rf"(?s)the ledger {url} cannot be used: .*{cause}.*counted before its fit"
    )


def test_a_file_that_is_no_database_is_refused(tmp_path):
    (tmp_path / "ledger.sqlite").write_bytes(b"no database at all" * 100)
    ledger = Ledger(f"sqlite:///{tmp_path}/ledger.sqlite")
    with refused("sqlite:///.*", "file is not a database"):
        start(ledger)
    ledger.close()


def test_a_damaged_database_is_refused(tmp_path):
    ledger = Ledger(f"sqlite:///{tmp_path}/ledger.sqlite")
    ledger.register([registration(str(number)) for number in range(200)], bars_of())
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
        start(Ledger(f"sqlite:///{tmp_path}/file/ledger.sqlite"))
    with refused("sqlite:///.*", "unable to open database file"):
        start(Ledger(f"sqlite:///{tmp_path}"))


@pytest.mark.parametrize(
    ("url", "cause"),
    [
        ("nothing://host/db", "Can't load plugin"),
        ("mssql+pymssql://host/db", "No module named 'pymssql'"),
    ],
)
def test_a_url_that_leads_nowhere_is_refused(url, cause):
    with refused(".*", cause):
        start(Ledger(url))


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://me:pA@ssw@host/db",
        "postgresql://me:x@host:pAssw/db",
    ],
)
def test_a_malformed_url_is_refused_and_not_shown(url):
    with pytest.raises(
        ConfigError, match=r"`ledger\.url`, or .SMC_LEDGER, must be a path or an SQLAlchemy URL"
    ) as raised:
        start(Ledger(url))
    shown = "".join(traceback.format_exception(raised.value))
    assert url not in shown
    assert "ssw" not in shown.replace("password", "")
    assert Ledger(url).place == "(hidden)"


def test_a_password_is_never_shown():
    ledger = Ledger("mssql+pymssql://me:secret@host/db")
    with pytest.raises(ResultsError, match="mssql") as raised:
        start(ledger)
    assert "secret" not in str(raised.value)
    assert "me:***@host" in str(raised.value)
    assert ledger.place == "mssql+pymssql://me:***@host/db"


def test_a_busy_database_is_waited_for_and_then_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(database, "BUSY_TIMEOUT", 0.2)
    ledger = Ledger(f"sqlite:///{tmp_path}/ledger.sqlite")
    start(ledger)
    other = sqlite3.connect(tmp_path / "ledger.sqlite", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    with refused("sqlite:///.*", "database is locked"):
        start(ledger)
    assert len(ledger.trials()) == 1  # readers do not wait
    other.execute("ROLLBACK")
    start(ledger)
    other.close()
    ledger.close()


def test_a_database_that_others_create_at_this_moment_is_waited_for(tmp_path):
    other = sqlite3.connect(tmp_path / "ledger.sqlite", isolation_level=None, check_same_thread=False)
    other.execute("CREATE TABLE other (x)")
    other.execute("BEGIN IMMEDIATE")  # SQLite refuses to change the journal at once, whatever its timeout
    release = threading.Timer(0.15, lambda: other.execute("ROLLBACK"))
    release.start()
    ledger = Ledger(f"sqlite:///{tmp_path}/ledger.sqlite")
    start(ledger)
    assert len(ledger.trials()) == 1
    release.join()
    other.close()
    ledger.close()


def test_the_old_table_of_trials_may_stand_in_the_same_file(tmp_path):
    other = sqlite3.connect(tmp_path / "ledger.sqlite", isolation_level=None)
    other.execute("CREATE TABLE trials (trial_id PRIMARY KEY)")
    ledger = Ledger(f"sqlite:///{tmp_path}/ledger.sqlite")
    start(ledger)
    assert other.execute("SELECT count(*) FROM trials").fetchone() == (0,)
    other.close()
    ledger.close()


def test_importing_the_ledger_does_not_import_sqlalchemy():
    code = "import sys, smc.trials; sys.exit('sqlalchemy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


def test_how_folds_were_cut_is_kept_and_what_nobody_knows_counts_as_two_sided(ledger):
    for run_id, two_sided in (("a", True), ("b", False), ("c", None)):
        ledger.start(registration(run_id, two_sided=two_sided), bars_of())
        ledger.scored(run_id)
        ledger.finish(run_id, evidence())
    columns = {column.run_id: column for column in ledger.market_trials(MARKET).columns}
    assert {run_id: column.two_sided for run_id, column in columns.items()} == {
        "a": True,
        "b": False,
        "c": True,
    }
    assert [columns[run_id].variance_factor for run_id in "ab"] == [2.0, 1.0]
    assert ledger.verify() == []


def test_a_ledger_of_before_gets_the_columns_of_today(tmp_path):
    path = tmp_path / "ledger.sqlite"
    before = Ledger(f"sqlite:///{path}")
    before.start(registration("a"), bars_of())
    before.scored("a")
    before.finish("a", evidence())
    before.close()
    with sqlite3.connect(path) as connection:
        connection.execute("ALTER TABLE runs DROP COLUMN two_sided")
    connection.close()
    ledger = Ledger(f"sqlite:///{path}")
    ledger.start(registration("b", two_sided=False), bars_of())
    ledger.scored("b")
    ledger.finish("b", evidence())
    told = {column.run_id: column.two_sided for column in ledger.market_trials(MARKET).columns}
    assert told == {"a": True, "b": False}
    assert ledger.verify() == []
    ledger.close()


def test_the_last_selection_that_binds_a_market_tells_its_p_values(ledger):
    ledger.start(registration("a"), bars_of())
    assert ledger.last_p_values() == {}

    def select(criteria, p_value):
        verdicts = {"EURUSD": {"verdict": "WATCH", "p_values": {"combined": p_value}}}
        ledger.selected(MARKET, criteria, "honest" if criteria else "classic", verdicts)

    select({"alpha": 0.05}, 0.2)
    select({"alpha": 0.05}, 0.1)
    select(None, 1e-9)  # another rule
    assert ledger.last_p_values() == {MARKET: {"EURUSD": {"combined": 0.1}}}


def test_those_of_many_runs_that_are_registered_are_known(ledger):
    start(ledger, "a", symbols=("A", "B"))
    start(ledger, "b")
    many = [f"0 of another ledger {number}" for number in range(2500)]
    assert ledger.known(["b", *many, "a", "a"]) == {"a", "b"}
    assert ledger.known([]) == set()
    head = ledger.head()
    assert ledger.has(head)
    assert not ledger.has(Head(head.number + 1, head.hash))
    assert ledger.lacks([head, Head(head.number + 1, head.hash)]) == {Head(head.number + 1, head.hash)}
