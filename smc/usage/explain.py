"""What `python -m smc.explain` can be asked."""

import argparse

from smc.cli import OverrideParser

USAGE = """\
Say why the model of a finished run answers what it does: what each feature contributes (SHAP), what the model
loses without it out of fold, and in which direction it moves the answer; or one decision, with event=.
A finished run is never written again: explanations go to <output>/explain/<run id>/.

  python -m smc.explain                          the latest run's model
  python -m smc.explain 3f2a                     that of another run: folder, id, or beginning of an id
  python -m smc.explain 3f2a event=2018-06-29    one decision, by the time or day of its bar
  python -m smc.explain 3f2a event=4210          one decision, by the position of its bar; event=last
  python -m smc.explain 3f2a event=last symbol=EURUSD    of a model of several symbols
"""
#: Events that a model is explained on, the most recent.
N_EVENTS = 1000


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    command = OverrideParser(
        prog="python -m smc.explain", description=USAGE, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    command.add_argument("words", nargs="*", metavar="run, event=, symbol=", help="see above")
    command.add_argument("--output", default="outputs", help="root of all results (default: outputs)")
    command.add_argument(
        "--events", type=int, default=N_EVENTS, help=f"most recent events to explain (default: {N_EVENTS})"
    )
    return command
