"""What an evaluation gives: of one part, and of all of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from smc.evaluation.predictions import HELD_OUT


@dataclass(frozen=True)
class SplitScores:
    """Figures of one part."""

    metrics: dict[str, Any]
    baseline_metrics: dict[str, Any]
    metrics_by_regime: dict[str, dict[str, Any]]
    financial_metrics: dict[str, Any]
    intervals: dict[str, dict[str, float]]
    returns: pd.DataFrame


@dataclass(frozen=True)
class Scores:
    """Figures and tables of one symbol's predictions.

    Attributes
    ----------
    record
        Plain data: ``task``, ``history``, ``out_of_fold_metrics``, ``val_metrics``, ``test_metrics``,
        ``financial_metrics`` (out of fold, the evidence that runs are compared on),
        ``val_financial_metrics``, ``test_financial_metrics``, and by split ``baseline_metrics``,
        ``metrics_by_regime``, ``intervals``; of a model that forecasts several steps ahead, by step and
        split, ``metrics_by_step``, ``baseline_metrics_by_step``, ``intervals_by_step``. What has no rows is
        null; what is undefined is NaN in the metrics, and absent from regimes and intervals.
    predictions
        The held-out predictions that may be written down: those of a sealed test part are absent.
    returns
        ``part``, ``account``, ``time``, ``position``, ``gross``, ``net``, ``traded``: one row a bar of each
        account and part.
    """

    record: dict[str, Any]
    predictions: pd.DataFrame
    returns: pd.DataFrame


def by_field(splits: Mapping[str, SplitScores]) -> dict[str, Any]:
    """Return the figures of all parts under the names of the record."""
    tables = {split: splits[split].metrics if split in splits else None for split in HELD_OUT}
    financial = {split: splits[split].financial_metrics if split in splits else None for split in HELD_OUT}
    return {
        **{f"{split}_metrics": table for split, table in tables.items()},
        "financial_metrics": financial["out_of_fold"],
        "val_financial_metrics": financial["val"],
        "test_financial_metrics": financial["test"],
        "baseline_metrics": {split: scores.baseline_metrics for split, scores in splits.items()},
        "metrics_by_regime": {split: scores.metrics_by_regime for split, scores in splits.items()},
        "intervals": {split: scores.intervals for split, scores in splits.items()},
    }


def join_returns(splits: Mapping[str, SplitScores]) -> pd.DataFrame:
    """Return the returns of all parts as one table."""
    columns = ["part", "account", "time", "position", "gross", "net", "traded"]
    if not splits:
        return pd.DataFrame(columns=columns)
    tables = [scores.returns for scores in splits.values()]
    part = np.repeat(np.array(list(splits), dtype=object), [len(own) for own in tables])
    return pd.concat(tables, ignore_index=True).assign(part=part).reindex(columns=columns)
