"""What a run says of itself: run.json, field by field (`smc.results.record`)."""

import datetime as dt
import time
from collections.abc import Mapping, Sequence
from typing import Any, cast

import numpy as np
import pandas as pd

from smc import __version__, results
from smc.cv.plan import SplitPlan
from smc.evaluation.calibration import calibration_figures
from smc.feature_selection.stability import summary
from smc.fingerprint import bars_fingerprint, code_version
from smc.fit_progress import INTERRUPTED
from smc.labels.label_table import class_balance
from smc.model.member_arithmetic import member_figures
from smc.results.record import (
    Agreement,
    BarsFacts,
    Calibrated,
    Calibration,
    Choices,
    Description,
    Ensemble,
    FeatureSelection,
    Importance,
    MemberFigures,
    RunFacts,
    RunRecord,
    Stops,
)
from smc.results.return_scheme import SIMPLE
from smc.training.bar_warnings import bar_warnings
from smc.training.components import Components
from smc.training.cross_fit import FINAL_FIT, TRAIN_FIT, FitResults
from smc.training.dataset import Dataset
from smc.training.evaluate import Evaluated, ablation
from smc.training.fit_models import FittedModels
from smc.training.label_warnings import label_warnings
from smc.training.prepare import PreparedData
from smc.training.tuning import search_warnings
from smc.training.warnings import calendar_warnings, warnings_of
from smc.typing import Bars, Config, IntArray


def run_facts(
    identity: results.Identity,
    data_hash: str,
    config: Config,
    choices: Mapping[str, str | None],
    prepared: PreparedData,
) -> RunFacts:
    """Say what is known of a run before its fits."""
    return {
        "run_id": identity.run_id,
        "trial_hash": identity.trial,
        "data_hash": data_hash,
        "run": config["run"],
        "return_scheme": SIMPLE,
        **what_was_chosen(config, choices),
        **describe(config, prepared),
    }


def run_record(
    facts: RunFacts,
    components: Components,
    prepared: PreparedData,
    models: FittedModels,
    evaluated: Evaluated,
    *,
    started: float,
) -> RunRecord:
    """Say all that a run says of itself.

    Parameters
    ----------
    started
        `time.perf_counter` before its fits.
    """
    fits, bars, cv_failure = models.fits, prepared.bars, prepared.cv_failure or models.cv_failure
    record: RunRecord = {
        **facts,
        **evaluated.record,
        **stops_of(fits),
        "ablation": ablation(components, bars, models.plain, models.baseline),
        "augmentation": fits.augmentation,
        "feature_selection": selection(fits),
        "calibration": calibration(fits, evaluated.predictions),
        "ensemble": ensemble(fits),
        "feature_importance": importances(fits),
        "last_training_bar": last_training_bar(bars, prepared.data, fits.learned).isoformat(),
        "training_duration_seconds": time.perf_counter() - started,
        "warnings": [
            *warnings_of(components, evaluated.record, fits, cv_failure, can_trade=prepared.can_trade),
            *calendar_warnings(bars),
            *bar_warnings(bars, prepared.data),
            *label_warnings(components.labels, prepared),
            *search_warnings(models.tuning.searches),
        ],
    }
    if models.tuning.searches:
        record["tuning"] = models.tuning.searches
    return record


def what_was_chosen(config: Config, choices: Mapping[str, str | None]) -> Choices:
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


def describe(config: Config, prepared: PreparedData) -> Description:
    """Say which run this is: what it was made of, and how many bars became how many events."""
    bars, data, plan = prepared.bars, prepared.data, prepared.plan
    balance = class_balance(_shown(config, data, plan)) if prepared.task == "classification" else None
    return {
        "symbol": "+".join(bars),
        "model_name": config["model"]["_target_"].rpartition(".")[2],
        "timestamp": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "bars": {symbol: _bars_facts(own) for symbol, own in bars.items()},
        "sample_loss": {"symbols": data.account, "split": plan.account},
        "class_balance": None if balance is None else {str(name): share for name, share in balance.items()},
        "config_hash": results.config_hash(config),
        "seedless_hash": results.seedless_hash(config),
        "question_hash": results.question_hash(config),
        "split_hash": plan.hash,
        "version": __version__,
        "code_version": code_version(),
        "package_versions": results.package_versions(config),
        "seed": config["seed"],
    }


