"""What `python -m smc.predict` can be asked."""

import argparse

from smc.cli import OverrideParser

USAGE = """\
What is live, or a finished run, decides on bars, new ones or its own: one row an event, with what came of it.

  python -m smc.predict --to decisions.csv                      what the journal of smc.registry says is live
  python -m smc.predict --run 3f2a --to decisions.csv           on the bars of its data= as they are today
  python -m smc.predict --run 3f2a --bars new.csv data.tz=UTC --to decisions.parquet
  python -m smc.predict --run 3f2a --symbol EURUSD --since 2024-06-01
  python -m smc.predict --run 3f2a --open                       on its sealed test part, too: an opening

Each decision is in the store (outputs/decisions.sqlite, or --store) before it is in the file. Bars that the
model learned from are marked in_sample; on a sealed test part there is no decision. Ctrl-C keeps whole rows.
"""
FORMATS = (".parquet", ".csv", ".jsonl")


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    command = OverrideParser(
        prog="python -m smc.predict", description=USAGE, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    command.add_argument(
        "overrides",
        nargs="*",
        metavar="data.KEY=VALUE",
        help="where the bars are read otherwise: data.root=new",
    )
    command.add_argument(
        "--run",
        metavar="ID",
        help="folder or id, or latest; without it: what is live",
    )
    command.add_argument("--bars", metavar="PATH", help="a file of bars, or a folder with one a symbol")
    command.add_argument(
        "--symbol",
        action="append",
        default=[],
        metavar="NAME",
        help="of those there; several: each",
    )
    command.add_argument("--since", metavar="TIME", help="rows of bars from then on alone")
    command.add_argument(
        "--to",
        default="-",
        metavar="FILE",
        help=f"{', '.join(FORMATS)} by its ending; - (default): JSON lines here",
    )
    command.add_argument("--store", metavar="PLACE", help="path or URL of the table of decisions")
    command.add_argument(
        "--deployment",
        metavar="NAME",
        help="whose journal (default: this output folder's own)",
    )
    command.add_argument("--url", help="another ledger of that journal (default: as python -m smc.registry)")
    command.add_argument("--open", action="store_true", help="decide on a sealed test part, and count that")
    command.add_argument("--output", default="outputs", help="root of all results (default: outputs)")
    return command
