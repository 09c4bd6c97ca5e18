"""What an event says for a model: a value whose mean over the events is the score above the baseline's."""

import numpy as np

from smc.evaluation.predictions import BASELINE, all_classes, probabilities, share_weights
from smc.evaluation.rows import AnyRows
from smc.typing import FloatArray, IntArray


def return_coefficient(rows: AnyRows) -> FloatArray:
    """Correlation between what the model adds to the baseline's forecast and the return that follows.

    With u the expected class under the model less that under the baseline (of a regression, the forecasts),
    less its mean, and r the event's side-signed return, from entry to exit, an event's value is u r /
    sqrt(mean u^2 mean r^2). Where prices have no drift, r has the mean 0 whatever is known at the event
    (optional stopping), so that nothing is earned by knowing what a label owes to its barriers alone: where
    the target is near and the stop is far, label 1 is likely, and says nothing of the market. Correlations
    with the label, the log-loss and the accuracy take that for skill. A constant adds nothing, whatever the
    market's drift, since u is centred: who is always long earns the drift, and no evidence.

    Of one model the mean is that over all its forecasts; of several, one a fold, that over all *earlier*
    events, and the first event says nothing. The mean of all would know too much: later models answer what
    was earned before them, for their prior follows the labels, and the excess of a model of equal classes
    falls after gains. Less such a mean, forecasts go with their own returns though they know nothing
    (Stambaugh's bias: on 114 simulated markets without an edge the mean of t was .28 over eight models and
    .58 of one; less the mean of earlier ones .09 and .14. Of one model, on the test parts of 317, both ways
    of taking it gave .07 and .05, with a standard error of .05).

    Parameters
    ----------
    rows
        Predictions as `smc.evaluation.predictions.with_shares` returns them, the baseline's among them.

    Returns
    -------
    FloatArray
        One value a row; the mean over the predictions of an event is what the event says.

    References
    ----------
    Doob (1953), "Stochastic processes", chapter VII. Grinold (1989), "The fundamental law of active
    management". Stambaugh (1999), "Predictive regressions", Journal of Financial Economics 54.
    """
    classes = all_classes(rows)
    if len(classes):
        predicted, expected = (
            probabilities(rows, classes) @ classes,
            _baseline_probabilities(rows, classes) @ classes,
        )
    else:
        predicted, expected = (np.asarray(rows[name], dtype=np.float64) for name in ("prediction", BASELINE))
    added, earned = predicted - expected, np.asarray(rows["ret"], dtype=np.float64)
    share = share_weights(rows)
    if "fold" in rows and len(np.unique(rows["fold"])) > 1:
        added = _less_earlier(added, rows, share)
    else:
        added = added - np.average(added, weights=share)
    scale = np.sqrt(np.average(added**2, weights=share) * np.average(earned**2, weights=share))
    return added * earned / scale if scale > 1e-15 else np.zeros(len(rows))


def _less_earlier(added: FloatArray, rows: AnyRows, share: FloatArray | None) -> FloatArray:
    """Return each value less the mean over all earlier events; 0 of the first event.

    Rows without an ``event`` have one row an event.
    """
    counts = np.ones(len(added)) if share is None else share
    event = np.asarray(rows["event"]) if "event" in rows else np.arange(len(added))
    first = np.searchsorted(event, event)
    total, n_before = (np.concatenate([[0.0], each.cumsum()])[first] for each in (added * counts, counts))
    return np.where(first > 0, added - total / np.maximum(n_before, 1e-12), 0.0)


def _baseline_probabilities(rows: AnyRows, classes: IntArray) -> FloatArray:
    matrix = np.zeros((len(rows), len(classes)))
    for k, name in enumerate(classes.tolist()):
        if f"{BASELINE}_{name}" in rows:
            matrix[:, k] = np.nan_to_num(np.asarray(rows[f"{BASELINE}_{name}"], dtype=np.float64))
    return matrix
