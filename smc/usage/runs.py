"""What `python -m smc.runs` can be asked."""

import argparse

from smc.cli import OverrideParser

USAGE = """\
Finished runs side by side, the latest first: of what was asked for only what differs, the out-of-fold figure
with its interval first. Test figures are hidden, since who sees many at once picks among them.

  python -m smc.runs                                      all of them
  python -m smc.runs --where model=xgboost --sort gap     some of them, the largest gap first
  python -m smc.runs --where 'gap<=0.1' --where 'symbol=EUR*'
  python -m smc.runs --tag h4 --columns model.max_depth,events.last
  python -m smc.runs --csv runs.csv                       for a spreadsheet; --json for a program; - is here
"""


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    command = OverrideParser(
        prog="python -m smc.runs", description=USAGE, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    command.add_argument("--output", default="outputs", help="root of all results (default: outputs)")
    command.add_argument(
        "--where",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="a column, a group or a setting, with =, !=, <, <=, > or >=; * is any text; several: all",
    )
    command.add_argument("--tag", action="append", default=[], help="runs that have this tag; several: all")
    command.add_argument("--name", help="runs of this name; * stands for any text: 'idea-*'")
    command.add_argument("--sort", metavar="COLUMN", help="figures the largest first, text from a to z")
    command.add_argument("--reverse", action="store_true", help="the other way round")
    command.add_argument("--head", type=int, metavar="N", help="the first N rows alone")
    command.add_argument(
        "--columns", default="", metavar="KEY,...", help="settings that are shown though they do not differ"
    )
    command.add_argument(
        "--test", action="store_true", help="test figures too, of the runs whose test part was opened"
    )
    command.add_argument("--csv", metavar="FILE", help="write the table as CSV")
    command.add_argument("--json", metavar="FILE", help="write the table as JSON, a record a run")
    return command
