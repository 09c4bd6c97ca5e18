"""What a check of the audit is, and what it finds."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, Self

from smc.audit.audited_run import AuditedRun
from smc.laws.fault import Fault
from smc.typing import OnProgress

Verdict = Literal["pass", "warn", "fail", "not done"]


@dataclass(frozen=True)
class Finding:
    """The answer of one check.

    Attributes
    ----------
    verdict
        ``fail``: a leak. ``warn``: what may be one, and wants an explanation. ``not done``: the check could
        not be carried out, and nothing is said about what it looks for.
    looked_at
        How much evidence the verdict rests on.
    remedy
        What to change, if there is a fault.
    figures
        Measured values, as plain data.
    """

    check: str
    verdict: Verdict
    looked_at: str
    faults: Sequence[Fault] = ()
    remedy: str = ""
    figures: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def from_faults(
        cls,
        check: str,
        looked_at: str,
        *,
        leaks: Sequence[Fault] = (),
        suspicions: Sequence[Fault] = (),
        remedy: str,
        figures: dict[str, Any] | None = None,
    ) -> Self:
        """Give the verdict that leaks and suspicions deserve; the remedy stands only where there is a fault.

        >>> Finding.from_faults("lag", "57 features", remedy="Look at them.").verdict
        'pass'
        """
        faults = [*leaks, *suspicions]
        verdict: Verdict = "fail" if leaks else "warn" if suspicions else "pass"
        return cls(check, verdict, looked_at, faults, remedy if faults else "", figures or {})

    def to_json(self) -> dict[str, Any]:
        """Return plain data."""
        return vars(self) | {"faults": [vars(fault) for fault in self.faults]}


class Check(Protocol):
    """One question to a composed run.

    Attributes
    ----------
    name
        As typed after ``--only``.
    question
        What it asks, in one line.
    """

    name: str
    question: str

    def run(self, audited: AuditedRun, on_progress: OnProgress) -> Finding:
        """Answer it; ``on_progress`` is told what is being done."""
        ...
