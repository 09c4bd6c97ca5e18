"""The count of everything that was tried, in an append-only chain of events."""

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from smc.errors import ResultsError
from smc.trials import blobs, chain, reading, view
from smc.trials.chain import Head
from smc.trials.database import Database
from smc.trials.market_trials import MarketTrials, PanelRows
from smc.trials.place import Place, ledger_place
from smc.trials.register import Registering, list_id, nanoseconds
from smc.trials.registration import Registration
from smc.trials.tables import tables
from smc.trials.view import FAILED, FINISHED, KILLED, STARTED

if TYPE_CHECKING:
    from sqlalchemy import Connection

#: Reason of a run that another process closed, for its own had gone without a word.
REAPED = "reaped"


@dataclass(frozen=True)
class Registered:
    """How a run is counted.

    Attributes
    ----------
    round
        The largest over its symbols: 1 + how often somebody may have looked before it was registered.
    head
        The event that registered it; a run that keeps this can tell its own ledger from another.
    """

    round: int
    head: Head


#: Events of a run's panel, and what each of them says (n_events,), NaN where none was predicted.
Evidence = tuple[PanelRows, npt.NDArray[np.float32]]


class Ledger:
    """Record everything that is tried, so that a choice can be corrected for all of it.

    A run is registered before its fit, for each of its symbols, and counts from its first scored fold on
    whether it finishes, fails or is killed. What it says is kept as a column of evidence when it finishes.
    Every change is an event of a chain in which each names the hash of the one before. Many processes may
    write at once; each waits for the others.

    Parameters
    ----------
    url
        Any SQLAlchemy URL. None is `$SMC_LEDGER` (a path or a URL), else one file for all your runs in the
        user's data directory. SQLite keeps a write-ahead log, so it belongs on a local disk; for several
        machines use a server: ``postgresql://user:password@host/smc`` needs ``pip install 'smc[postgres]'``
        (the driver pg8000), and ``postgresql://user@/smc?unix_sock=/run/postgresql/.s.PGSQL.5432`` reaches
        one on this machine. A password is never shown or written into a run's folder.
    output
        Root of the results, where a ledger of their own serves if that file cannot be written or locked.

    Raises
    ------
    ResultsError
        From every method: the database cannot be reached, read or written. No trial may go uncounted, so a
        run that cannot be registered must not fit.

    Notes
    -----
    SQLAlchemy is imported with the first statement (about 0.12 s, once a process).

    Examples
    --------
    >>> from smc.fingerprint import bars_fingerprint
    >>> stamps = pd.date_range("2020", periods=300, freq="D", tz="UTC")
    >>> bars = pd.DataFrame({"close": np.random.default_rng(0).normal(size=300).cumsum()}, index=stamps)
    >>> key, ledger = bars_fingerprint(bars), Ledger("sqlite://")  # in memory
    >>> def registration(trial, seed):
    ...     return Registration(
    ...         f"{trial}{seed}", {"SP500": key}, trial, "1.0", "v", question="q", seed=seed, model="xgboost",
    ...         development=(stamps[0], stamps[200]), output="outputs")
    >>> runs = [registration("a", 0), registration("a", 1), registration("b", 0)]
    >>> [ledger.start(each, {key: bars}).round for each in runs]
    [1, 1, 1]
    >>> ledger.scored("a0")
    >>> ledger.start(registration("c", 0), {key: bars}).round, ledger.market_trials(key).n_untold
    (2, 1)
    """

    def __init__(self, url: str | None = None, output: str | None = None) -> None:
        self.url, self.output = url, output

    @property
    def place(self) -> str:
        """Where the ledger is, without its password."""
        return str(self._database)

    @property
    def fallback(self) -> str | None:
        """Why the output folder's ledger serves instead of the user's own; None as a rule."""
        return self._place.fallback

    def register(
        self,
        registrations: Sequence[Registration],
        bars: Mapping[str, pd.DataFrame],
        *,
        command: str | None = None,
    ) -> dict[str, Registered]:
        """Register runs together, before the first fit of any: they are of one round.

        The same runs again, in any order, are the same list: nothing is written, and its rounds stand.

        Parameters
        ----------
        bars
            By fingerprint; those that the ledger knows may be left out.
        command
            What was typed, for people.

        Raises
        ------
        ValueError
            Bars that nobody has seen are not given, or a stamp has no time zone.
        """
        run_ids = [registration.run_id for registration in registrations]
        with self._appending() as connection:
            self._register(connection, registrations, bars, list_id(run_ids), command)
            return _registered(connection, run_ids)

    def start(
        self,
        registration: Registration,
        bars: Mapping[str, pd.DataFrame],
        list_name: str | None = None,
    ) -> Registered:
        """Say that a run starts; register it before, unless it was started before or is one of a list.

        Parameters
        ----------
        list_name
            `list_id` of the runs that it was registered with; None if it is started by itself.
        """
        run_id = registration.run_id
        with self._appending() as connection:
            if not (_is_started(connection, run_id) or _is_listed(connection, run_id, list_name)):
                self._register(connection, [registration], bars, None, None)
            self._append(connection, STARTED, {"run_id": run_id, "output": _root(registration.output)})
            return _registered(connection, [run_id])[run_id]

    def scored(self, run_id: str) -> None:
        """Say that a fold of a run was scored: from now on it counts; saying it again changes nothing."""
        with self._appending() as connection:
            if any(row.scored is None for row in self._rows(connection, run_id)):
                self._append(connection, view.SCORED, {"run_id": run_id})

    def finish(
        self,
        run_id: str,
        evidence: Mapping[str, Evidence],
        tests: Mapping[str, Mapping[str, Any]] | None = None,
    ) -> None:
        """Say that a run finished, and keep what it says; the first evidence of a run is kept for good.

        Parameters
        ----------
        evidence
            By symbol.
        tests
            The test parts that the run has looked at itself, by symbol: ``start``, ``end`` (stamps) and
            ``figures``.
        """
        with self._appending() as connection:
            self._rows(connection, run_id)
            known = _symbols_with(connection, "columns", run_id)
            opened = _symbols_with(connection, "openings", run_id)
            new = {symbol: said for symbol, said in evidence.items() if symbol not in known}
            looked = {symbol: test for symbol, test in (tests or {}).items() if symbol not in opened}
            self._finish(connection, run_id, new, looked)

    def end(self, run_id: str, status: str, reason: str | None = None) -> None:
        """Say how a run ended: "failed", "killed", or "finished" without evidence."""
        with self._appending() as connection:
            self._rows(connection, run_id)
            self._end(connection, run_id, status, reason)

    def end_if_open(self, run_id: str, status: str, reason: str | None = None) -> bool:
        """Say how a run ended whose process has gone, even if `reap` saw it first; False if it had ended."""
        with self._appending() as connection:
            rows = self._rows(connection, run_id, must_exist=False)
            is_open = any(row.status == STARTED or row.reason == REAPED for row in rows)
            if is_open:
                self._end(connection, run_id, status, reason)
            return is_open

    def reap(self, output: str, state: Callable[[str], str]) -> int:
        """Close the runs that are still called started but are not; return how many.

        Call it before a run is started: it finds what a killed process could not say itself.

        Parameters
        ----------
        output
            Only runs that write under this root are looked at.
        state
            Tells "started", "finished", "failed" or "killed" by run id; any other answer means killed.
        """
        closed = 0
        for run_id, attempts in self._open_attempts(output):
            status = state(run_id)
            if status != STARTED:
                status = status if status in (FINISHED, FAILED) else KILLED
                closed += self._end_attempt(run_id, attempts, status)
        return closed

    def head(self) -> Head:
        """Return the last event."""
        with self._database.reading() as connection:
            return chain.head(connection)

    def has(self, head: Sequence[Any]) -> bool:
        """Tell whether an event (number, hash) is in the chain, or in one that runs were imported from."""
        with self._database.reading() as connection:
            return chain.has(connection, Head(*head))

    def knows(self, run_id: str) -> bool:
        """Tell whether a run is registered."""
        with self._database.reading() as connection:
            return bool(self._rows(connection, run_id, must_exist=False))

    def trials(self, symbol: str | None = None) -> pd.DataFrame:
        """Return all runs, or those of one symbol, in the order of registration; stamps are UTC."""
        table = tables().runs
        query = table.select().order_by(table.c.registered, table.c.position, table.c.symbol)
        if symbol is not None:
            query = query.where(table.c.symbol == symbol)
        with self._database.reading() as connection:
            rows = connection.execute(query).all()
        frame = pd.DataFrame([tuple(row) for row in rows], columns=[column.name for column in table.columns])
        stamps = ["start", "end", "created", "updated"]
        return frame.assign(**{name: pd.to_datetime(frame[name], utc=True) for name in stamps})

    def market_of(self, fingerprint: str) -> str | None:
        """Return the market of bars, which is named after the first of its bars; None if they are new."""
        table = tables().bars
        with self._database.reading() as connection:
            row = connection.execute(table.select().filter_by(fingerprint=fingerprint)).first()
        return None if row is None else row.market

    def market_trials(self, market: str) -> MarketTrials:
        """Return everything that was tried on a market."""
        with self._database.reading() as connection:
            return reading.market_trials(connection, market)

    def close(self) -> None:
        """Let go of the database; the next call connects again."""
        self._database.close()

    @cached_property
    def _place(self) -> Place:
        return ledger_place(self.url, self.output)

    @cached_property
    def _database(self) -> Database:
        return Database(self._place.url)

    @contextlib.contextmanager
    def _appending(self) -> Iterator["Connection"]:
        """Give a connection that holds the head: what it reads stays true until it has appended."""
        with self._database.writing() as connection:
            chain.lock(connection)
            yield connection

    @staticmethod
    def _append(connection: "Connection", kind: str, payload: Mapping[str, Any]) -> None:
        view.apply(connection, chain.link(connection, kind, payload))

    def _register(
        self,
        connection: "Connection",
        registrations: Sequence[Registration],
        bars: Mapping[str, pd.DataFrame],
        name: str | None,
        command: str | None,
    ) -> None:
        """Register runs as a list, or one by itself; a list that is known stays as it is."""
        if name is not None and _is_listed(connection, None, name):
            return
        payload, contents = Registering(connection, bars).payload(registrations, name, command)
        blobs.keep(connection, contents)
        self._append(connection, view.REGISTERED, payload)

    def _finish(
        self,
        connection: "Connection",
        run_id: str,
        evidence: Mapping[str, Evidence],
        tests: Mapping[str, Mapping[str, Any]],
    ) -> None:
        panels = {rows.key: reading.pack_rows(rows) for rows, _ in evidence.values()}
        columns = {
            symbol: (rows.key, blobs.pack(np.asarray(values, dtype=np.float32)))
            for symbol, (rows, values) in evidence.items()
        }
        blobs.keep(connection, [*panels.values(), *(content for _, content in columns.values())])
        payload = {
            "run_id": run_id,
            "reason": None,
            "panels": {key: blobs.name(content) for key, content in panels.items()},
            "columns": {symbol: [key, blobs.name(content)] for symbol, (key, content) in columns.items()},
            "tests": {symbol: _test(test) for symbol, test in tests.items()},
        }
        self._append(connection, FINISHED, payload)

    def _end(self, connection: "Connection", run_id: str, status: str, reason: str | None) -> None:
        nothing = {"panels": {}, "columns": {}, "tests": {}} if status == FINISHED else {}
        self._append(connection, status, {"run_id": run_id, "reason": reason, **nothing})

    def _end_attempt(self, run_id: str, attempts: int, status: str) -> bool:
        """Close a run unless it was closed, or started again, since it was seen."""
        with self._appending() as connection:
            rows = self._rows(connection, run_id, must_exist=False)
            is_open = any(row.status == STARTED and row.attempts == attempts for row in rows)
            if is_open:
                self._end(connection, run_id, status, REAPED)
            return is_open

    def _open_attempts(self, output: str) -> list[tuple[str, int]]:
        table = tables().runs
        query = table.select().with_only_columns(table.c.run_id, table.c.attempts).distinct()
        with self._database.reading() as connection:
            rows = connection.execute(query.filter_by(status=STARTED, output=_root(output)))
            return [(row.run_id, row.attempts) for row in rows]

    @staticmethod
    def _rows(connection: "Connection", run_id: str, *, must_exist: bool = True) -> list[Any]:
        table = tables().runs
        rows = list(connection.execute(table.select().filter_by(run_id=run_id).order_by(table.c.symbol)))
        if must_exist and not rows:
            raise ResultsError(f"run {run_id} is not in the ledger: start it before its fit")
        return rows


