"""Show, check and fill the count of everything that was tried: python -m smc.ledger verify"""

import sys

from smc.cli import EXIT_FAILED, end_on_ctrl_c, exits, with_output_option
from smc.usage.ledger import parser

if __name__ == "__main__":
    end_on_ctrl_c()  # the imports that follow take a second, and neither help nor a typo needs them
    parser().parse_intermixed_args(with_output_option(None))

import contextlib
from argparse import Namespace
from collections.abc import Iterator, Sequence
from pathlib import Path

import pandas as pd

from smc.errors import ConfigError, DataError
from smc.outside.secrets import hidden_address, meet
from smc.report.document import Section, Table
from smc.report.terminal_page import show
from smc.report.text import day
from smc.training.elsewhere import import_csv, import_study
from smc.training.take_over import registrable, take_over, unknown_runs
from smc.trials import Ledger
from smc.trials.place import read_place

#: What a file of SQLite begins with.
SQLITE = b"SQLite format 3\x00"


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line: 0 if all is well, 1 if the ledger does not hold."""
    asked = parser().parse_intermixed_args(with_output_option(arguments))
    with exits():
        _check_places(asked.action, asked.places)
        _check_study(asked)
        ledger = Ledger(asked.url, asked.output)
        if asked.action == "verify":
            problems = ledger.verify()
            show([_verified(ledger, problems)], sys.stdout)
            sys.exit(EXIT_FAILED if problems else 0)
        if asked.action == "import":
            show([_imported(ledger, place, asked) for place in asked.places], sys.stdout)
        else:
            show([_listed(ledger)], sys.stdout)
        sys.stdout.flush()


def _check_places(action: str, places: Sequence[str]) -> None:
    if action == "import" and not places:
        raise ConfigError("import: name a folder of results or a CSV file of trials to take from")
    if action != "import" and places:
        raise ConfigError(f"{action} {' '.join(places)}: places are for `import` alone, leave them out")


def _check_study(asked: Namespace) -> None:
    """Refuse a study of which nobody says what it is about, and what says so where there is no study."""
    studies = [place for place in asked.places if _is_study(place)]
    if (asked.study or asked.symbol) and not studies:
        raise ConfigError("--symbol, --study: say what a study of Optuna's is about; name one to import")
    if studies and not asked.symbol:
        raise ConfigError(f"{studies[0]}: a study does not say which market it is about; add --symbol NAME")


def _is_study(place: str) -> bool:
    """Tell whether a place is a database, and no folder or CSV file."""
    if "://" in place:
        return True
    with contextlib.suppress(OSError), open(place, "rb") as file:
        return file.read(len(SQLITE)) == SQLITE
    return False


def _listed(ledger: Ledger) -> Section:
    columns = ("symbols", "first bar", "last bar", "trials", "untold", "rounds", "openings", "runs")
    rows = [_row(ledger, str(market), own) for market, own in ledger.markets().iterrows()]
    points = list(_places(ledger))
    if not rows:
        return Section("Ledger", [*points, "Nothing was tried yet: python -m smc.train makes a run."])
    return Section("Ledger", points, [Table(columns, sorted(rows), n_text=3)])


def _row(ledger: Ledger, market: str, own: pd.Series) -> tuple[str, ...]:
    trials = ledger.market_trials(market)
    rounds = max((column.round for column in trials.columns), default=1)
    counts = (trials.n_trials, trials.n_untold, rounds, len(trials.openings), sum(trials.statuses.values()))
    stamps = (day(str(own[name])) for name in ("first", "last"))
    return ", ".join(own["symbols"]), *stamps, *map(str, counts)


def _verified(ledger: Ledger, problems: Sequence[str]) -> Section:
    head = ledger.head()
    whole = f"{head.number} events, each naming the one before; every row follows from them."
    return Section("Ledger", [*_places(ledger), *(problems or [whole])])


def _imported(ledger: Ledger, named: str, asked: Namespace) -> Section:
    left_out: list[str] = []
    place: Path | str = Path(named)
    if _is_study(named):
        meet(named, "url")
        place = read_place(named.removeprefix("sqlite:///"), "import")
        ids = import_study(ledger, place, asked.symbol, asked.study)
        named = hidden_address(named)
    elif place.is_dir():
        unknown, damaged = unknown_runs(ledger, place)
        runs, unable = registrable(unknown)
        left_out = [*damaged, *unable]
        ids = take_over(ledger, place, runs)
    elif place.is_file():
        ids = import_csv(ledger, place)
    else:
        raise DataError(f"{place}: no such folder of results, no CSV file of trials, and no study")
    news = f"{len(ids)} trials counted" if ids else "nothing that the ledger does not know"
    return Section(f"From {named}", [f"{news}.", *(f"Not counted: {why}." for why in left_out)])


def _places(ledger: Ledger) -> Iterator[str]:
    yield f"At {ledger.place}."
    if ledger.fallback:
        yield f"Not yours: {ledger.fallback}."


if __name__ == "__main__":
    main()
