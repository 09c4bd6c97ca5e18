"""Permutation importance on events that a model does not know, with intervals for events that overlap."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import is_classifier

from smc.evaluation.intervals import Intervals
from smc.explanation.model_inputs import as_model_inputs, feature_names
from smc.metrics import block_means, block_size, label_overlap, percentile_interval, share_seen
from smc.pipeline import FoldPipeline
from smc.typing import FloatArray, IntArray, OnProgress

#: Times that each feature is shuffled.
N_SHUFFLES = 10
#: Of a class that the fold's model does not know; its log-loss would be infinite.
SMALLEST_PROBABILITY = 1e-15

#: Independent events below which no interval is told: it would be too narrow.
MIN_EVENTS = 20

RULE = (
    "The importance of a feature is by how much the loss of an event grows when the feature is shuffled "
    "among the test events of a fold, {n_shuffles} times; each fold's own model answers for its own test "
    "events. Events whose labels share bars win and lose together, so the interval resamples blocks of "
    "{block_size} consecutive events, as many as label overlap asks for (circular blocks, {n_bootstrap} "
    "resamples, expanded percentiles). It tells what other events would have said of these models; it does "
    "not cover models fitted on other events, nor that of many features some stand out by chance."
)


@dataclass(frozen=True)
class FoldModel:
    """A fitted pipeline, and the events that it was tested on.

    Attributes
    ----------
    inputs
        Of the events tested: rows (n, f), or windows (n, lookback, f).
    labels
        What happened (n,).
    positions
        Of the events, in time order over all folds.
    """

    model: FoldPipeline
    inputs: FloatArray
    labels: np.ndarray
    positions: IntArray


def losses_of(model: FoldPipeline, inputs: FloatArray, labels: np.ndarray) -> FloatArray:
    """Return the loss of each event: minus the log of what happened's probability, or a squared error."""
    X: Any = as_model_inputs(model, inputs)
    if is_classifier(model):
        probability = model.predict_proba(X)
        place = np.minimum(np.searchsorted(model.classes_, labels), len(model.classes_) - 1)
        given = np.where(model.classes_[place] == labels, probability[np.arange(len(labels)), place], 0.0)
        return -np.log(np.maximum(given, SMALLEST_PROBABILITY))
    answers = np.asarray(model.predict(X), dtype=np.float64).reshape(len(labels), -1)
    return (answers[:, -1] - labels) ** 2


def loss_increases(fold: FoldModel, seed: int, on_progress: OnProgress) -> FloatArray:
    """Return by how much the loss of each event grows with each feature shuffled (n, f), mean over shuffles.

    A feature is shuffled with its missing values; of a window, all its bars stay together.
    """
    rng = np.random.default_rng(seed)
    n = len(fold.labels)
    orders = np.array([rng.permutation(n) for _ in range(N_SHUFFLES)])
    before = losses_of(fold.model, fold.inputs, fold.labels)
    increases = np.empty((n, fold.inputs.shape[-1]))
    labels = np.tile(fold.labels, N_SHUFFLES)
    for feature, name in enumerate(feature_names(fold.model)):
        on_progress(name)
        shuffled = np.concatenate([fold.inputs] * N_SHUFFLES)
        shuffled[..., feature] = fold.inputs[orders.ravel()][..., feature]
        after = losses_of(fold.model, shuffled, labels).reshape(N_SHUFFLES, n)
        increases[:, feature] = after.mean(axis=0) - before
    return increases


def permutation_importance(
    folds: Sequence[FoldModel],
    spans: IntArray,
    *,
    how: Intervals,
    on_progress: OnProgress = lambda _: None,
) -> tuple[pd.DataFrame, str]:
    """Return the importance of each feature with its interval, largest first, and how they were made.

    Parameters
    ----------
    folds
        An event that several of them test counts once, with the mean over them.
    spans
        First and last bar of each label, of all events, on one time axis.
    how
        ``n_bootstrap``, ``confidence`` and ``seed``, as an evaluation has them.
    on_progress
        Told which feature is shuffled.

    References
    ----------
    Breiman, L. (2001). Random Forests. Machine Learning 45. Intervals: `smc.metrics.block_means`.
    """
    increases_by_fold = [
        loss_increases(fold, seed, lambda name, n=seed: on_progress(f"importance, fold {n + 1}: {name}"))
        for seed, fold in enumerate(folds)
    ]
    positions, increases = _mean_by_event(
        np.concatenate([fold.positions for fold in folds]), np.concatenate(increases_by_fold)
    )
    n, overlap = len(positions), label_overlap(spans[positions, 0], spans[positions, 1])
    size = block_size(n, overlap)
    means = block_means(increases, block_size=size, n_bootstrap=how.n_bootstrap, seed=how.seed)
    importances = increases.mean(axis=0)
    n_blocks = n / size if n / (1 + overlap) >= MIN_EVENTS else 0
    bounds = [
        percentile_interval(
            column,
            n_blocks=n_blocks,
            confidence=how.confidence,
            estimate=value,
            seen=share_seen(size, overlap),
        )
        for column, value in zip(means.T, importances.tolist(), strict=True)
    ]
    importance = pd.DataFrame(
        {
            "feature": feature_names(folds[0].model),
            "importance": importances,
            "low": [low for low, _ in bounds],
            "high": [high for _, high in bounds],
        }
    )
    rule = RULE.format(n_shuffles=N_SHUFFLES, block_size=size, n_bootstrap=how.n_bootstrap)
    ranked = importance.sort_values(["importance", "feature"], ascending=[False, True], kind="stable")
    return ranked.reset_index(drop=True), rule


def _mean_by_event(positions: IntArray, increases: FloatArray) -> tuple[IntArray, FloatArray]:
    """Return each event once, in time order, with the mean over the folds that tested it."""
    events, place = np.unique(positions, return_inverse=True)
    total = np.zeros((len(events), increases.shape[1]))
    np.add.at(total, place, increases)
    return events, total / np.bincount(place)[:, None]
