"""What held-out events say for a model against the baseline, and how sure their mean is."""

import math
from dataclasses import dataclass

import numpy as np

from smc.metrics import block_size, label_overlap
from smc.typing import FloatArray, IntArray


@dataclass(frozen=True, eq=False)
class EventEvidence:
    """What each event says for a model; the baseline's is 0 on average.

    Attributes
    ----------
    time, end
        When the event is decided on and when its label ends, nanoseconds since 1970, ``time`` increasing.
    value
        Whose mean is the model's score above the baseline's, see `smc.selection.measures`.
    variance_factor
        What the variance of the mean is multiplied by: 2 where folds learned from each other.
    """

    time: IntArray
    end: IntArray
    value: FloatArray
    variance_factor: float = 1.0

    def __len__(self) -> int:
        return len(self.value)

    @property
    def mean(self) -> float:
        """The score above the baseline's."""
        return float(self.value.mean()) if len(self) else 0.0

    @property
    def error(self) -> float:
        """Standard error of the mean, allowing for labels that overlap and for folds that share events."""
        return math.sqrt(self.variance_factor) * standard_error(self.value, self.time, self.end)

    def lower_bound(self, confidence: float) -> float:
        """Return the one-sided lower bound of the mean; -inf where there is no evidence."""
        return lower_bound(self.value, self.time, self.end, confidence, self.variance_factor)


@dataclass(frozen=True, eq=False)
class SplitResult:
    """Held-out predictions of one part, one value an event in time order.

    Attributes
    ----------
    score
        Of a regression, what each event adds to R2 beside its mean (`smc.selection.candidates.r2_scores`);
        None for a classification.
    correct, baseline_correct
        Whether model and baseline named the class, event by event, and of an event that was predicted several
        times the share of predictions that did; None for a regression.
    is_constant
        Whether all events were given the same class, or the same number.
    is_idle
        Whether no position was ever taken.
    """

    evidence: EventEvidence
    time: IntArray
    end: IntArray
    correct: FloatArray | None = None
    baseline_correct: FloatArray | None = None
    is_constant: bool = False
    is_idle: bool = False
    score: FloatArray | None = None

    @property
    def is_single(self) -> bool:
        """Whether each event was predicted once, so that its class was named or was not."""
        return self.correct is not None and bool(np.isin(self.correct, (0.0, 1.0)).all())

    @property
    def n_events(self) -> int:
        """Events that were predicted."""
        return len(self.time)

    @property
    def mean(self) -> float:
        """The score above the baseline's."""
        return self.evidence.mean

    @property
    def accuracy(self) -> float | None:
        """Share of events whose class was named; None for a regression."""
        return None if self.correct is None else float(self.correct.mean())

    @property
    def baseline_accuracy(self) -> float | None:
        """The baseline's; None for a regression."""
        return None if self.baseline_correct is None else float(self.baseline_correct.mean())

    @property
    def r2_error(self) -> float:
        """Standard error of R2, allowing for labels that overlap; 0 for a classification."""
        error = 0.0 if self.score is None else standard_error(self.score, self.time, self.end)
        return error if math.isfinite(error) else 0.0

    @property
    def accuracy_error(self) -> float:
        """Standard error of the accuracy, no smaller than that of independent events.

        Theirs is taken at the share that two hits and two misses more would give, so that it is not 0 where
        all events were named right.

        References
        ----------
        Agresti and Coull (1998), "Approximate is better than exact for interval estimation of binomial
        proportions", The American Statistician 52.
        """
        correct = np.zeros(0) if self.correct is None else self.correct
        if not len(correct):
            return float("nan")
        n_rows = len(correct) + 4
        share = (float(correct.sum()) + 2) / n_rows
        independent = (share * (1 - share) / n_rows) ** 0.5
        return float(np.nanmax([standard_error(correct, self.time, self.end), independent]))


#: Variation that is rounding alone, relative to the largest value.
ROUNDING = 1e-12


def standard_error(values: FloatArray, time: IntArray, end: IntArray) -> float:
    """Return the standard error of a mean by sums over circular blocks of events.

    The variance of the sums over every run of b successive events, divided by b, is the long-run variance;
    b is `smc.metrics.block_size`, twice the label overlap or n^(1/3). Sums taken around the sample's own mean
    are too close together, by 1 - b / n. It equals a circular block bootstrap with infinitely many draws.

    References
    ----------
    Politis and Romano (1992), "A circular block-resampling procedure for stationary data".

    >>> time, values = np.arange(1000), np.random.default_rng(0).normal(size=1000)
    >>> twice = np.repeat(values[::2], 2)  # a thousand rows that hold five hundred facts
    >>> round(standard_error(values, time, time), 3), round(standard_error(twice, time, time + 1), 3)
    (0.031, 0.046)
    """
    n_rows = len(values)
    if n_rows < 2:
        return float("nan")
    size = _size(time, end)
    padded = np.concatenate([[0.0], values, values[: size - 1]]).cumsum()
    sums = padded[size:] - padded[:-size] - size * values.mean()
    return math.sqrt((sums**2).mean() / (size * n_rows * (1 - size / n_rows)))


def lower_bound(
    values: FloatArray, time: IntArray, end: IntArray, confidence: float, variance_factor: float = 1.0
) -> float:
    """Return the one-sided lower bound of the mean, mean - t x error; -inf for values that do not vary.

    t has n / b - 1 degrees of freedom, as many as there are independent blocks, less one; the error is
    multiplied by the root of ``variance_factor``.

    >>> far, values = np.arange(100), np.tile([1.0, -0.5, 0.0, 0.5], 25)
    >>> round(lower_bound(values, far, far, 0.95), 3), float(values.mean())
    (0.206, 0.25)
    >>> lower_bound(np.zeros(100), far, far, 0.95)
    -inf
    """
    error = standard_error(values, time, end)
    if not error > ROUNDING * np.abs(values).max(initial=0.0):
        return -math.inf
    from scipy.special import stdtrit

    freedom = max(len(values) / _size(time, end) - 1, 1.0)
    return float(values.mean() - stdtrit(freedom, confidence) * math.sqrt(variance_factor) * error)


def _size(time: IntArray, end: IntArray) -> int:
    return block_size(len(time), label_overlap(time, end))
