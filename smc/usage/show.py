"""What `python -m smc.show` can be asked."""

import argparse

from smc.cli import OverrideParser


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    command = OverrideParser(
        prog="python -m smc.show",
        description="Show a finished run: its figures with what they must be read against, and pictures; or "
        "the traceback of one that failed, with the lines of your own code marked.",
    )
    command.add_argument("run", nargs="?", help="folder, id, or beginning of an id (default: the latest run)")
    command.add_argument("--output", default="outputs", help="root of all results (default: outputs)")
    command.add_argument(
        "--list",
        action="store_true",
        help="list all runs, also those that failed; of finished ones run.json alone is checked",
    )
    command.add_argument(
        "--tag", action="append", default=[], help="list the runs that have this tag; several: all of them"
    )
    command.add_argument("--name", help="list the runs of this name; * stands for any text: 'idea-*'")
    command.add_argument(
        "--config", action="store_true", help="every value of the configuration with its source"
    )
    command.add_argument(
        "--trades",
        action="store_true",
        help="print its trades as CSV, of the parts that are opened: --trades > trades.csv",
    )
    command.add_argument(
        "--no-pictures",
        dest="pictures",
        action="store_false",
        help="tables only; else pictures go to <output>/reports/<run id>",
    )
    return command
