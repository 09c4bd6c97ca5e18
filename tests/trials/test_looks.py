"""Looks at test parts, audits, what selections asked for, and runs that are taken over."""

import datetime as dt

import pandas as pd
import pytest

from smc.errors import ResultsError
from smc.trials import Head, ImportedRun, Ledger, by_name
from tests.trials.runs_to_count import bars_of, evidence, fingerprint, period, registration

MARKET = fingerprint()
TEST = period("2016-01-01 04:00", "2016-06")


@pytest.fixture
def ledger():
    ledger = Ledger("sqlite://")
    ledger.start(registration("a"), bars_of())
    yield ledger
    assert ledger.verify() == []
    ledger.close()


def test_a_test_part_is_opened_once_and_keeps_what_was_seen(ledger):
    assert ledger.opening("a", "EURUSD") is None
    assert ledger.open_test("a", "EURUSD", *TEST, by="honest")
    assert ledger.opening("a", "EURUSD").figures == {}
    assert not ledger.open_test("a", "EURUSD", *period("2018", "2019"), by="classic")
    ledger.opened_figures("a", "EURUSD", {"accuracy": 0.6})
    number = ledger.head().number
    ledger.opened_figures("a", "EURUSD", {"accuracy": 0.9})
    assert ledger.head().number == number
    opening = ledger.opening("a", "EURUSD")
    assert (opening.start, opening.end, opening.by) == (*TEST, "honest")
    assert opening.figures == {"accuracy": 0.6}
    assert dt.datetime.now(dt.UTC) - opening.time < dt.timedelta(minutes=1)
    ledger.finish("a", evidence())
    trials = ledger.market_trials(MARKET)
    assert trials.openings == [opening]
    assert opening.trial == "trial of a"


def test_what_is_not_known_cannot_be_opened(ledger):
    with pytest.raises(ResultsError, match="run b is not in the ledger"):
        ledger.open_test("b", "EURUSD", *TEST, by="honest")
    with pytest.raises(ResultsError, match="run a has no symbol GBPUSD"):
        ledger.open_test("a", "GBPUSD", *TEST, by="honest")
    with pytest.raises(ResultsError, match="never opened: open it before"):
        ledger.opened_figures("a", "EURUSD", {})


def test_where_a_test_part_ends_is_kept_to_the_nanosecond(ledger):
    """A tick behind the whole second is looked at too: no later event of that second is fresh."""
    start, end = (stamp + pd.Timedelta(900_000_001, "ns") for stamp in TEST)
    ledger.open_test("a", "EURUSD", start, end, by="honest")
    opening = ledger.opening("a", "EURUSD")
    assert (opening.start, opening.end) == (start, end)


def test_a_recorded_test_part_is_an_opening(ledger):
    test = {"start": TEST[0], "end": TEST[1]}
    ledger.finish("a", evidence(), {"EURUSD": test})
    (opening,) = ledger.market_trials(MARKET).openings
    assert (opening.by, opening.start, opening.figures) == ("recorded", TEST[0], {})
    ledger.start(registration("a"), {})
    ledger.finish("a", evidence(), {"EURUSD": test})
    assert len(ledger.market_trials(MARKET).openings) == 1


def test_the_last_audit_of_code_stands(ledger):
    assert ledger.audit_of("code") is None
    ledger.audited("code", "my.Label", False, ["looks ahead"])
    assert ledger.audit_of("code")["problems"] == ["looks ahead"]
    ledger.audited("code", "my.Label", True, [])
    audit = ledger.audit_of("code")
    assert (audit["passed"], audit["subject"]) == (True, "my.Label")
    assert audit["time"].tzinfo is not None


def test_the_first_criteria_of_a_market_stand_and_the_last_verdicts(ledger):
    assert ledger.criteria_of(MARKET) is None
    ledger.selected(MARKET, None, "classic", {"EURUSD": "DEPLOY"})
    ledger.selected(MARKET, {"alpha": 0.05}, "honest", {"EURUSD": "WATCH"})
    ledger.selected(MARKET, {"alpha": 0.5}, "honest", {"EURUSD": "DEPLOY"})
    assert ledger.criteria_of(MARKET) == {"alpha": 0.05}
    assert ledger.criteria_of(MARKET, "classic") is None
    assert ledger.market_trials(MARKET).criteria == {"alpha": 0.05}
    assert ledger.markets("classic").loc[MARKET, "verdicts"] == {"EURUSD": "DEPLOY"}
    assert ledger.markets().loc[MARKET, "verdicts"] == {"EURUSD": "DEPLOY"}


def test_markets_are_listed_with_their_bars_and_whether_they_are_simulated(ledger):
    ledger.start(registration("b", symbols=["S01"], bars=(1, 260), simulated=True), bars_of((1, 260)))
    ledger.start(registration("c", symbols=["EURUSD.x"], bars=(0, 280)), bars_of((0, 280)))
    markets = ledger.markets()
    assert markets.simulated.to_dict() == {MARKET: False, fingerprint(1): True}
    assert markets.loc[MARKET, "symbols"] == ("EURUSD", "EURUSD.x")
    first, last = bars_of((0, 280))[fingerprint(0, 280)].index[[0, -1]]
    assert (markets.loc[MARKET, "first"], markets.loc[MARKET, "last"]) == (first, last)
    assert markets.loc[MARKET, "verdicts"] is None
    assert Ledger("sqlite://").markets().empty


