"""What `python -m smc.tag` can be asked."""

import argparse

from smc.cli import OverrideParser

USAGE = """\
Give finished runs a name, tags and a note, at any time. They are kept beside the run's folder, which stays as
it was verified; what counts as tried and every verdict stay as they are. smc.runs and smc.show show them,
and find runs by them: --tag, --name.

  python -m smc.tag 3f2a --add keep --add h4              tags of a run: folder, id, or beginning of an id
  python -m smc.tag 3f2a 91cc --remove keep               of several at once
  python -m smc.tag 3f2a --name idea-3 --note "half the lookback, as of May"
  python -m smc.tag 3f2a --name "" --note ""              neither any more
  python -m smc.tag 3f2a                                  what it is called
"""


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    command = OverrideParser(
        prog="python -m smc.tag", description=USAGE, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    command.add_argument(
        "runs", nargs="*", help="folders, ids, or beginnings of ids (default: the latest run)"
    )
    command.add_argument("--add", action="append", default=[], metavar="TAG", help="a tag; several: all")
    command.add_argument(
        "--remove", action="append", default=[], metavar="TAG", help="a tag that goes; several: all"
    )
    command.add_argument("--name", help="what the runs are called; empty: nothing")
    command.add_argument("--note", help="a sentence on why; empty: none")
    command.add_argument("--output", default="outputs", help="root of all results (default: outputs)")
    return command
