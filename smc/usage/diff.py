"""What `python -m smc.diff` can be asked."""

import argparse

from smc.cli import OverrideParser


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    command = OverrideParser(
        prog="python -m smc.diff",
        description="Say what differs between two runs, and which figures differ by more than their seeds.",
    )
    command.add_argument("one", help="folder, id, or beginning of an id")
    command.add_argument("other", help="the run that it is compared with")
    command.add_argument("--output", default="outputs", help="root of all results (default: outputs)")
    command.add_argument("--seeds", type=int, help="train both configurations under this many seeds first")
    return command
