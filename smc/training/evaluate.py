"""The figures of one run: what its predictions score, symbol by symbol."""

from copy import copy
from dataclasses import dataclass, field, replace
from typing import Any, cast

import numpy as np
import pandas as pd

from smc.cv.base import PurgedSplitter
from smc.evaluation.backtest_paths import backtest_paths
from smc.evaluation.history import build_history
from smc.evaluation.predictions import ACCOUNT, all_classes, by_part, of_part, with_baseline
from smc.evaluation.tables import metric_table
from smc.results.opened_scores import test_figures
from smc.results.record import (
    Ablated,
    Ablation,
    BacktestPaths,
    History,
    PooledScores,
    RunScores,
    SymbolScores,
)
from smc.training.components import Components
from smc.training.cross_fit import OUT_OF_FOLD, TEST, FitResults
from smc.typing import Bars


@dataclass(frozen=True)
class Evaluated:
    """The figures of a run, and the tables to be saved with them."""

    record: RunScores
    predictions: pd.DataFrame
    returns: pd.DataFrame


def evaluate(
    components: Components, bars: Bars, fits: FitResults, baseline: FitResults, *, can_trade: bool = True
) -> Evaluated:
    """Score the predictions symbol by symbol.

    The record of one symbol is its own. That of a pool has every symbol's under ``by_symbol``, since a pool
    is judged symbol by symbol, and beside it the history and the metrics over all events.

    Parameters
    ----------
    can_trade
        Whether the events were known to be such when they came, see `PreparedData.can_trade`; else the
        trading figures are left out.
    """
    made = _with_accounts(fits.predictions, cast(PurgedSplitter, components.cv))
    scores = {
        symbol: components.evaluation.compute(
            _of(symbol, made),
            _of(symbol, baseline.predictions),
            own_bars,
            components.to_position,
        )
        for symbol, own_bars in bars.items()
    }
    predictions = pd.concat([own.predictions for own in scores.values()], ignore_index=True)
    predictions = with_baseline(predictions, baseline.predictions)
    returns = pd.concat(
        [own.returns.assign(symbol=symbol) for symbol, own in scores.items()], ignore_index=True
    )
    records = {symbol: cast(SymbolScores, own.record) for symbol, own in scores.items()}
    if hasattr(components.cv, "event_paths"):
        for symbol, record in records.items():
            own = _of(symbol, of_part(made, OUT_OF_FOLD))
            trading = (
                components.evaluation.trading(bars[symbol], components.to_position) if can_trade else None
            )
            record["backtest_paths"] = cast(BacktestPaths | None, backtest_paths(own, trading))
    if not can_trade:
        records = {symbol: _without_trading(record) for symbol, record in records.items()}
        returns = returns.iloc[:0]
    if len(records) == 1:
        return Evaluated(cast(RunScores, next(iter(records.values()))), predictions, returns)
    pooled = _pooled(components, fits.predictions, predictions)
    return Evaluated({**pooled, "by_symbol": records}, predictions, returns)


@dataclass(frozen=True)
class Sealed:
    """What a sealed run writes of its test part into files of its own.

    Nothing reads them but a selection, for the run that it has chosen, after the ledger has said that it
    does. Kept, not computed later, because the bars may be gone by then.

    Attributes
    ----------
    figures
        By symbol, as `smc.results.opened_scores` gives them; None unless the test part is sealed.
    tables
        Predictions and returns, by file name.
    """

    figures: dict[str, dict[str, Any]] | None = None
    tables: dict[str, pd.DataFrame] = field(default_factory=dict)


def sealed(
    components: Components, bars: Bars, fits: FitResults, baseline: FitResults, *, can_trade: bool
) -> Sealed:
    """Return the test part of a run for its sealed files; nothing unless ``evaluation.test=sealed``."""
    if test_state(components) != "sealed" or fits.is_partial:
        return Sealed()
    opened: Any = copy(components.evaluation)
    opened.test = "recorded"
    components = replace(components, evaluation=opened)
    evaluated = evaluate(components, bars, _test_part(fits), _test_part(baseline), can_trade=can_trade)
    own = evaluated.record.get("by_symbol") or {next(iter(bars)): evaluated.record}
    return Sealed(
        {symbol: test_figures(scores) for symbol, scores in own.items()},
        {"sealed_predictions": evaluated.predictions, "sealed_returns": evaluated.returns},
    )


