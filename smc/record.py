"""What a run says of itself: run.json, field by field."""

import datetime as dt
from collections.abc import Iterator, Mapping
from copy import copy
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from smc import results
from smc.cv.plan import SplitPlan
from smc.dataset import Dataset
from smc.empty_parts import empty_parts
from smc.evaluation.backtest_paths import backtest_paths
from smc.evaluation.calibration import calibration_figures
from smc.evaluation.history import build_history
from smc.evaluation.predictions import all_classes, by_part, of_part, with_baseline
from smc.evaluation.tables import metric_table
from smc.feature_selection.stability import summary
from smc.fingerprint import bars_fingerprint, code_version
from smc.fits import FINAL_FIT, OUT_OF_FOLD, TEST, TRAIN_FIT, Fits
from smc.fitted import INTERRUPTED
from smc.labels.balance import class_balance
from smc.parts import Parts
from smc.typing import Config

Bars = Mapping[str, pd.DataFrame]

#: What a stop means that no watch has told of.
STOPPED = {
    INTERRUPTED: "Ctrl-C ended the run here: the fits behind this one are missing, and so are their figures.",
    "nan_loss": "A weight was not finite any more: the fit returned to the best finite state.",
}

#: What it means that events were chosen by their outcome.
CONDITIONAL = (
    "Expired events are left out (labels.expiry=drop), which is known only afterwards: the figures describe "
    "events that touch a barrier, and there are no trading figures."
)

#: Figures of the model without augmentation that stand beside its own.
ABLATION = ("out_of_fold_metrics", "val_metrics", "test_metrics", "history")


def what_was_chosen(config: Config, choices: Mapping[str, Any]) -> dict[str, Any]:
    """Name the option of each group, and the class that stands in it.

    >>> config = {"model": {"_target_": "smc.model.xgboost.XGBoost"}}
    >>> what_was_chosen(config, {"model": "xgboost", "reg": "tiny"})
    {'choices': {'model': 'xgboost', 'reg': 'tiny'}, 'class_names': {'model': 'smc.model.xgboost.XGBoost'}}
    """
    return {
        "choices": {group: option for group, option in choices.items() if not group.startswith("hydra/")},
        "class_names": {
            group: section["_target_"]
            for group, section in config.items()
            if isinstance(section, Mapping) and "_target_" in section
        },
    }


def describe(config: Config, bars: Bars, data: Dataset, plan: SplitPlan, task: str) -> dict[str, Any]:
    """Say which run this is: what it was made of, and how many bars became how many events."""
    return {
        "symbol": "+".join(bars),
        "model_name": config["model"]["_target_"].rpartition(".")[2],
        "timestamp": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "bars": {symbol: _span_of_bars(each) for symbol, each in bars.items()},
        "sample_loss": {"symbols": data.account, "split": plan.account},
        "class_balance": class_balance(_shown(config, data, plan)) if task == "classification" else None,
        "config_hash": results.config_hash(config),
        "seedless_hash": results.seedless_hash(config),
        "split_hash": plan.hash,
        "code_version": code_version(),
        "package_versions": results.package_versions(),
        "seed": config["seed"],
    }


def evaluate(
    parts: Parts, bars: Bars, fits: Fits, baseline: Fits, *, can_trade: bool = True
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
    parts: Parts, bars: Bars, fits: Fits, baseline: Fits, *, can_trade: bool
) -> dict[str, pd.DataFrame]:
    """Return the test part's predictions and returns that a sealed run writes into files of their own.

    Nothing else is made of them, and nothing reads them but a selection, for the run that it has chosen,
    after writing down that it does (`smc.selection.openings`). Kept rather than predicted later, because the
    bars may be gone by then. Empty unless ``evaluation.test=sealed``.
    """
    if getattr(parts.evaluation, "test", "recorded") != "sealed":
        return {}
    opened = copy(parts.evaluation)
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


def ablation(parts: Parts, bars: Bars, plain: Fits | None, baseline: Fits) -> dict[str, Any] | None:
    """Return the figures of the same model without augmentation, on the same folds, if it was fitted."""
    if plain is None:
        return None
    figures, _, _ = evaluate(parts, bars, plain, baseline)
    by_symbol = {symbol: _ablated(each) for symbol, each in figures.get("by_symbol", {}).items()}
    return {**_ablated(figures), **({"by_symbol": by_symbol} if by_symbol else {})}


def importances(fits: Fits) -> list[dict[str, Any]]:
    """Rank the features of the saved model by its own importances, largest first; shares of their sum."""
    values = getattr(fits.model, "feature_importances_", None)
    if values is None:
        return []
    shares = np.asarray(values, dtype=np.float64) / (np.sum(values) or 1.0)
    order = np.argsort(-shares, kind="stable")
    names = fits.model.feature_names_in_
    return [{"feature": str(names[place]), "importance": float(shares[place])} for place in order]