def _registered(connection: "Connection", run_ids: Sequence[str]) -> dict[str, Registered]:
    table, events = tables().runs, tables().events
    joined = table.join(events, events.c.number == table.c.registered).select()
    facts: dict[str, Registered] = {}
    for first in range(0, len(run_ids), blobs.CHUNK):
        chunk = table.c.run_id.in_(run_ids[first : first + blobs.CHUNK])
        query = joined.where(chunk).with_only_columns(
            table.c.run_id, table.c.round, events.c.number, events.c.hash
        )
        for row in connection.execute(query):
            before = facts.get(row.run_id)
            number = max(row.round, before.round if before else 1)
            facts[row.run_id] = Registered(number, Head(row.number, row.hash))
    return facts


def _is_started(connection: "Connection", run_id: str) -> bool:
    rows = list(connection.execute(tables().runs.select().filter_by(run_id=run_id)))
    return bool(rows) and all(row.started is not None for row in rows)


def _is_listed(connection: "Connection", run_id: str | None, name: str | None) -> bool:
    """Tell whether a list is known, or holds a run."""
    if name is None:
        return False
    which = {"list": name} if run_id is None else {"list": name, "run_id": run_id}
    return connection.execute(tables().lists.select().filter_by(**which)).first() is not None


def _symbols_with(connection: "Connection", name: str, run_id: str) -> set[str]:
    table = getattr(tables(), name)
    return {row.symbol for row in connection.execute(table.select().filter_by(run_id=run_id))}


def _test(test: Mapping[str, Any]) -> dict[str, Any]:
    figures = test.get("figures")
    return {
        "start": nanoseconds(test["start"]),
        "end": nanoseconds(test["end"]),
        "by": "recorded",
        "figures": None if figures is None else dict(figures),
    }


def _root(output: str) -> str:
    return str(Path(output).resolve())