def _test_part(fits: FitResults) -> FitResults:
    return replace(fits, predictions=of_part(fits.predictions, TEST))


def test_state(components: Components) -> str:
    """Tell whether test figures are "sealed" or "recorded"; an evaluation of one's own may know no seal."""
    return getattr(components.evaluation, "test", "recorded")


def ablation(
    components: Components, bars: Bars, plain: FitResults | None, baseline: FitResults
) -> Ablation | None:
    """Return the figures of the same model without augmentation, on the same folds, if it was fitted."""
    if plain is None:
        return None
    record = evaluate(components, bars, plain, baseline).record
    ablated: Ablation = {**_ablated(record)}
    if "by_symbol" in record:
        ablated["by_symbol"] = {symbol: _ablated(own) for symbol, own in record["by_symbol"].items()}
    return ablated


def _ablated(scores: PooledScores) -> Ablated:
    return {
        "out_of_fold_metrics": scores["out_of_fold_metrics"],
        "val_metrics": scores["val_metrics"],
        "test_metrics": scores["test_metrics"],
        "history": scores["history"],
    }


def _without_trading(record: SymbolScores) -> SymbolScores:
    intervals = {
        split: {name: interval for name, interval in table.items() if name not in ("sharpe", "mean_return")}
        for split, table in record.get("intervals", {}).items()
    }
    return {
        **record,
        "intervals": intervals,
        "financial_metrics": None,
        "val_financial_metrics": None,
        "test_financial_metrics": None,
    }


def _with_accounts(predictions: pd.DataFrame, cv: PurgedSplitter) -> pd.DataFrame:
    """Say which predictions of a symbol are traded together; outside the folds all of a part are."""
    account = np.zeros(len(predictions), dtype=np.int64)
    symbol, part = (np.asarray(predictions[name], dtype=object) for name in ("symbol", "part"))
    event, fold = (predictions[name].to_numpy() for name in ("event", "fold"))
    is_of_fold = part == OUT_OF_FOLD
    for name in np.unique(symbol[is_of_fold]):
        own = np.flatnonzero(is_of_fold & (symbol == name))
        account[own] = cv.accounts(event[own], fold[own])
    return predictions.assign(**{ACCOUNT: account})


def _of(symbol: str, table: pd.DataFrame) -> pd.DataFrame:
    chosen = np.asarray(table["symbol"], dtype=object) == symbol
    return (table if chosen.all() else table.take(np.flatnonzero(chosen))).reset_index(drop=True)


def _pooled(components: Components, predictions: pd.DataFrame, held_out: pd.DataFrame) -> PooledScores:
    """Score all symbols' events together; the train rows of ``predictions`` serve the history alone."""
    classes = all_classes(held_out)
    rows: dict[str, list[pd.DataFrame]] = {"out_of_fold": [], "val": [], "test": []}
    for _, own in held_out.groupby("symbol"):
        for split, table in by_part(own):
            rows[split].append(table)
    metrics: dict[str, Any] = {
        split: metric_table(pd.concat(tables), classes) if tables else None for split, tables in rows.items()
    }
    scored = pd.concat([predictions.loc[predictions["part"] == "train"], held_out])
    history = build_history(
        scored,
        components.labels.task,
        stable_std=components.evaluation.stable_std,
        overfitting_gap=components.evaluation.overfitting_gap,
    )
    return {
        "task": components.labels.task,
        "history": cast(History, history),
        "out_of_fold_metrics": metrics["out_of_fold"],
        "val_metrics": metrics["val"],
        "test_metrics": metrics["test"],
    }
