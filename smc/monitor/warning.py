"""The record of one warning."""

import math
from collections.abc import Mapping
from typing import Any

from smc.blame import described


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


def watch_failed(watch: object, error: Exception) -> dict[str, Any]:
    """Return the warning that a watch raised an error: what it looks for was not looked for."""
    name = type(watch).__name__
    sentence = f"{described(error)}; {name} looked no further here, and the run went on without it."
    return {**warning("watch_failed", value=None, threshold=None, sentence=sentence), "watch": name}


def check_warning(warned: object) -> None:
    """Raise TypeError unless a watch returned a warning: a mapping of ``reason`` and ``sentence``."""
    texts = [warned.get(key) for key in ("reason", "sentence")] if isinstance(warned, Mapping) else [None]
    if not all(isinstance(text, str) for text in texts):
        raise TypeError(f"a warning has `reason` and `sentence` (smc.monitor.warning), got {warned!r:.200}")
