"""Trials that were made without smc, from a list: counted, though nothing is known of what they said."""

from pathlib import Path

import pandas as pd

from smc.errors import DataError
from smc.training.old_ledger import utc_stamp
from smc.trials import Ledger
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


def _imported(place: str, row: dict[str, str], known: pd.DataFrame) -> ImportedRun:
    symbol, name = row["symbol"].strip(), row["name"].strip()
    of_symbol = known.loc[known["symbol"] == symbol]
    if not name:
        raise DataError(f"{place}: `name` is empty; a trial needs one that tells it from others")
    if not len(of_symbol):
        symbols = ", ".join(sorted(set(known["symbol"]))) or "none yet"
        raise DataError(
            f"{place}: `symbol` {symbol!r} was never tried here, so its market is not known; run it once "
            f"before (tried: {symbols})"
        )
    date = row.get(DATE, "").strip()
    last = of_symbol.iloc[-1]
    registration = by_name(
        f"{symbol}/{name}/{date}",
        {symbol: str(last["bars"])},
        (of_symbol["start"].min(), of_symbol["end"].max()),
    )
    return ImportedRun(registration, status="killed", reason="elsewhere", date=_date(place, date))


def _date(place: str, text: str) -> pd.Timestamp | None:
    if not text:
        return None
    try:
        return utc_stamp(text)
    except ValueError as error:
        raise DataError(f"{place}: `date` {text!r} is no date; write it as 2024-05-31") from error
