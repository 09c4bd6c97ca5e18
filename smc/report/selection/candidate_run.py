"""A run that a report opens: that of a candidate, with what its verdict was allowed to see."""

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from smc.errors import ResultsError
from smc.evaluation.default import BASIS_POINT
from smc.evaluation.predictions import all_classes, n_events, share_weights, with_shares
from smc.metrics import accuracy
from smc.report.accounts import accounts_of
from smc.report.figures import Figures
from smc.report.market import Market, held, market_of
from smc.report.notices import notices
from smc.report.proportion import wilson
from smc.report.reliability import Groups, reliability
from smc.report.text import is_number
from smc.results import Run, load_run
from smc.results.record import SymbolScores
from smc.results.run import reading

#: In the place of an equity curve.
IDLE = "No position was ever taken, so nothing was earned or lost"
Bounds = tuple[float, float] | None


class CandidateRun:
    """Ask the run of one symbol's candidate; of a pool, for that symbol alone.

    Parameters
    ----------
    sees_test
        Whether the verdict came to the test split. If not, a report does not show it either, even where the
        run has it on record: who looks at the test of what was not chosen chooses by it the next time.
    """

    def __init__(self, run: Run, symbol: str, *, sees_test: bool) -> None:
        self.run, self.run_id = run, run.run_id
        self.symbol, self.sees_test = symbol, sees_test
        self.record = run.record
        self.own: SymbolScores = (self.record.get("by_symbol") or {}).get(symbol, self.record)
        self.figures = Figures(self.own)
        self._settings: dict[str, Any] = run.config.get("evaluation") or {}

    @property
    def splits(self) -> list[str]:
        """The splits that are shown and have events."""
        return [split for split in ("out_of_fold", "test") if len(self.rows(split))]

    def rows(self, split: str) -> pd.DataFrame:
        """Return the predictions of a split in time order; none of a test split that is not shown."""
        own = self._own(self._tables[0], split)
        return with_shares(own) if len(own) else own

    def returns(self, split: str) -> pd.DataFrame:
        """Return one row a bar of a split; none of a test split that is not shown."""
        return self._own(self._tables[1], split)

    def accounts(self, split: str) -> list[pd.DataFrame]:
        """Return the accounts of a split that is shown, see `accounts_of`."""
        return accounts_of(self.returns(split))

    def held_accounts(self, split: str) -> list[pd.DataFrame]:
        """Return what buying and holding earned on the bars of each; none where bars are not kept."""
        if isinstance(self.market, str) or self.cost_bps is None:
            return []
        return accounts_of(held(self.returns(split), self.market, self.cost_bps * BASIS_POINT))

    @cached_property
    def market(self) -> Market | str:
        """The bars of the run, or why there are none."""
        return market_of(self.run)

    @cached_property
    def classes(self) -> list[int]:
        """Classes that are predicted or occur; none for a regression."""
        return all_classes(self.run.predictions).tolist()

    @property
    def confidence(self) -> float:
        """Of the record's intervals, and so of all others."""
        return self._settings.get("confidence", 0.95)

    @property
    def cost_bps(self) -> float | None:
        """Cost of a purchase or a sale, in basis points of its size."""
        return self._settings.get("cost_bps")

    @property
    def is_sealed(self) -> bool:
        """Whether the test split was kept closed until a selection opened it."""
        return self.run.is_sealed

    @property
    def warnings(self) -> list[tuple[str, str]]:
        """Reason code and sentence of each."""
        return notices(self.record)

    @property
    def is_idle(self) -> bool:
        """Whether no position was ever taken in a split that is shown."""
        return not any(self.returns(split)["position"].any() for split in ("out_of_fold", "test"))

    def accuracy(self, split: str) -> tuple[float, Bounds, int] | None:
        """Return a split's accuracy, its interval and the number of events; None where there is none."""
        rows = self.rows(split)
        if not len(rows) or not self.classes:
            return None
        share = accuracy(rows["label"], rows["prediction"], sample_weight=share_weights(rows))
        bounds = self.figures.interval(split, "accuracy")
        n_unique = float(rows["weight"].to_numpy() @ rows["share"].to_numpy())
        return share, bounds or wilson(share, n_unique, confidence=self.confidence), n_events(rows)

    def reliability(self, split: str = "out_of_fold") -> dict[int, Groups]:
        """Group the predictions of each class; two classes mirror each other, so one of them is enough."""
        rows = self.rows(split)
        names = [name for name in self.classes if f"p_{name}" in rows]
        shown = names[1:] if len(names) == 2 else names
        return {name: reliability(rows, name, confidence=self.confidence) for name in shown if len(rows)}

    @cached_property
    def _tables(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        predictions, returns = self.run.predictions, self.run.returns
        if self.sees_test and self.is_sealed:
            sealed = self.run.sealed_tables()
            predictions, returns = pd.concat([predictions, sealed[0]]), pd.concat([returns, sealed[1]])
        return predictions, returns

    def _own(self, table: pd.DataFrame, split: str) -> pd.DataFrame:
        if not len(table) or (split == "test" and not self.sees_test):
            return table.iloc[:0]
        return table.loc[(table["symbol"] == self.symbol) & (table["part"] == split)]


def open_candidate_run(symbol: str, entry: Mapping[str, Any], output: Path) -> CandidateRun | str:
    """Return the run of a symbol's candidate, or why there is none."""
    if not entry["candidate"]:
        return "no run has evidence to be judged by"
    folder = output / "runs" / entry["candidate"]["run_id"]
    try:
        with reading(folder):
            candidate_run = CandidateRun(load_run(folder), symbol, sees_test=saw_test(entry))
            _check(candidate_run)
    except ResultsError as error:
        return f"its folder cannot be read: {error}"
    return candidate_run


def _check(candidate_run: CandidateRun) -> None:
    """Read all that is shown, so that a run that lacks some of it is told of in its place on the page."""
    known = {*candidate_run.rows("out_of_fold"), *candidate_run.returns("out_of_fold")}
    if lacking := sorted({"label", "prediction", "weight", "net", "gross", "position"} - known):
        raise ValueError(f"it lacks {', '.join(lacking)}, for it was made by an older version; run it again")


def saw_test(entry: Mapping[str, Any]) -> bool:
    """Tell whether a verdict looked at its candidate's test split."""
    reached = (gate["passed"] is not None for gate in entry["gates"] if gate["name"].startswith("test_"))
    return any(reached) or is_number(entry["test_accuracy"])
