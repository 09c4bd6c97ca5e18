"""What `python -m smc.archive` can be asked."""

import argparse

from smc.cli import OverrideParser

USAGE = """\
Put whole runs into one file, with what they are called and the bars that they were made of; or put the runs
of such a file back, after every byte was held against its hash. What was tried stays counted by the ledger,
whether a run's folder is there or not.

  python -m smc.archive 3f2a 91cc --to keep.tar.gz        runs: folders, ids, or beginnings of ids
  python -m smc.archive --tag h4 --to h4.tar.gz           all that have a tag; --all: all
  python -m smc.archive --all --to all.tar.gz --remove    and remove their folders, once it was read back
  python -m smc.archive --restore keep.tar.gz             a run that is there already is left alone
"""


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    command = OverrideParser(
        prog="python -m smc.archive",
        description=USAGE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument("runs", nargs="*", help="folders, ids, or beginnings of ids")
    command.add_argument("--to", metavar="FILE.tar.gz", help="write an archive")
    command.add_argument(
        "--tag", action="append", default=[], help="runs that have this tag; several: all of them"
    )
    command.add_argument("--all", action="store_true", help="all finished runs")
    command.add_argument("--remove", action="store_true", help="remove the folders of what was archived")
    command.add_argument("--restore", metavar="FILE.tar.gz", help="put the runs of an archive back")
    command.add_argument("--output", default="outputs", help="root of all results (default: outputs)")
    return command
