"""The gates of `selection=honest` that look at the test part, once."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from smc.metrics import block_size, label_overlap
from smc.selection.candidate import Candidate
from smc.selection.evidence import SplitResult, standard_error
from smc.selection.gates import ONE_SIDED_95, TWO_SIDED_95, Gate, varied
from smc.selection.openings import Look
from smc.stats import SkewedMean, skewed_mean

#: Fewest test events that a p-value is given for.
LEAST_EVENTS = 20


@dataclass(frozen=True)
class OnTest:
    """What the test events say, after the looks at the market.

    Attributes
    ----------
    p_value
        Times the number of openings, at most 1; 1 where there are too few independent events.
    n_events
        Those that it takes.
    test
        None where there are too few.
    """

    p_value: float
    n_events: int
    n_openings: int
    mean: float = 0.0
    test: SkewedMean | None = None

    @property
    def plain(self) -> dict[str, Any]:
        """The figures by name."""
        told = {"p_value": self.p_value, "n_events": self.n_events, "n_openings": self.n_openings}
        if self.test is None:
            return told
        return {
            **told,
            "mean": self.mean,
            "t": self.test.t,
            "t_corrected": self.test.corrected,
            "skewness": self.test.skewness,
        }


def look_at(part: SplitResult | None, look: Look) -> OnTest:
    """Return the p-value of the test events that a look takes, see `smc.stats.skewed_mean`.

    Where twice the label overlap is over a fifth of the events, or there are fewer than 20, p = 1. Without an
    edge it is .05 or less in 5 to 6 % of test parts, in 7 to 8 % where returns are skewed, labels overlap and
    forecasts are now and then far above what they are as a rule (tests/bench/bench_test_p_value.py).
    """
    if part is None:
        return OnTest(1.0, 0, look.n_openings)
    values, time, end = part.evidence.value[look.is_used], part.time[look.is_used], part.end[look.is_used]
    n_events, overlap = len(values), label_overlap(time, end)
    if n_events < LEAST_EVENTS or 2 * overlap > n_events / 5:
        return OnTest(1.0, n_events, look.n_openings)
    test = skewed_mean(
        values, error=standard_error(values, time, end), block_size=block_size(n_events, overlap)
    )
    return OnTest(
        min(1.0, look.n_openings * test.p_value), n_events, look.n_openings, float(values.mean()), test
    )


def beyond_luck(on_test: OnTest, alpha: float) -> Gate:
    """Is the test evidence beyond luck, for so many looks at the test parts of this market?"""
    looks = f"{on_test.n_openings} opening{'s' * (on_test.n_openings != 1)} of this market"
    if on_test.test is None:
        told = f"{on_test.n_events} test events: too few independent ones for a p-value"
        return Gate("test_p_value", on_test.p_value, alpha, False, told, "a longer test part, shorter labels")
    passed, test = on_test.p_value <= alpha, on_test.test
    return Gate(
        "test_p_value",
        on_test.p_value,
        alpha,
        passed,
        f"return coefficient {on_test.mean:+.3f} over {on_test.n_events} test events, t {test.t:.2f}, "
        f"{test.corrected:.2f} corrected for skewness, times {looks}",
        None if passed else "stronger evidence on new events; nothing that was looked at already",
    )


def takes_positions(part: SplitResult | None) -> Gate:
    """Does the model trade on the test part?"""
    name = "test_positions"
    if part is None:
        return Gate(name, None, None, False, "the run has no test part")
    told = "no position was ever taken on the test part" if part.is_idle else "positions are taken"
    remedy = "a model that names more than the class which is not traded" if part.is_idle else None
    return Gate(name, None, None, not part.is_idle, told, remedy)


def varied_on_test(part: SplitResult | None) -> Gate:
    """Does the model say more than one thing on the test part?"""
    return varied("test_predictions", part, "test")


def enough_on_test(part: SplitResult | None, asked: float) -> Gate:
    """Is the accuracy on the test part high enough to deploy, or short of it by its error alone?"""
    if part is None or part.accuracy is None:
        return Gate("test_accuracy", None, asked, False, "the run has no test accuracy")
    value, error = part.accuracy, part.accuracy_error
    least = asked - ONE_SIDED_95 * error
    short = math.ceil((least - value) * part.n_events - 1e-9)
    return Gate(
        "test_accuracy",
        value,
        least,
        value >= least,
        f"{100 * value:.1f} % of {part.n_events} test events; {100 * asked:.0f} % are asked for, less "
        f"{ONE_SIDED_95} times the standard error {100 * error:.1f}",
        None if value >= least else f"{short} more of these events named right",
        error,
    )


def beats_baseline(part: SplitResult | None) -> Gate:
    """Is the accuracy on the test part above the baseline's on the same events?"""
    name = "test_above_baseline"
    if part is None or part.accuracy is None or part.baseline_accuracy is None:
        return Gate(name, None, None, False, "the run has no test accuracy")
    value, baseline = part.accuracy, part.baseline_accuracy
    short = math.floor((baseline - value) * part.n_events + 1e-9) + 1
    return Gate(
        name,
        value,
        baseline,
        value > baseline,
        f"{100 * value:.1f} % of {part.n_events} test events, the baseline {100 * baseline:.1f} %",
        None if value > baseline else f"{short} more of these events named right",
    )


def val_test_difference(val: SplitResult | None, test: SplitResult | None, limit: float) -> Gate:
    """Are val and test accuracy as near as two parts of their sizes should be?

    The limit is widened by 1.96 standard errors: with 200 events in each, a stable model at 65 % differs by
    more than 5 points 30 times in 100.
    """
    name = "val_test_difference"
    if val is None or test is None or val.accuracy is None or test.accuracy is None:
        return Gate(name, None, limit, False, "the run lacks a val or a test accuracy")
    value = abs(val.accuracy - test.accuracy)
    error = math.hypot(val.accuracy_error, test.accuracy_error)
    threshold = limit + TWO_SIDED_95 * error
    return Gate(
        name,
        value,
        threshold,
        value <= threshold,
        f"val {100 * val.accuracy:.1f} % and test {100 * test.accuracy:.1f} % differ by "
        f"{100 * value:.1f} points, {100 * limit:.0f} and {TWO_SIDED_95} times the standard error "
        f"{100 * error:.1f} are let by",
        None if value <= threshold else "a model that does on new events what it did on val",
        error,
    )


def standing(names: tuple[str, ...], look: Look) -> Iterator[Gate]:
    """Give the gates on the test as they stood when an earlier vintage of the trial was looked at."""
    if look.stands is None:
        return
    figures = look.stands.figures
    told = f"stands as of {look.stands.time:%Y-%m-%d}: waits for {look.n_missing} events that nobody has seen"
    passed = bool(figures.get("passed"))
    for name in names:
        if passed:
            yield Gate(name, None, None, True, told)
        elif name == figures.get("decided_by", names[0]):
            yield Gate(name, None, None, False, told, f"{look.n_missing} more events")


def gates_on_test(
    candidate: Candidate, on_test: OnTest, *, min_accuracy: float, max_difference: float, alpha: float
) -> Iterator[Gate]:
    """Give the gates on the test part, in order."""
    yield varied_on_test(candidate.test)
    yield takes_positions(candidate.test)
    if candidate.is_classification:
        yield enough_on_test(candidate.test, min_accuracy)
        yield beats_baseline(candidate.test)
        yield val_test_difference(candidate.val, candidate.test, max_difference)
    yield beyond_luck(on_test, alpha)
