"""Metrics on plain arrays: of classes, probabilities, values and returns, and how sure they are."""

from smc.metrics.bootstrap import block_means, block_size, label_overlap, percentile_interval
from smc.metrics.calendar import bars_per_elapsed_year, bars_per_year
from smc.metrics.classification import (
    accuracy,
    balanced_accuracy,
    confusion_matrix,
    f1_score,
    majority_accuracy,
    mcc,
    precision,
    recall,
)
from smc.metrics.financial import (
    calmar,
    cvar_95,
    drawdown_curve,
    equity_curve,
    max_drawdown,
    sharpe,
    sortino,
    turnover,
    var_95,
    win_rate,
)
from smc.metrics.probability import (
    auc,
    brier,
    event_log_loss,
    expected_calibration_error,
    log_loss,
    reliability_curve,
)
from smc.metrics.regression import mae, mape, mse, r2, rmse
from smc.metrics.trading import (
    held_position,
    net_returns,
    open_to_open_return,
    stands_aside,
)

__all__ = [
    "accuracy",
    "auc",
    "balanced_accuracy",
    "bars_per_elapsed_year",
    "bars_per_year",
    "block_means",
    "block_size",
    "brier",
    "calmar",
    "confusion_matrix",
    "cvar_95",
    "drawdown_curve",
    "equity_curve",
    "event_log_loss",
    "expected_calibration_error",
    "f1_score",
    "held_position",
    "label_overlap",
    "log_loss",
    "mae",
    "majority_accuracy",
    "mape",
    "max_drawdown",
    "mcc",
    "mse",
    "net_returns",
    "open_to_open_return",
    "percentile_interval",
    "precision",
    "r2",
    "recall",
    "reliability_curve",
    "rmse",
    "sharpe",
    "sortino",
    "stands_aside",
    "turnover",
    "var_95",
    "win_rate",
]
