"""What a run says of itself: run.json, field by field."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from smc import results
from smc.cv.plan import SplitPlan
from smc.evaluation.calibration import calibration_figures
from smc.feature_selection.stability import summary
from smc.fingerprint import bars_fingerprint, code_version
from smc.fit_progress import INTERRUPTED
from smc.labels.label_table import class_balance
from smc.model.member_arithmetic import member_figures
from smc.training.cross_fit import FINAL_FIT, TRAIN_FIT, FitResults
from smc.training.dataset import Dataset
from smc.typing import Bars, Config


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


def importances(fits: FitResults) -> list[dict[str, Any]]:
    """Rank the features of the saved model by its own importances, largest first; shares of their sum."""
    values = getattr(fits.model, "feature_importances_", None)
    if values is None:
        return []
    shares = np.asarray(values, dtype=np.float64) / (np.sum(values) or 1.0)
    order = np.argsort(-shares, kind="stable")
    names = fits.model.feature_names_in_
    return [{"feature": str(names[place]), "importance": float(shares[place])} for place in order]


def selection(fits: FitResults) -> dict[str, Any] | None:
    """Tell which features each fit kept, and how much the folds agree; None if none were selected."""
    if not fits.selection:
        return None
    told = [
        {"fit": each["fit"], "n_given": len(each["given"]), "kept": each["kept"]} for each in fits.selection
    ]
    return {"fits": told, "folds": summary(_of_folds(fits.selection))}


def calibration(fits: FitResults, predictions: pd.DataFrame) -> dict[str, Any] | None:
    """Tell what the calibrators learned, and whether probabilities come true; None without calibration."""
    if not fits.calibration:
        return None
    told = [{name: value for name, value in each.items() if name != "notes"} for each in fits.calibration]
    return {"fits": told, "parts": calibration_figures(predictions)}


def ensemble(fits: FitResults) -> dict[str, Any] | None:
    """Tell what each fit learned of an ensemble's members, and how even the folds are.

    None for a single model. A fit says what `smc.model.ensemble.Ensemble.account` does. ``folds`` has mean
    and range of each member's loss and weight over the fits of the folds.
    """
    if not fits.ensemble:
        return None
    return {"fits": fits.ensemble, "folds": member_figures(_of_folds(fits.ensemble))}


def stops_of(fits: FitResults) -> dict[str, Any]:
    """Mark a run whose fits did not all end by themselves.

    ``stopped_by_watch`` names the fits that a watch stopped. A monitor is no part of a run's id, so such a
    run may differ from another with the same id, and whoever compares them must see it. ``partial`` is the
    fit that Ctrl-C ended, and the run with it; None of a whole run.
    """
    stopped = [stop for stop in fits.stops if stop["reason"] != INTERRUPTED]
    return {"stopped_by_watch": stopped, "partial": fits.stops[-1] if fits.is_partial else None}


def last_training_bar(bars: Bars, data: Dataset, fits: FitResults) -> pd.Timestamp:
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


def _of_folds(told: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return what was told of the folds' own fits."""
    return [each for each in told if each["fit"] not in (TRAIN_FIT, FINAL_FIT)]


def _shown(config: Config, data: Dataset, plan: SplitPlan) -> pd.DataFrame:
    """Return the events whose labels may be told of: those before a sealed test part, else all."""
    return data.events.iloc[plan.development] if config["evaluation"]["test"] == "sealed" else data.events


def _span_of_bars(bars: pd.DataFrame) -> dict[str, Any]:
    told = {name: bars.attrs.get(name, {}) for name in ("account", "source")}
    whole = {"first": bars.index[0], "last": bars.index[-1], "n_bars": len(bars)}
    return {**whole, "fingerprint": bars_fingerprint(bars), **told}
