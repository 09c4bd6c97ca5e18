"""What `python -m smc.selftest` can be asked."""

import argparse

from smc.cli import OverrideParser, at_least

USAGE = """\
Measure on simulated markets how often the whole chain is wrong: features, labels, splits, fits, selection.
Overrides are those of smc.train. Symbols that were measured before are not measured again.

  python -m smc.selftest --symbols 100 --events 300 --best 0
  python -m smc.selftest --models logistic xgboost --profiles tiny aug=none
"""
PRESETS = ("short", "long")
#: Keys that a self-test sets itself -> the option that says how.
OPTIONS = {
    "model": "--models MODEL ...",
    "reg": "--profiles PROFILE ...",
    "symbol": "--symbols N",
    "events.last": "--events N ...",
}


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line; overrides are taken out of it before."""
    command = OverrideParser(
        prog="python -m smc.selftest",
        usage="%(prog)s [options] [group=option ...] [key.path=value ...]",
        description=USAGE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument(
        "--preset", choices=PRESETS, default=PRESETS[0], help="sizes; short: minutes on two cores"
    )
    command.add_argument("--symbols", type=_some, metavar="N", help="symbols of each kind of market")
    command.add_argument(
        "--events", type=_some, nargs="+", metavar="N", help="most recent events of a symbol"
    )
    command.add_argument(
        "--best",
        type=float,
        nargs="+",
        metavar="A",
        help="accuracies of the best possible classifier; 0: no edge",
    )
    command.add_argument("--models", nargs="+", metavar="MODEL", help="options of the group model")
    command.add_argument("--profiles", nargs="+", metavar="PROFILE", help="options of the group reg")
    command.add_argument("--jobs", type=_some, metavar="N", help="symbols at once (default: one a core)")
    command.add_argument("--output", default="outputs", help="where selftest/<hash>/ is (default: outputs)")
    command.add_argument("--config-dir", "-cd", help="folder of your own options")
    return command


def is_override(argument: str) -> bool:
    """Tell ``model.max_depth=3`` from an option or its value.

    >>> is_override("aug=none"), is_override("--output=a"), is_override("xgboost")
    (True, False, False)
    """
    return "=" in argument and not argument.startswith("-")


def _some(text: str) -> int:
    return at_least(text, 1)
