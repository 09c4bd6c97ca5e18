"""Made-up rows moved back in time."""

import numpy as np

from smc.aug.source import Source
from smc.typing import FloatArray, IntArray


def shift_back(source: Source, rows: IntArray, max_shift: int, rng: np.random.Generator) -> FloatArray:
    """Return rows, or windows, as they stood 0 to ``max_shift`` bars before, each as likely.

    The label stays that of the row. What the features were one bar earlier belongs to nearly the same
    decision; what they were one bar later has seen a part of the label, so nothing moves forward. Every
    feature moves by the same number of bars.

    Without a history to read (``source.earlier``) the rows come out as they are.
    """
    return source.take_earlier(rows, rng.integers(0, max_shift + 1, size=len(rows)))
