"""Which looks at a sealed test part count."""

import pytest

from smc.selection.sealed_test_log import SealedTestLog


@pytest.fixture
def log(tmp_path) -> SealedTestLog:
    return SealedTestLog(tmp_path)


def test_the_same_look_counts_once(log):
    for rule in ("honest", "classic"):
        log.record("run0", "EURUSD", rule)
    assert [line["selection"] for line in log.read()] == ["honest"]
    assert log.count("EURUSD") == 1


def test_each_symbol_of_a_pool_counts(log):
    for symbol in ("EURUSD", "GBPUSD"):
        log.record("run0", symbol, "honest")
    assert log.count("EURUSD") == log.count("GBPUSD") == 1


def test_each_run_counts(log):
    for run in ("run0", "run1"):
        log.record(run, "EURUSD", "honest")
    assert log.count("EURUSD") == 2
    assert log.count("GBPUSD") == 0


def test_a_torn_line_counts_for_every_symbol_and_the_next_one_is_whole(log):
    log.path.write_bytes(b'{"time": "2026-01')
    log.record("run0", "EURUSD", "honest")
    assert [line.get("run_id") for line in log.read()] == [None, "run0"]
    assert (log.count("EURUSD"), log.count("GBPUSD")) == (2, 1)
