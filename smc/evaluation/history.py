"""The short history of a run: accuracy by part, the gap, and the stability over the folds."""

from math import isnan
from typing import Any

import numpy as np

from smc import metrics
from smc.edge import edge_as_r2
from smc.evaluation.predictions import of_part
from smc.evaluation.rows import AnyRows, Rows

#: The score of each task that the history follows.
HEADLINE = {"classification": metrics.accuracy, "regression": metrics.r2}


def fold_scores(predictions: AnyRows, task: str) -> list[float]:
    """Return the accuracy (R2 for a regression) of each fold on its own test events, folds ascending."""
    rows = of_part(Rows.of(predictions), "out_of_fold")
    return [_score(rows.where(rows["fold"] == fold), task) for fold in np.unique(rows["fold"])]


def split_score(predictions: AnyRows, split: str, task: str) -> float | None:
    """Return the accuracy (R2 for a regression) of one part; None without rows of it."""
    rows = of_part(Rows.of(predictions), split)
    return _score(rows, task) if len(rows) else None


def build_history(
    predictions: AnyRows, task: str, *, stable_std: float, overfitting_gap: float
) -> dict[str, Any]:
    """Return the history of a run, with null for what has no rows.

    An accuracy is not defined for a regression: its fields are null then, and R2 stands beside them under
    like names (``train_r2``, ``train_val_r2_gap``, ``cv_mean_r2``, ...). Whether it overfits is told from the
    gap of R2. The standard deviation over the folds is that of these very folds (ddof 0); one fold has none,
    and stability is then unknown.

    Parameters
    ----------
    stable_std
        ``cv_is_stable`` is a standard deviation over the folds below it.
    overfitting_gap
        ``overfitting_detected`` is a train-validation accuracy gap above it, or a gap of R2 above
        `smc.edge.edge_as_r2` of it.
    """
    predictions = Rows.of(predictions)
    splits = {split: split_score(predictions, split, task) for split in ("train", "val", "test")}
    folds = fold_scores(predictions, task)
    figures = _figures(HEADLINE[task].__name__, splits, folds)
    accuracy = figures if task == "classification" else dict.fromkeys(_figures("accuracy", {}, []))
    gap, limit = accuracy["train_val_gap"], overfitting_gap
    if task == "regression":
        gap, limit = figures["train_val_r2_gap"], edge_as_r2(overfitting_gap)
    spread = accuracy["cv_std_accuracy"]
    flags = {
        "overfitting_detected": None if gap is None or isnan(gap) else gap > limit,
        "cv_is_stable": None if spread is None else spread < stable_std,
    }
    return accuracy | flags | (figures if task == "regression" else {})


def _figures(score: str, splits: dict[str, float | None], folds: list[float]) -> dict[str, Any]:
    train, val = splits.get("train"), splits.get("val")
    gap = "train_val_gap" if score == "accuracy" else f"train_val_{score}_gap"
    folds_name = "cv_fold_accuracies" if score == "accuracy" else f"cv_fold_{score}"
    return {
        f"train_{score}": train,
        f"val_{score}": val,
        f"test_{score}": splits.get("test"),
        gap: None if train is None or val is None else train - val,
        f"cv_mean_{score}": float(np.mean(folds)) if folds else None,
        f"cv_std_{score}": float(np.std(folds)) if len(folds) > 1 else None,
        folds_name: folds,
    }


def _score(rows: Rows, task: str) -> float:
    return HEADLINE[task](rows["label"], rows["prediction"])
