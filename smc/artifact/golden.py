"""Golden rows: inputs whose answers are known, asked again whenever a model is loaded.

The inputs of a model of windows are consecutive bars, the first of which end no window.
"""

import io
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, is_classifier
from sklearn.utils import get_tags

from smc.errors import ArtifactError
from smc.pipeline import FoldPipeline, Preprocess
from smc.typing import FloatArray
from smc.windows import Windows

FILE = "golden.npz"
N_ROWS = 32
MISSING_FRAC = 0.05

#: Agreement asked for at load. Equal versions on equal processors agree to the last bit; another processor
#: may round an exponential differently.
TOLERANCE = {"rtol": 1e-6, "atol": 1e-9}


def dump_golden(model: BaseEstimator) -> bytes:
    """Write 32 made-up inputs, spread as the training rows where the model knows how, and their answers."""
    inputs = _inputs(model)
    buffer = io.BytesIO()
    np.savez(buffer, inputs=inputs, outputs=_answers(model, inputs))
    return buffer.getvalue()


def check_golden(model: BaseEstimator, data: bytes, *, exact: bool) -> None:
    """Raise ArtifactError unless the model gives the answers that were written."""
    with np.load(io.BytesIO(data), allow_pickle=False) as rows:
        inputs, expected = rows["inputs"], rows["outputs"]
    answers = _answers(model, inputs)
    is_number = np.issubdtype(expected.dtype, np.floating) and answers.shape == expected.shape
    if exact or not is_number:
        agrees = np.array_equal(answers, expected)
    else:
        agrees = np.allclose(answers, expected, equal_nan=True, **TOLERANCE)
    if not agrees:
        raise ArtifactError(f"the model does not give the answers that were saved with it ({FILE})")


def _answers(model: Any, inputs: FloatArray) -> np.ndarray:
    names = getattr(model, "feature_names_in_", None)
    lookback = getattr(model, "lookback", 1)
    if lookback > 1:
        X = Windows(inputs, np.arange(lookback - 1, len(inputs)), lookback, names=names)
    else:
        X = inputs if names is None else pd.DataFrame(inputs, columns=names)
    ask = model.predict_proba if is_classifier(model) and hasattr(model, "predict_proba") else model.predict
    return np.asarray(ask(X))


def _scaler_of(model: Any) -> Any:
    """Return the scaler of a pipeline; of an ensemble, that of its first member."""
    members = getattr(getattr(model, "estimator_", model), "members_", None)
    return _scaler_of(next(iter(members.values()))) if members else getattr(model, "preprocess_", None)


def _inputs(model: Any) -> FloatArray:
    """Draw normal rows; where the model has a scaler, in the units of its features, some cells missing."""
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(N_ROWS + getattr(model, "lookback", 1) - 1, model.n_features_in_))
    preprocess = _scaler_of(model)
    if isinstance(preprocess, Preprocess):
        scale = np.divide(1.0, preprocess.factor_, out=np.zeros_like(rows[0]), where=preprocess.factor_ > 0)
        rows = preprocess.center_ + rows * scale
    if isinstance(model, FoldPipeline) and get_tags(model).input_tags.allow_nan:
        rows[rng.random(rows.shape) < MISSING_FRAC] = np.nan
    return rows
