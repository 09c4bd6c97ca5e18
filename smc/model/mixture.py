"""A Gaussian mixture as plain numbers, whose answer to a row depends on that row alone."""

import warnings
from dataclasses import dataclass, fields
from typing import Any, Self

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.mixture import GaussianMixture
from threadpoolctl import get_cached_controller

from smc.errors import ModelError
from smc.typing import FloatArray, IntArray

#: Added to the variances of scaled columns, so that no part shrinks to a point.
LEAST_VARIANCE = 1e-3
#: Starts of the expectation-maximisation, of which the likeliest end is kept.
N_STARTS = 3


@dataclass(frozen=True)
class Mixture:
    """Hold what scikit-learn's mixture found, and how columns are scaled before it.

    Attributes
    ----------
    least
        Of each column its smallest value, if it is taken by its logarithm, else None.
    center, scale, middle
        Mean and spread of each column, then the median of the scaled one, for missing values.
    log_share, mean, root
        Of each part: logarithm of its share, mean, and the Cholesky root of its precision.
    """

    least: list[float | None]
    center: FloatArray
    scale: FloatArray
    middle: FloatArray
    log_share: FloatArray
    mean: FloatArray
    root: FloatArray

    @classmethod
    def learn(cls, rows: FloatArray, n_parts: int, *, seed: int) -> Self:
        """Fit a mixture to rows (n, f); its parts are sorted by their mean of the first column.

        Raises
        ------
        ModelError
            Fewer rows than two a part.
        """
        if len(rows) < 2 * n_parts:
            raise ModelError(f"{len(rows)} rows are too few for {n_parts} regimes, take fewer regimes")
        least = [_least(column[~np.isnan(column)]) for column in rows.T]
        values = _logged(rows, least)
        known = [column[~np.isnan(column)] for column in values.T]
        center = np.array([column.mean() if column.size else 0.0 for column in known])
        scale = np.array([column.std() if column.size else 0.0 for column in known])
        scale[scale == 0] = 1.0
        middle = np.array([np.median(column) if column.size else 0.0 for column in known])
        middle = (middle - center) / scale
        model: Any = GaussianMixture(
            n_parts, n_init=N_STARTS, max_iter=200, reg_covar=LEAST_VARIANCE, random_state=seed
        )
        with get_cached_controller().limit(limits=1), warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            model.fit(_filled((values - center) / scale, middle))
        order = np.argsort(model.means_[:, 0], kind="stable")
        share, mean, root = model.weights_[order], model.means_[order], model.precisions_cholesky_[order]
        return cls(least, center, scale, middle, np.log(share), mean, root)

    def assign(self, rows: FloatArray) -> IntArray:
        """Return the likeliest part of each row."""
        scaled = _filled((_logged(rows, self.least) - self.center) / self.scale, self.middle)
        odds = np.empty((len(rows), len(self.mean)))
        for part, (mean, root) in enumerate(zip(self.mean, self.root, strict=True)):
            distance = (np.einsum("ij,jk->ik", scaled - mean, root) ** 2).sum(axis=1)
            odds[:, part] = self.log_share[part] + np.log(np.diag(root)).sum() - distance / 2
        return odds.argmax(axis=1)

    def to_plain(self) -> dict[str, Any]:
        """Return plain data."""
        held = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: value if name == "least" else value.tolist() for name, value in held.items()}

    @classmethod
    def from_plain(cls, plain: dict[str, Any]) -> Self:
        """Read what `to_plain` gave."""
        numbers: dict[str, Any] = {
            name: value if name == "least" else np.array(value) for name, value in plain.items()
        }
        return cls(**numbers)


def _least(known: FloatArray) -> float | None:
    return float(known.min()) if known.size and known.min() > 0 else None


def _logged(rows: FloatArray, least: list[float | None]) -> FloatArray:
    """Take columns by their logarithm; what is smaller than any value learned counts as the smallest."""
    values = rows.astype(np.float64)
    for place, smallest in enumerate(least):
        if smallest is not None:
            values[:, place] = np.log(np.maximum(values[:, place], smallest))
    return values


def _filled(scaled: FloatArray, middle: FloatArray) -> FloatArray:
    return np.where(np.isnan(scaled), middle, scaled)
