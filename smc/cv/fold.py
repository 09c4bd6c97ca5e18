"""One fold: what is trained on, what is tested, and what purging cost."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from smc.cv.purge import purge
from smc.errors import SplitError
from smc.typing import IntArray, Spans


@dataclass(frozen=True, eq=False)
class Fold:
    """Hold the training and test positions of one split, sorted.

    Attributes
    ----------
    name
        What errors call it, such as ``fold 3``.
    train, test
        Positions of events.
    n_purged
        Events that the fold would have trained on but for a test label in reach.
    gap_size
        Bars kept free of training labels before a test block.
    embargo_size
        Bars kept free of training labels after the test labels; None where nothing after a test block is
        trained on.
    """

    name: str
    train: IntArray
    test: IntArray
    n_purged: int
    gap_size: int = 0
    embargo_size: int | None = None

    @classmethod
    def cut(
        cls,
        spans: Spans,
        window: range,
        tests: Sequence[range],
        *,
        name: str,
        gap_size: int = 0,
        embargo_size: int | None = None,
    ) -> "Fold":
        """Purge ``window`` against the blocks ``tests``.

        Raises
        ------
        SplitError
            Nothing is left to train on.
        """
        train = purge(spans, window, tests, gap_size=gap_size, embargo_size=embargo_size or 0)
        n_candidates = len(window) - sum(len(_overlap(window, block)) for block in tests)
        if not len(train):
            raise SplitError(
                f"{name} has no training event left: all {n_candidates} candidates touch a test label, "
                "its gap or its embargo; use more events, fewer test events or shorter labels"
            )
        test = np.concatenate([np.arange(block.start, block.stop) for block in tests])
        return cls(name, train, test, n_candidates - len(train), gap_size, embargo_size)

    def at(self, positions: IntArray) -> "Fold":
        """Return the same fold in terms of the table that ``positions`` was taken from."""
        return replace(self, train=positions[self.train], test=positions[self.test])

    def to_json(self) -> dict[str, Any]:
        """Return plain data, positions as closed runs [first, last]."""
        return vars(self) | {"train": to_runs(self.train), "test": to_runs(self.test)}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Fold":
        """Read what ``to_json`` gave."""
        positions = {"train": from_runs(data["train"]), "test": from_runs(data["test"])}
        return cls(**{**data, **positions})


def _overlap(a: range, b: range) -> range:
    return range(max(a.start, b.start), min(a.stop, b.stop))


def to_runs(positions: IntArray) -> list[list[int]]:
    """Return maximal runs of consecutive positions as closed pairs [first, last].

    Examples
    --------
    >>> to_runs(np.array([0, 1, 2, 7, 9, 10]))
    [[0, 2], [7, 7], [9, 10]]
    """
    breaks = np.flatnonzero(np.diff(positions) != 1) + 1
    return [[int(run[0]), int(run[-1])] for run in np.split(positions, breaks) if len(run)]


def from_runs(runs: Sequence[Sequence[int]]) -> IntArray:
    """Return the positions that ``to_runs`` shortened.

    Examples
    --------
    >>> from_runs([[0, 2], [7, 7]])
    array([0, 1, 2, 7])
    """
    parts = [np.arange(first, last + 1, dtype=np.int64) for first, last in runs]
    return np.concatenate(parts) if parts else np.empty(0, dtype=np.int64)
