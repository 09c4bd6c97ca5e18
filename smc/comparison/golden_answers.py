"""What two saved models are asked and answer in the rows that are kept with them."""

import io
import math

import numpy as np

from smc.results import Run

#: Rows that are kept with a model, and what it answers to them.
GOLDEN = "model/golden.npz"


def largest_gap(one: Run, other: Run) -> float:
    """Return the largest difference of any number; infinity where one has no such rows, or others."""
    if not (one.has(GOLDEN) and other.has(GOLDEN)):
        return math.inf
    gaps = [0.0]
    with (
        np.load(io.BytesIO(one.content(GOLDEN)), allow_pickle=False) as ours,
        np.load(io.BytesIO(other.content(GOLDEN)), allow_pickle=False) as theirs,
    ):
        for name in ("inputs", "outputs"):
            if ours[name].shape != theirs[name].shape:
                return math.inf
            is_number = np.isfinite(ours[name]) | np.isfinite(theirs[name])
            gap = np.abs(ours[name] - theirs[name])[is_number].max(initial=0.0)
            gaps.append(math.inf if np.isnan(gap) else float(gap))
    return max(gaps)
