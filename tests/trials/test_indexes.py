"""What a run asks a ledger for is looked up, however much it holds; a ledger of before is given the indexes too."""

import contextlib

import pytest
from sqlalchemy import create_engine, event, inspect

from smc.trials import Head, ImportedRun, Ledger, list_id
from smc.trials.tables import tables
from tests.trials.runs_to_count import bars_of, evidence, fingerprint, period, registration


@pytest.fixture(params=["sqlite", "postgres"])
def url(request, tmp_path):
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/ledger.sqlite"
    return request.getfixturevalue("postgres").render_as_string(hide_password=False)


@contextlib.contextmanager
def statements(ledger):
    """Collect what is asked of the database, with its values."""
    asked, engine = [], ledger._database._engine

    def note(*said):
        asked.append(said[2:4])

    event.listen(engine, "before_cursor_execute", note)
    yield asked
    event.remove(engine, "before_cursor_execute", note)


def whole_run(ledger, run_id, **facts):
    ledger.reap("outputs", lambda _: "started")
    ledger.start(registration(run_id, **facts), bars_of())
    ledger.scored(run_id)
    ledger.finish(
        run_id, evidence(), {"EURUSD": dict(zip(("start", "end"), period("2016", "2017"), strict=True))}
    )
    ledger.end_if_open(run_id, "killed")
    ledger.opening(run_id, "EURUSD")
    ledger.opened_figures(run_id, "EURUSD", {"accuracy": 0.6})


def test_a_run_looks_nothing_up_by_reading_a_table_through():
    ledger = Ledger("sqlite://")
    whole_run(ledger, "before")
    with statements(ledger) as asked:
        whole_run(ledger, "a")
        ledger.register([registration("b"), registration("c")], bars_of())
        ledger.start(registration("b"), {}, list_id("bc"))
        ledger.lacks([ledger.head(), Head(9, "of another")])
        ledger.without_evidence("outputs")
        ledger.market_trials(fingerprint())
    with ledger._database.reading() as connection:
        plans = {
            statement: connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values).all()
            for statement, values in asked
            if statement.startswith(("SELECT", "UPDATE"))
        }
    scanned = {
        (row[3], statement) for statement, plan in plans.items() for row in plan if row[3].startswith("SCAN")
    }
    of_events = [row[3] for statement, plan in plans.items() for row in plan if "FROM events" in statement]
    assert len(of_events) >= 2
    assert all("COVERING INDEX" in line for line in of_events)  # their payloads are megabytes
    assert len(plans) > 20
    assert {line for line, _ in scanned} <= {"SCAN head"}, scanned
    ledger.close()


def test_a_run_asks_as_often_of_a_ledger_that_holds_more():
    ledger, counts = Ledger("sqlite://"), []
    for n_more in (1, 30):
        ledger.register([registration(f"{n_more}{number}") for number in range(n_more)], bars_of())
        for number in range(n_more):
            whole_run(ledger, f"{n_more}-{number}")
        with statements(ledger) as asked:
            whole_run(ledger, f"last of {n_more}")
        counts.append(len(asked))
    assert counts[0] == counts[1]
    ledger.close()


def test_a_ledger_of_before_gets_the_indexes_of_today(url):
    ledger = Ledger(url)
    whole_run(ledger, "a")
    ledger.close()
    wanted = {
        (table.name, index.name) for table in tables().metadata.sorted_tables for index in table.indexes
    }
    assert {"runs_by_status", "runs_by_period", "registrations_by_period"} <= {name for _, name in wanted}
    engine = create_engine(url.replace("postgresql://", "postgresql+pg8000://"))
    with engine.begin() as connection:
        for _, name in wanted:
            connection.exec_driver_sql(f"DROP INDEX {name}")
    ledger = Ledger(url)
    assert ledger.trials().run_id.tolist() == ["a"]
    assert {
        (table, index["name"])
        for table in {table for table, _ in wanted}
        for index in inspect(engine).get_indexes(table)
    } == wanted
    assert ledger.verify() == []
    engine.dispose()
    ledger.close()


def test_what_is_said_of_many_runs_is_said_at_once():
    """A list that was begun and changed, and an import, ask as often for many runs as for two."""
    counts = []
    for n_runs in (2, 40):
        ledger = Ledger("sqlite://")
        runs = [registration(f"r{number:02}") for number in range(n_runs)]
        ledger.register(runs[1:], bars_of())
        imported = [
            ImportedRun(
                registration(f"i{number:02}"), evidence=evidence(range(10 + number)), together="a list"
            )
            for number in range(n_runs)
        ]
        with statements(ledger) as asked:
            ledger.register(runs, bars_of())
            ledger.import_runs(imported, bars_of(), source="elsewhere")
        counts.append(len(asked))
        assert ledger.trials().status.tolist() == ["registered"] * n_runs + ["finished"] * n_runs
        assert len(ledger.market_trials(fingerprint()).panels["panel"]) == 10
        assert ledger.verify() == []
        ledger.close()
    assert counts[0] == counts[1]
