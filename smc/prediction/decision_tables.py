"""The tables of decisions, in whatever database a URL names."""

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy import Connection, MetaData, Table

#: What makes a row of decisions one of its own, and a row of progress.
KEY = ("symbol", "time", "version", "role")
OWNER = ("symbol", "version", "role")


@dataclass(frozen=True)
class Tables:
    """All tables; stamps of bars are UTC in ISO 8601.

    Attributes
    ----------
    decisions
        One row by symbol, bar, version and role. ``told`` is the clock when it was written, and no part of
        what is the same after a replay.
    progress
        The last bar that each version has seen of a symbol, how many, and its state in a word.
    bars
        What was fed bar by bar, in order of arrival, from which a state is made again.
    """

    metadata: "MetaData"
    decisions: "Table"
    progress: "Table"
    bars: "Table"


@cache
def tables() -> Tables:
    """Return the tables; SQLAlchemy is imported here."""
    from sqlalchemy import Boolean, Column, Double, Integer, MetaData, String, Table, Text

    metadata = MetaData()

    def key(name: str, kind: object = String(64)) -> Column:
        return Column(name, kind, primary_key=True, autoincrement=False)  # pyright: ignore[reportArgumentType]

    return Tables(
        metadata,
        decisions=Table(
            "decisions",
            metadata,
            *(key("symbol", Text), key("time", String(40)), key("version"), key("role", String(32))),
            Column("trial", String(64), nullable=False),
            Column("side", Integer),
            Column("prediction", Double),
            Column("position", Double),
            Column("rung", Double, nullable=False),
            Column("reason", String(32)),
            *(Column(name, Text, nullable=False) for name in ("probabilities", "baseline", "calibrated")),
            Column("in_sample", Boolean, nullable=False),
            *(Column(name, String(40)) for name in ("start", "end")),
            *(Column(name, Double) for name in ("label", "ret", "net")),
            Column("told", String(40), nullable=False),
        ),
        progress=Table(
            "progress",
            metadata,
            *(key("symbol", Text), key("version"), key("role", String(32))),
            Column("time", String(40), nullable=False),
            Column("n_bars", Integer, nullable=False),
            Column("state", String(64), nullable=False),
        ),
        bars=Table(
            "bars",
            metadata,
            *(key("symbol", Text), key("number", Integer)),
            Column("time", String(40), nullable=False),
            *(Column(name, Double, nullable=False) for name in ("open", "high", "low", "close")),
            Column("volume", Double),
            Column("others", Text, nullable=False),
        ),
    )


def create_tables(connection: "Connection") -> None:
    """Create the tables that are not there."""
    tables().metadata.create_all(connection)
