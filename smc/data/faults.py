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


#: A rule that more than this share of the rows breaks (and at least `FEW` rows) tells of a misread file.
MISREAD_SHARE = 1 / 3
FEW = 3
#: Repairs that invent nothing, at any share: rows are sorted, padded, or read in the zone that was named.
HARMLESS = ("backward_step", "mixed_zone", "short_row")
#: What a rule that most rows break may mean.
CAUSES = {
    "conflicting_cells": "the file holds several instruments side by side, or one twice",
    "bad_stamp": "the stamps are written in another way than the first of them, or stand in another column: "
    "see data.stamps and data.columns={time: ...}",
    "non_numeric": "the column is another one (data.columns), or is written with a currency, a unit or "
    "separators of thousands",
    "not_points": "the prices are no points: leave data.price_scale out",
    "missing_price": "the column is another one: see data.columns",
    "non_positive_price": "the column holds changes, or is another one: see data.columns",
    "high_below_low": "a column is another one: see data.columns",
    "open_outside": "a column is another one, or adjusted unlike the others: see data.columns",
    "close_outside": "a column is another one, or adjusted unlike the others: see data.columns",
    "negative_volume": "the column is no volume: leave it out, 'data.columns={volume: null}'",
    "infinite_volume": "the column is no volume: leave it out, 'data.columns={volume: null}'",
    "backward_step": "the rows are not in order of time, which sorting settles",
    "repeated_stamp": "the clock stands in another column (data.columns={time: [date, clock]}), or the file "
    "holds several instruments one below the other",
    "ambiguous_stamp": "data.tz is another zone",
    "nonexistent_stamp": "data.tz is another zone",
    "short_row": "the header names more columns than the rows have",
    "long_row": "the header names fewer columns than the rows have",
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
        self.explain: Callable[[str], str | None] = lambda _: None
        self.causes = dict(CAUSES)
        self.sorting_settles = True  # rows out of order have stamps of their own
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

    def settle(self, n_rows: int) -> None:
        """Raise if something was noted that may not be changed, or more than may be changed.

        Parameters
        ----------
        n_rows
            Rows that there were at first.

        Raises
        ------
        DataError
            The first fault by row, with file, row, column, value and rule; then the count and first row for
            each rule, and what settles them: nothing, if a rule is broken by too many rows.
        """
        if self._first is None or (self.on_bad != "error" and not self._too_many(self.on_bad, n_rows)):
            return
        counts = ", ".join(
            f"{rule} {count} (first: {_where(self._first_rows[rule])})" for rule, count in self.counts.items()
        )
        remedy = self._remedy(n_rows)
        raise DataError(f"{self.name}, {self._first[1]}; faults: {counts}. {remedy}")

    def _too_many(self, on_bad: str, n_rows: int) -> list[str]:
        """Name the rules that too many rows break for a way of handling them."""
        counts = {rule: count for rule, count in self.counts.items() if rule != "repeated_column"}
        if on_bad == "repair":
            harmless = HARMLESS if self.sorting_settles else HARMLESS[1:]
            counts = {rule: count for rule, count in counts.items() if rule not in harmless}
        limit = max(MISREAD_SHARE * n_rows, FEW - 1)
        rules = [rule for rule, count in counts.items() if count > limit]
        lost = counts if on_bad == "drop" else self.dropped if self.repairs else {}
        is_lost = sum(count for rule, count in lost.items() if rule != "repeated_column") > limit
        return rules or ([max(counts, key=lambda rule: counts[rule])] if is_lost else [])

    def _remedy(self, n_rows: int) -> str:
        """Offer what the rows allow, or say what the file probably is."""
        offers = [
            f"data.on_bad={on_bad}" for on_bad in ("drop", "repair") if not self._too_many(on_bad, n_rows)
        ]
        broken = self._too_many("drop", n_rows)
        if not broken:
            return f"Mend the file, or set {' or '.join(offers)}"
        likely = self.explain(broken[0]) or self.causes.get(broken[0], "see data.columns and data.stamps")
        said = (
            f"{self.counts[broken[0]]} of {n_rows} rows break the rule {broken[0]}: more than a third is a "
            f"fact about the file, no handful of bad bars. Probable: {likely}"
        )
        return f"{said}: set {offers[-1]}" if offers else said


def _where(row: int) -> str:
    return f"row {row}" if row else "header"
