"""A run as its readers ask about it: by symbol, and by split."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from smc.evaluation.default import BASIS_POINT
from smc.evaluation.predictions import all_classes, with_shares
from smc.report.accounts import accounts_of
from smc.report.figures import Figures
from smc.report.market import Market, held, market_of
from smc.report.text import is_number
from smc.results import Run

#: Splits as tables call them -> as people do, in the order in which they are judged.
SPLIT_NAMES = {"out_of_fold": "out-of-fold", "val": "validation", "test": "test"}


class RunView:
    """Ask a run for what several sections and pictures need.

    Parameters
    ----------
    run
        A finished run, or one whose files are written but not yet committed.
    """

    def __init__(self, run: Run) -> None:
        self.run, self.record = run, run.record
        self.figures = Figures(run.record)

    @property
    def title(self) -> str:
        """What was modelled, and with what."""
        return (
            f"{self.record.get('symbol', 'unknown symbol')}, {self.record.get('model_name', 'unknown model')}"
        )

    @property
    def naming(self) -> Mapping[str, Any]:
        """What people call it: ``name``, ``tags``, ``note``; empty of an earlier version."""
        return self.record.get("run") or {}

    @property
    def evaluation(self) -> dict[str, Any]:
        """Its settings: those of the ``evaluation`` group."""
        return self.run.config.get("evaluation") or {}

    @property
    def confidence(self) -> float:
        """Of the record's intervals, and so of all others."""
        return self.evaluation.get("confidence", 0.95)

    @property
    def level(self) -> str:
        """The confidence for people."""
        return f"{100 * self.confidence:g} %"

    @cached_property
    def by_symbol(self) -> dict[str, Figures]:
        """The figures that the run is judged by: a pool's symbol by symbol, another run's own under ''."""
        pool = self.record.get("by_symbol") or {}
        return {symbol: Figures(record) for symbol, record in pool.items()} or {"": self.figures}

    @cached_property
    def classes(self) -> list[int]:
        """Classes that are predicted or occur, ascending; none for a regression."""
        return all_classes(self.run.predictions).tolist()

    @property
    def task(self) -> str:
        """As label classes name it: classification or regression."""
        return "classification" if self.classes else "regression"

    @property
    def score_name(self) -> str:
        """Name of the metric that folds and splits are compared by."""
        return "accuracy" if self.classes else "r2"

    @cached_property
    def splits(self) -> dict[str, pd.DataFrame]:
        """The splits that have predictions, in time order, each with its ``share`` of its event."""
        rows = dict(list(self.run.predictions.groupby("part", sort=False)))
        return {split: _in_time_order(rows[split]) for split in SPLIT_NAMES if split in rows}

    @property
    def cost(self) -> float | None:
        """Of a purchase or a sale, as a fraction of its size; None where the evaluation names none."""
        cost_bps = self.evaluation.get("cost_bps")
        return cost_bps * BASIS_POINT if is_number(cost_bps) else None

    @cached_property
    def market(self) -> Market | str:
        """The bars of each symbol, or why there are none."""
        return market_of(self.run)

    def has_account(self, split: str) -> bool:
        """Tell whether a split was traded, be it that no position was ever taken."""
        return len(self._returns[split]) > 0

    def accounts(self, split: str) -> list[pd.DataFrame]:
        """Return the accounts of a split, see `accounts_of`."""
        return self._accounts[split]

    def held_accounts(self, split: str) -> list[pd.DataFrame]:
        """Return what buying and holding earned on the bars of each of them; none where bars are not kept."""
        return self._held_accounts[split]

    @cached_property
    def _returns(self) -> dict[str, pd.DataFrame]:
        part = self.run.returns["part"].to_numpy()
        return {split: self.run.returns.take(np.flatnonzero(part == split)) for split in SPLIT_NAMES}

    @cached_property
    def _accounts(self) -> dict[str, list[pd.DataFrame]]:
        return {split: accounts_of(returns) for split, returns in self._returns.items()}

    @cached_property
    def _held_accounts(self) -> dict[str, list[pd.DataFrame]]:
        market, cost = self.market, self.cost
        if isinstance(market, str) or cost is None:
            return {split: [] for split in SPLIT_NAMES}
        return {split: accounts_of(held(own, market, cost)) for split, own in self._returns.items()}

    @property
    def judged_split(self) -> str | None:
        """The split with most of the evidence: out-of-fold, else test; None without either."""
        return next((split for split in ("out_of_fold", "test") if split in self.splits), None)


def _in_time_order(rows: pd.DataFrame) -> pd.DataFrame:
    symbols = [with_shares(own) for _, own in rows.groupby("symbol", sort=False)]
    return symbols[0] if len(symbols) == 1 else pd.concat(symbols).sort_values("time", kind="stable")
