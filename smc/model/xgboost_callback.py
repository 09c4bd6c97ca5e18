"""XGBoost's own callback interface; imported when a fit begins, since it needs the library."""

from collections.abc import Mapping
from typing import Any

from xgboost.callback import TrainingCallback

from smc.model.rounds import Rounds


class AfterRound(TrainingCallback):
    """Hand each round to `Rounds`, and stop when it says so.

    Parameters
    ----------
    rounds
        Takes in the rounds.
    metrics
        XGBoost's name of each metric -> "loss" or "error".
    """

    def __init__(self, rounds: Rounds, metrics: Mapping[str, str]) -> None:
        super().__init__()
        self.rounds, self.metrics = rounds, metrics

    def after_iteration(self, model: Any, epoch: int, evals_log: Any) -> bool:  # noqa: ARG002
        """Return whether the fit is over."""
        return self.rounds.take(
            {
                f"{rows}_{self.metrics[metric]}": values[-1]
                for rows, log in evals_log.items()
                for metric, values in log.items()
            }
        )
