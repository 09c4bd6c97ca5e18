"""What `python -m smc.reproduce` can be asked."""

import argparse

from smc.cli import OverrideParser


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    command = OverrideParser(
        prog="python -m smc.reproduce",
        description="Rebuild finished runs, and say what is identical and what is not.",
    )
    command.add_argument(
        "runs", nargs="*", help="folders, ids, or beginnings of ids (default: the latest run)"
    )
    command.add_argument("--output", default="outputs", help="root of all results (default: outputs)")
    command.add_argument(
        "--tolerance", type=float, default=1e-9, help="largest difference that counts as none (default: 1e-9)"
    )
    command.add_argument("--config-dir", "-cd", help="your own options, if the run used any")
    return command
