"""Two runs on the same events: whether they differ by more than the luck of those events."""

from collections.abc import Iterator
from dataclasses import dataclass

from smc import stats
from smc.cv.plan import SplitPlan
from smc.results import Run
from smc.selection.candidates import candidates_of
from smc.selection.diagnostics import compare_paired

#: What an event says for a model, in the test that takes all events.
MEASURE = "return_coefficient"


@dataclass(frozen=True)
class PairedTest:
    """A two-sided test of two runs, and what it looked at."""

    name: str
    looks_at: str
    p_value: float


def paired_tests(one: Run, other: Run) -> list[PairedTest]:
    """Compare two runs event by event and fold by fold; none where data, splits or events are not the same.

    McNemar's test (mid-p) asks whether they name other events right, over events whose labels do not overlap;
    Diebold and Mariano's whether their decisions earn differently; the corrected resampled t test whether the
    accuracies of their folds differ, allowing for folds that are fitted on nearly the same rows.
    """
    if any(one.record[name] != other.record[name] for name in ("data_hash", "split_hash")):
        return []
    return [*_by_event(one, other), *_by_fold(one, other)]


def _by_event(one: Run, other: Run) -> Iterator[PairedTest]:
    first, second = (
        {
            each.identity.symbol: each
            for each in candidates_of(run.run_id, run.record, run.predictions, run.returns, MEASURE)
        }
        for run in (one, other)
    )
    for symbol in sorted(first.keys() & second.keys()):
        where = "" if len(first) == 1 else f" of {symbol}"
        for found in compare_paired(first[symbol], [second[symbol]]):
            if found["mcnemar_p"] is not None:
                yield PairedTest("McNemar", f"events named right{where}", found["mcnemar_p"])
            if found["diebold_mariano_p"] is not None:
                yield PairedTest("Diebold-Mariano", f"what events earn{where}", found["diebold_mariano_p"])


def _by_fold(one: Run, other: Run) -> Iterator[PairedTest]:
    first, second = (run.record["history"].get("cv_fold_accuracies") or [] for run in (one, other))
    if len(first) != len(second) or len(first) < 2 or None in (*first, *second):
        return
    folds = SplitPlan.load(one.path / "splits.json").folds
    differences = [a - b for a, b in zip(first, second, strict=True)]
    if len(folds) != len(differences) or (len(set(differences)) == 1 and differences[0]):
        return  # a fold was left out, or all differ alike: no variance to test against
    found = stats.corrected_resampled_t(
        differences,
        n_train=[len(fold.train) for fold in folds],
        n_test=[len(fold.test) for fold in folds],
    )
    yield PairedTest("corrected resampled t", f"accuracies of {len(folds)} folds", found.p_value)
