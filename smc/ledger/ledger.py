"""The count of everything that was tried: one row for each run and symbol, written before its fit."""

import datetime as dt
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from smc.errors import ResultsError
from smc.ledger.database import Database

if TYPE_CHECKING:
    from sqlalchemy import Connection

STARTED, FINISHED, FAILED, KILLED = "started", "finished", "failed", "killed"
#: Reason of a trial that another process closed, for its own had gone without a word.
REAPED = "reaped"


class Ledger:
    """Record every trial in a database, so that a later choice can be corrected for all that was tried.

    A trial is a run as the selector counts it: it is opened before its fit and counts whether it finishes,
    fails or is killed. Opening an id again updates its rows and never adds one. A pool of symbols has one
    row for each symbol. Many processes may write at once.

    Parameters
    ----------
    url
        Any SQLAlchemy URL. SQLite keeps a write-ahead log, so it belongs on a local disk; for several
        machines use a server: ``postgresql://user:password@host/smc`` needs ``pip install 'smc[postgres]'``
        (the driver pg8000), and ``postgresql://user@/smc?unix_sock=/run/postgresql/.s.PGSQL.5432`` reaches
        one on this machine. A password is never shown or written into a run's folder.

    Raises
    ------
    ResultsError
        From every method: the database cannot be reached, read or written. No trial may go uncounted, so a
        run that cannot open its trial must not fit.

    Notes
    -----
    SQLAlchemy is imported with the first statement (about 0.12 s, once a process).

    Examples
    --------
    >>> ledger = Ledger("sqlite://")  # in memory
    >>> facts = dict(model="xgboost", config_hash="c", seedless_hash="s", data_hash="d", split_hash="p",
    ...              evidence=None, code_version="v", output="outputs")
    >>> for seed in (0, 1):
    ...     ledger.open_trial(f"run{seed}", ["SP500"], seed=seed, **facts)
    >>> ledger.close_trial("run0", "finished")
    >>> ledger.trials("SP500")[["trial_id", "status"]].values.tolist(), ledger.count("SP500")
    ([['run0', 'finished'], ['run1', 'started']], 1)
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self._database = Database(url)

    def open_trial(
        self,
        trial_id: str,
        symbols: Sequence[str],
        *,
        model: str,
        config_hash: str,
        seedless_hash: str,
        data_hash: str,
        split_hash: str,
        seed: int,
        evidence: tuple[pd.Timestamp, pd.Timestamp] | None,
        code_version: str,
        output: str,
    ) -> None:
        """Count a trial as started, all its symbols at once or none.

        Parameters
        ----------
        trial_id
            The run's id.
        seedless_hash
            Hash of the config without its seeds: what shares it, on the same data and code, counts once.
        evidence
            First and last bar of the events that the run is judged on, with a time zone; None if unknown,
            which counts as overlapping every period.
        output
            Root of the results that the run is written under: tells `reap` which trials it can judge.
        """
        start, end = (None, None) if evidence is None else map(_utc, evidence)
        facts = {
            "model": model,
            "config_hash": config_hash,
            "seedless_hash": seedless_hash,
            "data_hash": data_hash,
            "split_hash": split_hash,
            "seed": seed,
            "evidence_start": start,
            "evidence_end": end,
            "code_version": code_version,
            "output": _root(output),
            "status": STARTED,
            "reason": None,
            "updated": _now(),
        }
        with self._database.transaction() as connection:
            for symbol in sorted(set(symbols)):
                self._open_row(connection, {"trial_id": trial_id, "symbol": symbol}, facts)

    def close_trial(self, trial_id: str, status: str, reason: str | None = None) -> None:
        """Say how a trial ended; one that was never opened is an error."""
        if not self._end({"trial_id": trial_id}, status, reason):
            raise ResultsError(f"trial {trial_id} is not in the ledger: open it before its fit")

    def close_if_started(self, trial_id: str, status: str, reason: str | None = None) -> bool:
        """Say how a trial ended whose process has gone, even if `reap` saw that first; False if closed."""
        is_open, is_reaped = {"status": STARTED}, {"reason": REAPED}
        return any(
            self._end({"trial_id": trial_id, **which}, status, reason) for which in (is_open, is_reaped)
        )

    def reap(self, output: str, state: Callable[[str], str]) -> int:
        """Close the trials that are still called started but are not; return how many.

        Call it before a trial is opened: it finds what a killed process could not close itself.

        Parameters
        ----------
        output
            Only trials that write under this root are looked at.
        state
            Tells "started", "finished", "failed" or "killed" by trial id; any other answer means killed.
        """
        closed = 0
        for trial_id, attempts in self._open_attempts(output):
            status = state(trial_id)
            if status != STARTED:
                status = status if status in (FINISHED, FAILED) else KILLED
                closed += self._close_attempt(trial_id, attempts, status)
        return closed

    def trials(self, symbol: str | None = None) -> pd.DataFrame:
        """Return all trials, or those of one symbol, oldest first; stamps are UTC."""
        with self._database.transaction() as connection:
            table = self._database.table
            query = table.select().order_by(table.c.created, table.c.trial_id, table.c.symbol)
            if symbol is not None:
                query = query.where(table.c.symbol == symbol)
            rows = connection.execute(query).all()
        frame = pd.DataFrame([tuple(row) for row in rows], columns=[column.name for column in table.columns])
        stamps = ["evidence_start", "evidence_end", "created", "updated"]
        return frame.assign(**{name: pd.to_datetime(frame[name], utc=True) for name in stamps})

    def count(self, symbol: str, period: tuple[pd.Timestamp, pd.Timestamp] | None = None) -> int:
        """Count the distinct trials of a symbol, or those whose evidence overlaps a period (both ends in).

        Repeats of an id, and seeds of one config on the same data and code, count once. Other data, other
        folds or other code count again: whatever was looked at had its chance to be the luckiest.
        """
        with self._database.transaction() as connection:
            table = self._database.table
            row = table.c
            what = row.seedless_hash, row.data_hash, row.code_version
            query = table.select().with_only_columns(*what).where(row.symbol == symbol).distinct()
            if period is not None:
                start, end = map(_utc, period)
                overlaps = (row.evidence_start <= end) & (row.evidence_end >= start)
                query = query.where(row.evidence_start.is_(None) | overlaps)
            return len(connection.execute(query).all())

    def close(self) -> None:
        """Let go of the database; the next call connects again."""
        self._database.close()

    def _open_row(self, connection: "Connection", key: dict[str, str], facts: dict[str, Any]) -> None:
        """Update the row of a trial and symbol, or insert it; another process may insert it in between."""
        from sqlalchemy.exc import IntegrityError

        table = self._database.table
        again = table.update().filter_by(**key).values(**facts, attempts=table.c.attempts + 1)
        if connection.execute(again).rowcount:
            return
        try:
            with connection.begin_nested():
                connection.execute(
                    table.insert().values(**key, **facts, attempts=1, created=facts["updated"])
                )
        except IntegrityError:
            if not connection.execute(again).rowcount:
                raise  # nobody else inserted it: a column refuses its value

    def _open_attempts(self, output: str) -> list[tuple[str, int]]:
        with self._database.transaction() as connection:
            table = self._database.table
            query = table.select().with_only_columns(table.c.trial_id, table.c.attempts).distinct()
            rows = connection.execute(query.filter_by(status=STARTED, output=_root(output)))
            return [(row.trial_id, row.attempts) for row in rows]

    def _close_attempt(self, trial_id: str, attempts: int, status: str) -> bool:
        """Close a trial unless it was closed, or opened again, since it was seen."""
        seen = {"trial_id": trial_id, "attempts": attempts, "status": STARTED}
        return bool(self._end(seen, status, REAPED))

    def _end(self, which: dict[str, Any], status: str, reason: str | None) -> int:
        """Say how the rows ended that `which` picks, all at once; return how many.

        They are locked in the order that `open_trial` takes, or it and this could each wait for the other.
        """
        table = self._database.table
        ended = {"status": status, "reason": reason, "updated": _now()}
        with self._database.transaction() as connection:
            ordered = table.select().filter_by(**which).order_by(table.c.symbol)
            connection.execute(ordered.with_for_update()).all()
            return connection.execute(table.update().filter_by(**which).values(ended)).rowcount


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def _utc(stamp: pd.Timestamp) -> dt.datetime:
    if stamp.tzinfo is None:
        raise ValueError(f"evidence needs stamps with a time zone, got {stamp}")
    return stamp.tz_convert("UTC").to_pydatetime(warn=False)


def _root(output: str) -> str:
    return str(Path(output).resolve())
