"""Would more events help: the train fit on fewer of them."""

import logging
from collections.abc import Callable

import pandas as pd

from smc.cv.plan import SplitPlan
from smc.errors import ModelError, SplitError
from smc.evaluation.predictions import all_classes, of_part
from smc.evaluation.tables import metric_table
from smc.training.cross_fit import TRAIN, VAL, CrossFitter, FitResults
from smc.typing import IntArray

log = logging.getLogger("smc")

#: Of the train events; all of them are the train fit itself.
SHARES = (0.2, 0.4, 0.6, 0.8)
TOO_FEW = "learning curve: %d events are left out, they are fewer than split.min_train_size=%d"
SCORES = {True: ("accuracy", "log_loss"), False: ("r2", "rmse")}


def learning_curve(
    fitter: CrossFitter,
    plan: SplitPlan,
    fits: FitResults,
    on_progress: Callable[[str], None],
    *,
    min_size: int,
) -> pd.DataFrame:
    """Return the scores on train and val of fits on growing shares of the train events, and of the train fit.

    The train score is that of the rows fitted on, without the early-stopping tail. A share is the most recent
    one, as `events.last` would leave it: each fit ends where val begins, so that the shares differ in size
    only, not in how old they are. Where each fit looks for its parameters (``tune.scope=fold``), all sizes
    have those of the train fit: what more events are worth to a search is another question, and a dear one.
    One of fewer than ``min_size`` events, or that cannot be fitted, is left out and logged. Ctrl-C ends the
    curve, not the run, whose own fits are done.

    Returns
    -------
    table
        ``n_events``, and for both parts accuracy and log-loss, or R2 and root mean squared error:
        ``train_accuracy``, ``val_accuracy``, ...
    """
    points = []
    try:
        for share in SHARES:
            n_events = round(share * len(plan.train))
            if n_events >= min_size:
                points += _point(fitter, plan, plan.train[-n_events:], on_progress)
            else:
                log.warning(TOO_FEW, n_events, min_size)
    except KeyboardInterrupt:
        log.warning("learning curve: interrupted, %d of %d sizes are done", len(points), len(SHARES))
    whole = [of_part(fits.predictions, split) for split in (TRAIN, VAL)]
    return pd.DataFrame([*points, _scores(len(plan.train), whole)])


def _point(
    fitter: CrossFitter, plan: SplitPlan, events: IntArray, on_progress: Callable[[str], None]
) -> list[dict[str, float]]:
    """Return the scores of one size, or nothing if it cannot be fitted."""
    name = f"learning curve, {len(events)} events"
    on_progress(name)
    try:
        result = fitter.fit_whole(events, name)
    except (ModelError, SplitError) as error:
        log.warning("%s: left out: %s", name, error)
        return []
    asked = ((result.fitted, TRAIN), (plan.val, VAL))
    return [_scores(len(events), [fitter.predict(result.model, *split) for split in asked])]


def _scores(n_events: int, tables: list[pd.DataFrame]) -> dict[str, float]:
    """Score the predictions of train and of val."""
    row: dict[str, float] = {"n_events": n_events}
    for split, predictions in zip((TRAIN, VAL), tables, strict=True):
        classes = all_classes(predictions)
        scores = metric_table(predictions, classes)
        row |= {f"{split}_{score}": scores[score] for score in SCORES[len(classes) > 0]}
    return row
