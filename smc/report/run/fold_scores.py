"""The scores of the folds, with how far each can be trusted."""

from dataclasses import dataclass

import pandas as pd

from smc.report.proportion import wilson
from smc.report.text import is_number
from smc.report.view import RunView


@dataclass(frozen=True)
class FoldScore:
    """The accuracy (regression: R2) on one fold's test events, its interval and how many they are."""

    number: int
    value: float | None
    interval: tuple[float, float] | None
    n_events: int | None


def fold_scores(view: RunView) -> list[FoldScore]:
    """Return the scores of the folds in order; none where cross-validation failed.

    The interval of an accuracy counts labels that overlap by their uniqueness; that of R2 is not given, for a
    fold of some dozen events does not support one.
    """
    values = view.figures.history.get("cv_fold_accuracies" if view.classes else "cv_fold_r2") or []
    rows = view.run.predictions
    folds = [fold for _, fold in rows.loc[rows["part"] == "out_of_fold"].groupby("fold")]
    known = folds if len(folds) == len(values) else [None] * len(values)
    return [
        _score(number, value, fold, view)
        for number, (value, fold) in enumerate(zip(values, known, strict=True), start=1)
    ]


def _score(number: int, value: float | None, fold: pd.DataFrame | None, view: RunView) -> FoldScore:
    finite = float(value) if is_number(value) else None
    if fold is None:
        return FoldScore(number, finite, None, None)
    if finite is None or not view.classes:
        return FoldScore(number, finite, None, len(fold))
    n_unique = float(fold["weight"].to_numpy().sum())
    return FoldScore(number, finite, wilson(finite, n_unique, confidence=view.confidence), len(fold))
