"""The gates of `selection=honest`: each holds one figure of a candidate against a threshold."""

import math
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from typing import Any

from smc.selection.candidate import Candidate
from smc.selection.evidence import EventEvidence, SplitResult


@dataclass(frozen=True)
class Gate:
    """A condition that a candidate passes, fails, or never comes to.

    Attributes
    ----------
    name
        Stable, for programs.
    value, threshold
        What was found and what it is held against; None where it was not looked at.
    passed
        None: an earlier gate has decided already.
    explanation
        One sentence with the numbers.
    remedy
        What would change the outcome; None where nothing has to.
    """

    name: str
    value: float | None = None
    threshold: float | None = None
    passed: bool | None = None
    explanation: str = "not reached: an earlier gate decided"
    remedy: str | None = None

    def plain(self) -> dict[str, Any]:
        """Return the fields by name, as the manifest holds them."""
        return asdict(self)


def until_failed(gates: Iterable[Gate]) -> list[Gate]:
    """Ask one gate after another, up to the first that is not passed.

    >>> asked = until_failed(Gate(name, passed=name != "b") for name in "abc")
    >>> [gate.name for gate in asked]
    ['a', 'b']
    """
    asked = []
    for gate in gates:
        asked.append(gate)
        if not gate.passed:
            break
    return asked


#: Two-sided 95 % of a normal distribution.
TWO_SIDED_95 = 1.96


def gap(candidate: Candidate, limit: float) -> Gate:
    """Is the accuracy on train no more than ``limit`` above that on val?"""
    value = candidate.gap
    if value is None:
        return Gate("train_val_gap", None, limit, False, "the run has no train-validation gap")
    return Gate(
        "train_val_gap",
        value,
        limit,
        value <= limit,
        f"accuracy on train is {100 * value:.1f} points above that on val, {100 * limit:.0f} are let by",
        None if value <= limit else "a stronger profile (reg=tiny), early stopping, or more events",
    )


def beats_baseline(part: SplitResult | None) -> Gate:
    """Is the out-of-fold accuracy above the baseline's on the same events?"""
    name = "out_of_fold_accuracy"
    if part is None or part.accuracy is None or part.baseline_accuracy is None:
        return Gate(
            name, None, None, False, "the run has no out-of-fold accuracy", "a cv that fits the events"
        )
    value, baseline = part.accuracy, part.baseline_accuracy
    short = math.floor((baseline - value) * part.n_events + 1e-9) + 1
    return Gate(
        name,
        value,
        baseline,
        value > baseline,
        f"{100 * value:.1f} % of {part.n_events} out-of-fold events, the baseline {100 * baseline:.1f} %",
        None if value > baseline else f"{short} more of these events named right",
    )


def lower_bound(evidence: EventEvidence, confidence: float, measure: str) -> Gate:
    """Is the out-of-fold evidence above the baseline's by more than its uncertainty?"""
    bound = evidence.lower_bound(confidence)
    return Gate(
        "out_of_fold_lower_bound",
        bound if math.isfinite(bound) else None,
        0.0,
        bound > 0,
        f"{measure.replace('_', ' ')} above the baseline {evidence.mean:+.3f}, one-sided "
        f"{100 * confidence:g} % lower bound {bound:+.3f} over {len(evidence)} {_unit(measure)}",
        None if bound > 0 else more_events(evidence, confidence_to_z(confidence), _unit(measure)),
    )


def romano_wolf(p_value: float, alpha: float, *, explanation: str, remedy: str) -> Gate:
    """Is the evidence beyond what the luckiest of everything tried would show without skill?"""
    passed = p_value <= alpha
    return Gate("romano_wolf", p_value, alpha, passed, explanation, None if passed else remedy)


def enough_on_test(part: SplitResult | None, least: float) -> Gate:
    """Is the accuracy on the test part high enough to deploy?"""
    if part is None or part.accuracy is None:
        return Gate("test_accuracy", None, least, False, "the run has no test accuracy")
    value = part.accuracy
    short = math.ceil((least - value) * part.n_events - 1e-9)
    return Gate(
        "test_accuracy",
        value,
        least,
        value >= least,
        f"{100 * value:.1f} % of {part.n_events} test events, {100 * least:.0f} % are asked for",
        None if value >= least else f"{short} more of these events named right",
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
    )


def bound_on_test(part: SplitResult | None, confidence: float, measure: str) -> Gate:
    """Is the test evidence above the baseline's by more than its uncertainty?"""
    if part is None or not len(part.evidence):
        return Gate("test_lower_bound", None, 0.0, False, "the run has no evidence on its test part")
    gate = lower_bound(part.evidence, confidence, measure)
    return replace(gate, name="test_lower_bound", explanation=f"test: {gate.explanation}")


def false_discovery(adjusted: float, q: float, n_symbols: int) -> Gate:
    """Does the symbol stand out among all symbols that were tried?"""
    passed = adjusted <= q
    return Gate(
        "benjamini_hochberg",
        adjusted,
        q,
        passed,
        f"adjusted p {adjusted:.4f} among {n_symbols} symbols",
        None if passed else "stronger evidence on this symbol, or fewer symbols without any",
    )


def more_events(evidence: EventEvidence, z: float, unit: str = "events") -> str:
    """Say how many more events like these would carry the mean to ``z`` standard errors above 0."""
    mean, error = evidence.mean, evidence.error
    if not (mean > 0 and error > 0):
        return f"a model with evidence above the baseline's: more {unit} like these do not help"
    n_more = len(evidence) * max((z * error / mean) ** 2 - 1, 0.02)
    return f"needs about {n_more:,.0f} more {unit}, if they are like these"


def confidence_to_z(confidence: float) -> float:
    """Return the normal quantile."""
    from scipy.special import ndtri

    return float(ndtri(confidence))


def _unit(measure: str) -> str:
    return "bars" if measure == "sharpe" else "events"
