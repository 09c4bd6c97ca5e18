"""XGBoost."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from smc.arguments import check_non_negative, check_positive, check_positive_or_none, check_share
from smc.model.boosting import Boosting
from smc.model.estimator import Rows, Task
from smc.model.rounds import Rounds
from smc.typing import FloatArray

if TYPE_CHECKING:
    import xgboost
    from xgboost.callback import TrainingCallback


class XGBoost(Boosting):
    """Boost trees with XGBoost (histograms, one tree a class and round).

    The defaults are the library's; the profiles of ``conf/reg`` set what suits few, noisy rows.

    Parameters
    ----------
    n_estimators
        Rounds at most.
    max_depth
        Deepest level of a tree; 0: no limit.
    learning_rate
        Share of each tree's correction that is applied.
    subsample, colsample_bytree
        Shares of the rows and of the features that a tree sees.
    min_child_weight
        Smallest sum of second derivatives in a leaf. For two classes a row counts its weight times p (1 - p),
        a quarter at most, so 5 means 20 rows or more of weight 1.
    reg_alpha, reg_lambda
        L1 and L2 penalty on leaf values.
    early_stopping_rounds
        Stop after so many rounds without a smaller loss on ``eval_set``, and keep the best; None: never.

    References
    ----------
    Chen, T. and Guestrin, C. (2016). XGBoost: A Scalable Tree Boosting System. KDD.
    """

    native_suffix = ".ubj"
    native_library = "xgboost"

    def __init__(
        self,
        *,
        task: Task = "auto",
        n_estimators: int = 100,
        max_depth: int = 6,
        learning_rate: float = 0.3,
        subsample: float = 1.0,
        colsample_bytree: float = 1.0,
        min_child_weight: float = 1.0,
        reg_alpha: float = 0.0,
        reg_lambda: float = 1.0,
        early_stopping_rounds: int | None = None,
        seed: int = 0,
        n_jobs: int = 1,
    ) -> None:
        check_positive("n_estimators", n_estimators)
        check_positive("learning_rate", learning_rate)
        check_non_negative("max_depth", max_depth)
        check_share(subsample=subsample, colsample_bytree=colsample_bytree)
        check_non_negative("min_child_weight", min_child_weight)
        check_non_negative("reg_alpha", reg_alpha)
        check_non_negative("reg_lambda", reg_lambda)
        check_positive_or_none(early_stopping_rounds=early_stopping_rounds)
        self.task = task
        self.n_estimators = n_estimators
        self.max_depth = max_depth
        self.learning_rate = learning_rate
        self.subsample = subsample
        self.colsample_bytree = colsample_bytree
        self.min_child_weight = min_child_weight
        self.reg_alpha = reg_alpha
        self.reg_lambda = reg_lambda
        self.early_stopping_rounds = early_stopping_rounds
        self.seed = seed
        self.n_jobs = n_jobs

    def to_bytes(self) -> bytes:
        """Write the booster as UBJSON."""
        return bytes(self.booster_.save_raw("ubj"))

    def from_bytes(self, data: bytes) -> "xgboost.Booster":
        """Read a booster from UBJSON."""
        import xgboost

        booster = xgboost.Booster()
        booster.load_model(bytearray(data))
        booster.set_param({"nthread": self.n_jobs})
        return booster

    def _train(self, rows: Rows, watched: Rows | None, rounds: Rounds) -> "xgboost.Booster":
        import xgboost

        def matrix(rows: Rows) -> xgboost.DMatrix:
            return xgboost.DMatrix(rows.X, rows.target, weight=rows.weight, nthread=self.n_jobs)

        train = matrix(rows)
        evals = [(train, "train")] if watched is None else [(train, "train"), (matrix(watched), "val")]
        metrics = self._metrics()
        return xgboost.train(
            {**self._parameters(), "eval_metric": list(metrics)},
            train,
            num_boost_round=self.n_estimators,
            evals=evals,
            callbacks=[_after_round(rounds, metrics)],
            verbose_eval=False,
        )

    def _cut(self, booster: Any, n_rounds: int) -> Any:
        kept = booster[:n_rounds]
        kept.set_param({"nthread": self.n_jobs})
        return kept

    def _parameters(self) -> dict[str, Any]:
        return {
            **self._objective(),
            "tree_method": "hist",
            "max_depth": self.max_depth,
            "learning_rate": self.learning_rate,
            "subsample": self.subsample,
            "colsample_bytree": self.colsample_bytree,
            "min_child_weight": self.min_child_weight,
            "reg_alpha": self.reg_alpha,
            "reg_lambda": self.reg_lambda,
            "seed": self.seed,
            "nthread": self.n_jobs,
            "verbosity": 0,
        }

    def _objective(self) -> dict[str, Any]:
        if self.task_ == "regression":
            return {"objective": "reg:squarederror"}
        if len(self.classes_) == 2:
            return {"objective": "binary:logistic"}
        return {"objective": "multi:softprob", "num_class": len(self.classes_)}

    def _metrics(self) -> dict[str, str]:
        """Say which of XGBoost's metrics is the loss, and which the share of errors."""
        if self.task_ == "regression":
            return {"rmse": "loss"}
        return (
            {"logloss": "loss", "error": "error"}
            if len(self.classes_) == 2
            else {"mlogloss": "loss", "merror": "error"}
        )

    def _evaluate(self, X: FloatArray) -> FloatArray:
        values = np.asarray(self.booster_.inplace_predict(X, validate_features=False), dtype=np.float64)
        if self.task_ == "classification" and values.ndim == 1:
            return np.column_stack([1 - values, values])
        return values

    def _gains(self) -> FloatArray:
        by_name = self.booster_.get_score(importance_type="total_gain")
        return np.array([by_name.get(f"f{column}", 0.0) for column in range(self.n_features_in_)])


def _after_round(rounds: Rounds, metrics: Mapping[str, str]) -> "TrainingCallback":
    """Return a callback of XGBoost's own that hands each round to `Rounds`, and stops when it says so.

    Parameters
    ----------
    metrics
        XGBoost's name of each metric -> "loss" or "error".
    """
    from xgboost.callback import TrainingCallback

    class AfterRound(TrainingCallback):
        def after_iteration(self, model: Any, epoch: int, evals_log: Any) -> bool:  # noqa: ARG002
            return rounds.take(
                {
                    f"{part}_{metrics[metric]}": values[-1]
                    for part, log in evals_log.items()
                    for metric, values in log.items()
                }
            )

    return AfterRound()
