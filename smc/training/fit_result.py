"""One fit of a run, and what it told."""

from dataclasses import dataclass
from typing import Any, cast

import pandas as pd

from smc.fit_progress import INTERRUPTED
from smc.model.fold_rows import stop_of
from smc.pipeline import FoldPipeline
from smc.pipeline.members import fits_members, models_of
from smc.results.record import Augmentation, Stop, Warned
from smc.typing import IntArray


@dataclass(frozen=True)
class FitResult:
    """A fitted pipeline with its place in the run.

    Attributes
    ----------
    name
        For records: "fold 0", ..., "train fit", "final fit".
    model
        The pipeline.
    learned
        Positions of the events that it was given.
    warnings
        What watches saw while it was fitted.
    is_last
        Whether Ctrl-C came before the next fit was over.
    """

    name: str
    model: FoldPipeline
    learned: IntArray
    warnings: list[Warned]
    is_last: bool = False

    @property
    def fitted(self) -> IntArray:
        """Positions of the events that it was fitted on: without those held back."""
        return self.learned[self.model.fitted_rows_]

    @property
    def augmentation(self) -> Augmentation:
        """How many rows the sampler added, and what it said."""
        return cast(Augmentation, {"fit": self.name, **self.model.augmentation_})

    @property
    def selection(self) -> dict[str, Any] | None:
        """Which features were kept, and what the selector said; None if features are not selected."""
        selection = self.model.selection_
        return selection and {"fit": self.name, **selection}

    @property
    def calibration(self) -> dict[str, Any] | None:
        """What the calibrator learned, and what it said; None without calibration and threshold."""
        calibration = self.model.calibration_
        return calibration and {"fit": self.name, **calibration}

    @property
    def ensemble(self) -> dict[str, Any] | None:
        """What an ensemble learned of its members; None for a single model."""
        estimator = self.model.estimator_
        return {"fit": self.name, **estimator.account()} if fits_members(estimator) else None

    @property
    def stop(self) -> Stop | None:
        """Why the fit, or the run with it, ended before its time, and after which iteration, if one is known.

        None if it did not. That of an ensemble is a member's; warnings say whose, and after which iteration.
        """
        if self.is_last:
            return {"fit": self.name, "reason": INTERRUPTED, "iteration": None}
        reason = stop_of(self.model)
        if reason is None:
            return None
        last = None if fits_members(self.model.estimator_) or self.curves.empty else len(self.curves) - 1
        return {"fit": self.name, "reason": reason, "iteration": last}

    @property
    def is_interrupted(self) -> bool:
        """Whether Ctrl-C ended the fit, or came before the next one was over."""
        return self.stop is not None and self.stop["reason"] == INTERRUPTED

    @property
    def curves(self) -> pd.DataFrame:
        """What the estimator measured, one row an iteration; no row for one that tells nothing.

        ``kept`` marks the iterations that the kept state has behind it. Of an ensemble these are the rows of
        its members, one after another, each of the fit that answers, not of those that test it; ``member``
        names them, as `smc.pipeline.members.models_of` does.
        """
        return pd.concat([_course(self.name, *member) for member in models_of(self.model.estimator_)])


def _course(fit: str, member: str, estimator: Any) -> pd.DataFrame:
    table = pd.DataFrame(getattr(estimator, "curves_", {}))
    if table.empty:
        return table
    table = table.astype(dict.fromkeys(table.columns[1:], "float64"))
    if member:
        table.insert(0, "member", member)
    table.insert(0, "fit", fit)
    return table.assign(kept=table["iteration"] < estimator.n_rounds_)
