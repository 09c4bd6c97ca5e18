"""Edits, cuts and damage are seen; a process that dies in the middle leaves nothing half done."""

import re
import shutil
import signal
import sqlite3
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from smc.trials import Head, Ledger
from smc.trials.chain import Event
from tests.trials.runs_to_count import bars_of, evidence, fingerprint, period, registration

MARKET = fingerprint()


@pytest.fixture
def path(tmp_path):
    """A ledger in which a little of everything happened."""
    ledger = Ledger(f"sqlite:///{tmp_path}/ledger.sqlite")
    ledger.register([registration("a"), registration("b")], bars_of())
    ledger.start(registration("a"), {})
    ledger.scored("a")
    ledger.finish("a", evidence())
    ledger.start(registration("c", bars=(0, 330)), bars_of((0, 330)))
    ledger.end("c", "failed", "bad_fit")
    ledger.open_test("a", "EURUSD", *period("2016", "2017"), by="honest")
    ledger.opened_figures("a", "EURUSD", {"accuracy": 0.6})
    ledger.audited("code", "my.Label", False, ["looks ahead"])
    ledger.selected(MARKET, {"alpha": 0.05}, "honest", {"EURUSD": "WATCH"})
    ledger.close()
    return tmp_path / "ledger.sqlite"


def problems(path):
    ledger = Ledger(f"sqlite:///{path}")
    said = ledger.verify()
    ledger.close()
    return said


def edit(path, *statements):
    with sqlite3.connect(path) as connection:
        for statement in statements:
            connection.execute(statement)
    connection.close()


def test_a_ledger_that_nobody_touched_holds(path):
    assert problems(path) == []


@pytest.mark.parametrize(
    ("statement", "problem"),
    [
        (
            "UPDATE events SET payload = replace(payload, 'bad_fit', 'other') WHERE kind = 'failed'",
            "was changed",
        ),
        ("UPDATE events SET time = '2000-01-01' WHERE number = 3", "event 3 .started. was changed"),
        ("UPDATE events SET kind = 'killed' WHERE kind = 'failed'", "was changed"),
        ("DELETE FROM events WHERE number = 3", "event 3 is missing"),
        ("DELETE FROM events WHERE number = 1", "event 1 is missing"),
        ("DELETE FROM events WHERE number = (SELECT max(number) FROM events)", "the head names event"),
        ("UPDATE events SET previous = hash WHERE number = 4", "does not follow event 3"),
        ("UPDATE runs SET round = 1, scored = NULL WHERE run_id = 'a'", "scored is not what the events say"),
        ("DELETE FROM runs WHERE run_id = 'b'", "row b, EURUSD: it is missing"),
        ("INSERT INTO lists VALUES ('list', 'd')", "no event says it"),
        ("DELETE FROM openings", "it is missing"),
        ("UPDATE openings SET figures = '{}'", "figures is not what"),
        ("UPDATE audits SET passed = 1", "passed is not what"),
        ("UPDATE selections SET criteria = NULL", "criteria is not what"),
        ("UPDATE bars SET market = 'other'", "market is not what"),
        ("UPDATE bars SET contains = '[]'", "contains is not what"),
        ("DELETE FROM columns", "it is missing"),
        ("DELETE FROM registrations", "it is missing"),
        ("UPDATE blobs SET content = x'00'", "its array was changed"),
        ("DELETE FROM blobs", "its array is missing"),
    ],
)
def test_every_edit_is_seen(path, statement, problem):
    edit(path, statement)
    said = problems(path)
    assert any(re.search(problem, line) for line in said), said


@pytest.mark.parametrize("name", ["number", "time", "kind", "text", "previous"])
def test_everything_in_a_link_is_in_its_hash(name):
    """Whoever changes an event must write every later one anew."""
    event = Event(1, "2020", "scored", "{}", "f" * 64)
    assert replace(event, **{name: 2 if name == "number" else "other"}).hash != event.hash


def test_a_database_of_yesterday_lacks_what_runs_remember(path, tmp_path):
    shutil.copy(path, tmp_path / "yesterday.sqlite")
    today = Ledger(f"sqlite:///{path}")
    remembered = today.start(registration("d"), {}).head
    assert today.has(remembered)
    today.close()
    (path.parent / "ledger.sqlite-wal").unlink(missing_ok=True)
    shutil.copy(tmp_path / "yesterday.sqlite", path)
    restored = Ledger(f"sqlite:///{path}")
    assert not restored.has(remembered)
    assert not restored.knows("d")
    again = restored.start(registration("d"), {}).head
    assert again.number == remembered.number  # and yet it is another event
    assert not restored.has(remembered)
    assert restored.has(again)
    assert restored.has(Head(0, ""))
    assert restored.verify() == []
    restored.close()


KILLED_IN_AN_APPEND = """
import os, signal, sys
sys.path.insert(0, sys.argv[2])
from smc.trials import Ledger, view
from tests.trials.runs_to_count import registration
apply = view.apply
def die(connection, event):
    apply(connection, event)
    os.kill(os.getpid(), signal.SIGKILL)
ledger = Ledger(sys.argv[1])
ledger.head()
view.apply = die
ledger.start(registration("dead"), {})
"""


def test_a_process_that_is_killed_in_an_append_leaves_nothing_of_it(path):
    before = Ledger(f"sqlite:///{path}")
    head = before.head()
    before.close()
    root = str(Path(__file__).parents[2])
    done = subprocess.run([sys.executable, "-c", KILLED_IN_AN_APPEND, f"sqlite:///{path}", root])
    assert done.returncode == -signal.SIGKILL
    after = Ledger(f"sqlite:///{path}")
    assert after.head() == head
    assert not after.knows("dead")
    after.start(registration("alive"), {})
    assert after.verify() == []
    after.close()
