"""What `python -m smc.check` can be asked."""

import argparse
from collections.abc import Iterable

from smc.cli import OverrideParser

USAGE = """\
Hold a class of your own to the contract of its kind: what holds, what does not, where, and what to do.

  python -m smc.check my_labels.MyLabel                 as a configuration would build it
  python -m smc.check my_labels.MyLabel horizon=10      with an argument of its constructor
  python -m smc.check my_families.Mine --bars eurusd.parquet
  python -m smc.check --contract label                  what a label is given, and must give back

Bars are simulated unless --bars names some, and no trial is counted: the run at the end is made in a folder
that is gone afterwards. Exit code 0: every law holds. 2: one does not.
"""


def parser(kinds: Iterable[str]) -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    command = OverrideParser(
        prog="python -m smc.check", description=USAGE, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    names = ", ".join(kinds)
    command.add_argument("part", nargs="?", help="dotted path of the class, importable from this folder")
    command.add_argument(
        "argument", nargs="*", help="argument of its constructor, as horizon=10; read as JSON, else as text"
    )
    command.add_argument("--kind", help=f"what it is, where its methods do not tell: {names}")
    command.add_argument(
        "--bars", metavar="FILE", help="Parquet or CSV: time, open, high, low, close, volume"
    )
    command.add_argument("--no-run", dest="run", action="store_false", help="leave out the run at the end")
    command.add_argument("--contract", metavar="KIND", help="print the contract of a kind, and check nothing")
    return command
