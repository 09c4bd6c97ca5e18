"""What `python -m smc.select` can be asked."""

import argparse

from smc.cli import OverrideParser

USAGE = """\
Judge all finished runs: DEPLOY, WATCH or NO_MODEL for each symbol, with the gate that decided, and write
outputs/manifest.json and a page for people, outputs/report.html. Every run is counted that was ever started.
Machines read the honest rule alone: any other writes manifest.RULE.json and report.RULE.html beside them.

  python -m smc.select                                     evidence against the luck of everything tried
  python -m smc.select selection=classic                   the classic rule: three filters and a score
  python -m smc.select selection.max_train_val_gap=0.15    any argument of a rule (conf/selection)
  python -m smc.select paths.output=elsewhere              runs in another folder
"""


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    command = OverrideParser(
        prog="python -m smc.select",
        description=USAGE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument("overrides", nargs="*", help="group=option or key.path=value")
    command.add_argument("--diff", action="store_true", help="also say what changed since the last manifest")
    command.add_argument("--null", type=int, metavar="N", help="refits on shifted labels per candidate")
    command.add_argument("--config-dir", "-cd", help="a folder of your own options")
    command.add_argument("--output", help="where the runs are: paths.output (default: outputs)")
    return command
