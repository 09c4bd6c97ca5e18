"""The rounds or epochs of a fit: which to keep, and when to stop."""

import math
import time
from collections.abc import Iterator, Mapping

from smc.fit_progress import FitCallback, FitProgress

#: Share of a loss by which a smaller one must differ. What the order of a sum changes is a thousandth of it,
#: so rounds that are as good as each other are so with any number of threads.
ROUNDING = 1e-12

#: Rounds in a row, each clearly worse than the best, after which a fit ends before its patience does. Of 540
#: networks on planted signals none kept another epoch for it, at half of the epochs
#: (tests/bench/bench_early_stopping.py).
MAX_WORSE = 5


class Rounds:
    """Follow a fit from round to round, or epoch to epoch, whichever library carries it out.

    A round counts as better if its loss on the tail is smaller than that of the best before it, by more than
    rounding and by more than the ``margin`` measured with it; without early stopping every round does. One
    whose losses are not finite never does, so what is kept is always finite.

    Where a margin is measured, a round whose loss is larger than the best one's by more than it is clearly
    worse, and `MAX_WORSE` of them in a row end the fit: the patience is for those that may yet be better.

    Parameters
    ----------
    max_rounds
        Rounds that there may be.
    patience
        Rounds without a better one after which the fit stops; None: it does not.
    constant_loss
        For the callback, see `FitProgress`.
    callback
        Told after each round; may stop the fit.

    Attributes
    ----------
    squared_errors
        Of a regression, the mean squared error of the best constant answer on the rows ``train`` and ``val``.
    is_root
        Whether the losses of a regression are roots of mean squared errors.
    course
        One entry a round.
    n_kept
        Rounds up to the best; 0 while there is none.
    stop_reason
        The callback's code. None if it gave none, or gave it at a round that was the last in any case: then
        the stop changed nothing.
    """

    def __init__(
        self,
        max_rounds: int,
        patience: int | None,
        *,
        constant_loss: float | None = None,
        callback: FitCallback | None = None,
    ) -> None:
        self.max_rounds, self.patience = max_rounds, patience
        self.constant_loss, self.callback = constant_loss, callback
        self.squared_errors: dict[str, float] = {}
        self.is_root = False
        self.course: list[FitProgress] = []
        self.n_kept = 0
        self.stop_reason: str | None = None
        self._least = math.inf
        self._n_worse = 0
        self._began = time.perf_counter()

    def take(self, measured: Mapping[str, float]) -> bool:
        """Take in a round, and return whether it is the last.

        Parameters
        ----------
        measured
            ``train_loss`` and, of classes, ``train_error`` (share of the weight that is named wrong); with a
            tail also ``val_loss`` and ``val_error``; where there is a gradient, ``gradient_norm``; where a
            gain must exceed a ``margin`` to count, that.
        """
        progress = self._progress(measured)
        self.course.append(progress)
        margin = measured.get("margin", 0.0)
        if self._is_better(progress, margin):
            self.n_kept = len(self.course)
        self._n_worse = self._n_worse + 1 if self._is_worse(progress, margin) else 0
        reason = None if self.callback is None else self.callback(progress)
        self.stop_reason = None if self.is_over else reason
        return self.is_over or reason is not None

    @property
    def is_over(self) -> bool:
        """Whether the last round there may be has come, the patience has run out, or it only gets worse."""
        is_last = len(self.course) >= self.max_rounds
        return is_last or self._is_out_of_patience() or self._n_worse >= MAX_WORSE

    def _progress(self, measured: Mapping[str, float]) -> FitProgress:
        accuracies = {
            f"{rows}_accuracy": 1 - measured[f"{rows}_error"]
            for rows in ("train", "val")
            if f"{rows}_error" in measured
        }
        return FitProgress(
            iteration=len(self.course),
            max_iterations=self.max_rounds,
            train_loss=measured["train_loss"],
            val_loss=measured.get("val_loss"),
            constant_loss=self.constant_loss,
            gradient_norm=measured.get("gradient_norm"),
            seconds=time.perf_counter() - self._began,
            **accuracies,
            **dict(self._r2(measured)),
        )

    def _r2(self, measured: Mapping[str, float]) -> Iterator[tuple[str, float]]:
        for rows, constant in self.squared_errors.items():
            if constant > 0 and f"{rows}_loss" in measured:
                loss = measured[f"{rows}_loss"]
                yield f"{rows}_r2", 1 - (loss * loss if self.is_root else loss) / constant

    def _is_better(self, progress: FitProgress, margin: float) -> bool:
        losses = [loss for loss in (progress.train_loss, progress.val_loss) if loss is not None]
        if not all(math.isfinite(loss) for loss in losses):
            return False
        if self.patience is None:
            return True
        if math.isfinite(self._least):
            margin = max(margin, ROUNDING * abs(self._least))
            if not losses[-1] < self._least - margin:
                return False
        self._least = losses[-1]
        return True

    def _is_worse(self, progress: FitProgress, margin: float) -> bool:
        if self.patience is None or progress.val_loss is None or not margin > 0:
            return False
        return progress.val_loss > self._least + margin

    def _is_out_of_patience(self) -> bool:
        return self.patience is not None and len(self.course) - self.n_kept >= self.patience
