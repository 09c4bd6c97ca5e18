"""The store: every decision in it before it is told, whatever ends the process."""

import signal
import subprocess
import sys
import time

import numpy as np
import pandas as pd
import pytest

from smc.errors import PlaceError, ResultsError
from smc.prediction.chunk import Chunk
from smc.prediction.decision import Decision
from smc.prediction.decisions import Decisions, Written
from smc.prediction.predictor import Predictor
from smc.prediction.stored_bars import bar_rows
from tests.prediction.conftest import answered_by, asked_at_once, asked_one_by_one, records, trusting

#: Feeds a few bars, one commit each, from a process that is killed at some moment.
FEEDER = """
import sys
import pandas as pd
from smc.prediction.assignment import one_run
from smc.prediction.decisions import Decisions
from smc.prediction.history import kept_history
from smc.prediction.predictor import Predictor
from smc.prediction.versions import Versions
from smc.results import load_run

folder, output, store, feed, told = sys.argv[1:]
run = load_run(folder)
predictor = Predictor(
    Versions(one_run(folder, role="live"), check=lambda _: None),
    store=Decisions(store), history=kept_history(run.fingerprints, output),
)
bars = pd.read_parquet(feed)
with open(told, "a") as file:
    for bar in bars.rename_axis("time").reset_index().to_dict("records"):
        for decision in predictor.decide("RND", bar):
            file.write(f"{decision.time.isoformat()} {decision.position!r} {dict(decision.probabilities)!r}\\n")
            file.flush()
"""


def contents(store: Decisions) -> list[pd.DataFrame]:
    """Return all that the store holds, but for the clock."""
    progress = pd.DataFrame([vars(one) for one in store.progress()])
    return [store.rows().drop(columns="told"), progress, store.bars("RND")]


def same(one: list[pd.DataFrame], other: list[pd.DataFrame]) -> None:
    for first, second in zip(one, other, strict=True):
        pd.testing.assert_frame_equal(first, second, check_exact=True)


def lines_of(path) -> int:
    return path.read_text().count("\n") if path.exists() else 0


def test_a_feed_that_is_killed_again_and_again_ends_with_the_same_table(run, world, series, tmp_path):
    feed, rng = series.iloc[4000:4300], np.random.default_rng(1)
    feed.to_parquet(tmp_path / "feed.parquet")
    whole = Decisions(tmp_path / "whole.sqlite")
    known = {"RND": series.iloc[:4000]}
    asked_one_by_one(Predictor(trusting(answered_by(run)), store=whole, history=known.get), feed)
    killed, told, n_kills, store = 0, tmp_path / "told", 3, tmp_path / "killed.sqlite"
    while True:
        command = [sys.executable, "-c", FEEDER, run.path, world, store, tmp_path / "feed.parquet", told]
        with (tmp_path / "said").open("w") as said, subprocess.Popen(command, stderr=said) as process:
            if killed == n_kills:
                assert process.wait() == 0, (tmp_path / "said").read_text()
                break
            n_before = lines_of(told)
            while process.poll() is None and lines_of(told) <= n_before:
                time.sleep(0.002)
            time.sleep(float(rng.uniform(0, 0.15)))
            process.send_signal(signal.SIGKILL)
            killed += process.wait() == -signal.SIGKILL
    assert killed == n_kills
    same(contents(Decisions(store)), contents(whole))
    lines = set(told.read_text().splitlines())
    rows = {
        f"{one.time.isoformat()} {one.position!r} {dict(one.probabilities)!r}"
        for one in whole.decisions("RND", run.run_id, "live")
    }
    assert rows <= lines  # told at least once, and never otherwise
    assert all(line in rows for line in lines)


def test_a_restart_goes_on_with_open_outcomes(run, version, series, tmp_path):
    feed = series.iloc[4000:4400]
    stores = [Decisions(tmp_path / f"{name}.sqlite") for name in ("whole", "parts")]

    def predictor(store):
        return Predictor(
            trusting(answered_by(run), version), store=store, history=lambda _: series.iloc[:4000]
        )

    asked_one_by_one(predictor(stores[0]), feed)
    for first in range(0, 400, 57):
        asked_one_by_one(predictor(stores[1]), feed.iloc[max(0, first - 5) : first + 57])
    same(contents(stores[1]), contents(stores[0]))
    assert stores[0].rows()["label"].notna().sum() > 30


