"""The trials of a market that speak of the same events: one row an event, one column a trial."""

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from smc.metrics import block_size, label_overlap
from smc.trials.market_trials import Column, MarketTrials, PanelRows
from smc.typing import BoolArray, FloatArray

#: Fewest rows that a bootstrap of a panel may be asked for.
LEAST_ROWS = 8


@dataclass(frozen=True, eq=False)
class Panel:
    """The columns of some events; what its rows are, their blocks and draws does not depend on the columns.

    Attributes
    ----------
    rows
        All labelled events of the market, whichever of them were predicted.
    columns
        One for each trial.
    """

    rows: PanelRows
    columns: Sequence[Column]

    @property
    def n_trials(self) -> int:
        """Trials that have a column."""
        return len(self.columns)

    @property
    def is_tested(self) -> bool:
        """Whether there are enough events for a bootstrap."""
        return len(self.rows) >= LEAST_ROWS

    @cached_property
    def values(self) -> FloatArray:
        """What each event says for each trial (n_events, n_trials).

        0, which favours nobody, where a trial did not predict it.
        """
        return np.nan_to_num(np.column_stack([column.values for column in self.columns]).astype(np.float64))

    @cached_property
    def known(self) -> BoolArray:
        """Which events each trial predicted (n_events, n_trials)."""
        return np.column_stack([np.isfinite(column.values) for column in self.columns])

    @cached_property
    def n_predicted(self) -> list[int]:
        """Events that each trial predicted."""
        return [int(np.isfinite(column.values).sum()) for column in self.columns]

    @cached_property
    def variance_factors(self) -> FloatArray:
        """By which the variance of each trial's mean is above that of forward evidence (n_trials,)."""
        return np.array([column.variance_factor for column in self.columns])

    @cached_property
    def block_size(self) -> int:
        """Rows that a resampled block needs (`smc.metrics.block_size`), never fewer than labels overlap."""
        overlap = label_overlap(self.rows.start, self.rows.end)
        return max(block_size(len(self.rows), overlap), min(math.ceil(overlap), len(self.rows)))

    def seed(self, seed: int) -> int:
        """Return the seed of its draws: the same events are drawn alike, whoever predicted them."""
        facts = [
            np.ascontiguousarray(stamps, dtype="<i8").tobytes() for stamps in (self.rows.start, self.rows.end)
        ]
        return int.from_bytes(hashlib.sha256(b"".join([*facts, str(seed).encode()])).digest()[:8], "big")


def n_without_column(market: MarketTrials) -> int:
    """Return how many trials have no column that can be tested: untold ones, and those of too few events."""
    short = {key for key, rows in market.panels.items() if len(rows) < LEAST_ROWS}
    return market.n_untold + sum(column.panel in short for column in market.columns)


def panels_of(market: MarketTrials) -> list[Panel]:
    """Return the panels that have columns; the order in which they are given does not matter."""
    columns = sorted(market.columns, key=lambda column: (column.trial, column.run_id, column.symbol))
    return [
        Panel(market.panels[key], [column for column in columns if column.panel == key])
        for key in sorted({column.panel for column in columns})
    ]