def importances(fits: FitResults) -> list[Importance]:
    """Rank the features of the saved model by its own importances, largest first; shares of their sum."""
    values = getattr(fits.model, "feature_importances_", None)
    if values is None:
        return []
    shares = np.asarray(values, dtype=np.float64) / (np.sum(values) or 1.0)
    order = np.argsort(-shares, kind="stable")
    names = fits.model.feature_names_in_
    return [{"feature": str(names[place]), "importance": float(shares[place])} for place in order]


def selection(fits: FitResults) -> FeatureSelection | None:
    """Tell which features each fit kept, and how much the folds agree; None if none were selected."""
    if not fits.selection:
        return None
    return {
        "fits": [
            {"fit": fit["fit"], "n_given": len(fit["given"]), "kept": fit["kept"]} for fit in fits.selection
        ],
        "folds": cast(Agreement, summary(_of_folds(fits.selection))),
    }


def calibration(fits: FitResults, predictions: pd.DataFrame) -> Calibration | None:
    """Tell what the calibrators learned, and whether probabilities come true; None without calibration."""
    if not fits.calibration:
        return None
    learned = [{name: value for name, value in fit.items() if name != "notes"} for fit in fits.calibration]
    return {"fits": cast(list[Calibrated], learned), "parts": calibration_figures(predictions)}


def ensemble(fits: FitResults) -> Ensemble | None:
    """Tell what each fit learned of an ensemble's members, and how even the folds are.

    None for a single model. A fit says what `smc.model.ensemble.Ensemble.account` does. ``folds`` has mean
    and range of each member's loss and weight over the fits of the folds.
    """
    if not fits.ensemble:
        return None
    return {"fits": fits.ensemble, "folds": cast(MemberFigures, member_figures(_of_folds(fits.ensemble)))}


def stops_of(fits: FitResults) -> Stops:
    """Mark a run whose fits did not all end by themselves.

    ``stopped_by_watch`` names the fits that a watch stopped. A monitor is no part of a run's id, so such a
    run may differ from another with the same id, and whoever compares them must see it. ``partial`` is the
    fit that Ctrl-C ended, and the run with it; None of a whole run.
    """
    stopped = [stop for stop in fits.stops if stop["reason"] != INTERRUPTED]
    return {"stopped_by_watch": stopped, "partial": fits.stops[-1] if fits.is_partial else None}


def last_training_bar(bars: Bars, data: Dataset, learned_from: IntArray) -> pd.Timestamp:
    """Return the open of the last bar that any label of a saved model's training rows looked at."""
    learned = data.events.iloc[learned_from].groupby("symbol")["end"].max()
    return max(bars[str(symbol)].index[end] for symbol, end in learned.items())


def _of_folds(accounts: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the accounts of the folds' own fits."""
    return [account for account in accounts if account["fit"] not in (TRAIN_FIT, FINAL_FIT)]


def _shown(config: Config, data: Dataset, plan: SplitPlan) -> pd.DataFrame:
    """Return the events whose labels may be told of: those before a sealed test split, else all."""
    is_open = config["evaluation"].get("test") == "recorded"  # one of one's own may not say
    return data.events if is_open else data.events.iloc[plan.development]


def _bars_facts(bars: pd.DataFrame) -> BarsFacts:
    return {
        "first": bars.index[0].isoformat(),
        "last": bars.index[-1].isoformat(),
        "n_bars": len(bars),
        "fingerprint": bars_fingerprint(bars),
        "account": bars.attrs.get("account", {}),
        "source": bars.attrs.get("source", {}),
    }
