"""The journal in the ledger: numbered without a gap, one writer wins, every edit is seen."""

import sqlite3
import threading
import time

import pytest

from smc.errors import ResultsError
from smc.trials import Journal, Ledger

ROW = {
    "action": "propose",
    "stage": "proposed",
    "version": "v1",
    "run_id": "r",
    "trial": "t",
    "manifest": "m",
    "last_training_bar": "2020-01-01T00:00:00+00:00",
    "rung": 0,
    "who": "ann",
    "why": "a verdict",
    "override": None,
    "evidence": {"p_values": {"corrected": 0.01}},
    "output": "/outputs",
}


@pytest.fixture(params=["sqlite", "postgres"])
def url(request, tmp_path):
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/l.sqlite"
    return request.getfixturevalue("postgres").render_as_string(hide_password=False)


@pytest.fixture
def ledger(url):
    ledger = Ledger(url)
    yield ledger
    ledger.close()


def test_rows_are_read_as_they_were_written(ledger):
    journal = Journal(ledger, "desk")
    assert (journal.last("S01"), journal.rows("S01"), journal.by_symbol()) == (0, [], {})
    assert journal.append("S01", ROW, after=0) == 1
    assert journal.append("S01", {**ROW, "stage": "live", "rung": 25}, after=1) == 2
    assert journal.append("S02", ROW, after=0) == 1
    assert journal.last("S01") == 2
    first, second = journal.rows("S01")
    assert {name: first[name] for name in ROW} == ROW
    assert (second["number"], second["stage"], second["rung"]) == (2, "live", 25)
    assert {symbol: len(rows) for symbol, rows in journal.by_symbol().items()} == {"S01": 2, "S02": 1}
    assert ledger.verify() == []


def test_deployments_share_no_row(ledger):
    one, other = Journal(ledger, "one"), Journal(ledger, "other")
    one.append("S01", ROW, after=0)
    assert (other.last("S01"), other.rows("S01"), other.by_symbol()) == (0, [], {})
    other.append("S01", {**ROW, "who": "bob"}, after=0)
    assert [row["who"] for row in one.rows("S01")] == ["ann"]
    assert one.others() == {"other": "/outputs"}


@pytest.mark.parametrize("after", [0, 1])
def test_who_comes_second_is_told_who_was_first_and_writes_nothing(ledger, after):
    journal = Journal(ledger, "desk")
    for number in range(3):
        journal.append("S01", {**ROW, "who": f"writer {number}"}, after=number)
    head = ledger.head()
    with pytest.raises(
        ResultsError, match=rf"S01: writer {after} was first: propose of v1 .*\(row {after + 1}\)"
    ):
        journal.append("S01", {**ROW, "who": "late"}, after=after)
    assert (ledger.head(), journal.last("S01")) == (head, 3)


def test_a_row_behind_rows_that_are_not_there_is_refused(ledger):
    journal = Journal(ledger, "desk")
    with pytest.raises(ResultsError, match="the journal ends at row 0, not 2"):
        journal.append("S01", ROW, after=2)
    assert journal.rows("S01") == []


