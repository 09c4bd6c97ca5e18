"""Partial dependence: the mean answer with one feature set to one value after another."""

import numpy as np
import pandas as pd

from smc.explanation.contributions import evenly_spread
from smc.explanation.explained_output import ExplainedOutput, model_answers
from smc.explanation.model_inputs import feature_names
from smc.pipeline import FoldPipeline
from smc.typing import FloatArray, OnProgress

#: Shares of a feature's values at which it is set, and inputs that the answer is averaged over.
SHARES = np.linspace(0.05, 0.95, 10)
N_AVERAGED = 100


def partial_dependence(
    model: FoldPipeline,
    inputs: FloatArray,
    output: ExplainedOutput,
    *,
    on_progress: OnProgress = lambda _: None,
) -> pd.DataFrame:
    """Return what is explained over the values of each feature.

    All else stays as it is, so that features that move together are pulled apart: where they do, the curve
    speaks of inputs that hardly occur. In a window the feature is set in all bars. A feature without a value
    has no row.

    Parameters
    ----------
    inputs
        Of events: rows (n, f), or windows (n, lookback, f).

    Returns
    -------
    DataFrame
        ``feature``, ``output``, ``value``, ``mean``, and ``low`` and ``high``: a tenth of the events lie
        below, a tenth above.

    References
    ----------
    Friedman, J. (2001). Greedy function approximation: a gradient boosting machine. Annals of Statistics 29.
    Goldstein, A. et al. (2015). Peeking inside the black box (the curves behind the mean).
    """
    rows, tables = evenly_spread(inputs, N_AVERAGED), []
    for feature, name in enumerate(feature_names(model)):
        on_progress(f"partial dependence: {name}")
        known = inputs[..., feature][~np.isnan(inputs[..., feature])]
        if not len(known):
            continue
        values = np.unique(np.quantile(known, SHARES))
        set_to = np.concatenate([rows] * len(values))
        set_to[..., feature] = np.repeat(values, len(rows)).reshape(-1, *[1] * (rows.ndim - 2))
        curves = output.inverse(model_answers(model, set_to)).reshape(len(values), len(rows), -1)
        tables.append(_table(name, output, values, curves))
    return pd.concat(tables, ignore_index=True)


def _table(name: str, output: ExplainedOutput, values: FloatArray, curves: FloatArray) -> pd.DataFrame:
    low, high = np.quantile(curves, [0.1, 0.9], axis=1)
    columns = {"mean": curves.mean(axis=1), "low": low, "high": high}
    return pd.concat(
        [
            pd.DataFrame(
                {
                    "feature": name,
                    "output": name_of_output,
                    "value": values,
                    **{key: values_of_key[:, number] for key, values_of_key in columns.items()},
                }
            )
            for number, name_of_output in enumerate(output.names)
        ],
        ignore_index=True,
    )
