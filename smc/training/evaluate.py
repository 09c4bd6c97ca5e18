"""The figures of one run: what its predictions score, symbol by symbol."""

from copy import copy
from dataclasses import replace
from typing import Any

import pandas as pd

from smc.evaluation.backtest_paths import backtest_paths
from smc.evaluation.history import build_history
from smc.evaluation.predictions import all_classes, by_part, of_part, with_baseline
from smc.evaluation.tables import metric_table
from smc.training.components import Components
from smc.training.cross_fit import OUT_OF_FOLD, TEST, FitResults
from smc.training.dataset import Dataset
from smc.typing import Bars

#: Figures of the model without augmentation that stand beside its own.
ABLATION = ("out_of_fold_metrics", "val_metrics", "test_metrics", "history")


def evaluate(
    parts: Components, bars: Bars, fits: FitResults, baseline: FitResults, *, can_trade: bool = True
) -> tuple[dict[str, Any], pd.DataFrame, pd.DataFrame]:
    """Score the predictions symbol by symbol; return the record, the predictions and the returns to be saved.

    The record of one symbol is its own. That of a pool has every symbol's under ``by_symbol``, since a pool
    is judged symbol by symbol, and beside it the history and the metrics over all events.

    Parameters
    ----------
    can_trade
        Whether the events could be told apart when they came (`can_be_traded`); else the trading figures are
        left out.
    """
    scores = {
        symbol: parts.evaluation.compute(
            _of(symbol, fits.predictions), _of(symbol, baseline.predictions), each, parts.labels.position
        )
        for symbol, each in bars.items()
    }
    predictions = pd.concat([each.predictions for each in scores.values()], ignore_index=True)
    predictions = with_baseline(predictions, baseline.predictions)
    returns = pd.concat(
        [each.returns.assign(symbol=symbol) for symbol, each in scores.items()], ignore_index=True
    )
    records = {symbol: each.record for symbol, each in scores.items()}
    if hasattr(parts.cv, "event_paths"):
        for symbol, record in records.items():
            own = _of(symbol, of_part(fits.predictions, OUT_OF_FOLD))
            trading = parts.evaluation.trading(bars[symbol], parts.labels.position) if can_trade else None
            record["backtest_paths"] = backtest_paths(own, trading)
    if not can_trade:
        records = {symbol: _without_trading(each) for symbol, each in records.items()}
        returns = returns.iloc[:0]
    if len(records) == 1:
        return next(iter(records.values())), predictions, returns
    return {**_pooled(parts, fits.predictions, predictions), "by_symbol": records}, predictions, returns


def sealed_tables(
    parts: Components, bars: Bars, fits: FitResults, baseline: FitResults, *, can_trade: bool
) -> dict[str, pd.DataFrame]:
    """Return the test part's predictions and returns that a sealed run writes into files of their own.

    Nothing else is made of them, and nothing reads them but a selection, for the run that it has chosen,
    after writing down that it does (`smc.selection.sealed_test_log`). Kept, not predicted later, because the
    bars may be gone by then. Empty unless ``evaluation.test=sealed``.
    """
    if getattr(parts.evaluation, "test", "recorded") != "sealed":
        return {}
    opened: Any = copy(parts.evaluation)
    opened.test = "recorded"
    _, *tables = evaluate(replace(parts, evaluation=opened), bars, fits, baseline, can_trade=can_trade)
    names = "sealed_predictions", "sealed_returns"
    return {name: of_part(table, TEST) for name, table in zip(names, tables, strict=True)}


def can_be_traded(data: Dataset) -> bool:
    """Tell whether no event was left out for how it ended.

    With ``labels.expiry=drop`` an event is one only if a barrier was touched, which is known afterwards.
    Trading those alone earns on noise: wide stops and near targets lose only by what is left out.
    """
    return not any(account.get("events_expired") for account in data.account.values())


def ablation(
    parts: Components, bars: Bars, plain: FitResults | None, baseline: FitResults
) -> dict[str, Any] | None:
    """Return the figures of the same model without augmentation, on the same folds, if it was fitted."""
    if plain is None:
        return None
    figures, _, _ = evaluate(parts, bars, plain, baseline)
    by_symbol = {symbol: _ablated(each) for symbol, each in figures.get("by_symbol", {}).items()}
    return {**_ablated(figures), **({"by_symbol": by_symbol} if by_symbol else {})}


def _without_trading(record: dict[str, Any]) -> dict[str, Any]:
    intervals = {
        part: {name: each for name, each in found.items() if name not in ("sharpe", "mean_return")}
        for part, found in record["intervals"].items()
    }
    return {
        **record,
        "intervals": intervals,
        **dict.fromkeys(("financial_metrics", "val_financial_metrics", "test_financial_metrics")),
    }


def _ablated(figures: dict[str, Any]) -> dict[str, Any]:
    return {name: figures.get(name) for name in ABLATION}


def _of(symbol: str, table: pd.DataFrame) -> pd.DataFrame:
    return table.loc[table["symbol"] == symbol].reset_index(drop=True)


def _pooled(parts: Components, everything: pd.DataFrame, held_out: pd.DataFrame) -> dict[str, Any]:
    """Score all symbols' events together; the train rows of ``everything`` serve the history alone."""
    classes = all_classes(held_out)
    rows: dict[str, list[pd.DataFrame]] = {"out_of_fold": [], "val": [], "test": []}
    for _, table in held_out.groupby("symbol"):
        for part, each in by_part(table):
            rows[part].append(each)
    tables = {part: metric_table(pd.concat(each), classes) if each else None for part, each in rows.items()}
    scored = pd.concat([everything.loc[everything["part"] == "train"], held_out])
    history = build_history(
        scored,
        parts.labels.task,
        stable_std=parts.evaluation.stable_std,
        overfitting_gap=parts.evaluation.overfitting_gap,
    )
    return {
        "task": parts.labels.task,
        "history": history,
        **{f"{part}_metrics": table for part, table in tables.items()},
    }
