"""One finished run of one symbol, as a selection sees it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from smc.selection.split import Part
from smc.stats import TrackRecord


@dataclass(frozen=True)
class Identity:
    """What a run is, for people and for comparison.

    Attributes
    ----------
    trial
        What the seeds of one configuration on the same data, split and code share.
    choices
        The option chosen for each group of the configuration.
    """

    run_id: str
    symbol: str
    model: str
    trial: str
    seed: int = 0
    data_hash: str = ""
    split_hash: str = ""
    choices: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Candidate:
    """A run with what can be said for and against it.

    Attributes
    ----------
    history
        Accuracies and gap as the run's record has them.
    out_of_fold, val, test
        None where the run has none; ``test`` also while it is sealed.
    returns
        Sharpe ratio of the out-of-fold net returns; None where there are none, or they never vary.
    is_sealed
        Whether the test part waits to be opened.
    notes
        What else a reader should know, reason codes.
    """

    identity: Identity
    task: str
    history: Mapping[str, Any]
    out_of_fold: Part | None
    val: Part | None = None
    test: Part | None = None
    returns: TrackRecord | None = None
    is_sealed: bool = False
    notes: tuple[str, ...] = ()

    @property
    def run_id(self) -> str:
        """Of the run."""
        return self.identity.run_id

    @property
    def gap(self) -> float | None:
        """Accuracy on train less that on val; None for a regression."""
        return self.history.get("train_val_gap")

    @property
    def is_classification(self) -> bool:
        """Whether accuracies are defined."""
        return self.task == "classification"


#: Gives a candidate with its test part, which may have been sealed.
OpenTest = Callable[[Candidate], Candidate]


def as_it_is(candidate: Candidate) -> Candidate:
    """Return a candidate whose test part was never sealed."""
    return candidate
