"""Feature selection by mutual information with the label."""

from typing import Any, Literal

import numpy as np
from sklearn.feature_selection import mutual_info_classif, mutual_info_regression
from sklearn.utils.multiclass import type_of_target

from smc.arguments import check_choice, check_positive
from smc.feature_selection.selector import Selector, check_against_noise, shifted_rows, stands_out
from smc.typing import BoolArray, FloatArray, Spans


class MutualInfo(Selector):
    """Keep the features that share more information with the label than with shifted labels.

    Mutual information in nats, from the distances to the nearest neighbours (scikit-learn). It sees any
    dependence of one feature, in a straight line or not, and none that only features together have. Its
    estimate is noisy on few rows; it counts every row the same.

    Parameters
    ----------
    n_neighbors
        More: less noise, more bias. scikit-learn's default is 3; at 300 rows 10 tells signal from noise
        better.
    q
        False discovery rate: of the features kept, the share that may be noise.
    n_shifts
        Estimates on shifted labels (`smc.feature_selection.selector.stands_out`).
    task
        "auto": labels with a fractional part are numbers, others are classes; a run sets it.

    References
    ----------
    Ross (2014), "Mutual information between discrete and continuous data sets", PLoS ONE 9.
    """

    def __init__(
        self,
        *,
        n_neighbors: int = 10,
        q: float = 0.1,
        n_shifts: int = 19,
        task: Literal["auto", "classification", "regression"] = "auto",
        seed: int = 0,
    ) -> None:
        check_positive("n_neighbors", n_neighbors)
        check_against_noise(q, n_shifts)
        check_choice("task", task, ("auto", "classification", "regression"))
        self.n_neighbors = n_neighbors
        self.q = q
        self.n_shifts = n_shifts
        self.task = task
        self.seed = seed

    def _choose(
        self,
        X: FloatArray,
        y: np.ndarray,
        weight: FloatArray,  # noqa: ARG002
        spans: Spans | None,  # noqa: ARG002
    ) -> tuple[FloatArray, BoolArray]:
        are_numbers = self.task == "regression" or (
            self.task == "auto" and type_of_target(y).startswith("continuous")
        )
        estimate = mutual_info_regression if are_numbers else mutual_info_classif
        how: dict[str, Any] = {"n_neighbors": self.n_neighbors, "random_state": self.seed}
        scores = np.array([estimate(X, y[rows], **how) for rows in shifted_rows(len(X), self.n_shifts)])
        return scores[0], stands_out(scores, self.q)
