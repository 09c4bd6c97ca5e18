"""The record of one warning."""

import math
from typing import Any


def warning(
    reason: str,
    *,
    value: float | None,
    threshold: float | None,
    sentence: str,
    iteration: int | None = None,
) -> dict[str, Any]:
    """Return a warning as plain data.

    Parameters
    ----------
    reason
        Code that programs match, for example `overfitting_detected`; of a watch over a fit, its file's name.
    value
        What was seen; NaN and infinity have no plain form and become None.
    iteration
        Epoch or boosting round, from 0; None for what is seen after the fit only.

    >>> warning("constant_predictions", value=1, threshold=2, sentence="All the same.")["iteration"] is None
    True
    """
    return {
        "reason": reason,
        "iteration": iteration,
        "value": value if value is None or math.isfinite(value) else None,
        "threshold": threshold,
        "sentence": sentence,
    }
