"""A run as the ledger counts it: registered before its fit, and told of by whatever ends it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from smc import results
from smc.errors import ResultsError
from smc.interfaces import TrialLedger
from smc.results.manifest import digest_of_folder
from smc.results.record import Head, TestPart
from smc.results.status import reason_of
from smc.training.evidence import columns_of
from smc.trials.registration import Registration
from smc.typing import Bars


@dataclass(frozen=True)
class CountedTrial:
    """A run that the ledger counts.

    Attributes
    ----------
    head
        The event that registered it.
    """

    ledger: TrialLedger
    run_id: str
    head: Head

    def on_scored(self) -> None:
        """Say that a fold of the run has been scored: from here on somebody may have looked."""
        self.ledger.scored(self.run_id)

    def finish(self, evidence: pd.DataFrame, test_parts: Mapping[str, TestPart], folder: Path) -> None:
        """Hand over the run's columns, once its folder is committed.

        Raises
        ------
        ResultsError
            The ledger cannot be told; the run itself is finished, and the next command that meets it does
            this again.
        """
        try:
            finish_trial(self.ledger, folder, evidence, test_parts)
        except ResultsError as error:
            raise ResultsError(f"{error}; the run itself is finished: {folder}") from error


@contextmanager
def trial(
    ledger: TrialLedger,
    store: results.RunStore,
    registration: Registration,
    bars: Bars,
    list_name: str | None,
) -> Iterator[CountedTrial]:
    """Count a trial before its fit starts, and say how it ended if it fails.

    Parameters
    ----------
    list_name
        Of the list of runs that it was registered with; None if it is started by itself.
    """
    ledger.reap(str(store.output), store.state, store.host)
    by_print = {print_: bars[symbol] for symbol, print_ in registration.symbols.items()}
    registered = ledger.start(registration, by_print, list_name)
    head: Head = {"number": registered.head.number, "hash": registered.head.hash}
    try:
        yield CountedTrial(ledger, registration.run_id, head)
    except BaseException as error:
        status = "failed" if isinstance(error, Exception) else "killed"
        try:
            ledger.end(registration.run_id, status, reason_of(error))
        except ResultsError as refused:
            error.add_note(f"the ledger could not be told: {refused}")  # `Ledger.reap` finds it later
        raise


def finish_trial(
    ledger: TrialLedger, folder: Path, evidence: pd.DataFrame, test_parts: Mapping[str, TestPart]
) -> None:
    """Hand the columns of a finished run to the ledger, and the test parts that it wrote down itself."""
    columns = {symbol: (rows, values) for symbol, rows, values in columns_of(evidence)}
    recorded: dict[str, Any] = {
        symbol: {"start": pd.Timestamp(part["first"]), "end": pd.Timestamp(part["last"])}
        for symbol, part in test_parts.items()
        if part["state"] == "recorded" and part["first"]
    }
    ledger.finish(folder.name, columns, recorded, digest_of_folder(folder))
