"""What a check of the audit is."""

from collections.abc import Callable
from typing import Protocol

from smc.audit.audited_run import Subject
from smc.audit.finding import Finding


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

    def look(self, subject: Subject, step: Callable[[str], None]) -> Finding:
        """Answer it; ``step`` is told what is being done."""
        ...
