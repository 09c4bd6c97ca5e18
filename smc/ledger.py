"""Show, check and fill the count of everything that was tried: python -m smc.ledger verify"""

import sys

from smc.cli import EXIT_FAILED, end_on_ctrl_c, exits, with_output_option

if __name__ == "__main__":
    end_on_ctrl_c()  # the imports that follow take a second

import argparse
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

USAGE = """\
The ledger counts everything that is tried, whatever folder it is tried in, before its first fit. It is one
file in your data directory, or where SMC_LEDGER says (a path or a database URL); a verdict is corrected for
all of it.

  python -m smc.ledger                       what was tried, market by market
  python -m smc.ledger verify                the chain of events, and what follows from it, computed again
  python -m smc.ledger import outputs        runs that it does not know: of an earlier smc, or a colleague's
  python -m smc.ledger import trials.csv     trials made elsewhere: `symbol`, `name`, perhaps `date`
"""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line: 0 if all is well, 1 if the ledger does not hold."""
    asked = _parser().parse_intermixed_args(with_output_option(arguments))
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


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m smc.ledger",
        description=USAGE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("action", nargs="?", choices=["list", "verify", "import"], default="list")
    parser.add_argument("places", nargs="*", help="folders of results, or CSV files")
    parser.add_argument(
        "--url", help="another ledger (default: $SMC_LEDGER, else one in your data directory)"
    )
    parser.add_argument(
        "--output", default="outputs", help="whose ledger serves where yours cannot (default: outputs)"
    )
    return parser


if __name__ == "__main__":
    main()
