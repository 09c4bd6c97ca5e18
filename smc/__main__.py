"""The commands of smc: python -m smc train model=xgboost is python -m smc.train model=xgboost"""

import ast
import os
import runpy
import sys
from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path

from smc import __version__
from smc.cli import EXIT_OK, EXIT_USER_ERROR, say

#: In the order in which they are needed.
COMMANDS = (
    "new",
    "check",
    "train",
    "show",
    "runs",
    "tag",
    "select",
    "registry",
    "predict",
    "explain",
    "audit",
    "reproduce",
    "diff",
    "ledger",
    "clean",
    "archive",
    "features",
    "selftest",
)


def main(arguments: Sequence[str] | None = None) -> None:
    """Carry out a command by its name, or list them all."""
    typed = sys.argv[1:] if arguments is None else list(arguments)
    name, rest = typed[0] if typed else "", typed[1:]
    if name in COMMANDS:
        sys.argv = [name, *rest]
        if "" not in sys.path and os.getcwd() not in sys.path:  # the console script, unlike python -m
            sys.path.insert(0, os.getcwd())
        runpy.run_module(f"smc.{name}", run_name="__main__", alter_sys=True)
    elif name == "--version":
        sys.stdout.write(f"smc {__version__}\n")
    elif name in ("", "-h", "--help", "help"):
        sys.stdout.write(overview())
    else:
        near = "".join(f"; did you mean {each}?" for each in get_close_matches(name, COMMANDS, n=1))
        say(f"error: there is no command {name}{near} (commands: {', '.join(COMMANDS)})")
        sys.exit(EXIT_USER_ERROR)
    sys.exit(EXIT_OK)


def overview() -> str:
    """List the commands with what each does and an example."""
    rows = [(name, *said(name).partition(": ")[::2]) for name in COMMANDS]
    width = max(map(len, COMMANDS))
    lines = [f"  {name:<{width}}  {what}\n  {'':<{width}}  {example}" for name, what, example in rows]
    return "\n".join(
        [f"smc {__version__}: python -m smc COMMAND ..., or smc COMMAND ...; each has --help", "", *lines, ""]
    )


def said(name: str) -> str:
    """Return the first line of a command's own description, without importing it.

    >>> said("train").partition(":")[0]
    'Train, validate and save one model'
    """
    here = Path(__file__).parent
    path = next(path for path in (here / f"{name}.py", here / name / "__main__.py") if path.is_file())
    documentation = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    return documentation.partition("\n")[0]


if __name__ == "__main__":
    main()
