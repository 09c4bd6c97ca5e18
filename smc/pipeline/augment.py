"""The sampler's turn in a fit: what it added, where each row came from, and what went wrong."""

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.base import clone

from smc.aug.row_source import LaggedRows
from smc.blame import described, place_of
from smc.errors import ModelError
from smc.interfaces import Resampler
from smc.pipeline.discrete import takes_discrete
from smc.pipeline.inputs import for_sampler
from smc.typing import BoolArray, FloatArray, IntArray
from smc.windows import Inputs, Windows

#: What samplers have been seen to raise: neighbours or classes they lack, shapes, memory.
SAMPLER_ERRORS = (ValueError, ArithmeticError, RuntimeError, LookupError, TypeError, MemoryError)

#: Where samplers say which row each row came from: smc's, and those of imbalanced-learn that repeat rows.
ORIGINS = ("origin_", "sample_indices_")


@dataclass(frozen=True)
class Augmented:
    """The rows that are fitted on.

    Attributes
    ----------
    sampler
        As it came out of the fit.
    rows, labels
        Those that it returned; those given if it failed.
    error
        What it failed with, else None.
    """

    sampler: Resampler
    rows: Inputs
    labels: np.ndarray
    error: str | None = None

    @property
    def origin(self) -> IntArray | slice:
        """The row given that each row came from.

        Raises
        ------
        ModelError
            The sampler does not say.
        """
        if self.error is not None:
            return slice(None)
        for name in ORIGINS:
            if hasattr(self.sampler, name):
                return getattr(self.sampler, name)
        raise ModelError(
            f"{type(self.sampler).__name__} does not say where its rows come from (`origin_`), "
            "so weights cannot follow them: use a sampler of smc.aug, or set sample_weight=none"
        )

    def account(self, n_given: int) -> dict[str, Any]:
        """Count the rows given and the rows added, and say what did not go as asked for."""
        failed = self.error is not None
        return {
            "n_rows": n_given,
            "n_added": len(self.labels) - n_given,
            "error": self.error,
            "notes": [] if failed else list(getattr(self.sampler, "notes_", [])),
        }


def augment(
    sampler: Resampler,
    rows: FloatArray | Windows,
    labels: np.ndarray,
    lagged_rows: LaggedRows | None = None,
    discrete: BoolArray | None = None,
) -> Augmented:
    """Let a clone of a sampler add to the rows of a fit; where it fails, warn and go on without it.

    Parameters
    ----------
    lagged_rows
        Gives rows as they stood some bars before, transformed like ``rows``; handed to a sampler that has a
        ``reach``.
    discrete
        Which columns are discrete, if it is known; handed to a sampler that takes it.
    """
    fitted: Any = clone(sampler)
    given: dict[str, Any] = {"discrete": discrete} if takes_discrete(sampler) else {}
    if lagged_rows is not None and getattr(sampler, "reach", 0):
        given["lagged_rows"] = lagged_rows
    try:
        got = fitted.fit_resample(for_sampler(rows, sampler), labels, **given)
        if got is None:
            raise TypeError(f"{place_of(fitted, 'fit_resample')} returned None, and no rows")
        out, targets = got
        _check(out, targets, rows)
        return Augmented(fitted, out, targets)
    except SAMPLER_ERRORS as error:
        name, said = type(sampler).__name__, described(error)
        warnings.warn(f"{name} failed, the fit goes on without it: {said}", RuntimeWarning, stacklevel=3)
        return Augmented(fitted, rows, labels, said)


def _check(rows: Inputs, labels: np.ndarray, given: FloatArray | Windows) -> None:
    """Raise ValueError unless there are as many labels as rows, and as many features as there were."""
    if len(rows) != len(labels) or rows.shape[1:] != given.shape[1:]:
        raise ValueError(
            f"it returned rows of shape {tuple(rows.shape)} with {len(labels)} labels, for rows of shape "
            f"{tuple(given.shape)}"
        )
    is_table = not isinstance(rows, Windows) and not isinstance(given, Windows)
    if is_table and np.isfinite(given).all() and not np.isfinite(np.asarray(rows)).all():
        raise ValueError("it returned a value that is missing or infinite, for rows without one")
