"""What `python -m smc.ledger` can be asked."""

import argparse

from smc.cli import OverrideParser

USAGE = """\
The ledger counts everything that is tried, whatever folder it is tried in, before its first fit. It is one
file in your data directory, or where SMC_LEDGER says (a path or a database URL); a verdict is corrected for
all of it.

  python -m smc.ledger                       what was tried, market by market
  python -m smc.ledger verify                the chain of events, and what follows from it, computed again
  python -m smc.ledger import outputs        runs that it does not know: of an earlier smc, or a colleague's
  python -m smc.ledger import trials.csv     trials made elsewhere: `symbol`, `name`, perhaps `date`
  python -m smc.ledger import study.db --symbol EURUSD
                                             a study of Optuna's, a file or a URL: what was asked for before
                                             any of it was known is a round; twice is once
"""


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    command = OverrideParser(
        prog="python -m smc.ledger",
        description=USAGE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument("action", nargs="?", choices=["list", "verify", "import"], default="list")
    command.add_argument("places", nargs="*", help="folders of results, CSV files, or studies")
    command.add_argument("--symbol", help="the symbol, one that was tried here, that a study is about")
    command.add_argument("--study", help="its name, where a database holds several")
    command.add_argument(
        "--url", help="another ledger (default: $SMC_LEDGER, else one in your data directory)"
    )
    command.add_argument(
        "--output", default="outputs", help="whose ledger serves where yours cannot (default: outputs)"
    )
    return command
