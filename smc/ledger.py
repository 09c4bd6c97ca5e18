"""Show, check and fill the count of everything that was tried: python -m smc.ledger verify"""

import sys

from smc.cli import EXIT_FAILED, end_on_ctrl_c, exits, with_output_option
from smc.usage.ledger import parser

if __name__ == "__main__":
    end_on_ctrl_c()  # the imports that follow take a second, and neither help nor a typo needs them
    parser().parse_intermixed_args(with_output_option(None))

from collections.abc import Iterator, Sequence
from pathlib import Path

import pandas as pd

from smc.errors import ConfigError, DataError
from smc.report.document import Section, Table
from smc.report.terminal_page import show
from smc.report.text import day
from smc.training.elsewhere import import_csv
from smc.training.take_over import registrable, take_over, unknown_runs
from smc.trials import Ledger


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line: 0 if all is well, 1 if the ledger does not hold."""
    asked = parser().parse_intermixed_args(with_output_option(arguments))
    with exits():
        _check_places(asked.action, asked.places)
        ledger = Ledger(asked.url, asked.output)
        if asked.action == "verify":
            problems = ledger.verify()
            show([_verified(ledger, problems)], sys.stdout)
            sys.exit(EXIT_FAILED if problems else 0)
        if asked.action == "import":
            show([_imported(ledger, Path(place)) for place in asked.places], sys.stdout)
        else:
            show([_listed(ledger)], sys.stdout)
        sys.stdout.flush()


def _check_places(action: str, places: Sequence[str]) -> None:
    if action == "import" and not places:
        raise ConfigError("import: name a folder of results or a CSV file of trials to take from")
    if action != "import" and places:
        raise ConfigError(f"{action} {' '.join(places)}: places are for `import` alone, leave them out")


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


def _imported(ledger: Ledger, place: Path) -> Section:
    left_out: list[str] = []
    if place.is_dir():
        unknown, damaged = unknown_runs(ledger, place)
        runs, unable = registrable(unknown)
        left_out = [*damaged, *unable]
        ids = take_over(ledger, place, runs)
    elif place.is_file():
        ids = import_csv(ledger, place)
    else:
        raise DataError(f"{place}: no such folder of results, and no CSV file of trials")
    news = f"{len(ids)} trials counted" if ids else "nothing that the ledger does not know"
    return Section(f"From {place}", [f"{news}.", *(f"Not counted: {why}." for why in left_out)])


def _places(ledger: Ledger) -> Iterator[str]:
    yield f"At {ledger.place}."
    if ledger.fallback:
        yield f"Not yours: {ledger.fallback}."


if __name__ == "__main__":
    main()
