"""Figures of each step ahead, where a model forecasts several."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from smc.evaluation.intervals import Intervals
from smc.evaluation.predictions import Predictions
from smc.evaluation.rows import AnyRows, Rows
from smc.evaluation.tables import metric_table, skill

#: Columns of a table of predictions: the label of a step and what was predicted of it.
LABEL, PREDICTION = "label_", "prediction_"
NO_CLASSES = np.empty(0, dtype=np.int64)


def steps_ahead(predictions: AnyRows) -> list[int]:
    """Return the steps that were predicted, in bars, ascending; none of labels with one.

    >>> import pandas as pd
    >>> steps_ahead(pd.DataFrame(columns=["label_9", "label_5", "prediction_9", "prediction_5"]))
    [5, 9]
    """
    names = [name.removeprefix(PREDICTION) for name in map(str, predictions) if name.startswith(PREDICTION)]
    return sorted(int(name) for name in names if name.isdigit() and f"{LABEL}{name}" in predictions)


def at_step(rows: Predictions, step: int) -> Predictions:
    """Return predictions as those of one step alone; their labels end so many bars after they begin.

    >>> import pandas as pd
    >>> row = {"start": 8, "end": 27, "label": 0.3, "label_5": 0.1, "prediction": 0.0, "prediction_5": 0.2}
    >>> at_step(pd.DataFrame([row]), 5)[["end", "label", "prediction"]].values.tolist()
    [[12.0, 0.1, 0.2]]
    """
    end = np.minimum(np.asarray(rows["end"]), np.asarray(rows["start"]) + step - 1)
    label, prediction = (np.asarray(rows[f"{name}{step}"]) for name in (LABEL, PREDICTION))
    return rows.assign(end=end, label=label, prediction=prediction)


def figures_by_step(
    rows: Mapping[str, Rows],
    beside: Mapping[str, Rows],
    intervals: Intervals,
    steps: Sequence[int],
) -> dict[str, Any]:
    """Return the figures of every step under the names of the record, each by step and by split.

    Parameters
    ----------
    rows, beside
        Predictions of the model and of the baseline by split, aligned with each other. A step that the
        baseline was not asked about has neither its figures, nor a skill, nor intervals.
    """
    fields: dict[str, dict[str, dict[str, Any]]] = {
        "metrics_by_step": {},
        "baseline_metrics_by_step": {},
        "intervals_by_step": {},
    }
    for step in steps:
        for split, predicted in rows.items():
            own = at_step(predicted, step)
            figures = {"metrics_by_step": metric_table(own, NO_CLASSES)}
            if f"{PREDICTION}{step}" in beside[split]:
                other = at_step(beside[split], step)
                table = metric_table(other, NO_CLASSES)
                figures["baseline_metrics_by_step"] = table
                figures["metrics_by_step"] |= skill(figures["metrics_by_step"], table)
                figures["intervals_by_step"] = intervals.of_events(own, other, NO_CLASSES)
            for field, values in figures.items():
                fields[field].setdefault(str(step), {})[split] = values
    return fields
