"""What `python -m smc.new` can be asked."""

import argparse
from collections.abc import Mapping

from smc.cli import OverrideParser

USAGE = """\
Write a part of your own into this folder: a small working class, its option, and a test of its contract.

  python -m smc.new label weekly_move     weekly_move.py, test_weekly_move.py, conf/labels/weekly_move.yaml
  python -m smc.new feature range_place --config-dir options

kinds, and the groups that their options stand in:
"""


def parser(kinds: Mapping[str, str]) -> argparse.ArgumentParser:
    """Return the parser of the command line; kinds by name, with the group of each."""
    width = max(map(len, kinds))
    listed = "\n".join(f"  {name:<{width}}  {group}" for name, group in kinds.items())
    command = OverrideParser(
        prog="python -m smc.new",
        description=f"{USAGE}{listed}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument("kind", help="what it is, one of the kinds above")
    command.add_argument("name", help="what it is to be called, as weekly_move; its class is then WeeklyMove")
    command.add_argument(
        "--config-dir", default="conf", metavar="DIR", help="folder of your own options (default: conf)"
    )
    return command
