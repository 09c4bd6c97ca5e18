"""One decision explained: what each feature contributed, and what a linear model says near it."""

from typing import Any

import numpy as np
import pandas as pd

from smc.explanation.account import describe
from smc.explanation.contributions import contributions
from smc.explanation.model_inputs import feature_names
from smc.explanation.surrogate import N_NEIGHBOURS, Surrogate, surrogate
from smc.pipeline import FoldPipeline
from smc.typing import FloatArray

RULE = (
    "A linear model of {n} made-up neighbours (LIME): what it adds for a feature that lies in the quarter of "
    "its values where it lies here. `fit` is the share of the neighbours' variance that it explains; near 0 "
    "its weights say nothing."
)


def explain_decision(
    model: FoldPipeline, decision: FloatArray, known: FloatArray
) -> tuple[dict[str, Any], pd.DataFrame]:
    """Explain one answer of a model.

    Parameters
    ----------
    decision
        One input: a row (1, f), or a window (1, lookback, f).
    known
        Inputs that the model learned from.

    Returns
    -------
    record
        What was explained and how, as plain data.
    table
        One row a feature and output, the largest contribution first: ``feature``, ``output``, ``value`` (of
        the event's own bar), ``contribution``, ``surrogate_weight`` and ``condition``.

    Raises
    ------
    ExplanationError
        The contributions do not add up to the answer.
    """
    found = contributions(model, decision, known)
    local = surrogate(model, decision, known, found.output)
    record = {
        **describe(model, found),
        "explained": found.explained[0].tolist(),
        "answer": found.answers[0].tolist(),
        "surrogate": {
            "rule": RULE.format(n=N_NEIGHBOURS),
            "fit": local.fit.tolist(),
            "intercept": local.intercept.tolist(),
        },
    }
    values = decision[0].reshape(-1, decision.shape[-1])[-1]
    tables = [
        _table(name, feature_names(model), values, found.values[0, :, number], local=local, number=number)
        for number, name in enumerate(found.output.names)
    ]
    return record, pd.concat(tables, ignore_index=True)


def _table(
    output: str, names: list[str], values: FloatArray, added: FloatArray, *, local: Surrogate, number: int
) -> pd.DataFrame:
    table = pd.DataFrame(
        {
            "feature": names,
            "output": output,
            "value": values,
            "contribution": added,
            "surrogate_weight": local.weights[:, number],
            "condition": local.conditions,
        }
    )
    return table.iloc[np.argsort(-np.abs(added), kind="stable")]
