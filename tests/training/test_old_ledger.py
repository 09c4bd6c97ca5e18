"""The count of before 0.3 in an output folder is found, whatever the folder is called."""

import sqlite3
from contextlib import closing

import pytest

from smc.training.old_ledger import FILE, TABLE, old_trials

COLUMNS = (
    *("trial_id", "symbol", "seedless_hash", "data_hash", "code_version", "seed", "model", "status"),
    *("evidence_start", "evidence_end", "created"),
)
ROW = ("aa", "S01", "s", "d", "c", 0, "Logistic", "finished", None, None, "2024-01-01T00:00:00")


@pytest.mark.parametrize("name", ["outputs", "what?", "number#1", "100%", "a%20b", "x?mode=rwc&y"])
def test_trials_of_before_are_counted_whatever_their_folder_is_called(tmp_path, name):
    output = tmp_path / name
    output.mkdir()
    with closing(sqlite3.connect(output / FILE)) as connection, connection:
        connection.execute(f"CREATE TABLE {TABLE} ({', '.join(COLUMNS)})")
        connection.execute(f"INSERT INTO {TABLE} VALUES ({', '.join('?' * len(COLUMNS))})", ROW)
    assert list(old_trials(output)) == ["aa"]
    assert [path.name for path in tmp_path.iterdir()] == [name]
