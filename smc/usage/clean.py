"""What `python -m smc.clean` can be asked."""

import argparse

from smc.cli import OverrideParser

USAGE = """\
Say what could be removed from the results and how much room that frees; remove it with --yes. No finished
run is among it, neither the ledger nor kept bars, and nothing that a living process holds: a sweep may run
meanwhile.

  python -m smc.clean                      what could go
  python -m smc.clean --yes                remove it
  python -m smc.clean caches logs --yes    some kinds alone
  python -m smc.clean --older-than 30      partial results and logs of the last 30 days stay (default: 7)

Kinds: caches (computed again when needed), staging (of killed runs), half (files half written), partial
(results of runs that were cut short), logs (what processes of sweeps printed), locks (of nobody).
"""
#: Days that partial results and logs stay.
OLDER_THAN = 7.0


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    command = OverrideParser(
        prog="python -m smc.clean", description=USAGE, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    command.add_argument("kinds", nargs="*", help="see above (default: all)")
    command.add_argument("--yes", action="store_true", help="remove it, instead of saying what there is")
    command.add_argument(
        "--older-than",
        type=float,
        default=OLDER_THAN,
        metavar="DAYS",
        help=f"of partial results and logs (default: {OLDER_THAN:g})",
    )
    command.add_argument("--output", default="outputs", help="root of all results (default: outputs)")
    return command
