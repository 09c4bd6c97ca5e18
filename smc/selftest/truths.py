"""A run's predictions and intervals, held against the true odds of the events."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from smc import metrics
from smc.data.simulated import Simulated
from smc.data.simulation.truth import best_possible
from smc.evaluation.predictions import (
    BASELINE,
    PREFIX,
    of_part,
    probabilities,
    share_weights,
    with_shares,
)
from smc.selftest.simulated_run import SYMBOL, SimulatedRun
from smc.training.cross_fit import OUT_OF_FOLD, TEST
from smc.training.dataset import Dataset
from smc.typing import Config, FloatArray

#: Parts whose intervals are held against the truth, and the figures that they are of.
PARTS, MEASURES = (OUT_OF_FOLD, TEST), ("accuracy", "log_loss_skill")
CLASSES = np.array([0, 1])


def true_odds(market: Simulated, data: Dataset, labels: Config, runs: list[SimulatedRun]) -> pd.DataFrame:
    """Return the true odds of every event that a run was held out on, indexed by event.

    Parameters
    ----------
    labels
        Section of the configuration.
    """
    tables = [of_part(run.predictions, *PARTS)["event"] for run in runs]
    events = np.unique(np.concatenate(tables)).astype(np.int64)
    side = data.events.set_index("event")["side"].loc[events].to_numpy()
    settings = {name: labels[name] for name in ("max_holding", "stop_atr", "target_atr")}
    return market.truth(SYMBOL, events, side, **settings)


def best_on_test(odds: pd.DataFrame, runs: list[SimulatedRun]) -> dict[str, float]:
    """Return the figures of the best possible classifier on the events of the test part."""
    events = np.unique(of_part(runs[0].predictions, TEST)["event"])
    return best_possible(odds.loc[events])


def held_against(run: SimulatedRun, odds: pd.DataFrame) -> dict[str, dict[str, list[float]]]:
    """Return low end, high end and true value of each interval, by part and figure."""
    return {part: dict(_of_part(run, part, odds)) for part in PARTS}


def expected(rows: pd.DataFrame, probability: FloatArray) -> dict[str, float]:
    """Return what figures of given predictions are worth on average over what the events may become.

    Parameters
    ----------
    rows
        Predictions of model and baseline, with the share of each if events were predicted several times.
    probability
        Of label 1, true.

    >>> rows = pd.DataFrame({"prediction": [1, 0], "p_0": [0.2, 0.5], "p_1": [0.8, 0.5]})
    >>> rows = rows.assign(baseline_0=0.5, baseline_1=0.5)
    >>> {name: round(value, 3) for name, value in expected(rows, np.array([0.9, 0.4])).items()}
    {'accuracy': 0.75, 'log_loss_skill': 0.239}
    """
    right = np.where(rows["prediction"].to_numpy() == 1, probability, 1 - probability)
    own = probabilities(rows, CLASSES)
    known = [name for name in CLASSES.tolist() if f"{BASELINE}_{name}" in rows]
    columns = {f"{PREFIX}{name}": rows[f"{BASELINE}_{name}"] for name in known}
    beside = probabilities(pd.DataFrame(columns), CLASSES)
    share = share_weights(rows)
    loss, baseline_loss = (_expected_loss(matrix, probability, share) for matrix in (own, beside))
    accuracy = float(np.average(right, weights=share))
    return {"accuracy": accuracy, "log_loss_skill": 1 - loss / baseline_loss}


def _of_part(run: SimulatedRun, part: str, odds: pd.DataFrame) -> Iterator[tuple[str, list[float]]]:
    rows = of_part(run.predictions, part)
    intervals = run.record["intervals"].get(part, {})
    if not len(rows):
        return
    rows = with_shares(rows)
    probability = odds["probability"].loc[rows["event"]].to_numpy(dtype=np.float64)
    if np.isnan(probability).any():
        return
    true = expected(rows, probability)
    for measure in MEASURES:
        if measure in intervals:
            yield measure, [intervals[measure]["low"], intervals[measure]["high"], true[measure]]


def _expected_loss(matrix: FloatArray, probability: FloatArray, share: FloatArray | None) -> float:
    """Weight what each class would cost by its true odds."""
    of_class = [
        metrics.event_log_loss(np.full(len(matrix), name), matrix, classes=CLASSES) for name in CLASSES
    ]
    loss = (1 - probability) * of_class[0] + probability * of_class[1]
    return float(np.average(loss, weights=share))
