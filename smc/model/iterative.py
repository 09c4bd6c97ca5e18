"""What estimators share that learn in rounds or epochs: a callback, and weights in a format of their own."""

from abc import abstractmethod
from typing import Any, ClassVar, Self

from numpy.typing import ArrayLike
from sklearn.base import clone

from smc.errors import ModelError
from smc.fit_progress import FitCallback, curves_of
from smc.model.estimator import EvalSet, Inputs, Rows, SingleModel
from smc.model.rounds import Rounds


class Iterative(SingleModel):
    """Learn in rounds or epochs, tell a callback of each, and be saved as plain data beside the weights.

    A subclass fills in `fit`, which ends with `_keep_rounds`, `_evaluate`, `to_bytes` and `_load`, and names
    two of its arguments: how many rounds it trains for, and how many without a gain end a fit.

    Attributes
    ----------
    n_rounds_
        Rounds or epochs behind what is kept.
    curves_
        Lists of equal length, one entry a round up to the one at which the fit stopped: ``iteration``,
        ``train_loss``, ``val_loss``, ``train_accuracy``, ``val_accuracy``, ``gradient_norm``. Losses and
        accuracies are weighted as the rows are.
    stop_reason_
        The callback's code if it ended the fit, else None.
    """

    #: Suffix of a file in the library's own format.
    native_suffix: ClassVar[str]
    #: The package that reads and writes it.
    native_library: ClassVar[str]
    #: The argument that says how many rounds or epochs a fit has, at most.
    rounds_argument: ClassVar[str]
    #: The argument that says after how many without a gain on the rows watched it stops; None: never.
    patience_argument: ClassVar[str]

    @abstractmethod
    def fit(
        self,
        X: Inputs,
        y: ArrayLike,
        sample_weight: ArrayLike | None = None,
        eval_set: EvalSet | None = None,
        callback: FitCallback | None = None,
    ) -> Self:
        """Learn from rows.

        Parameters
        ----------
        X, y, sample_weight, eval_set
            As `SingleModel.fit` says.
        callback
            Told after each round; may stop the fit, which keeps its best round then as ever.

        Raises
        ------
        ModelError
            As `SingleModel.fit`; no rows to watch for early stopping.
        NotFiniteError
            A loss, or a weight, that is not finite after the first round already.
        """

    @property
    def stops_early(self) -> bool:
        """Whether a fit needs rows to watch."""
        return getattr(self, self.patience_argument) is not None

    def with_rounds(self, n_rounds: int) -> Self:
        """Return an unfitted copy that trains for a fixed number of rounds or epochs."""
        unfitted: Any = clone(self)
        return unfitted.set_params(**{self.rounds_argument: n_rounds, self.patience_argument: None})

    @abstractmethod
    def to_bytes(self) -> bytes:
        """Write the weights in the library's own format."""

    def get_fitted(self) -> dict[str, Any]:
        """Return all that was learned, but for the weights, as plain data."""
        return {
            "task": self.task_,
            "n_features_in": self.n_features_in_,
            "n_rounds": self.n_rounds_,
            "stop_reason": self.stop_reason_,
            **self._names(),
        }

    def set_fitted(self, fitted: dict[str, Any], data: bytes) -> Self:
        """Become what `get_fitted` and `to_bytes` described."""
        self._take_target(fitted)
        self.n_rounds_ = fitted["n_rounds"]
        self.stop_reason_ = fitted["stop_reason"]
        self._load(fitted, data)
        return self

    @abstractmethod
    def _load(self, fitted: dict[str, Any], data: bytes) -> None:
        """Take over the weights, and what a subclass adds to `get_fitted`."""

    def _check_fit(
        self, X: Inputs, y: ArrayLike, sample_weight: ArrayLike | None, eval_set: EvalSet | None
    ) -> tuple[Rows, Rows | None]:
        rows, watched = super()._check_fit(X, y, sample_weight, eval_set)
        if self.stops_early and eval_set is None:
            name = self.patience_argument
            raise ModelError(
                f"{name}={getattr(self, name)} needs rows to watch: pass `eval_set`, fit through "
                f"smc.pipeline.FoldPipeline, which holds some back, or set {name}=null"
            )
        return rows, watched

    def _keep_rounds(self, rounds: Rounds) -> None:
        """Learn how the fit went."""
        self.n_rounds_, self.stop_reason_ = rounds.n_kept, rounds.stop_reason
        self.curves_ = curves_of(rounds.course)
