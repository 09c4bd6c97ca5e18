"""The chain of events: each names the hash of the one before, so none can be changed or left out unseen."""

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from smc.fingerprint import canonical_json
from smc.trials.among import rows_among
from smc.trials.tables import tables

if TYPE_CHECKING:
    from sqlalchemy import Connection


class Head(NamedTuple):
    """The last event of a chain, by which whoever keeps it can tell that the chain still holds it."""

    number: int
    hash: str


#: Of a chain without events.
EMPTY = Head(0, "")


@dataclass(frozen=True)
class Event:
    """One link of the chain.

    Attributes
    ----------
    time
        UTC, ISO 8601.
    text
        The payload as canonical JSON, which is what was hashed.
    """

    number: int
    time: str
    kind: str
    text: str
    previous: str

    @property
    def payload(self) -> Any:
        """What happened."""
        return json.loads(self.text)

    @property
    def hash(self) -> str:
        """SHA-256 over the whole link, the hash before included (hex)."""
        link = "\n".join((self.previous, str(self.number), self.time, self.kind, self.text))
        return hashlib.sha256(link.encode()).hexdigest()


def lock(connection: "Connection") -> Head:
    """Take the head until the transaction ends: whoever else wants to append waits."""
    row = connection.execute(tables().head.select().with_for_update()).one()
    return Head(row.number, row.hash)


def head(connection: "Connection") -> Head:
    """Return the last link."""
    row = connection.execute(tables().head.select()).one()
    return Head(row.number, row.hash)


def link(connection: "Connection", kind: str, payload: Mapping[str, Any]) -> Event:
    """Write one event behind the head; call it within the transaction that locked the head."""
    last, written = head(connection), tables()
    time = dt.datetime.now(dt.UTC).isoformat(timespec="microseconds")
    event = Event(last.number + 1, time, kind, canonical_json(payload), last.hash)
    connection.execute(
        written.events.insert().values(
            number=event.number,
            time=time,
            kind=kind,
            payload=event.text,
            previous=last.hash,
            hash=event.hash,
        )
    )
    connection.execute(written.head.update().values(number=event.number, hash=event.hash))
    return event


def link_of(connection: "Connection", number: int) -> Head:
    """Return one link.

    It is asked for as a range, which SQLite looks up in an index of links: in the row of an event its hash
    stands behind the payload, which takes megabytes where a long list was registered.
    """
    table = tables().events
    query = table.select().with_only_columns(table.c.number, table.c.hash)
    row = connection.execute(query.where(table.c.number.between(number, number))).one()
    return Head(row.number, row.hash)


def has(connection: "Connection", wanted: Head) -> bool:
    """Tell whether the chain holds a link, or a chain did that runs were imported from."""
    return not lacking(connection, [wanted])


def lacking(connection: "Connection", wanted: Iterable[Head]) -> set[Head]:
    """Return the links that neither the chain holds nor one that runs were imported from."""
    missing = set(wanted) - {EMPTY}
    for table in (tables().events, tables().heads):
        query = table.select().with_only_columns(table.c.number, table.c.hash)
        rows = rows_among(connection, query, table.c.hash, (head.hash for head in missing))
        missing -= {Head(row.number, row.hash) for row in rows}
    return missing


def events(connection: "Connection") -> Iterator[tuple[Event, str]]:
    """Give every event from the first on, each with the hash that was written for it."""
    table = tables().events
    for row in connection.execute(table.select().order_by(table.c.number)):
        yield Event(row.number, row.time, row.kind, row.payload, row.previous), row.hash


def broken_links(links: Iterable[tuple[Event, str]], last: Head) -> list[str]:
    """Say where a chain does not hold, the first place of each kind."""
    before = EMPTY
    for event, written in links:
        if event.number != before.number + 1:
            return [f"event {before.number + 1} is missing: {event.number} follows {before.number}"]
        if event.previous != before.hash:
            return [f"event {event.number} does not follow event {before.number}: its hash is another"]
        if event.hash != written:
            return [f"event {event.number} ({event.kind}) was changed: its hash is another"]
        before = Head(event.number, written)
    if before != last:
        return [f"the head names event {last.number} and the last event is {before.number}"]
    return []
