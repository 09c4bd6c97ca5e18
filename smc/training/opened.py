"""A run as it may be shown: with the figures of its test part if a selection has opened it."""

import sqlite3
from contextlib import closing
from functools import cache
from pathlib import Path

from smc.errors import ResultsError
from smc.outside.sqlite_file import read_only, table_names
from smc.results import Run
from smc.results.opened_scores import SCORES
from smc.trials import Ledger


def with_opened_test(run: Run, output: str | Path) -> Run:
    """Return a run with what a selection saw of its test part, if any did; its folder is never rewritten.

    Whether one did stands in the ledger that counted the run. Where that cannot be asked, the test part stays
    as it is: sealed.
    """
    if not run.is_sealed:
        return run
    try:
        ledger = _ledger(counted_in(run), str(output))
        openings = {symbol: ledger.opening(run.run_id, symbol) for symbol in run.fingerprints}
    except ResultsError:
        return run
    figures = {symbol: seen.figures.get(SCORES) for symbol, seen in openings.items() if seen}
    return run.opened({symbol: scores for symbol, scores in figures.items() if scores})


def is_opened(run: Run, symbol: str, output: str | Path) -> bool:
    """Tell whether anybody has looked at the test part of a run, as far as the ledger can be asked."""
    try:
        return _ledger(counted_in(run), str(output)).opening(run.run_id, symbol) is not None
    except ResultsError:
        return False


def is_of_before(run: Run) -> bool:
    """Tell whether smc kept no ledger for all folders yet when a run was made."""
    return "ledger" not in run.record


def counted_in(run: Run) -> str | None:
    """Return the URL of the ledger that counted a run, as far as its folder is to be believed; else None.

    A folder may come from anybody. No server is spoken to because a folder names it, and a file is opened
    only if it holds a ledger already: the user's own serves instead.
    """
    url = None if is_of_before(run) else run.config["ledger"].get("url")
    return url if isinstance(url, str) and _is_ledger(url) else None


def _is_ledger(url: str) -> bool:
    """Tell whether a URL names a file that has the tables of a ledger."""
    scheme, _, path = url.partition(":///")
    if scheme != "sqlite" or not Path(path).is_file():
        return False
    try:
        with closing(read_only(Path(path))) as connection:
            return {"events", "head", "runs"} <= table_names(connection)
    except sqlite3.Error:
        return False


@cache
def _ledger(url: str | None, output: str) -> Ledger:
    return Ledger(url, output)
