"""What one part of a run, out of fold, val or test, says for its model against the baseline."""

from dataclasses import dataclass

import numpy as np

from smc.selection.standard_error import lower_bound, standard_error
from smc.typing import FloatArray, IntArray


@dataclass(frozen=True, eq=False)
class Evidence:
    """What each event (or, for returns, each bar) says for a model; the baseline's is 0 on average.

    Attributes
    ----------
    time, end
        When the event is decided on and when its label ends, nanoseconds since 1970, ``time`` increasing.
    value
        Whose mean is the model's score above the baseline's, see `smc.selection.measures`.
    """

    time: IntArray
    end: IntArray
    value: FloatArray

    def __len__(self) -> int:
        return len(self.value)

    @property
    def mean(self) -> float:
        """The score above the baseline's."""
        return float(self.value.mean()) if len(self) else 0.0

    @property
    def error(self) -> float:
        """Standard error of the mean, allowing for labels that overlap."""
        return standard_error(self.value, self.time, self.end)

    def lower_bound(self, confidence: float) -> float:
        """Return the one-sided lower bound of the mean; -inf where there is no evidence."""
        return lower_bound(self.value, self.time, self.end, confidence)


@dataclass(frozen=True, eq=False)
class Part:
    """Held-out predictions of one part, one row an event in time order.

    Attributes
    ----------
    correct, baseline_correct
        Whether model and baseline named the class, event by event; None for a regression.
    """

    evidence: Evidence
    time: IntArray
    end: IntArray
    correct: FloatArray | None = None
    baseline_correct: FloatArray | None = None

    @property
    def n_events(self) -> int:
        """Events that were predicted."""
        return len(self.time)

    @property
    def accuracy(self) -> float | None:
        """Share of events whose class was named; None for a regression."""
        return None if self.correct is None else float(self.correct.mean())

    @property
    def baseline_accuracy(self) -> float | None:
        """The baseline's; None for a regression."""
        return None if self.baseline_correct is None else float(self.baseline_correct.mean())

    @property
    def accuracy_error(self) -> float:
        """Standard error of the accuracy, no smaller than that of independent events."""
        correct = np.zeros(0) if self.correct is None else self.correct
        if not len(correct):
            return float("nan")
        share = float(correct.mean())
        independent = (share * (1 - share) / len(correct)) ** 0.5
        return max(standard_error(correct, self.time, self.end), independent)
