"""LightGBM."""

import re
from typing import TYPE_CHECKING, Any

import numpy as np

from smc.arguments import check_at_least, check_non_negative, check_positive, check_positive_or_none
from smc.errors import ModelError
from smc.model.boosting import Boosting
from smc.model.estimator import Rows, Task
from smc.model.rounds import Rounds
from smc.typing import FloatArray

if TYPE_CHECKING:
    import lightgbm

#: Digits of a loss that do not depend on the number of threads that added it up.
N_DIGITS = 12


class LightGBM(Boosting):
    """Boost trees with LightGBM, which grows the leaf that gains most (one tree a class and round).

    The defaults are the library's; the profiles of ``conf/reg`` set what suits few, noisy rows. No row or
    feature is drawn at random, so ``seed`` changes nothing.

    Parameters
    ----------
    n_estimators
        Rounds at most.
    num_leaves
        Leaves of a tree at most.
    max_depth
        Deepest level of a tree; -1: no limit but ``num_leaves``.
    min_child_samples
        Rows that a leaf keeps.
    learning_rate
        Share of each tree's correction that is applied.
    reg_alpha, reg_lambda
        L1 and L2 penalty on leaf values.
    early_stopping_rounds
        Stop after so many rounds without a smaller loss on ``eval_set``, and keep the best; None: never.

    References
    ----------
    Ke, G. et al. (2017). LightGBM: A Highly Efficient Gradient Boosting Decision Tree. NeurIPS.
    """

    native_suffix = ".txt"
    native_library = "lightgbm"

    def __init__(
        self,
        *,
        task: Task = "auto",
        n_estimators: int = 100,
        num_leaves: int = 31,
        max_depth: int = -1,
        min_child_samples: int = 20,
        learning_rate: float = 0.1,
        reg_alpha: float = 0.0,
        reg_lambda: float = 0.0,
        early_stopping_rounds: int | None = None,
        seed: int = 0,
        n_jobs: int = 1,
    ) -> None:
        check_positive("n_estimators", n_estimators)
        check_positive("learning_rate", learning_rate)
        check_at_least("num_leaves", num_leaves, 2)
        check_at_least("max_depth", max_depth, -1)
        check_non_negative("min_child_samples", min_child_samples)
        check_non_negative("reg_alpha", reg_alpha)
        check_non_negative("reg_lambda", reg_lambda)
        check_positive_or_none(early_stopping_rounds=early_stopping_rounds)
        self.task = task
        self.n_estimators = n_estimators
        self.num_leaves = num_leaves
        self.max_depth = max_depth
        self.min_child_samples = min_child_samples
        self.learning_rate = learning_rate
        self.reg_alpha = reg_alpha
        self.reg_lambda = reg_lambda
        self.early_stopping_rounds = early_stopping_rounds
        self.seed = seed
        self.n_jobs = n_jobs

    def to_bytes(self) -> bytes:
        """Write the booster as LightGBM's text, which would tell the number of threads."""
        text = self.booster_.model_to_string()
        return re.sub(r"^\[num_threads: \d+\]$", "[num_threads: 1]", text, flags=re.MULTILINE).encode()

    def from_bytes(self, data: bytes) -> "lightgbm.Booster":
        """Read a booster from LightGBM's text."""
        import lightgbm

        try:
            return lightgbm.Booster(model_str=data.decode())
        except lightgbm.basic.LightGBMError as error:
            raise ModelError(f"not a LightGBM model: {error}") from error

    def _train(self, rows: Rows, watched: Rows | None, rounds: Rounds) -> "lightgbm.Booster":
        import lightgbm

        train = lightgbm.Dataset(rows.X, rows.target, weight=rows.weight, free_raw_data=True)
        sets, names = [train], ["train"]
        if watched is not None:
            val = lightgbm.Dataset(watched.X, watched.target, weight=watched.weight, reference=train)
            sets, names = [train, val], ["train", "val"]
        metrics = self._metrics()

        def after_round(env: Any) -> None:
            results = env.evaluation_result_list
            if rounds.take({f"{part}_{metrics[name]}": _rounded(value) for part, name, value, *_ in results}):
                raise lightgbm.EarlyStopException(env.iteration, results)

        return lightgbm.train(
            {**self._parameters(), "metric": list(metrics)},
            train,
            self.n_estimators,
            valid_sets=sets,
            valid_names=names,
            callbacks=[after_round],
            keep_training_booster=True,  # what `_cut` makes of it holds no rows
        )

    def _cut(self, booster: Any, n_rounds: int) -> Any:
        return self.from_bytes(booster.model_to_string(num_iteration=n_rounds).encode())

    def _parameters(self) -> dict[str, Any]:
        return {
            **self._objective(),
            "num_leaves": self.num_leaves,
            "max_depth": self.max_depth,
            "min_data_in_leaf": self.min_child_samples,
            "learning_rate": self.learning_rate,
            "lambda_l1": self.reg_alpha,
            "lambda_l2": self.reg_lambda,
            "seed": self.seed,
            "num_threads": self.n_jobs,
            "deterministic": True,
            "force_row_wise": True,
            "verbosity": -1,
        }

    def _objective(self) -> dict[str, Any]:
        if self.task_ == "regression":
            return {"objective": "regression"}
        if len(self.classes_) == 2:
            return {"objective": "binary"}
        return {"objective": "multiclass", "num_class": len(self.classes_)}

    def _metrics(self) -> dict[str, str]:
        """Say which of LightGBM's metrics is the loss, and which the share of errors."""
        if self.task_ == "regression":
            return {"rmse": "loss"}
        return (
            {"binary_logloss": "loss", "binary_error": "error"}
            if len(self.classes_) == 2
            else {"multi_logloss": "loss", "multi_error": "error"}
        )

    def _evaluate(self, X: FloatArray) -> FloatArray:
        values = np.asarray(self.booster_.predict(X, num_threads=self.n_jobs), dtype=np.float64)
        if self.task_ == "classification" and values.ndim == 1:
            return np.column_stack([1 - values, values])
        return values

    def _gains(self) -> FloatArray:
        return self.booster_.feature_importance("gain").astype(np.float64)


def _rounded(loss: float) -> float:
    """Return the digits of a loss that are the same with any number of threads.

    >>> _rounded(0.1 + 0.2), _rounded(float("nan"))
    (0.3, nan)
    """
    return float(f"{loss:.{N_DIGITS}g}")
