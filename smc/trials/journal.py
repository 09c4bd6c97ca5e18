"""What is live, row by row: the journal of a deployment, an event of the chain each."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from smc.errors import ResultsError
from smc.trials import view
from smc.trials.ledger import Ledger
from smc.trials.tables import tables

if TYPE_CHECKING:
    from sqlalchemy import Connection


class Journal:
    """Write and read the rows of a deployment, by symbol and number from 1 on; none is ever changed.

    A row is an event of the ledger's chain, so an edit or a cut is seen like any other. A writer says which
    row it has read last, and writes the next one or none.

    Parameters
    ----------
    deployment
        Whose rows: two folders of results never share the journal of a symbol.

    Examples
    --------
    >>> journal = Journal(Ledger("sqlite://"), "desk")
    >>> said = {"action": "propose", "stage": "proposed", "version": "v", "run_id": "r", "trial": "t",
    ...     "manifest": "m", "last_training_bar": "2020-01-01T00:00:00+00:00", "rung": 0, "who": "ann",
    ...     "why": "a verdict", "override": None, "evidence": {}, "output": "outputs"}
    >>> journal.append("EURUSD", said, after=0), journal.last("EURUSD"), journal.last("GBPUSD")
    (1, 1, 0)
    >>> journal.append("EURUSD", {**said, "who": "bob"}, after=0)
    Traceback (most recent call last):
    smc.errors.ResultsError: EURUSD: ann was first: propose of v ... (row 1); nothing was written: look, ...
    """

    def __init__(self, ledger: Ledger, deployment: str) -> None:
        self.ledger, self.deployment = ledger, deployment

    def append(self, symbol: str, said: Mapping[str, Any], *, after: int) -> int:
        """Write the row behind the one that was read; return its number.

        Parameters
        ----------
        said
            What the columns of the table say, but for its key, its event and its time.
        after
            Number of the last row when it was decided; 0: there was none.

        Raises
        ------
        ResultsError
            Somebody else has written that row meanwhile; the message says who.
        """
        key = {"deployment": self.deployment, "symbol": symbol, "number": after + 1}
        with self.ledger.appending() as connection:
            last = _last(connection, self.deployment, symbol)
            if last > after:
                first = connection.execute(tables().journal.select().filter_by(**key)).one()
                raise ResultsError(
                    f"{symbol}: {first.who} was first: {first.action} of {first.version} at {first.time} "
                    f"(row {first.number}); nothing was written: look, and decide again"
                )
            if last < after:
                raise ResultsError(
                    f"{symbol}: the journal ends at row {last}, not {after}: it was cut, or is another"
                )
            view.append(connection, view.JOURNAL, {**said, **key})
        return after + 1

    def last(self, symbol: str) -> int:
        """Return the number of the last row, 0 without one: one look into an index."""
        with self.ledger.reading() as connection:
            return _last(connection, self.deployment, symbol)

    def newest(self) -> int:
        """Return the event of the last row of any symbol, 0 without one."""
        table = tables().journal
        query = table.select().with_only_columns(table.c.event).where(table.c.deployment == self.deployment)
        with self.ledger.reading() as connection:
            return connection.execute(query.order_by(table.c.event.desc()).limit(1)).scalar() or 0

    def rows(self, symbol: str) -> list[dict[str, Any]]:
        """Return the rows of a symbol, the first one first."""
        with self.ledger.reading() as connection:
            return _rows(connection, deployment=self.deployment, symbol=symbol)

    def by_symbol(self) -> dict[str, list[dict[str, Any]]]:
        """Return the rows of all symbols, by symbol."""
        found: dict[str, list[dict[str, Any]]] = {}
        with self.ledger.reading() as connection:
            for row in _rows(connection, deployment=self.deployment):
                found.setdefault(row["symbol"], []).append(row)
        return found

    def others(self) -> dict[str, str]:
        """Return the ledger's other deployments, each with the folder that it was last written from."""
        table = tables().journal
        query = table.select().with_only_columns(table.c.deployment, table.c.output).order_by(table.c.event)
        with self.ledger.reading() as connection:
            found = {row.deployment: row.output for row in connection.execute(query)}
        return {name: output for name, output in found.items() if name != self.deployment}


def _last(connection: "Connection", deployment: str, symbol: str) -> int:
    table = tables().journal
    of_symbol = table.c.deployment == deployment, table.c.symbol == symbol
    query = table.select().with_only_columns(table.c.number).where(*of_symbol)
    return connection.execute(query.order_by(table.c.number.desc()).limit(1)).scalar() or 0


def _rows(connection: "Connection", **which: str) -> list[dict[str, Any]]:
    table = tables().journal
    found = connection.execute(table.select().filter_by(**which).order_by(table.c.symbol, table.c.number))
    return [{**row, "evidence": json.loads(row["evidence"])} for row in found.mappings()]
