"""A model explained as a whole: which features move its answers, which it needs, and in which direction."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from smc.evaluation.intervals import Intervals
from smc.explanation.contributions import Contributions, contributions
from smc.explanation.dependence import N_AVERAGED, partial_dependence
from smc.explanation.description import describe
from smc.explanation.importance import FoldModel, permutation_importance
from smc.explanation.model_inputs import feature_names
from smc.pipeline import FoldPipeline
from smc.typing import FloatArray, OnProgress, Spans

#: What is told of an event beside its contributions.
ABOUT = ("symbol", "event", "time", "part")
DEPENDENCE = (
    "The mean of what is explained over {n} events with one feature set to one value after another, all else "
    "as it was; the band holds eight of ten events. In a window the feature is set in all bars."
)


@dataclass(frozen=True)
class Explained:
    """What is to be explained.

    Attributes
    ----------
    events
        Whose answers are explained: `ABOUT`, one row each.
    inputs
        Theirs: rows (n, f), or windows (n, lookback, f).
    known
        Inputs of events that the model learned from.
    """

    model: FoldPipeline
    events: pd.DataFrame
    inputs: FloatArray
    known: FloatArray


def explain_whole_model(
    explained: Explained,
    folds: Sequence[FoldModel],
    spans: Spans,
    *,
    how: Intervals,
    on_progress: OnProgress = lambda _: None,
) -> tuple[dict[str, Any], dict[str, pd.DataFrame]]:
    """Explain a model.

    Parameters
    ----------
    folds
        Models of the folds with the events that they were tested on; without any there is no importance.
    spans
        First and last bar of each label of all events.
    how
        ``n_bootstrap``, ``confidence`` and ``seed`` of the intervals.

    Returns
    -------
    record
        What was explained and how, as plain data.
    tables
        ``shap``: one row an event and output, one column a feature. ``inputs``: the features of those events'
        own bars. ``importance``: one row a feature, with its interval and its mean absolute contribution,
        the most important first. ``dependence``: see `smc.explanation.dependence.partial_dependence`.

    Raises
    ------
    ExplanationError
        The contributions do not add up to an answer.
    """
    model, inputs = explained.model, explained.inputs
    on_progress("contributions")
    shapley = contributions(model, inputs, explained.known)
    ranked = _sizes(model, shapley)
    record = {**describe(model, shapley), "n_events": len(inputs), "importance": None}
    if folds:
        importance, rule = permutation_importance(folds, spans, how=how, on_progress=on_progress)
        record["importance"] = {
            "loss": "squared error" if shapley.output.names[0].startswith("prediction") else "log-loss",
            "rule": rule,
            "confidence": how.confidence,
            "n_events": len(np.unique(np.concatenate([fold.positions for fold in folds]))),
        }
        ranked = importance.merge(ranked, on="feature", how="left")
    record["dependence"] = DEPENDENCE.format(n=min(N_AVERAGED, len(inputs)))
    own_bar = inputs.reshape(len(inputs), -1, inputs.shape[-1])[:, -1]
    events = explained.events.reset_index(drop=True)
    return record, {
        "shap": _contributions_table(events, model, shapley),
        "inputs": pd.concat([events, pd.DataFrame(own_bar, columns=feature_names(model))], axis=1),
        "importance": ranked,
        "dependence": partial_dependence(model, inputs, shapley.output, on_progress=on_progress),
    }


def _sizes(model: FoldPipeline, shapley: Contributions) -> pd.DataFrame:
    table = pd.DataFrame({"feature": feature_names(model), "mean_abs_shap": shapley.sizes})
    return table.sort_values(["mean_abs_shap", "feature"], ascending=[False, True]).reset_index(drop=True)


def _contributions_table(events: pd.DataFrame, model: FoldPipeline, shapley: Contributions) -> pd.DataFrame:
    tables = []
    for number, name in enumerate(shapley.output.names):
        head = events.assign(
            output=name,
            base=shapley.base[number],
            explained=shapley.explained[:, number],
            answer=shapley.answers[:, number],
        )
        values = pd.DataFrame(shapley.values[:, :, number], columns=feature_names(model))
        tables.append(pd.concat([head, values], axis=1))
    return pd.concat(tables, ignore_index=True)
