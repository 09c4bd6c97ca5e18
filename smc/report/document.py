"""A report before it has a form: sections of sentences and tables."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from smc.report.text import DASH, MISSING


@dataclass(frozen=True)
class Table:
    """Rows of finished text.

    Attributes
    ----------
    n_text
        How many columns, from the left, hold text; the others hold figures and are set flush right.
    n_whole
        How many of these hold names that are typed elsewhere: they are not broken where there is little room.
    """

    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    n_text: int = 1
    n_whole: int = 0


def filled(table: Table) -> Table:
    """Leave out columns of figures that no row has, and write a dash for a figure that some row lacks.

    >>> filled(Table(("run", "gap", "test"), [("a", "5 %", "n/a"), ("b", "n/a", "n/a")])).rows
    [['a', '5 %'], ['b', '–']]
    """
    kept = [
        number
        for number in range(len(table.columns))
        if number < table.n_text or any(row[number] not in (MISSING, "") for row in table.rows)
    ]
    rows = [[DASH if row[number] == MISSING else row[number] for number in kept] for row in table.rows]
    return replace(table, columns=[table.columns[number] for number in kept], rows=rows)


@dataclass(frozen=True)
class Section:
    """A title, points of a sentence or two each, and tables, in the order in which they are read."""

    title: str
    points: Sequence[str] = ()
    tables: Sequence[Table] = ()