def test_two_markets_that_new_bars_show_to_be_one_are_counted_together(ledger):
    """The first half and the second half share nothing; bars of both tell that they are one."""
    whole = bars_of((0, 600))[fingerprint(0, 600)] * 2
    second = whole.iloc[300:]
    second_key, whole_key = "second", "whole"
    ledger.start(registration("b", symbols={"EURUSD": second_key}), {second_key: second})
    ledger.scored("b")
    assert ledger.market_of(second_key) == second_key
    ledger.selected(second_key, {"alpha": 0.01}, "honest", {})
    number = ledger.start(registration("c", symbols={"EURUSD": whole_key}), {whole_key: whole}).round
    assert number == 2
    assert {ledger.market_of(key) for key in (MARKET, second_key, whole_key)} == {MARKET}
    assert ledger.criteria_of(second_key) == {"alpha": 0.01}
    trials = ledger.market_trials(second_key)
    assert (trials.market, trials.n_untold) == (MARKET, 1)
    assert ledger.start(registration("d"), {}).round == 3


def test_rounds_of_markets_that_become_one_add_up(ledger):
    whole = bars_of((0, 600))[fingerprint(0, 600)] * 2
    for run_id in ("b", "c", "d"):
        ledger.start(registration(run_id, symbols={"EURUSD": "second"}), {"second": whole.iloc[300:]})
        ledger.scored(run_id)
    assert rounds(ledger) == {"a": 1, "b": 1, "c": 2, "d": 3}
    assert ledger.start(registration("e", symbols={"EURUSD": "whole"}), {"whole": whole}).round == 4
    assert ledger.start(registration("f"), {}).round == 5


def imported(run_id, date=None, **facts):
    date = None if date is None else pd.Timestamp(date, tz="UTC")
    return ImportedRun(registration(run_id), date=date, **facts)


def rounds(ledger):
    return ledger.trials().set_index("run_id")["round"].to_dict()


def test_imported_rows_without_a_date_are_rounds_of_their_own():
    ledger = Ledger("sqlite://")
    assert ledger.import_runs([imported(name) for name in "abc"], bars_of(), source="x") == ["a", "b", "c"]
    assert rounds(ledger) == {"a": 1, "b": 2, "c": 3}
    assert ledger.market_trials(MARKET).n_untold == 3
    assert ledger.import_runs([imported(name) for name in "abc"], {}, source="x") == []
    assert ledger.start(registration("d"), {}).round == 4
    assert ledger.verify() == []


def test_imported_rows_of_one_second_go_by_the_ledger_that_counted_them():
    """Names are hashes: by them the later of two ideas might come first, and its round be the cheaper one."""
    ledger = Ledger("sqlite://")
    heads = {"a": 30, "b": 10, "c": 20}
    runs = [
        imported(name, "2024", together=f"event {number}", head=Head(number, "h"))
        for name, number in heads.items()
    ]
    ledger.import_runs(runs, bars_of(), source="x")
    assert rounds(ledger) == {"b": 1, "c": 2, "a": 3}


def test_imported_rows_go_by_their_dates_and_lists():
    ledger = Ledger("sqlite://")
    runs = [
        imported("undated"),
        imported("late", "2024", status="failed", scored=False),
        imported("early 1", "2020"),
        imported("early 2", "2020"),
        imported("listed 1", "2022", together="sweep", evidence=evidence()),
        imported("listed 2", "2023", together="sweep", status="registered", scored=False),
    ]
    ledger.import_runs(runs, bars_of(), source="x")
    assert rounds(ledger) == {
        **{"early 1": 1, "early 2": 1, "listed 1": 2, "listed 2": 2, "late": 3, "undated": 4}
    }
    trials = ledger.market_trials(MARKET)
    assert [column.run_id for column in trials.columns] == ["listed 1"]
    assert trials.n_untold == 4  # the early ones, the one that waits in its list, the undated one
    assert ledger.trials().created.iloc[0] == pd.Timestamp("2020", tz="UTC")
    assert ledger.verify() == []


def test_what_was_registered_together_is_as_old_as_its_first():
    ledger = Ledger("sqlite://")
    runs = [
        imported("between", "2021"),
        imported("first", "2020", together="sweep"),
        imported("last", "2022", together="sweep"),
    ]
    ledger.import_runs(runs, bars_of(), source="x")
    assert rounds(ledger) == {"first": 1, "last": 1, "between": 2}


def test_an_imported_run_that_finished_was_scored(ledger):
    ledger.import_runs(
        [imported("b", scored=False), imported("c", scored=False, status="failed")], {}, source="x"
    )
    assert ledger.market_trials(MARKET).n_untold == 1


def test_an_import_brings_its_head_and_its_looks(ledger):
    brought = Head(17, "f" * 64)
    looked = {"EURUSD": {"start": TEST[0], "end": TEST[1], "by": "classic", "figures": {"accuracy": 0.7}}}
    assert not ledger.has(brought)
    ledger.import_runs([imported("b", tests=looked)], {}, source="x", head=brought)
    ledger.import_runs([imported("c")], {}, source="x", head=brought)
    assert ledger.has(brought)
    assert ledger.has([17, "f" * 64])
    assert not ledger.has(Head(16, "f" * 64))
    assert ledger.opening("b", "EURUSD").figures == {"accuracy": 0.7}


def test_a_row_of_which_only_a_name_is_left_counts_where_its_symbol_does(ledger):
    run = ImportedRun(by_name("idea 7", {"EURUSD": "lost"}, period("2015", "2016")))
    ledger.import_runs([run], {}, source="notes.csv")
    trials = ledger.market_trials(MARKET)
    assert (trials.n_untold, trials.n_trials) == (1, 1)
    assert ledger.market_of("lost") == MARKET
    ledger.import_runs(
        [ImportedRun(by_name("idea 7", {"NEW": "gone"}, period("2015", "2016")))], {}, source="x"
    )
    assert ledger.market_of("gone") is None  # a name is taken over once
    assert pd.isna(ledger.markets().loc[MARKET, "last"]) is False