def test_many_bars_are_500_a_commit_and_what_was_written_stands(run, version, series, tmp_path):
    store = Decisions(tmp_path / "d.sqlite")
    predictor = Predictor(trusting(answered_by(run), version), store=store, keeps_bars=False)
    parts = predictor.decide_many("RND", series)
    sizes = []
    for _ in range(3):
        next(parts)
        sizes.append(store.progress("RND")[0].n_bars)
    assert sizes == [500, 1000, 1500]
    asked_at_once(Predictor(trusting(answered_by(run), version), store=store, keeps_bars=False), series)
    before = store.rows()
    again = asked_at_once(
        Predictor(trusting(answered_by(run), version), store=store, keeps_bars=False), series
    )
    pd.testing.assert_frame_equal(store.rows(), before)
    outcomes = {one.label for one in again if one.is_decided}
    assert outcomes == {0, 1, None}  # what stands is told, with what came of it


def test_a_bar_that_was_decided_otherwise_before_is_refused(run, version, series, tmp_path):
    store = Decisions(tmp_path / "d.sqlite")
    asked_at_once(Predictor(trusting(answered_by(run), version), store=store, keeps_bars=False), series)
    others = series.copy()
    others.iloc[3000:, :4] *= np.linspace(1, 1.5, len(series) - 3000)[:, None]
    predictor = Predictor(trusting(answered_by(run), version), store=store, keeps_bars=False)
    with pytest.raises(
        ResultsError, match=r"decided otherwise on the bar of .* name another store with --store"
    ):
        asked_at_once(predictor, others)


def test_a_store_that_fails_loses_no_bar(run, version, series, tmp_path, monkeypatch):
    feed = records(series.iloc[4000:4120])
    stores = [Decisions(tmp_path / f"{name}.sqlite") for name in ("whole", "failing")]

    def predictor(store):
        return Predictor(
            trusting(answered_by(run), version), store=store, history=lambda _: series.iloc[:4000]
        )

    whole, failing = map(predictor, stores)
    write, calls = stores[1].write, [0]

    def sometimes(written):
        calls[0] += 1
        if calls[0] % 5 == 0:
            raise PlaceError("the disk is gone")
        return write(written)

    monkeypatch.setattr(stores[1], "write", sometimes)
    for bar in feed:
        whole.decide("RND", bar)
        try:
            failing.decide("RND", bar)
        except PlaceError:
            failing.decide("RND", bar)
    assert calls[0] > 130
    same(contents(stores[1]), contents(stores[0]))


def test_the_same_rows_stand_in_postgresql(run, version, series, tmp_path, postgres_url):
    lite, server = Decisions(tmp_path / "d.sqlite"), Decisions(postgres_url)
    for store in (lite, server):
        predictor = Predictor(
            trusting(answered_by(run), version), store=store, history=lambda _: series.iloc[:4000]
        )
        asked_one_by_one(predictor, series.iloc[4000:4150])
        asked_one_by_one(predictor, series.iloc[4100:4200])
    same(contents(server), contents(lite))
    server.close()


def test_bars_come_back_as_they_were_with_columns_of_ones_own(tmp_path):
    index = pd.date_range("2024-01-01", periods=3, freq="h", tz="UTC", name="time").as_unit("ns")
    bars = pd.DataFrame(
        {
            "open": 1.1,
            "high": 1.3,
            "low": 1.0,
            "close": 1.2,
            "volume": [1.0, np.nan, 2.0],
            "spread": [0.1, np.nan, 3.0],
        },
        index,
    )
    store = Decisions(tmp_path / "d.sqlite")
    store.write(Written(symbol="A", first_bar=0, bars=Chunk.of_table(bars)))
    pd.testing.assert_frame_equal(store.bars("A"), bars, check_freq=False)
    assert bar_rows("A", 7, Chunk.of_table(bars))[0]["number"] == 7


def test_a_decision_comes_back_as_it_was():
    stamp = pd.Timestamp("2024-01-05T12:00", tz="UTC")
    one = Decision(
        "A",
        stamp,
        "v",
        "live",
        "t",
        0.5,
        None,
        None,
        -1,
        1,
        -1.0,
        {"0": 0.1 + 0.2, "1": 0.7},
        {"0": 0.5},
        {"raw_0": 1 / 3},
        True,
        stamp,
        stamp,
        0,
        -0.01,
        0.02,
    )
    assert Decision.of_row(one.row()) == one
