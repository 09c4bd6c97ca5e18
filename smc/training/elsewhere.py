"""Trials that were made without smc, from a list or a study: counted, though nobody knows what they said."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd

from smc.errors import DataError
from smc.training.old_ledger import utc_stamp
from smc.trials import Ledger, Registration
from smc.trials.importing import ImportedRun, by_name

#: Columns that the list must have, and one that it may have.
REQUIRED, DATE = ("symbol", "name"), "date"


def import_csv(ledger: Ledger, path: Path) -> list[str]:
    """Count the trials of a CSV file, a row each; return the ids of those that were new.

    Each costs later verdicts on its symbol's market what an untold trial costs. Rows of one date were tried
    together; a row without a date is a round of its own. The same row again is the same trial.

    Parameters
    ----------
    path
        ``symbol`` (one that the ledger knows), ``name`` (anything that tells trials apart), perhaps ``date``
        (ISO 8601).

    Raises
    ------
    DataError
        A column is missing, a row is not as it should be, or a symbol was never tried; with file and row.
    """
    try:
        table = pd.read_csv(path, dtype=str, keep_default_na=False, skipinitialspace=True)
    except (ValueError, OSError) as error:
        raise DataError(f"{path} is no CSV file: {error}") from error
    missing = [name for name in REQUIRED if name not in table]
    if missing:
        raise DataError(f"{path}: no column {', '.join(missing)}; it needs symbol, name, and may have date")
    known = ledger.trials()
    runs = [
        _imported(f"{path}, row {number}", row, known)
        for number, row in enumerate(table.to_dict("records"), start=2)
    ]
    return ledger.import_runs(runs, {}, source=str(path)) if runs else []


def import_study(ledger: Ledger, place: Path | str, symbol: str, study: str | None = None) -> list[str]:
    """Count the trials of a study of Optuna's as tried on the market of a symbol; return the new ones' ids.

    Each costs later verdicts what an untold trial costs. What was asked for before any of it was known is one
    round (`smc.tune.elsewhere`). A trial of which the ledger knows the run is counted already; the same study
    again, or a copy, is the same trials.

    Parameters
    ----------
    place
        A file of SQLite, or a URL.
    study
        Its name; None: the only one that is there.

    Raises
    ------
    ConfigError
        There is no such study.
    DataError
        The symbol was never tried, or no study is there.
    """
    from smc.tune.elsewhere import tried_in  # and with it Optuna
    from smc.tune.study_storage import StudyStorage

    known = ledger.trials()
    registered = _registered_as(f"--symbol {symbol}", symbol, known)
    if isinstance(place, Path) and not place.is_file():
        raise DataError(f"{place}: there is no such file")
    storage = StudyStorage(place, "import", must_exist=True)
    try:
        tried = tried_in(storage, study)
    finally:
        storage.close()
    counted = ledger.known(each.run_id for each in tried if each.run_id)
    runs = [
        ImportedRun(
            registered(each.name),
            status="killed",
            reason="elsewhere",
            date=utc_stamp(each.begun),
            together=f"{symbol}/{each.together}",
        )
        for each in tried
        if each.run_id not in counted
    ]
    return ledger.import_runs(runs, {}, source=str(storage)) if runs else []


def _imported(place: str, row: dict[str, str], known: pd.DataFrame) -> ImportedRun:
    symbol, name = row["symbol"].strip(), row["name"].strip()
    if not name:
        raise DataError(f"{place}: `name` is empty; a trial needs one that tells it from others")
    date = row.get(DATE, "").strip()
    registration = _registered_as(f"{place}: `symbol` {symbol!r}", symbol, known)(f"{name}/{date}")
    return ImportedRun(registration, status="killed", reason="elsewhere", date=_date(place, date))


def _registered_as(place: str, symbol: str, known: pd.DataFrame) -> Callable[[str], Registration]:
    """Return what registers a name as a trial of the market that a symbol is.

    Raises
    ------
    DataError
        The symbol was never tried.
    """
    of_symbol = known.loc[known["symbol"] == symbol]
    if not len(of_symbol):
        symbols = ", ".join(sorted(set(known["symbol"]))) or "none yet"
        raise DataError(
            f"{place} was never tried here, so its market is not known; run it once before (tried: {symbols})"
        )
    bars = {symbol: str(of_symbol.iloc[-1]["bars"])}
    development = of_symbol["start"].min(), of_symbol["end"].max()
    return lambda name: by_name(f"{symbol}/{name}", bars, development)


def _date(place: str, text: str) -> pd.Timestamp | None:
    if not text:
        return None
    try:
        return utc_stamp(text)
    except ValueError as error:
        raise DataError(f"{place}: `date` {text!r} is no date; write it as 2024-05-31") from error
