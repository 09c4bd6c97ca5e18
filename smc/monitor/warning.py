"""The record of one warning."""

from typing import Any


def warning(
    reason: str, *, value: float, threshold: float, sentence: str, iteration: int | None = None
) -> dict[str, Any]:
    """Return a warning as plain data.

    Parameters
    ----------
    reason
        Code that programs match, for example `overfitting_detected`.
    iteration
        Epoch or boosting round; None for what is seen after the fit only.

    >>> warning("constant_predictions", value=1, threshold=2, sentence="All the same.")["iteration"] is None
    True
    """
    return {
        "reason": reason,
        "iteration": iteration,
        "value": value,
        "threshold": threshold,
        "sentence": sentence,
    }
