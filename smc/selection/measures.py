"""What an event says for a model: per-event values whose mean is the model's score above the baseline's.

Each function takes predictions as `smc.evaluation.predictions.with_shares` returns them, the baseline's among
them, and gives one value a row; the mean over the predictions of an event is what the event says.
"""

import numpy as np
import pandas as pd

from smc import metrics
from smc.evaluation.predictions import BASELINE, all_classes, probabilities, share_weights
from smc.typing import FloatArray, IntArray


def information_coefficient(rows: pd.DataFrame) -> FloatArray:
    """Correlation between what the model adds to the baseline's forecast and what the baseline missed.

    With u the model's probabilities less the baseline's, less their mean, and r what happened less the
    baseline's probabilities, an event's value is u r / sqrt(mean u^2 mean r^2), summed over the classes. Its
    mean is above 0 if some step from the baseline towards the model is better than the baseline (Clark and
    West), however small. So a strongly regularised model, whose probabilities hardly move, is judged by
    their direction, and one that is too sure of itself is not refused for that alone, as by the log-loss. A
    constant adds nothing, whatever the market's drift did, since u is centred.

    References
    ----------
    Clark and West (2007), "Approximately normal tests for equal predictive accuracy in nested models",
    Journal of Econometrics 138. Grinold (1989), "The fundamental law of active management".
    """
    classes = all_classes(rows)
    if len(classes):
        predicted, expected = probabilities(rows, classes), _baseline_probabilities(rows, classes)
        happened = (rows["label"].to_numpy()[:, None] == classes).astype(np.float64)
    else:
        predicted, expected, happened = (
            rows[[name]].to_numpy(dtype=np.float64) for name in ("prediction", BASELINE, "label")
        )
    added, missed, share = predicted - expected, happened - expected, share_weights(rows)
    added = added - np.average(added, axis=0, weights=share)
    squares = [np.average((values**2).sum(axis=1), weights=share) for values in (added, missed)]
    scale = np.sqrt(squares[0] * squares[1])
    return (added * missed).sum(axis=1) / scale if scale > 1e-12 else np.zeros(len(rows))


def return_coefficient(rows: pd.DataFrame) -> FloatArray:
    """Correlation between what the model adds to the baseline's forecast and the return that follows.

    With u the expected class under the model less that under the baseline, less its mean, and r the event's
    side-signed return, from entry to exit, an event's value is u r / sqrt(mean u^2 mean r^2). Where prices
    have no drift, r has the mean 0 whatever is known at the event (optional stopping), so that nothing is
    earned by knowing what a label owes to its barriers alone: where the target is near and the stop is far,
    label 1 is likely, and says nothing of the market. `information_coefficient` takes that for skill, as the
    log-loss and the accuracy do. A constant adds nothing, whatever the market's drift, since u is centred.

    References
    ----------
    Doob (1953), "Stochastic processes", chapter VII. Grinold (1989), "The fundamental law of active
    management".
    """
    classes = all_classes(rows)
    if len(classes):
        predicted, expected = (
            probabilities(rows, classes) @ classes,
            _baseline_probabilities(rows, classes) @ classes,
        )
    else:
        predicted, expected = (rows[name].to_numpy(dtype=np.float64) for name in ("prediction", BASELINE))
    added, earned = predicted - expected, rows["ret"].to_numpy(dtype=np.float64)
    share = share_weights(rows)
    added = added - np.average(added, weights=share)
    scale = np.sqrt(np.average(added**2, weights=share) * np.average(earned**2, weights=share))
    return added * earned / scale if scale > 1e-15 else np.zeros(len(rows))


def balanced_accuracy(rows: pd.DataFrame) -> FloatArray:
    """Balanced accuracy less chance; a constant class has none, however frequent it is.

    With R the recall of an event's class and s that class's share, the value is the balanced accuracy less
    1 / k, plus (correct - R) / (k s): the influence of the event, so that the values vary as the score does.
    """
    label = rows["label"].to_numpy()
    correct = (label == rows["prediction"].to_numpy()).astype(np.float64)
    share = share_weights(rows)
    share = np.ones(len(rows)) if share is None else share
    code = np.unique(label, return_inverse=True)[1]
    count = np.bincount(code, weights=share)
    if len(count) < 2:
        return np.zeros(len(rows))
    recall = np.bincount(code, weights=correct * share) / count
    influence = (correct - recall[code]) * share.sum() / (len(count) * count[code])
    return recall.mean() - 1 / len(count) + influence


def log_loss(rows: pd.DataFrame) -> FloatArray:
    """What the model saves of the baseline's log-loss, in nats."""
    classes, label = all_classes(rows), rows["label"].to_numpy()
    expected = _baseline_probabilities(rows, classes)
    lost = metrics.event_log_loss(label, probabilities(rows, classes), classes=classes)
    return metrics.event_log_loss(label, expected, classes=classes) - lost


def sharpe(returns: pd.DataFrame, periods_per_year: float) -> FloatArray:
    """Net returns in units of their standard deviation: one value a bar, in time order.

    Their mean is the annual Sharpe ratio; of several accounts the mean over those whose returns vary.

    Parameters
    ----------
    returns
        ``account``, ``time`` and ``net``, one row a bar of an account.
    """
    if not len(returns):
        return np.empty(0)
    net = returns["net"].to_numpy(dtype=np.float64)
    _, account, n_bars = np.unique(returns["account"], return_inverse=True, return_counts=True)
    bar = np.unique(returns["time"], return_inverse=True)[1]
    deviation = returns.groupby("account")["net"].std().fillna(0.0).to_numpy()
    varies = deviation > 1e-15
    scale = np.divide(1.0, deviation * n_bars, out=np.zeros(len(deviation)), where=varies)
    of_bar = np.bincount(bar, weights=net * scale[account])
    return of_bar * len(of_bar) * np.sqrt(periods_per_year) / max(int(varies.sum()), 1)


#: By name, those that need predictions only.
EVENT_MEASURES = {
    measure.__name__: measure
    for measure in (return_coefficient, information_coefficient, balanced_accuracy, log_loss)
}
#: All that a selection may rank on.
NAMES = (*EVENT_MEASURES, "sharpe")


def _baseline_probabilities(rows: pd.DataFrame, classes: IntArray) -> FloatArray:
    matrix = np.zeros((len(rows), len(classes)))
    for k, name in enumerate(classes.tolist()):
        if f"{BASELINE}_{name}" in rows:
            matrix[:, k] = np.nan_to_num(rows[f"{BASELINE}_{name}"].to_numpy(dtype=np.float64))
    return matrix
