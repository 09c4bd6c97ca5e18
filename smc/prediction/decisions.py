"""Every decision, written before it is told to anyone, and what came of it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from smc.errors import ResultsError
from smc.prediction.decision import Decision, Outcome, utc
from smc.prediction.decision_tables import KEY, OWNER, create_tables, tables
from smc.prediction.stored_bars import bar_rows, bars_of_rows
from smc.trials.database import Database
from smc.trials.place import read_place

if TYPE_CHECKING:
    from sqlalchemy import Connection

FILE = "decisions.sqlite"
#: Rows of one statement, below what databases take.
N_ROWS = 500
#: Difference of a probability that another processor may make.
SAME = 1e-9
REMEDY = "mend it, or name another database with --store"


@dataclass(frozen=True)
class Progress:
    """How far a version is with a symbol.

    Attributes
    ----------
    time
        Open of the last bar that it was given.
    state
        "deciding", "warming up", or why it does not decide.
    """

    symbol: str
    version: str
    role: str
    time: pd.Timestamp
    n_bars: int
    state: str


@dataclass(frozen=True)
class Written:
    """What goes into the store in one transaction."""

    decisions: Sequence[Decision] = ()
    outcomes: Sequence[Outcome] = ()
    progress: Sequence[Progress] = ()
    symbol: str = ""
    first_bar: int = 0
    bars: pd.DataFrame | None = field(default=None)


class Decisions:
    """The table of decisions: one row by symbol, bar, version and role, on the disk before it is told.

    What is written at once is there whole or not at all, whatever ends the process or the machine (SQLite in
    WAL with ``synchronous=FULL``, PostgreSQL by its own rule). A bar that was decided on before changes
    nothing: its row stands, and is what is told.

    Parameters
    ----------
    place
        A path or an SQLAlchemy URL; None: ``decisions.sqlite`` in the output folder.
    output
        Root of all results.

    Examples
    --------
    >>> store = Decisions("sqlite://")
    >>> day = pd.Timestamp("2024-01-05", tz="UTC")
    >>> one = Decision("EURUSD", day, "3f2a", "run", "t", 1.0, side=1, prediction=1, position=1.0)
    >>> [told.position for told in store.write(Written([one]))], len(store.rows())
    ([1.0], 1)
    """

    def __init__(self, place: str | Path | None = None, output: str | Path = "outputs") -> None:
        where = Path(output).absolute() / FILE if place is None else read_place(str(place), "--store")
        self._database = Database(where, name="the store of decisions", create=create_tables, remedy=REMEDY)

    @property
    def place(self) -> str:
        """Where it is, without its password."""
        return str(self._database)

    def write(self, written: Written) -> list[Decision]:
        """Write in one transaction, and return the decisions as they stand: those of before where there are.

        Raises
        ------
        ResultsError
            A bar was decided otherwise before, or the database refuses.
        """
        with self._database.writing() as connection:
            stored = _insert_decisions(connection, written.decisions)
            _join(connection, written.outcomes)
            for progress in written.progress:
                _put_progress(connection, progress)
            if written.bars is not None and len(written.bars):
                rows = bar_rows(written.symbol, written.first_bar, written.bars)
                for part in _parts(rows):
                    connection.execute(tables().bars.insert(), part)
        return [stored.get(decision.key, decision) for decision in written.decisions]

    def rows(
        self, symbol: str | None = None, *, version: str | None = None, role: str | None = None
    ) -> pd.DataFrame:
        """Return the table, or some of its rows, in order of their key."""
        table = tables().decisions
        asked = {"symbol": symbol, "version": version, "role": role}
        query = table.select().filter_by(
            **{name: value for name, value in asked.items() if value is not None}
        )
        with self._database.reading() as connection:
            rows = connection.execute(query).all()
        found = pd.DataFrame(
            [row._asdict() for row in rows], columns=[column.name for column in table.columns]
        )
        return found.sort_values(list(KEY), ignore_index=True)

    def decisions(self, symbol: str, version: str, role: str) -> list[Decision]:
        """Return the decisions of a version on a symbol, in time order."""
        rows = self.rows(symbol, version=version, role=role).astype(object)
        return [Decision.of_row(row) for row in rows.where(rows.notna(), None).to_dict("records")]

    def at(self, symbol: str, time: pd.Timestamp) -> list[Decision]:
        """Return what was decided on one bar, by whomever."""
        query = tables().decisions.select().filter_by(symbol=symbol, time=time.isoformat())
        with self._database.reading() as connection:
            return [Decision.of_row(row._asdict()) for row in connection.execute(query)]

    def open_decisions(self, symbol: str, version: str, role: str) -> list[Decision]:
        """Return those that were decided and wait for their outcome."""
        return [one for one in self.decisions(symbol, version, role) if one.is_decided and one.end is None]

    def progress(self, symbol: str | None = None) -> list[Progress]:
        """Return how far each version is."""
        table = tables().progress
        query = table.select() if symbol is None else table.select().filter_by(symbol=symbol)
        with self._database.reading() as connection:
            rows = connection.execute(query.order_by(*OWNER)).all()
        return [Progress(**{**row._asdict(), "time": utc(row.time)}) for row in rows]

    def bars(self, symbol: str) -> pd.DataFrame:
        """Return what was fed bar by bar, in order of arrival."""
        table = tables().bars
        query = table.select().filter_by(symbol=symbol).order_by(table.c.number)
        with self._database.reading() as connection:
            return bars_of_rows(connection.execute(query).all())

    def predictions(self, symbol: str, bars: pd.DataFrame, *, role: str | None = None) -> pd.DataFrame:
        """Return told decisions with their outcomes in the columns of ``predictions.parquet``.

        ``part`` is "live", ``fold`` the version. What was decided in sample, or has no label, is left out: it
        enters no figure.

        Parameters
        ----------
        bars
            Of the symbol, to whose positions events and spans refer.
        """
        from smc.prediction.told import as_predictions

        return as_predictions(self.rows(symbol, role=role), bars)

    def close(self) -> None:
        """Let go of the database; the next call connects again."""
        self._database.close()


def _insert_decisions(
    connection: "Connection", decisions: Sequence[Decision]
) -> dict[tuple[str, ...], Decision]:
    """Write the decisions that are new; return those that stand there already, by key."""
    if not decisions:
        return {}
    stored = _stored(connection, decisions)
    told = datetime.now(UTC).isoformat(timespec="milliseconds")
    new = {one.key: {**one.row(), "told": told} for one in decisions if one.key not in stored}
    for part in _parts(list(new.values())):
        connection.execute(tables().decisions.insert(), part)
    return stored


def _stored(connection: "Connection", decisions: Sequence[Decision]) -> dict[tuple[str, ...], Decision]:
    table, found = tables().decisions, {}
    owners: dict[tuple[str, ...], list[Decision]] = {}
    for one in decisions:
        owners.setdefault((one.symbol, one.version, one.role), []).append(one)
    for owner, own in owners.items():
        query = table.select().filter_by(**dict(zip(OWNER, owner, strict=True)))
        for part in _parts(own):
            times = [one.time.isoformat() for one in part]
            for row in connection.execute(query.where(table.c.time.in_(times))):
                decision = Decision.of_row(row._asdict())
                found[decision.key] = decision
        for one in own:
            if one.key in found:
                _check_same(found[one.key], one)
    return found


def _check_same(stored: Decision, again: Decision) -> None:
    """Raise ResultsError where a bar was decided otherwise before: the bars, or the code, are others."""
    if not (stored.is_decided and again.is_decided):
        return
    names = stored.probabilities.keys() | again.probabilities.keys()
    apart = max(
        (abs(stored.probabilities.get(name, 2.0) - again.probabilities.get(name, 2.0)) for name in names),
        default=abs(float(stored.prediction or 0) - float(again.prediction or 0)),
    )
    if apart > SAME or stored.side != again.side:
        raise ResultsError(
            f"{stored.symbol}: {stored.version} decided otherwise on the bar of {stored.time} before (by "
            f"{apart:.2g}): these are other bars, or other code; name another store with --store"
        )


def _join(connection: "Connection", outcomes: Iterable[Outcome]) -> None:
    """Let outcomes join the rows of their decisions; the first stands."""
    table = tables().decisions
    for outcome in outcomes:
        at = table.update().filter_by(**outcome.key).where(table.c.end.is_(None))
        connection.execute(at.values(**outcome.row()))


def _put_progress(connection: "Connection", progress: Progress) -> None:
    table = tables().progress
    key = {name: getattr(progress, name) for name in OWNER}
    values = {
        "time": progress.time.isoformat(),
        "n_bars": progress.n_bars,
        "state": progress.state,
    }
    if not connection.execute(table.update().filter_by(**key).values(**values)).rowcount:
        connection.execute(table.insert().values(**key, **values))


def _parts(rows: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for first in range(0, len(rows), N_ROWS):
        yield rows[first : first + N_ROWS]
