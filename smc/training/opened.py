"""A run as it may be shown: with the figures of its test part if a selection has opened it."""

from functools import cache
from pathlib import Path

from smc.errors import ResultsError
from smc.results import Run
from smc.results.opened_scores import SCORES
from smc.secrets import is_hidden
from smc.training.take_over import is_of_before
from smc.trials import Ledger


def with_opened_test(run: Run, output: str | Path) -> Run:
    """Return a run with what a selection saw of its test part, if any did; its folder is never rewritten.

    Whether one did stands in the ledger that counted the run. Where that cannot be asked, the test part stays
    as it is: sealed.
    """
    if not run.is_sealed:
        return run
    try:
        ledger = _ledger_of(run, output)
        openings = {symbol: ledger.opening(run.run_id, symbol) for symbol in run.fingerprints}
    except ResultsError:
        return run
    figures = {symbol: seen.figures.get(SCORES) for symbol, seen in openings.items() if seen}
    return run.opened({symbol: scores for symbol, scores in figures.items() if scores})


def _ledger_of(run: Run, output: str | Path) -> Ledger:
    """Return the ledger that counted a run.

    The user's own where its configuration names none, hides it, or names that of an output folder, as all did
    before there was one for all folders.
    """
    url = None if is_of_before(run) else run.config["ledger"].get("url")
    return _ledger(None if is_hidden(url) else url, str(output))


@cache
def _ledger(url: str | None, output: str) -> Ledger:
    return Ledger(url, output)
