"""A run as the ledger counts it: opened before its fit, closed by whatever ends it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd

from smc import results
from smc.errors import ResultsError
from smc.results.status import reason_of

#: Facts of a run that the ledger keeps beside its id.
HASHES = ("config_hash", "seedless_hash", "data_hash", "split_hash", "seed", "code_version")


@contextmanager
def trial(
    ledger: Any,
    store: results.RunStore,
    facts: Mapping[str, Any],
    evidence: tuple[pd.Timestamp, pd.Timestamp],
) -> Iterator[None]:
    """Count a trial before its fit starts, and say how it ended if it fails."""
    ledger.reap(str(store.output), store.state)
    ledger.open_trial(
        facts["run_id"],
        list(facts["bars"]),
        model=facts["model_name"],
        evidence=evidence,
        output=str(store.output),
        **{key: facts[key] for key in HASHES},
    )
    try:
        yield
    except BaseException as error:
        status = "failed" if isinstance(error, Exception) else "killed"
        try:
            ledger.close_trial(facts["run_id"], status, reason_of(error))
        except ResultsError as refused:
            error.add_note(f"the ledger could not be told: {refused}")  # `Ledger.reap` finds it later
        raise


def close_trial(ledger: Any, run_id: str, folder: Path) -> None:
    """Say in the ledger that a trial finished, or in the error that its run did, all the same."""
    try:
        ledger.close_trial(run_id, "finished")
    except ResultsError as error:
        raise ResultsError(f"{error}; the run itself is finished: {folder}") from error
