"""The count of everything that was tried, in an append-only chain of events."""

import contextlib
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pandas as pd

from smc.trials import chain, importing, looks, reading, runs, verify
from smc.trials.chain import Head
from smc.trials.database import Database
from smc.trials.importing import ImportedRun
from smc.trials.market_trials import MarketTrials, Opening
from smc.trials.place import Place, ledger_place
from smc.trials.register import list_id
from smc.trials.registration import Registration
from smc.trials.runs import REAPED, Evidence, Registered
from smc.trials.view import FAILED, FINISHED, KILLED, REGISTERED, STARTED

if TYPE_CHECKING:
    from sqlalchemy import Connection


class Ledger:
    """Record everything that is tried, so that a choice can be corrected for all of it.

    A run is registered before its fit, for each of its symbols, and counts from its first scored fold on
    whether it finishes, fails or is killed. What it says is kept as a column of evidence when it finishes.
    Every change is an event of a chain in which each names the hash of the one before. Many processes may
    write at once; each waits for the others.

    Parameters
    ----------
    url
        A path, or any SQLAlchemy URL. None is `$SMC_LEDGER` (either of them), else one file for all your runs
        in the user's data directory. SQLite keeps a write-ahead log, so it belongs on a local disk; several
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
    >>> import numpy as np
    >>> from smc.fingerprint import bars_fingerprint
    >>> stamps = pd.date_range("2020", periods=300, freq="D", tz="UTC")
    >>> bars = pd.DataFrame({"close": np.random.default_rng(0).normal(size=300).cumsum()}, index=stamps)
    >>> key, ledger = bars_fingerprint(bars), Ledger("sqlite://")  # in memory
    >>> def registration(trial, seed):
    ...     return Registration(
    ...         f"{trial}{seed}", {"SP500": key}, trial, "1.0", "v", question="q", seed=seed, model="xgboost",
    ...         development=(stamps[0], stamps[200]), output="outputs")
    >>> runs = [registration("a", 0), registration("a", 1), registration("b", 0)]
    >>> [ledger.start(run, {key: bars}).round for run in runs]
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
        self, registrations: Sequence[Registration], bars: Mapping[str, pd.DataFrame]
    ) -> dict[str, Registered]:
        """Register runs together, before the first fit of any: they are of one round.

        The same runs again, in any order, are the same list: nothing is written, and its rounds stand.

        Parameters
        ----------
        bars
            By fingerprint; those that the ledger knows may be left out.

        Raises
        ------
        ValueError
            Bars that nobody has seen are not given, or a stamp has no time zone.
        """
        jobs = {registration.run_id: registration for registration in registrations}
        if not jobs:
            return {}
        with self.appending() as connection:
            runs.register(connection, list(jobs.values()), bars, list_id(jobs))
            return runs.registered(connection, list(jobs))

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
        with self.appending() as connection:
            runs.start(connection, registration, bars, list_name)
            return runs.registered(connection, [registration.run_id])[registration.run_id]

    def scored(self, run_id: str) -> None:
        """Say that a fold of a run was scored: from now on it counts; saying it again changes nothing."""
        with self.appending() as connection:
            runs.scored(connection, run_id)

    def finish(
        self,
        run_id: str,
        evidence: Mapping[str, Evidence],
        tests: Mapping[str, Mapping[str, Any]] | None = None,
        digest: str | None = None,
    ) -> None:
        """Say that a run finished, and keep what it says; the first evidence of a run is kept for good.

        Parameters
        ----------
        evidence
            By symbol.
        tests
            The test parts that the run has looked at itself, by symbol: ``start`` and ``end`` (stamps), and
            ``figures`` if it has any.
        digest
            Hash of the folder's list of files, which tells whether it was changed later.
        """
        with self.appending() as connection:
            runs.finish(connection, run_id, evidence, tests or {}, digest)

    def end(self, run_id: str, status: str, reason: str | None = None) -> None:
        """Say how a run ended: "failed", "killed", or "finished" without evidence."""
        with self.appending() as connection:
            runs.rows_of(connection, run_id)
            runs.end(connection, run_id, status, reason)

    def end_if_open(self, run_id: str, status: str, reason: str | None = None) -> bool:
        """Say how a run ended whose process has gone, even if `reap` saw it first; False if it had ended."""
        with self.appending() as connection:
            rows = runs.rows_of(connection, run_id, must_exist=False)
            is_open = any(row.status in (STARTED, REGISTERED) or row.reason == REAPED for row in rows)
            if is_open:
                runs.end(connection, run_id, status, reason)
            return is_open

    def reap(
        self, output: str, state: Callable[[str], str], host: Callable[[str], str | None] = lambda _: None
    ) -> int:
        """Close the runs that are still called started but are not; return how many.

        Call it before a run is started: it finds what a killed process could not say itself.

        Parameters
        ----------
        output
            Only runs that write under this root are looked at.
        state
            Tells "started", "finished", "failed" or "killed" by run id; any other answer means killed.
        host
            Tells by run id which machine last wrote it there. A run of another machine is closed only if it
            is that one's: else two machines have folders of one name, and its own says what became of it.
        """
        with self.reading() as connection:
            attempts = runs.open_attempts(connection, output)
        closed = 0
        here = os.uname().nodename
        for run_id, attempt, started_on in attempts:
            if started_on not in (None, here) and host(run_id) != started_on:
                continue
            status = state(run_id)
            if status != STARTED:
                status = status if status in (FINISHED, FAILED) else KILLED
                closed += self._end_attempt(run_id, attempt, status)
        return closed

    def open_test(self, run_id: str, symbol: str, start: pd.Timestamp, end: pd.Timestamp, by: str) -> bool:
        """Say that a test part is about to be read, before it is; False if it was opened before.

        Parameters
        ----------
        start, end
            First bar of its first event, and last bar that any of its labels looks at.
        by
            Who looks: a selection rule.
        """
        with self.appending() as connection:
            return looks.open_test(connection, run_id, symbol, (start, end), by)

    def opened_figures(self, run_id: str, symbol: str, figures: Mapping[str, Any]) -> None:
        """Say what was seen in a test part that was opened; the first figures stand."""
        with self.appending() as connection:
            looks.opened_figures(connection, run_id, symbol, figures)

    def audited(self, code: str, subject: str, passed: bool, problems: Sequence[str]) -> None:
        """Say that code, known by its hash, was put under its laws."""
        said = {"passed": passed, "problems": list(problems)}
        with self.appending() as connection:
            looks.audited(connection, code, subject, said)

    def selected(
        self,
        market: str,
        criteria: Mapping[str, Any] | None,
        rule: str,
        verdicts: Mapping[str, Any],
    ) -> None:
        """Say what a selection asked for (None: nothing that binds later ones), and what it found."""
        with self.appending() as connection:
            looks.selected(connection, reading.current(connection, market), criteria, rule, verdicts)

    def import_runs(
        self,
        imported: Sequence[ImportedRun],
        bars: Mapping[str, pd.DataFrame],
        *,
        source: str,
        head: Head | None = None,
    ) -> list[str]:
        """Take over runs that the ledger does not know; return their ids.

        What was registered together is one round, the oldest first; a run without a date is a round of its
        own. All are taken over or none.

        Parameters
        ----------
        source
            Where they come from, for people.
        head
            Of the ledger that they come from: runs and manifests that keep an event up to it are known.
        """
        with self.appending() as connection:
            return importing.import_runs(connection, imported, bars, head, source)

    def head(self) -> Head:
        """Return the last event."""
        with self.reading() as connection:
            return chain.head(connection)

    def has(self, head: Sequence[Any]) -> bool:
        """Tell whether an event (number, hash) is in the chain, or in one that runs were imported from."""
        with self.reading() as connection:
            return chain.has(connection, Head(*head))

    def lacks(self, heads: Iterable[Head]) -> set[Head]:
        """Return those of many events that `has` would not find."""
        with self.reading() as connection:
            return chain.lacking(connection, heads)

    def without_evidence(self, output: str) -> list[str]:
        """Return the runs of an output folder that finished and could not say what came out."""
        with self.reading() as connection:
            return reading.without_evidence(connection, output)

    def knows(self, run_id: str) -> bool:
        """Tell whether a run is registered."""
        with self.reading() as connection:
            return bool(runs.rows_of(connection, run_id, must_exist=False))

    def known(self, run_ids: Iterable[str]) -> set[str]:
        """Return those of many runs that are registered."""
        with self.reading() as connection:
            return runs.known(connection, run_ids)

    def trials(self, symbol: str | None = None) -> pd.DataFrame:
        """Return all runs, or those of one symbol, in the order of registration; stamps are UTC."""
        with self.reading() as connection:
            return reading.trials(connection, symbol)

    def markets(self, rule: str | None = None) -> pd.DataFrame:
        """Return the markets that anything was registered for, by name.

        Columns are ``symbols``, ``first`` and ``last`` (bar), ``simulated`` (all of its runs are) and
        ``verdicts``: what its last selection found (by this rule, if one is given), None without one.
        """
        with self.reading() as connection:
            return reading.markets(connection, rule)

    def market_of(self, fingerprint: str) -> str | None:
        """Return the market of bars, which is named after the first of its bars; None if they are new."""
        with self.reading() as connection:
            return reading.market_of(connection, fingerprint)

    def market_trials(self, market: str) -> MarketTrials:
        """Return everything that was tried on a market; a name that was merged into another is known."""
        with self.reading() as connection:
            return reading.market_trials(connection, reading.current(connection, market))

    def opening(self, run_id: str, symbol: str) -> Opening | None:
        """Return what is known of a look at a test part; None if nobody has looked."""
        with self.reading() as connection:
            return reading.opening(connection, run_id, symbol)

    def audit_of(self, code: str) -> dict[str, Any] | None:
        """Return the last audit of code by its hash: ``subject``, ``passed``, ``problems``, ``time``."""
        with self.reading() as connection:
            return looks.audit_of(connection, code)

    def last_p_values(self) -> dict[str, dict[str, dict[str, float | None]]]:
        """Return what the last selection that binds a market found, by market, symbol and p-value."""
        with self.reading() as connection:
            return looks.last_p_values(connection)

    def criteria_of(self, market: str, rule: str | None = None) -> dict[str, Any] | None:
        """Return what the first selection of a market (by this rule, if one is given) asked for, or None."""
        with self.reading() as connection:
            return looks.criteria_of(connection, reading.current(connection, market), rule)

    def verify(self) -> list[str]:
        """Say what does not hold: links of the chain, rows that no event says, damaged arrays."""
        with self.reading() as connection:
            return verify.problems(connection)

    def refitted(self, version: str, digest: str, said: Mapping[str, Any]) -> None:
        """Say that a version was fitted, before its folder is there; the same again changes nothing.

        Parameters
        ----------
        version
            Its id.
        digest
            Hash of its folder's list of files: no other folder of this name is that version.
        said
            ``run_id``, ``trial``, ``as_is`` and ``last_training_bar``.
        """
        with self.appending() as connection:
            looks.refitted(connection, version, digest, said)

    def digests_of(self, version: str) -> list[str]:
        """Return the hashes of the folders of a version, as they were told; none of one nobody fitted."""
        with self.reading() as connection:
            return looks.digests_of(connection, version)

    def selections_of(self, symbol: str) -> list[dict[str, Any]]:
        """Return the last selection of a symbol by each rule, on each market of that name, the newest first.

        One whose criteria bind stands beside one of the same name whose criteria do not.

        Each is ``number`` of its event, ``market``, ``rule``, ``criteria`` (None: they bind nobody),
        ``time``, and ``verdict``, ``run_id`` and ``p_values`` of the symbol.
        """
        with self.reading() as connection:
            return looks.selections_of(connection, symbol)

    def reading(self) -> contextlib.AbstractContextManager["Connection"]:
        """Give a connection that sees one state of the ledger and waits for nobody."""
        return self._database.reading()

    @contextlib.contextmanager
    def appending(self) -> Iterator["Connection"]:
        """Give a connection that holds the head: what it reads stays true until it has appended."""
        with self._database.writing() as connection:
            chain.lock(connection)
            yield connection

    def close(self) -> None:
        """Let go of the database; the next call connects again."""
        self._database.close()

    @cached_property
    def _place(self) -> Place:
        return ledger_place(self.url, self.output)

    @cached_property
    def _database(self) -> Database:
        return Database(self._place.database)

    def _end_attempt(self, run_id: str, attempts: int, status: str) -> bool:
        """Close a run unless it was closed, or started again, since it was seen."""
        with self.appending() as connection:
            rows = runs.rows_of(connection, run_id, must_exist=False)
            is_open = any(row.status == STARTED and row.attempts == attempts for row in rows)
            if is_open:
                runs.end(connection, run_id, status, REAPED)
            return is_open