def warnings_of(
    parts: Parts, record: dict[str, Any], fits: Fits, cv_failure: str | None, *, can_trade: bool = True
) -> list[dict[str, Any]]:
    """Collect what went wrong without ending the run: no folds, a failed sampler, what watches saw.

    What watches saw during the fits comes before what they find in the record.
    """
    found = []
    if not can_trade:
        found.append({"reason": "conditional_on_outcome", "sentence": CONDITIONAL})
    if cv_failure:
        found.append({"reason": "cv_failed", "sentence": f"There are no out-of-fold figures: {cv_failure}"})
    found += [*_of_steps(fits), *fits.warnings, *_of_stops(fits)]
    found += empty_parts(fits.predictions, record.get("by_symbol", {}))
    for symbol, each in record.get("by_symbol", {"": record}).items():
        for watch in parts.watches:
            found += [{**warning, **({"symbol": symbol} if symbol else {})} for warning in watch.check(each)]
    return found


def selection(fits: Fits) -> dict[str, Any] | None:
    """Tell which features each fit kept, and how much the folds agree; None if none were selected."""
    if not fits.selection:
        return None
    told = [
        {"fit": each["fit"], "n_given": len(each["given"]), "kept": each["kept"]} for each in fits.selection
    ]
    folds = [each for each in fits.selection if each["fit"] not in (TRAIN_FIT, FINAL_FIT)]
    return {"fits": told, "folds": summary(folds)}


def calibration(fits: Fits, predictions: pd.DataFrame) -> dict[str, Any] | None:
    """Tell what the calibrators learned, and whether probabilities come true; None without calibration."""
    if not fits.calibration:
        return None
    told = [{name: value for name, value in each.items() if name != "notes"} for each in fits.calibration]
    return {"fits": told, "parts": calibration_figures(predictions)}


def stops_of(fits: Fits) -> dict[str, Any]:
    """Mark a run whose fits did not all end by themselves.

    ``stopped_by_watch`` names the fits that a watch stopped. A monitor is no part of a run's id, so such a
    run may differ from another with the same id, and whoever compares them must see it. ``partial`` is the
    fit that Ctrl-C ended, and the run with it; None of a whole run.
    """
    stopped = [stop for stop in fits.stops if stop["reason"] != INTERRUPTED]
    return {"stopped_by_watch": stopped, "partial": fits.stops[-1] if fits.is_partial else None}


def last_training_bar(bars: Bars, data: Dataset, fits: Fits) -> pd.Timestamp:
    """Return the open of the last bar that any label of the saved model's training rows looked at."""
    learned = data.events.iloc[fits.learned].groupby("symbol")["end"].max()
    return max(bars[str(symbol)].index[end] for symbol, end in learned.items())


def evidence_period(bars: Bars, data: Dataset, plan: SplitPlan) -> tuple[pd.Timestamp, pd.Timestamp]:
    """Return the first and the last bar of the events that the run is judged on before its test part."""
    events = data.events.iloc[plan.development].groupby("symbol")
    first, last = events["start"].min(), events["end"].max()
    return (
        min(bars[str(symbol)].index[start] for symbol, start in first.items()),
        max(bars[str(symbol)].index[end] for symbol, end in last.items()),
    )


def _of_steps(fits: Fits) -> list[dict[str, Any]]:
    """Say what the steps of all fits told, each thing once, with the fits that it happened in."""
    places: dict[tuple[str, str], list[str]] = {}
    for each in [*fits.selection, *fits.calibration]:
        for note in each["notes"]:
            places.setdefault((note["reason"], note["sentence"]), []).append(each["fit"])
    for each in fits.augmentation:
        failed = {"reason": "augmentation_failed", "sentence": f"No row was added: {each['error']}"}
        for note in [failed] if each["error"] else each["notes"]:
            places.setdefault((note["reason"], note["sentence"]), []).append(each["fit"])
    return [
        {"reason": reason, "sentence": f"{sentence} (in the fits: {', '.join(names)})", "fits": names}
        for (reason, sentence), names in places.items()
    ]


def _of_stops(fits: Fits) -> Iterator[dict[str, Any]]:
    """Say why a fit ended before its time where no watch has: Ctrl-C, or a network's own care."""
    said = {(warning["fit"], warning["reason"]) for warning in fits.warnings}
    for stop in fits.stops:
        if (stop["fit"], stop["reason"]) not in said:
            why = STOPPED.get(stop["reason"], "The fit ended before its time, the best state is kept.")
            yield {"reason": stop["reason"], "sentence": f"{stop['fit']}: {why}", "fits": [stop["fit"]]}


def _shown(config: Config, data: Dataset, plan: SplitPlan) -> pd.DataFrame:
    """Return the events whose labels may be told of: those before a sealed test part, else all."""
    return data.events.iloc[plan.development] if config["evaluation"]["test"] == "sealed" else data.events


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


def _pooled(parts: Parts, everything: pd.DataFrame, held_out: pd.DataFrame) -> dict[str, Any]:
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


def _span_of_bars(bars: pd.DataFrame) -> dict[str, Any]:
    told = {name: bars.attrs.get(name, {}) for name in ("account", "source")}
    whole = {"first": bars.index[0], "last": bars.index[-1], "n_bars": len(bars)}
    return {**whole, "fingerprint": bars_fingerprint(bars), **told}
