"""LIME: a linear model that answers as the model does near one decision.

An implementation of the paper in scikit-learn: the authors' package had its last release in June 2020, comes
as a source archive alone, asks for scikit-image, and knows neither missing values nor windows of bars.
"""

from dataclasses import dataclass

import numpy as np
from sklearn.linear_model import Ridge

from smc.explanation.explained_output import ExplainedOutput, model_answers
from smc.pipeline import FoldPipeline
from smc.typing import BoolArray, FloatArray, IntArray

#: Made-up neighbours of the decision, and the width of the kernel in roots of the number of features; both as
#: in the authors' package.
N_NEIGHBOURS, WIDTH = 5000, 0.75
#: Inner bounds of the bins of a feature, as shares of the known inputs.
QUARTILES = (0.25, 0.5, 0.75)


@dataclass(frozen=True)
class Surrogate:
    """What the linear model says.

    Attributes
    ----------
    conditions
        In words, which bin each feature of the decision lies in.
    weights
        (features, k): what lying there adds to the number explained, against lying anywhere else.
    intercept
        (k,), of the linear model.
    fit
        (k,), the share of the variance among the neighbours that the linear model explains (R squared): near
        0 its weights say nothing.
    """

    conditions: list[str]
    weights: FloatArray
    intercept: FloatArray
    fit: FloatArray


def surrogate(
    model: FoldPipeline, decision: FloatArray, known: FloatArray, output: ExplainedOutput, *, seed: int = 0
) -> Surrogate:
    """Fit the linear model.

    Each neighbour takes each feature from a known input of its own, of a window all its bars, so that only
    values occur that did occur, missing ones included. The linear model sees whether a feature lies in the
    same quarter of the known values as the decision's; neighbours count by how many do.

    Parameters
    ----------
    decision
        One input: a row (1, f), or a window (1, lookback, f).
    known
        Inputs that the model learned from.
    output
        What is explained.

    References
    ----------
    Ribeiro, M., Singh, S. and Guestrin, C. (2016). "Why Should I Trust You?": Explaining the Predictions of
    Any Classifier. KDD.
    """
    last = decision[0].reshape(-1, decision.shape[-1])[-1]
    values = known.reshape(len(known), -1, known.shape[-1])[:, -1]
    bounds = np.array([_quartiles(column) for column in values.T])
    drawn = np.random.default_rng(seed).integers(len(known), size=(N_NEIGHBOURS, len(last)))
    drawn_values = np.take_along_axis(values, drawn, axis=0)
    is_near = _bins(drawn_values, bounds) == _bins(last[None], bounds)
    is_near[0] = True
    neighbours = np.concatenate([decision, _mixed(known, drawn[1:])])
    target = output.inverse(model_answers(model, neighbours))
    kernel = np.exp(-(~is_near).sum(axis=1) / (WIDTH**2 * len(last)))
    linear = Ridge(alpha=1.0, solver="cholesky").fit(is_near, target, sample_weight=kernel)
    fit = _share_explained(target, linear.predict(is_near).reshape(target.shape), kernel)
    return Surrogate(
        [_condition(value, quartiles) for value, quartiles in zip(last, bounds, strict=True)],
        np.atleast_2d(linear.coef_).T,
        np.atleast_1d(linear.intercept_),
        fit,
    )


def _quartiles(column: FloatArray) -> FloatArray:
    there = column[~np.isnan(column)]
    return np.quantile(there, QUARTILES) if len(there) else np.full(len(QUARTILES), np.nan)


def _bins(values: FloatArray, bounds: FloatArray) -> IntArray:
    """Return the quarter of each value, 0 to 3; what is missing has a bin of its own."""
    quarter = (values[:, :, None] > bounds[None]).sum(axis=2)
    return np.where(np.isnan(values), -1, quarter)


def _mixed(known: FloatArray, drawn: IntArray) -> FloatArray:
    """Put inputs together, each feature from the known input drawn for it."""
    features = np.arange(known.shape[-1])
    if known.ndim == 2:
        return known[drawn, features]
    return known[drawn[:, None], np.arange(known.shape[1])[:, None], features]


def _share_explained(target: FloatArray, fitted: FloatArray, kernel: FloatArray) -> FloatArray:
    mean = np.average(target, axis=0, weights=kernel)
    rest = np.average((target - fitted) ** 2, axis=0, weights=kernel)
    spread = np.average((target - mean) ** 2, axis=0, weights=kernel)
    is_flat: BoolArray = spread <= np.finfo(np.float64).tiny
    return np.where(is_flat, 0.0, 1 - rest / np.where(is_flat, 1.0, spread))


def _condition(value: float, bounds: FloatArray) -> str:
    """Put the bin of a value into words.

    >>> _condition(0.5, np.array([0.0, 1.0, 2.0])), _condition(9.0, np.array([0.0, 1.0, 2.0]))
    ('above 0, at most 1', 'above 2')
    """
    if np.isnan(value):
        return "missing"
    below, above = bounds[bounds < value], bounds[bounds >= value]
    bounds_in_words = [
        *(f"above {bound:.4g}" for bound in below[-1:]),
        *(f"at most {bound:.4g}" for bound in above[:1]),
    ]
    return ", ".join(bounds_in_words) or "known"
