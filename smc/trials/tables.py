"""The ledger's tables: the chain of events, and the rows that follow from it."""

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy import MetaData, Table

#: Hashes of a registration that have a column of their own.
HASHES = ("config_hash", "data_hash", "split_hash")


@dataclass(frozen=True)
class Tables:
    """All tables of a ledger; stamps of bars are nanoseconds since 1970, other times UTC in ISO 8601.

    Journal and versions keep their last bar as text, as the record of a run says it.

    Attributes
    ----------
    events, head
        The chain, and its last link: the row that every writer locks.
    blobs
        Arrays by the SHA-256 of their bytes, which the events name.
    runs
        One row for each run and symbol; numbers are those of events.
    lists
        Which runs were registered together.
    registrations
        When trials of a market were newly registered, by development span.
    bars
        What is known of each series of bars, and its market.
    panels, columns
        Evidence of the runs that finished.
    openings, audits, selections
        What was looked at, checked and asked for.
    heads
        Of other ledgers, whose runs were imported.
    versions
        Models that were fitted for deployment, by the hash of their folder's list of files.
    journal
        What was proposed, promoted, taken back and retired, by deployment and symbol.
    """

    metadata: "MetaData"
    events: "Table"
    head: "Table"
    blobs: "Table"
    runs: "Table"
    lists: "Table"
    registrations: "Table"
    bars: "Table"
    panels: "Table"
    columns: "Table"
    openings: "Table"
    audits: "Table"
    selections: "Table"
    heads: "Table"
    versions: "Table"
    journal: "Table"

    def derived(self) -> tuple["Table", ...]:
        """Return the tables that follow from the events."""
        return tuple(table for table in self.metadata.sorted_tables if table.name not in SOURCES)


#: What is written beside the rows that follow from events.
SOURCES = ("events", "head", "blobs")


@cache
def tables() -> Tables:
    """Return the tables; SQLAlchemy is imported here."""
    from sqlalchemy import (
        BigInteger,
        Boolean,
        Column,
        Index,
        Integer,
        LargeBinary,
        MetaData,
        String,
        Table,
        Text,
    )

    metadata = MetaData()

    def key(name: str, kind: object = String(64)) -> Column:
        return Column(name, kind, primary_key=True, autoincrement=False)  # pyright: ignore[reportArgumentType]

    def said(name: str, kind: object = String(64), **options: bool) -> Column:
        return Column(name, kind, nullable=False, **options)  # pyright: ignore[reportArgumentType]

    def run() -> tuple[Column, Column]:
        return key("run_id"), key("symbol", Text)

    return Tables(
        metadata=metadata,
        events=Table(
            "events",
            metadata,
            key("number", Integer),
            said("time", String(32)),
            said("kind", String(16)),
            said("payload", Text),
            said("previous"),
            said("hash", index=True),
            Index("links", "number", "hash"),
        ),
        head=Table("head", metadata, key("id", Integer), said("number", Integer), said("hash")),
        blobs=Table("blobs", metadata, key("sha256"), said("content", LargeBinary)),
        runs=Table(
            "runs",
            metadata,
            *run(),
            said("market"),
            said("bars"),
            said("trial", index=True),
            said("version", Text),
            said("code_version"),
            said("question"),
            said("seed", BigInteger),
            said("model", Text),
            said("simulated", Boolean),
            Column("two_sided", Boolean),
            said("start", BigInteger),
            said("end", BigInteger),
            said("round", Integer),
            said("registered", Integer),
            said("position", Integer),
            Column("started", Integer),
            Column("scored", Integer),
            Column("finished", Integer),
            said("status", String(16)),
            Column("reason", Text),
            said("attempts", Integer),
            said("created", String(32)),
            said("updated", String(32)),
            said("output", Text),
            Column("host", Text),
            Column("digest", Text),
            *(said(name) for name in HASHES),
            Index("runs_by_status", "status", "output", "run_id"),
            Index("runs_by_period", "market", "start", "end", "scored"),
        ),
        lists=Table(
            "lists", metadata, key("list"), Column("run_id", String(64), primary_key=True, index=True)
        ),
        registrations=Table(
            "registrations",
            metadata,
            *(key("number", Integer), key("market"), key("start", BigInteger), key("end", BigInteger)),
            Index("registrations_by_period", "market", "start", "end", "number"),
        ),
        bars=Table(
            "bars",
            metadata,
            key("fingerprint"),
            said("market", index=True),
            said("number", Integer),
            said("n_bars", Integer),
            Column("first", BigInteger),
            Column("last", BigInteger),
            Column("signature", String(64)),
            said("contains", Text),
        ),
        panels=Table("panels", metadata, key("panel"), said("rows")),
        columns=Table("columns", metadata, *run(), said("panel"), said("column")),
        openings=Table(
            "openings",
            metadata,
            *run(),
            said("start", BigInteger),
            said("end", BigInteger),
            said("time", String(32)),
            said("by", Text),
            Column("figures", Text),
        ),
        audits=Table(
            "audits",
            metadata,
            key("number", Integer),
            said("code", index=True),
            said("subject", Text),
            said("passed", Boolean),
            said("problems", Text),
            said("time", String(32)),
        ),
        selections=Table(
            "selections",
            metadata,
            key("number", Integer),
            said("market", index=True),
            said("rule", Text),
            Column("criteria", Text),
            said("verdicts", Text),
            said("time", String(32)),
        ),
        heads=Table("heads", metadata, key("number", Integer), key("hash"), Index("heads_by_hash", "hash")),
        versions=Table(
            "versions",
            metadata,
            *(key("version"), key("digest")),
            *(said("run_id"), said("trial")),
            said("as_is", Boolean),
            said("last_training_bar", String(40)),
            said("number", Integer),
            said("time", String(32)),
        ),
        journal=Table(
            "journal",
            metadata,
            *(key("deployment"), key("symbol", Text), key("number", Integer)),
            said("event", Integer),
            *(said("action", String(16)), said("stage", String(16))),
            *(said("version"), said("run_id"), said("trial"), said("manifest")),
            said("last_training_bar", String(40)),
            said("rung", Integer),
            *(said("who", Text), said("why", Text), Column("override", Text)),
            *(said("evidence", Text), said("output", Text)),
            said("time", String(32)),
        ),
    )
