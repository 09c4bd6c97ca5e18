"""What parameters come to on inner folds: by each objective, and beside each constraint."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from smc import metrics
from smc.errors import ConfigError
from smc.evaluation.predictions import all_classes, class_columns, event_means, probabilities, with_shares
from smc.interfaces import Backtest
from smc.selection.measures import return_coefficient
from smc.tune.attempt import Judged
from smc.tune.objectives import LOSS_OF
from smc.typing import FloatArray, LabelTask

#: What is known only by trading.
TRADED = frozenset({"sharpe", "max_drawdown", "min_win_rate"})
#: What is known only beside the baseline.
BESIDE_BASELINE = "return_coefficient"


@dataclass(frozen=True)
class Judge:
    """Say what predictions of inner folds come to.

    Attributes
    ----------
    objectives
        Their names, the first first; none: the loss of the labels.
    constraints
        Name -> limit.
    backtests
        By symbol; none is needed where nothing of `TRADED` is asked for.
    """

    objectives: Sequence[str]
    constraints: Mapping[str, float]
    backtests: Mapping[str, Backtest]

    @property
    def needs_baseline(self) -> bool:
        """Whether the predictions must have the baseline's beside them."""
        return BESIDE_BASELINE in self.objectives

    def __call__(self, folds: Sequence[pd.DataFrame]) -> Judged:
        """Judge the predictions of the folds so far, of forward folds: each event once."""
        rows = _Rows(pd.concat(folds, ignore_index=True), self.backtests)
        objectives = self.objectives or (LOSS_OF[task_of(rows.table)],)
        figures = {name: FIGURE_OF[name](rows) for name in self.constraints}
        excess = {
            name: limit - figures[name] if name.startswith("min_") else figures[name] - limit
            for name, limit in self.constraints.items()
        }
        return Judged({name: COLUMN_OF[name](rows) for name in objectives}, figures, excess)


def task_of(rows: pd.DataFrame) -> LabelTask:
    """Tell what predictions are of."""
    return "classification" if class_columns(rows) else "regression"


def check_can_be_judged(asked: Sequence[str], *, can_trade: bool) -> None:
    """Refuse what trading alone can tell, where events are known to be such only afterwards.

    Raises
    ------
    ConfigError
        With what to ask for instead.
    """
    named = [name for name in asked if name in TRADED]
    if named and not can_trade:
        raise ConfigError(
            f"tune: {', '.join(named)} cannot be known, since events that expire are left out "
            "(labels.expiry=drop), which nobody knows when they come; set labels.expiry=sign, or look for "
            "tune.objective=log_loss without constraints"
        )


@dataclass(frozen=True)
class _Rows:
    """Predictions, and what trading them earns."""

    table: pd.DataFrame
    backtests: Mapping[str, Backtest]

    def by_symbol(self) -> Iterator[tuple[str, pd.DataFrame]]:
        for symbol, own in self.table.groupby("symbol"):
            yield str(symbol), own.reset_index(drop=True)

    @cached_property
    def net(self) -> list[tuple[FloatArray, float]]:
        """Return of each bar after costs, and bars a year, by symbol."""
        return [
            (self.backtests[symbol].returns(own)["net"].to_numpy(), self.backtests[symbol].periods_per_year)
            for symbol, own in self.by_symbol()
        ]

    @cached_property
    def trades(self) -> FloatArray:
        return np.concatenate(
            [self.backtests[symbol].trades(own).to_numpy() for symbol, own in self.by_symbol()]
        )


def losses_of(rows: pd.DataFrame) -> FloatArray:
    """Return the loss of each predicted event: log-loss of classes, squared error of numbers.

    >>> losses_of(pd.DataFrame({"label": [1, 0], "prediction": [1, 1], "p_0": [0.2, 0.5], "p_1": [0.8, 0.5]}))
    array([0.22314355, 0.69314718])
    """
    classes = all_classes(rows)
    label = rows["label"].to_numpy()
    if not len(classes):
        return (label - rows["prediction"].to_numpy(dtype=np.float64)) ** 2
    return metrics.event_log_loss(label, probabilities(rows, classes), classes=classes)


def _return_coefficients(rows: _Rows) -> FloatArray:
    """Return minus what each event says for the model, as evidence has it, symbol by symbol."""
    shared = [with_shares(own) for _, own in rows.by_symbol()]
    return -np.concatenate([event_means(own, return_coefficient(own)) for own in shared])


def _sharpe(rows: _Rows) -> FloatArray:
    """Return minus what each bar contributes to Sharpe's ratio; a model that trades nothing earns 0."""
    return -np.concatenate([metrics.sharpe_contributions(net, periods) for net, periods in rows.net])


def _max_drawdown(rows: _Rows) -> float:
    """Return the largest of the symbols' drawdowns."""
    return max(metrics.max_drawdown(net) for net, _ in rows.net)


def _win_rate(rows: _Rows) -> float:
    """Return the share of winners among all trades; 0 where nothing is traded, which wins nothing."""
    return float(np.nan_to_num(metrics.win_rate(rows.trades)))


#: Of each objective, values whose mean is its loss.
COLUMN_OF: dict[str, Callable[[_Rows], FloatArray]] = {
    "log_loss": lambda rows: losses_of(rows.table),
    "mse": lambda rows: losses_of(rows.table),
    "return_coefficient": _return_coefficients,
    "sharpe": _sharpe,
}
#: Of each constraint, what it looks at.
FIGURE_OF: dict[str, Callable[[_Rows], float]] = {"max_drawdown": _max_drawdown, "min_win_rate": _win_rate}
