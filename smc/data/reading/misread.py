"""What a file probably is if most of its rows break a rule."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from smc.data.bad_bars import PRICES
from smc.data.reading.blocks import Table
from smc.data.reading.epochs import epoch_unit, from_epochs
from smc.data.reading.likely import likely_order, price_like
from smc.data.reading.named import Name, as_typed, spell_all
from smc.data.reading.plan import Reading
from smc.data.reading.stamps import NAT, parse_stamps

ORDER = ("high_below_low", "open_outside", "close_outside")


class Misreading:
    """Explain a rule that most rows break, by the first rows of the file; None where they tell nothing.

    Parameters
    ----------
    table, reading
        The file, and how it was read.
    """

    def __init__(self, table: Table, reading: Reading) -> None:
        self._table = table
        self._reading = reading

    def __call__(self, rule: str) -> str | None:
        """Explain one rule."""
        return self._order() if rule in ORDER else None

    def _order(self) -> str | None:
        """Find columns that keep the rules of prices where those that were taken do not."""
        columns = self._reading.columns
        rows = self._in_time([row for row in self._table.sample if len(row) == len(self._table.sample[0])])
        assigned = {field: columns.prices[field][0] for field in PRICES}
        candidates = {
            place: numbers
            for place, numbers in price_like(rows, assigned["open"]).items()
            if place not in columns.time
        }
        order = likely_order(candidates, assigned)
        if order is None or order == assigned:
            return None
        by_place = sorted(order, key=lambda field: order[field])
        if columns.names:
            shown = "columns " + ", ".join(columns.name(order[field]) for field in by_place)
        else:
            shown = f"cells {min(order.values()) + 1}-{max(order.values()) + 1}"
        return f"{shown} look like {', '.join(by_place)}: set {as_typed(self._typed(order))}"

    def _typed(self, order: dict[str, int]) -> dict[str, Name | Sequence[Name]]:
        columns = self._reading.columns
        if columns.names:
            spell = spell_all(columns.names, len(columns.names))
            changed = {field: order[field] for field in PRICES if order[field] != columns.prices[field][0]}
            return {field: spell[place] for field, place in changed.items()}
        time = columns.time[0] if len(columns.time) == 1 else list(columns.time)
        return {"time": time, **order}

    def _in_time(self, rows: list[list[str]]) -> list[list[str]]:
        """Turn rows that run back in time."""
        columns, spelling = self._reading.columns, self._reading.spelling
        cells = pa.array([" ".join(row[place] for place in columns.time) for row in rows], pa.string())
        stamps, _ = parse_stamps(cells, spelling)
        if spelling.style == "epoch" and (unit := epoch_unit(stamps)):
            stamps = from_epochs(stamps, unit)
        steps = np.sign(np.diff(stamps[stamps != NAT]))
        return rows[::-1] if steps.sum() < 0 else rows
