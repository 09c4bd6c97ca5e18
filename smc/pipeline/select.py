"""The selector's turn in a fit: which columns are kept, of rows and of windows."""

from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import clone

from smc.blame import place_of
from smc.errors import LeakageError, ModelError
from smc.feature_selection.none import NoSelection
from smc.feature_selection.selector import CUT_BY
from smc.interfaces import FeatureSelector
from smc.pipeline.purged_splits import fit_with_purged_splits
from smc.pipeline.rows import Rows
from smc.pipeline.takes import takes
from smc.typing import FloatArray
from smc.windows import Windows


def check_uncut(X: object) -> None:
    """Raise LeakageError for a table whose features a selector has chosen before the fit."""
    if isinstance(X, pd.DataFrame) and CUT_BY in X.attrs:
        raise LeakageError(
            f"the features of `X` were selected outside the fold, by {X.attrs[CUT_BY]}: rows that are "
            "predicted later had a say in it; pass all features, and the selector as "
            "FoldPipeline(selector=...)"
        )


def fit_selector(selector: FeatureSelector | None, rows: Rows) -> FeatureSelector:
    """Fit a clone of a selector to the rows that are fitted on; of windows it sees the events' own bars.

    Weights and spans are given to a selector that takes them; one of scikit-learn that splits rows by a
    purged splitter is given the splits.
    """
    fitted: Any = NoSelection() if selector is None else clone(selector)
    inputs = rows.inputs
    table = inputs.bars[inputs.ends].astype(np.float64) if isinstance(inputs, Windows) else inputs
    params = {"sample_weight": rows.weights} if takes(fitted, "sample_weight") else {}
    if takes(fitted, "spans"):
        fitted.fit(table, rows.labels, spans=rows.spans, **params)
    else:
        fit_with_purged_splits(fitted, table, rows.labels, rows.spans, **params)
    _check_support(fitted, table.shape[1])
    return fitted


def _check_support(selector: FeatureSelector, n_features: int) -> None:
    """Raise ModelError unless a fitted selector flags each column, and keeps one."""
    support = np.asarray(selector.get_support())
    if support.dtype != bool or support.shape != (n_features,):
        raise ModelError(
            f"{place_of(selector, 'get_support')}: must return a flag a column, bool ({n_features},), got "
            f"{support.dtype} {support.shape}"
        )
    if not support.any():
        raise ModelError(f"{place_of(selector, 'get_support')}: keeps no feature; keep one at least")


def kept_columns(selector: FeatureSelector, rows: FloatArray | Windows) -> FloatArray | Windows:
    """Return the columns that a fitted selector keeps, in their order; the very rows if it keeps all."""
    support = selector.get_support()
    if support.all():
        return rows
    if isinstance(rows, Windows):
        return Windows(np.ascontiguousarray(rows.bars[:, support]), rows.ends, rows.lookback)
    return np.ascontiguousarray(rows[:, support])


def account_of(
    selector: FeatureSelector, preprocess: object, names: list[str] | None
) -> dict[str, Any] | None:
    """Name the features kept, as plain data; None without a selection."""
    if isinstance(selector, NoSelection):
        return None
    support = selector.get_support()
    names_out = getattr(preprocess, "get_feature_names_out", None)
    columns = names_out(names) if names_out else names or [f"x{column}" for column in range(len(support))]
    return {
        "given": [str(name) for name in columns],
        "kept": [str(name) for name, is_kept in zip(columns, support, strict=True) if is_kept],
        "notes": list(getattr(selector, "notes_", [])),
    }
