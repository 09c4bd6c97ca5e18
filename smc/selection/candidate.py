"""One finished run of one symbol as a selection sees it, and all that was tried for the symbol."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from smc.results.return_scheme import SIMPLE
from smc.selection.evidence import SplitResult
from smc.selection.family import Relative
from smc.selection.panel import n_without_column
from smc.stats import TrackRecord
from smc.trials.market_trials import MarketTrials
from smc.typing import IntArray


@dataclass(frozen=True)
class Identity:
    """What a run is, for people and for comparison.

    Attributes
    ----------
    trial
        What the seeds of one configuration on the same data, split and code share.
    choices
        The option chosen for each group of the configuration.
    return_scheme
        How it counts returns, see `smc.results.return_scheme`.
    question
        Hash of labels, events and side: what it was asked for.
    """

    run_id: str
    symbol: str
    model: str
    trial: str
    seed: int = 0
    data_hash: str = ""
    split_hash: str = ""
    choices: Mapping[str, str] = field(default_factory=dict)
    return_scheme: str = SIMPLE
    question: str = ""


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
    sealed_events
        Time of the sealed test events, and when their labels end, nanoseconds since 1970; no more of them is
        known.
    own_classes
        ``class``, ``code``, ``passed`` and ``why`` of the user's own classes that the run uses.
    notes
        What else a reader should know, reason codes.
    is_pooled
        Whether one model serves several symbols, so that their evidence depends on each other.
    """

    identity: Identity
    task: str
    history: Mapping[str, Any]
    out_of_fold: SplitResult | None
    val: SplitResult | None = None
    test: SplitResult | None = None
    returns: TrackRecord | None = None
    is_sealed: bool = False
    notes: tuple[str, ...] = ()
    sealed_events: tuple[IntArray, IntArray] | None = None
    own_classes: Sequence[Mapping[str, Any]] = ()
    is_pooled: bool = False

    @property
    def run_id(self) -> str:
        """Of the run."""
        return self.identity.run_id

    @property
    def gap(self) -> float | None:
        """Accuracy on train less that on val; None for a regression."""
        return self.history.get("train_val_gap")

    @property
    def r2_gap(self) -> float | None:
        """R2 on train less that on val; None for a classification."""
        return self.history.get("train_val_r2_gap")

    @property
    def test_events(self) -> tuple[IntArray, pd.Timestamp | None]:
        """When the test events are decided on, and the last bar that their labels look at, sealed or not."""
        none = np.empty(0, dtype=np.int64)
        time, end = (self.test.time, self.test.end) if self.test else self.sealed_events or (none, none)
        return time, pd.to_datetime(int(end.max()), utc=True) if len(end) else None

    @property
    def is_classification(self) -> bool:
        """Whether accuracies are defined."""
        return self.task == "classification"


#: Gives a candidate with its test part, which may have been sealed.
OpenTest = Callable[[Candidate], Candidate]


def already_open(candidate: Candidate) -> Candidate:
    """Return a candidate whose test part was never sealed."""
    return candidate


@dataclass(frozen=True, eq=False)
class SymbolTrials:
    """The finished runs of one symbol that can be read, and everything that was tried on its market.

    Attributes
    ----------
    candidates
        Those whose folders are there; p-values come from the market alone.
    is_simulated
        Whether the bars were drawn: such markets are a family of their own.
    family
        The other markets of its family that this selection does not judge.
    """

    symbol: str
    candidates: Sequence[Candidate]
    market: MarketTrials
    is_simulated: bool = False
    family: Sequence[Relative] = ()

    @property
    def counts(self) -> dict[str, Any]:
        """What the manifest says of them."""
        known = {run.run_id for run in self.candidates}
        columns = [column for column in self.market.columns if column.symbol == self.symbol]
        return {
            "n_trials": self.market.n_trials,
            "n_untold": n_without_column(self.market),
            "n_runs": len(known),
            "n_without_folder": sum(column.run_id not in known for column in columns),
            "trials": dict(self.market.statuses),
        }


#: Figures of the history that a row holds.
HISTORY = (
    "train_accuracy",
    "val_accuracy",
    "train_val_gap",
    "train_val_r2_gap",
    "cv_mean_accuracy",
    "cv_std_accuracy",
)


def comparison_row(run: Candidate) -> dict[str, Any]:
    """Return a run's names and figures; a test accuracy that is sealed is None."""
    identity, out_of_fold = run.identity, run.out_of_fold
    choices = identity.choices
    return {
        "run_id": run.run_id,
        "model": identity.model,
        "profile": choices.get("reg"),
        "aug": choices.get("aug"),
        "cv": choices.get("cv"),
        "seed": identity.seed,
        **{name: run.history.get(name) for name in HISTORY},
        "out_of_fold_accuracy": out_of_fold.accuracy if out_of_fold else None,
        "baseline_accuracy": out_of_fold.baseline_accuracy if out_of_fold else None,
        "evidence": out_of_fold.mean if out_of_fold else None,
        "n_events": out_of_fold.n_events if out_of_fold else 0,
        "test_accuracy": run.test.accuracy if run.test else None,
        "sharpe": run.returns.sharpe if run.returns else None,
        "notes": list(run.notes),
    }


def unranked_rows(runs: Iterable[Candidate], known: Collection[str]) -> list[dict[str, Any]]:
    """Return the rows of the runs that are not among the known ones, each once, by id."""
    others = {run.run_id: run for run in runs if run.run_id not in known}
    return [comparison_row(others[name]) for name in sorted(others)]
