"""What breaks which rule: the record behind `on_bad`."""

from collections import Counter
from collections.abc import Callable
from typing import Literal

import numpy as np

from smc.arguments import check_choice
from smc.errors import DataError
from smc.typing import IntArray

OnBad = Literal["error", "drop", "repair"]

#: Every rule that `drop` and `repair` can settle, with the words that follow the value in a message.
RULES = {
    "repeated_column": "names a field that another column has already",
    "conflicting_cells": "differs from the cell of a repeated column",
    "short_row": "the row ends early, as in a truncated file",
    "long_row": "the row has more cells than the table has columns",
    "bad_stamp": "is no time stamp of the file's kind",
    "mixed_zone": "stamps with and without a time zone are mixed",
    "nonexistent_stamp": "is skipped by the clocks of the zone",
    "ambiguous_stamp": "occurs twice on the clocks of the zone",
    "non_numeric": "is not a number",
    "not_points": "is not a whole number of points, as `price_scale` needs",
    "missing_price": "the price is missing",
    "infinite_price": "the price is infinite",
    "non_positive_price": "the price is not positive",
    "infinite_volume": "the volume is infinite",
    "negative_volume": "the volume is negative",
    "high_below_low": "the high lies below the low",
    "open_outside": "the open lies outside [low, high]",
    "close_outside": "the close lies outside [low, high]",
    "backward_step": "the stamp lies before that of an earlier row",
    "repeated_stamp": "the stamp occurs a second time",
}


class Faults:
    """Count the rows of one table that break a rule, and remember the first of them.

    Parameters
    ----------
    name
        File or table, as messages name it.
    on_bad
        `error`: `settle` raises if anything was noted. `drop`, `repair`: what was noted is counted only.
    """

    def __init__(self, name: str, on_bad: OnBad = "error") -> None:
        check_choice("on_bad", on_bad, ("error", "drop", "repair"))
        self.name = name
        self.on_bad = on_bad
        self.counts: Counter[str] = Counter()
        self.dropped: Counter[str] = Counter()
        self.repaired: Counter[str] = Counter()
        self._first: tuple[int, str] | None = None
        self._first_rows: dict[str, int] = {}

    @property
    def repairs(self) -> bool:
        """Whether faults are to be mended where there is one way to mend them."""
        return self.on_bad == "repair"

    def note(
        self, rule: str, rows: IntArray, value: Callable[[int], object], *, column: str, mended: bool = False
    ) -> None:
        """Count rows that break a rule.

        Parameters
        ----------
        rule
            A key of `RULES`.
        rows
            Their row numbers: lines of a text file as an editor counts them, records of a binary one from 1;
            0 is the header.
        value
            Called with a position in ``rows``; gives the offending value. Only the first row's is asked for.
        column
            The column's name in the file.
        mended
            The rows stay, with another value; otherwise they go.
        """
        if not len(rows):
            return
        self.counts[rule] += len(rows)
        (self.repaired if mended else self.dropped)[rule] += len(rows)
        first = int(np.argmin(rows))
        row = int(rows[first])
        self._first_rows[rule] = min(row, self._first_rows.get(rule, row))
        if self._first is None or row < self._first[0]:
            self._first = row, f"{_where(row)}, column {column}: {value(first)} ({rule}: {RULES[rule]})"

    def settle(self) -> None:
        """Raise if anything was noted and nothing may be changed.

        Raises
        ------
        DataError
            The first fault by row, with file, row, column, value and rule; then the count and first row for
            each rule.
        """
        if self.on_bad == "error" and self._first is not None:
            counts = ", ".join(
                f"{rule} {count} (first: {_where(self._first_rows[rule])})"
                for rule, count in self.counts.items()
            )
            raise DataError(
                f"{self.name}, {self._first[1]}; faults: {counts}. "
                "Mend the file, or set data.on_bad=drop or data.on_bad=repair"
            )


def _where(row: int) -> str:
    return f"row {row}" if row else "header"
