"""A run as one row of a table of runs."""

from collections.abc import Collection, Iterable
from typing import Any

from smc.selection.candidate import Candidate

#: Figures of the history that a row holds.
HISTORY = ("train_accuracy", "val_accuracy", "train_val_gap", "cv_mean_accuracy", "cv_std_accuracy")


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
        "evidence": out_of_fold.evidence.mean if out_of_fold else None,
        "n_events": out_of_fold.n_events if out_of_fold else 0,
        "test_accuracy": run.test.accuracy if run.test else None,
        "sharpe": run.returns.sharpe if run.returns else None,
        "notes": list(run.notes),
    }


def unranked(runs: Iterable[Candidate], known: Collection[str]) -> list[dict[str, Any]]:
    """Return the rows of the runs that are not among the known ones, each once, by id."""
    others = {run.run_id: run for run in runs if run.run_id not in known}
    return [comparison_row(others[name]) for name in sorted(others)]
