"""What each original feature adds to an answer: Shapley values that add up, or an error."""

from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
from sklearn.base import is_classifier

from smc.errors import ExplanationError
from smc.explanation.exact_shapley import (
    LINEAR,
    boosting_contributions,
    forest_contributions,
    forest_of,
    linear_contributions,
)
from smc.explanation.explained_output import ExplainedOutput, explained_output, model_answers
from smc.explanation.model_inputs import estimator_inputs, sum_by_feature
from smc.explanation.permutation_shapley import permutation_contributions
from smc.model.lightgbm import LightGBM
from smc.model.network.estimator import Network
from smc.model.xgboost import XGBoost
from smc.pipeline import FoldPipeline
from smc.typing import FloatArray

Scalar = TypeVar("Scalar", bound=np.generic)

#: Known inputs that a feature's absence is read from, where trees do not hold it themselves.
N_KNOWN = {"linear": 1000, "gradient": 16, "permutation": 32}
#: Largest miss of a sum, in units of the answer: a probability, or the parts of a number put together.
#: Trees of 32-bit libraries miss by 1e-6, points on a way by what `attribution.ENOUGH` lets them, a linear
#: model by the rounding of its sums.
TOLERANCE = {"tree": 1e-5, "linear": 1e-9, "gradient": 5e-3, "permutation": 1e-6}


@dataclass(frozen=True)
class Contributions:
    """Shapley values of some inputs.

    Attributes
    ----------
    method
        "tree", "linear", "gradient" or "permutation".
    output
        What the contributions add up to.
    values
        (n, features, k), of each original feature.
    base
        (k,), what is explained without any feature known.
    answers
        (n, k), what the model itself answered.
    miss
        Largest difference between the answers and what base and contributions add up to, see `TOLERANCE`.
    """

    method: str
    output: ExplainedOutput
    values: FloatArray
    base: FloatArray
    answers: FloatArray
    miss: float

    @property
    def explained(self) -> FloatArray:
        """The numbers explained (n, k): base and contributions together."""
        return self.base + self.values.sum(axis=1)

    @property
    def sizes(self) -> FloatArray:
        """Mean absolute contribution of each feature, over inputs and outputs."""
        return np.abs(self.values).mean(axis=(0, 2))


def method_of(model: FoldPipeline) -> str:
    """Return how the values are computed: exactly (trees, linear), by gradients (networks) or by asking."""
    estimator = model.estimator_
    if isinstance(estimator, XGBoost | LightGBM) or forest_of(estimator) is not None:
        return "tree"
    if isinstance(estimator, LINEAR):
        return "linear"
    return "gradient" if isinstance(estimator, Network) else "permutation"


def contributions(model: FoldPipeline, inputs: FloatArray, known: FloatArray) -> Contributions:
    """Explain the answers of a model, before any calibration.

    Parameters
    ----------
    inputs
        To be explained: rows (n, f), or windows (n, lookback, f), as the model's pipeline takes them.
    known
        Inputs that the model learned from, of which a few, evenly spread, stand for "not known". Trees take
        the shares of training rows in their branches instead.

    Raises
    ------
    ExplanationError
        Base and contributions do not add up to the answers.
    ConfigError
        A library that this model's explanation needs is not installed.
    """
    method = method_of(model)
    estimator: Any = model.estimator_
    if method == "tree":
        rows = np.asarray(estimator_inputs(model, inputs))
        forest = forest_of(estimator)
        by_column, base = (
            boosting_contributions(estimator, rows) if forest is None else forest_contributions(forest, rows)
        )
        values, on_margin = sum_by_feature(model, by_column), forest is None
    elif method == "linear":
        rows, background = (
            np.asarray(estimator_inputs(model, rows))
            for rows in (inputs, evenly_spread(known, N_KNOWN[method]))
        )
        by_column, base = linear_contributions(estimator, rows, background)
        values, on_margin = sum_by_feature(model, by_column), True
    elif method == "gradient":
        by_column, base = _of_network(estimator, model, inputs, evenly_spread(known, N_KNOWN[method]))
        values, on_margin = sum_by_feature(model, by_column), True
    else:
        values, base = permutation_contributions(model, inputs, evenly_spread(known, N_KNOWN[method]))
        on_margin = False
    output, answers = explained_output(model, on_margin=on_margin), model_answers(model, inputs)
    miss = check_sum(output, values, base, answers, tolerance=TOLERANCE[method])
    return Contributions(method, output, values, base, answers, miss)


def check_sum(
    output: ExplainedOutput, values: FloatArray, base: FloatArray, answers: FloatArray, *, tolerance: float
) -> float:
    """Return by how much base and contributions miss the answers at most.

    Raises
    ------
    ExplanationError
        By more than ``tolerance``, or they are not finite.
    """
    misses = np.abs(output.read(base + values.sum(axis=1)) - answers)
    if output.link == "identity":
        sizes = np.abs(base) + np.abs(values).sum(axis=1)
        misses = misses / max(float(sizes.max()), np.finfo(np.float64).tiny)
    miss = float(misses.max())
    if not miss <= tolerance:
        raise ExplanationError(
            f"the explanation does not add up: base and contributions miss the model's answer by {miss:.2g}, "
            f"{tolerance:g} at most is allowed; nothing was saved, please report the model and this message"
        )
    return miss


def evenly_spread(inputs: npt.NDArray[Scalar], n: int) -> npt.NDArray[Scalar]:
    """Return at most ``n`` of some inputs, evenly spread.

    >>> evenly_spread(np.arange(10.0)[:, None], 4).ravel()
    array([0., 3., 6., 9.])
    """
    return inputs[np.unique(np.linspace(0, len(inputs) - 1, min(n, len(inputs))).astype(np.int64))]


def _of_network(
    estimator: Network, model: FoldPipeline, inputs: FloatArray, known: FloatArray
) -> tuple[FloatArray, FloatArray]:
    from smc.model.network.attribution import contributions_of

    rows, background = (estimator_inputs(model, rows) for rows in (inputs, known))
    if is_classifier(model):
        n_classes = len(model.classes_)
        contrast = np.array([[-1.0], [1.0]]) if n_classes == 2 else np.eye(n_classes)
        return contributions_of(estimator.network_, rows, background, contrast)
    values, base = contributions_of(estimator.network_, rows, background, np.eye(estimator.scale_.size))
    return values * estimator.scale_, base * estimator.scale_ + estimator.center_
