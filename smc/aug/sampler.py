"""What the samplers have in common: originals first, where each row came from, and what to tell."""

import warnings
from abc import ABC, abstractmethod
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_consistent_length

from smc.aug.interpolate import LEAST_ROWS
from smc.aug.row_source import LaggedRows, RowSource
from smc.aug.shares import SHARE_TOLERANCE, largest_change
from smc.typing import BoolArray, FloatArray, IntArray
from smc.windows import Inputs


class Sampler(BaseEstimator, ABC):
    """Put made-up rows behind the rows it is given, which stay first, in order and bit for bit.

    It is an imbalanced-learn sampler by its methods: it works in an imblearn pipeline, and so can any sampler
    of that library work here. (imblearn's own base class costs every run 0.2 s at import and brings nothing.)

    A flag, direction, count or hour of a made-up row is one that a real row has: ``source.discrete`` says
    which features are of such a kind, and the steps of `smc.aug` mind it. ``keep_kinds=False`` takes all for
    continuous.

    A subclass fills in `_make`. It stores its arguments, among them ``seed``, of which every draw is made
    afresh in each call, and ``ablation``, which is for the run to read: whether to fit the same model on the
    rows as they are, too.

    Attributes
    ----------
    origin_
        For each row that comes out, the row given that it came from; sample weights follow it.
    synthetic_
        True for a made-up row.
    notes_
        What did not go as asked for, one ``reason`` and ``sentence`` each; also given as warnings.
    """

    #: Whether `smc.windows.Windows` may come in as they are, unbuilt.
    takes_windows: ClassVar[bool] = True
    #: Whether the option is asked to change the shares of the classes.
    balances: ClassVar[bool] = False
    #: Whether made-up rows have none but real values of features that are discrete.
    keep_kinds: bool = True

    seed: int
    ablation: bool
    origin_: IntArray
    synthetic_: BoolArray

    @property
    def reach(self) -> int:
        """Bars before each row, or before each window, that the sampler reads."""
        return 0

    def fit_resample(
        self,
        X: Inputs | npt.ArrayLike,
        y: npt.ArrayLike,
        lagged_rows: LaggedRows | None = None,
        discrete: npt.ArrayLike | None = None,
    ) -> tuple[Inputs | npt.ArrayLike, np.ndarray]:
        """Return the rows given and, behind them, made-up ones, each with its target.

        Parameters
        ----------
        X
            Rows (n, n_features), sequences (n, lookback, n_features) or `smc.windows.Windows`, in time order.
            A missing value is NaN and stays so.
        y
            A target a row: classes, numbers, or several numbers.
        lagged_rows
            Gives rows as they stood some bars before, for a sampler with a `reach`.
        discrete
            Whether each feature (n_features,) takes certain values only, in whatever unit. None: those do
            that have whole numbers, or at most three values (see `smc.aug.discrete.is_discrete`).
        """
        check_consistent_length(X, y)
        self.notes_: list[dict[str, str]] = []
        source = RowSource(X, lagged_rows, discrete if self.keep_kinds else False)
        targets = np.asarray(y)
        origin, made = np.arange(0), None
        if len(targets):
            origin, made = self._make(source, targets, np.random.default_rng(self.seed))
        self.origin_ = np.concatenate([np.arange(len(targets)), origin])
        self.synthetic_ = np.arange(len(self.origin_)) >= len(targets)
        self._check_shares(targets)
        return X if made is None or not len(made) else source.followed_by(made), targets[self.origin_]

    @abstractmethod
    def _make(
        self, source: RowSource, y: np.ndarray, rng: np.random.Generator
    ) -> tuple[IntArray, FloatArray]:
        """Make up rows: return the origin of each, and the rows."""

    def _note(self, reason: str, sentence: str) -> None:
        """Tell what did not go as asked for."""
        self.notes_.append({"reason": reason, "sentence": sentence})
        warnings.warn(sentence, RuntimeWarning, stacklevel=4)

    def _note_too_few(self, names: list[Any], sizes: list[int]) -> None:
        """Tell that classes have too few rows to make up others from."""
        counts = ", ".join(f"class {name} has {size}" for name, size in zip(names, sizes, strict=True))
        self._note(
            "augmentation_small_class",
            f"{type(self).__name__} makes up no rows of a class with fewer than {LEAST_ROWS}: {counts}",
        )

    def _check_shares(self, y: np.ndarray) -> None:
        change = None if self.balances else largest_change(y, y[self.origin_])
        if change is not None and abs(change.after - change.before) > SHARE_TOLERANCE:
            self._note(
                "augmentation_class_shares",
                f"{type(self).__name__} moved the share of class {change.name} from {change.before:.1%} to "
                f"{change.after:.1%} of the rows: more than {100 * SHARE_TOLERANCE:.0f} points, and no "
                "balance was asked for",
            )
