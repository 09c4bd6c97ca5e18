"""What a selection says of one symbol."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from smc.selection.candidate import Candidate, SymbolTrials, unranked_rows
from smc.selection.gates import Gate

DEPLOY, WATCH, NO_MODEL = "DEPLOY", "WATCH", "NO_MODEL"


@dataclass(frozen=True, eq=False)
class Verdict:
    """The verdict for one symbol, and all that it rests on.

    Attributes
    ----------
    verdict
        ``DEPLOY``: every gate is passed. ``WATCH``: the evidence is above the baseline, but a later gate is
        not passed. ``NO_MODEL``: neither.
    candidate
        The run that the gates were held against; None if no run has evidence.
    gates
        In the order in which they are asked.
    alternatives
        Runs that could be deployed instead, for they passed every filter too; the best first.
    comparison
        Every run of the symbol with its figures, plain data, the best first.
    evidence
        Figures on the evidence as a whole, plain data.
    questions
        The choices of the further questions that the symbol was asked, plain data.
    """

    symbol: str
    verdict: str
    candidate: Candidate | None
    gates: tuple[Gate, ...]
    alternatives: Sequence[Candidate] = ()
    comparison: Sequence[Mapping[str, Any]] = ()
    evidence: Mapping[str, Any] = field(default_factory=dict)
    questions: Sequence[Mapping[str, Any]] = ()

    @property
    def chosen(self) -> Candidate | None:
        """The run to deploy; None unless the verdict is DEPLOY."""
        return self.candidate if self.verdict == DEPLOY else None

    @property
    def decided_by(self) -> Gate | None:
        """The first gate that was not passed; None if all were."""
        return next((gate for gate in self.gates if gate.passed is False), None)


def verdict_without_evidence(trials: SymbolTrials, gates: Sequence[str]) -> Verdict:
    """Return the verdict for a symbol none of whose trials has out-of-fold evidence and its folder here."""
    counts = trials.counts
    explanation, remedy = "no finished run has out-of-fold evidence", "a run that finishes, with folds"
    if n_gone := counts["n_without_folder"]:
        explanation = (
            f"the runs that stand for its {n_gone} trials with evidence (of several seeds the first) have no "
            "sound folder here: they count, and cannot be deployed"
        )
        remedy = "carry them out again"
    first = Gate(gates[0], passed=False, explanation=explanation, remedy=remedy)
    return Verdict(
        trials.symbol,
        NO_MODEL,
        None,
        (first, *(Gate(name) for name in gates[1:])),
        comparison=unranked_rows(trials.candidates, ()),
        evidence={**counts, "n_panel": 0},
    )