def test_of_many_writers_at_once_one_wins_each_row(url):
    """Eight threads, a connection each, write behind the same row again and again."""
    won, told, ready = [], [], threading.Barrier(8)

    def write(name: str) -> None:
        ledger = Ledger(url)
        journal = Journal(ledger, "desk")
        for _ in range(4):
            after = journal.last("S01")
            ready.wait()
            try:
                won.append((journal.append("S01", {**ROW, "who": name}, after=after), name))
            except ResultsError as error:
                told.append(str(error))
            ready.wait()
        ledger.close()

    threads = [threading.Thread(target=write, args=(f"writer {number}",)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    ledger = Ledger(url)
    rows = Journal(ledger, "desk").rows("S01")
    assert [row["number"] for row in rows] == [1, 2, 3, 4]
    assert sorted(won) == [(row["number"], row["who"]) for row in rows]
    assert len(told) == 28
    assert all(" was first: propose of v1 at " in text for text in told)
    assert ledger.verify() == []
    ledger.close()


@pytest.mark.parametrize(
    ("statement", "problem"),
    [
        ("UPDATE journal SET stage = 'live'", "table journal, row desk, S01, 1: stage is not what"),
        ("UPDATE journal SET override = NULL", "override is not what the events say"),
        ("UPDATE journal SET evidence = '{}'", "evidence is not what"),
        ("UPDATE journal SET who = 'eve'", "who is not what"),
        ("DELETE FROM journal", "it is missing"),
        ("INSERT INTO journal SELECT deployment, symbol, 2, event, action, 'live', version, run_id, trial, "
         "manifest, last_training_bar, 100, who, why, override, evidence, output, time FROM journal",
         "row desk, S01, 2: no event says it"),
        ("UPDATE versions SET digest = 'other'", "table versions, row v1, other: no event says it"),
        ("DELETE FROM versions", "table versions, row v1, d: it is missing"),
        ("UPDATE events SET payload = replace(payload, 'proposed', 'live')", "was changed"),
    ],
)  # fmt: skip
def test_every_edit_is_seen(tmp_path, statement, problem):
    ledger = Ledger(f"sqlite:///{tmp_path}/l.sqlite")
    said = {"run_id": "r", "trial": "t", "as_is": False, "last_training_bar": "2020"}
    ledger.refitted("v1", "d", said)
    Journal(ledger, "desk").append("S01", {**ROW, "override": "because"}, after=0)
    assert ledger.verify() == []
    ledger.close()
    with sqlite3.connect(tmp_path / "l.sqlite") as connection:
        connection.execute(statement)
    connection.close()
    assert any(problem in line for line in ledger.verify()), ledger.verify()
    ledger.close()


def test_a_version_is_told_once_and_by_every_hash_that_it_had(ledger):
    said = {"run_id": "r", "trial": "t", "as_is": False, "last_training_bar": "2020"}
    assert ledger.digests_of("v1") == []
    ledger.refitted("v1", "d1", said)
    head = ledger.head()
    ledger.refitted("v1", "d1", said)
    assert ledger.head() == head
    ledger.refitted("v1", "d2", said)
    assert sorted(ledger.digests_of("v1")) == ["d1", "d2"]
    assert ledger.verify() == []


def test_a_ledger_of_before_is_given_a_journal(tmp_path):
    path = tmp_path / "l.sqlite"
    ledger = Ledger(f"sqlite:///{path}")
    ledger.audited("code", "subject", True, [])
    ledger.close()
    with sqlite3.connect(path) as connection:
        connection.execute("DROP TABLE journal")
        connection.execute("DROP TABLE versions")
    connection.close()
    Journal(ledger, "desk").append("S01", ROW, after=0)
    assert ledger.verify() == []
    ledger.close()


def test_the_last_row_is_one_look_into_an_index(tmp_path):
    """A reader asks at every bar: no scan, and no more time in a long journal than in a short one."""
    ledger = Ledger(f"sqlite:///{tmp_path}/l.sqlite")
    journal = Journal(ledger, "desk")
    for number in range(200):
        journal.append("S01", ROW, after=number)
    with sqlite3.connect(tmp_path / "l.sqlite") as connection:
        query = "SELECT number FROM journal WHERE deployment = 'desk' AND symbol = 'S01' ORDER BY number DESC LIMIT 1"
        (plan,) = connection.execute(f"EXPLAIN QUERY PLAN {query}").fetchall()
    connection.close()
    assert "SEARCH journal USING COVERING INDEX" in plan[-1]
    started = time.thread_time()
    for _ in range(200):
        assert journal.last("S01") == 200
    assert (time.thread_time() - started) / 200 < 0.001
    ledger.close()
