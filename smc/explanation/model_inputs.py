"""Inputs of a model as plain arrays whose last axis are the original features."""

import numpy as np
import numpy.typing as npt
import pandas as pd

from smc.pipeline import FoldPipeline
from smc.pipeline.inputs import read_inputs, transformed
from smc.pipeline.select import kept_columns
from smc.typing import FloatArray, IntArray
from smc.windows import Windows


def feature_names(model: FoldPipeline) -> list[str]:
    """Return the names of the original features, in the order of the inputs."""
    unnamed = [f"x{column}" for column in range(model.n_features_in_)]
    return [str(name) for name in getattr(model, "feature_names_in_", unnamed)]


def as_array(inputs: npt.ArrayLike) -> FloatArray:
    """Return rows (n, f) or built windows (n, lookback, f)."""
    return np.asarray(inputs, dtype=np.float64)


def as_model_inputs(model: FoldPipeline, inputs: FloatArray) -> pd.DataFrame | Windows:
    """Return inputs in the form that a pipeline was fitted on."""
    names = feature_names(model)
    if inputs.ndim == 3:
        return Windows.from_array(np.ascontiguousarray(inputs), names=names)
    return pd.DataFrame(inputs, columns=names)


def estimator_inputs(model: FoldPipeline, inputs: FloatArray) -> FloatArray | Windows:
    """Return what the estimator inside the pipeline looks at: scaled, imputed, features selected."""
    rows, _ = read_inputs(as_model_inputs(model, inputs), model.lookback)
    return kept_columns(model.selector_, transformed(model.preprocess_, rows))


def source_columns(model: FoldPipeline) -> IntArray:
    """Return the original feature behind each column that the estimator looks at.

    A flag of missing values stands for the feature that it tells of; a feature that was not selected is
    behind no column.
    """
    source = getattr(model.preprocess_, "source_", np.arange(model.n_features_in_))
    return np.asarray(source)[model.selector_.get_support()]


def sum_by_feature(model: FoldPipeline, values: FloatArray) -> FloatArray:
    """Add up what the estimator's columns contribute (n, columns, k) by original feature."""
    total = np.zeros((len(values), model.n_features_in_, values.shape[2]))
    for column, feature in enumerate(source_columns(model)):
        total[:, feature] += values[:, column]
    return total
