"""All that was tried for one symbol."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from smc.selection.candidate import Candidate


@dataclass(frozen=True, eq=False)
class SymbolTrials:
    """The finished runs of one symbol, and the count of everything that was tried.

    Attributes
    ----------
    n_trials
        Distinct trials whose evidence period overlaps that of the finished ones, from the ledger.
    statuses
        How many trials ended how, repeats and seeds included.
    """

    symbol: str
    candidates: Sequence[Candidate]
    n_trials: int
    statuses: Mapping[str, int] = field(default_factory=dict)

    @property
    def counts(self) -> dict[str, Any]:
        """What the manifest says of them."""
        return {
            "n_trials": self.n_trials,
            "n_runs": len({each.run_id for each in self.candidates}),
            "trials": dict(self.statuses),
        }
