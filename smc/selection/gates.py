"""The gates of `selection=honest`: each holds one figure of a candidate against a threshold."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from smc.selection.candidate import Candidate
from smc.selection.criteria import looser
from smc.selection.evidence import EventEvidence, SplitResult
from smc.selection.family import Discovery

#: One-sided and two-sided 95 % of a normal distribution.
ONE_SIDED_95, TWO_SIDED_95 = 1.645, 1.96


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
    standard_error
        Of the value, where the threshold allows for it.
    """

    name: str
    value: float | None = None
    threshold: float | None = None
    passed: bool | None = None
    explanation: str = "not reached: an earlier gate decided"
    remedy: str | None = None
    standard_error: float | None = None

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


def gap(candidate: Candidate, limit: float) -> Gate:
    """Is the accuracy on train above that on val by no more than ``limit`` and the error of that on val?

    With 60 val events its standard error is .06: held against the limit alone, a model whose gap is what the
    limit lets by would be refused every other time.
    """
    value, name = candidate.gap, "train_val_gap"
    if value is None:
        return Gate(name, None, limit, False, "the run has no train-validation gap")
    error = candidate.val.accuracy_error if candidate.val else 0.0
    told = (
        f"accuracy on train is {100 * value:.1f} points above that on val, {100 * limit:.0f} and "
        f"{ONE_SIDED_95} times the standard error {100 * error:.1f} are let by"
    )
    return _gap(name, value, limit, error, told)


def r2_gap(candidate: Candidate, limit: float) -> Gate:
    """Is the R2 of a regression on train above that on val by no more than ``limit`` and its error?"""
    value, name = candidate.r2_gap, "train_val_r2_gap"
    if value is None:
        return Gate(name, None, limit, False, "the run has no gap of R2", "train it again")
    error = candidate.val.r2_error if candidate.val else 0.0
    told = (
        f"R2 on train is {value:.3f} above that on val, {limit:.2f} and {ONE_SIDED_95} times the standard "
        f"error {error:.3f} are let by"
    )
    return _gap(name, value, limit, error, told)


def _gap(name: str, value: float, limit: float, error: float, told: str) -> Gate:
    threshold = limit + ONE_SIDED_95 * error
    passed = value <= threshold
    remedy = None if passed else "a stronger profile (reg=tiny), early stopping, or more events"
    return Gate(name, value, threshold, passed, told, remedy, error)


def varied_predictions(part: SplitResult | None) -> Gate:
    """Does the model say more than one thing out of fold?"""
    return varied("out_of_fold_predictions", part, "out-of-fold")


def lower_bound(evidence: EventEvidence, confidence: float) -> Gate:
    """Is the out-of-fold evidence above the baseline's by more than its uncertainty?"""
    bound = evidence.lower_bound(confidence)
    return Gate(
        "out_of_fold_lower_bound",
        bound if math.isfinite(bound) else None,
        0.0,
        bound > 0,
        f"return coefficient above the baseline {evidence.mean:+.3f}, one-sided {100 * confidence:g} % lower "
        f"bound {bound:+.3f} over {len(evidence)} events",
        None if bound > 0 else more_events(evidence, confidence_to_z(confidence)),
    )


def romano_wolf(p_value: float, alpha: float, *, explanation: str, remedy: str) -> Gate:
    """Is the evidence beyond what the luckiest of everything tried would show without skill?"""
    passed = p_value <= alpha
    return Gate("romano_wolf", p_value, alpha, passed, explanation, None if passed else remedy)


def own_classes(candidate: Candidate) -> Gate:
    """Has every class of the user's own that the run uses passed its laws, or an audit?"""
    open_ones = [own for own in candidate.own_classes if not own.get("passed")]
    named = ", ".join(f"{own.get('class')}: {own.get('why') or 'no audit on record'}" for own in open_ones)
    n_own = len(candidate.own_classes)
    return Gate(
        "own_classes",
        float(len(open_ones)),
        0.0,
        not open_ones,
        named or (f"{n_own} classes of your own passed" if n_own else "the run uses no class of your own"),
        "python -m smc.audit on a run of it" if open_ones else None,
    )


def fixed_criteria(before: Mapping[str, Any] | None, now: Mapping[str, Any]) -> Gate:
    """Does this selection ask for no less than the first one of this market?"""
    if before is None:
        return Gate("criteria", 0.0, 0.0, True, "the first selection of this market fixes what is asked for")
    names = looser(before, now)
    told = ", ".join(f"{name} {before[name]} -> {now.get(name)}" for name in names)
    return Gate(
        "criteria",
        float(len(names)),
        0.0,
        not names,
        f"looser than at the first selection of this market: {told}" if names else "no looser than at first",
        "the criteria of then, or stricter ones" if names else None,
    )


def false_discovery(found: Discovery, q: float) -> Gate:
    """Does the symbol stand out among all markets that were tried?"""
    passed = found.p_value <= q
    markets = f"{found.n_markets} market{'s' * (found.n_markets != 1)}"
    return Gate(
        "benjamini_hochberg",
        found.p_value,
        q,
        passed,
        f"out-of-fold and test evidence together: p {found.combined:.4f}, adjusted {found.p_value:.4f} among "
        f"{markets} of the last two years",
        None if passed else "stronger evidence on this symbol, or fewer markets without any",
    )


def more_events(evidence: EventEvidence, z: float) -> str:
    """Say how many more events like these would carry the mean to ``z`` standard errors above 0."""
    mean, error = evidence.mean, evidence.error
    if not (mean > 0 and error > 0):
        return "a model with evidence above the baseline's: more events like these do not help"
    n_more = len(evidence) * max((z * error / mean) ** 2 - 1, 0.02)
    return f"needs about {n_more:,.0f} more events, if they are like these"


def confidence_to_z(confidence: float) -> float:
    """Return the normal quantile."""
    from scipy.special import ndtri

    return float(ndtri(confidence))


def varied(name: str, part: SplitResult | None, where: str) -> Gate:
    if part is None:
        return Gate(name, None, None, False, f"the run has no {where} predictions")
    varied = not part.is_constant
    return Gate(
        name,
        passed=varied,
        explanation=f"its {where} predictions differ" if varied else f"all {where} predictions are the same",
        remedy=None if varied else "a model that tells events apart",
    )
