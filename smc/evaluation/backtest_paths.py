"""How the figures of combinatorial cross-validation spread over its backtest paths."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from smc import metrics
from smc.evaluation.predictions import ACCOUNT, class_columns
from smc.interfaces import Backtest


def backtest_paths(rows: pd.DataFrame, trading: Backtest | None) -> dict[str, Any] | None:
    """Score each backtest path by itself, and return the spread of its figures; None without rows.

    A path holds every event once (`smc.cv.cpcv.CPCV.accounts`). Paths share their events, so their spread is
    no standard error; it says how much of a figure hangs on which blocks a model was trained on.

    Parameters
    ----------
    rows
        Out-of-fold predictions of one symbol, the path of each as its ``account``.
    trading
        None leaves the Sharpe ratio out.

    References
    ----------
    López de Prado, M. (2018). Advances in Financial Machine Learning, 12.4.
    """
    if rows.empty:
        return None
    paths = [path.sort_values("event", kind="stable") for _, path in rows.groupby(ACCOUNT)]
    is_class = bool(class_columns(rows))
    score = metrics.accuracy if is_class else metrics.r2
    figures = {
        "accuracy" if is_class else "r2": _spread(
            paths, lambda path: score(path["label"], path["prediction"])
        )
    }
    if trading is not None:
        figures["sharpe"] = _spread(
            paths,
            lambda path: metrics.sharpe(trading.returns(path)["net"].to_numpy(), trading.periods_per_year),
        )
    return {"n_paths": len(paths), **figures}


def _spread(paths: list[pd.DataFrame], figure: Callable[[pd.DataFrame], float]) -> dict[str, float | None]:
    """Describe a figure over the paths on which it is defined."""
    values = np.array([figure(path) for path in paths], dtype=np.float64)
    values = values[np.isfinite(values)]
    if not values.size:
        return dict.fromkeys(("mean", "std", "min", "max"))
    return {
        "mean": float(values.mean()),
        "std": float(values.std(ddof=1)) if values.size > 1 else None,
        "min": float(values.min()),
        "max": float(values.max()),
    }
