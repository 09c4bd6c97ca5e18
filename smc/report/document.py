"""A report before it has a form: sections of sentences and tables."""

from collections.abc import Sequence
from dataclasses import dataclass


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


@dataclass(frozen=True)
class Section:
    """A title, points of a sentence or two each, and tables, in the order in which they are read."""

    title: str
    points: Sequence[str] = ()
    tables: Sequence[Table] = ()
