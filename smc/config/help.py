"""The text of `--help`: usage, and each group's options with a line on each."""

import re
from collections.abc import Sequence
from pathlib import Path

from smc.config.options import defaults, groups, options

USAGE = """\
python -m smc.train [group=option ...] [key.path=value ...] [-m for a sweep over comma lists]

  python -m smc.train                                        the default run, on the bundled real data
  python -m smc.train model=random_forest reg=tiny           other options
  python -m smc.train data=files data.root=bars symbol=EURUSD model.max_depth=3
  python -m smc.train -m model=logistic,xgboost seed=0,1     every combination
  python -m smc.train -m hydra/launcher=processes symbol=all every symbol of the data, one process a run
  --config-dir FOLDER adds your own options;  --cfg job prints the composed configuration

Options of each group (* is chosen unless you say otherwise):

"""


def help_text(arguments: Sequence[str]) -> str:
    """List every option of every group, those of `--config-dir` included."""
    folders = config_dirs(arguments)
    lines, chosen = [USAGE], defaults()
    for group in groups(folders):
        lines.append(f"{group}")
        found = options(group, folders)
        width = max(len(name) for name in found)
        lines += [
            f"{'*' if chosen.get(group) == name else ' '} {name:<{width}}  {_what(line)}"
            for name, line in found.items()
        ]
    return "\n".join(lines)


def _what(line: str) -> str:
    """Cut the command off a first comment line."""
    return re.split(r":? ?python -m", line)[0].replace(" (default)", "")


def config_dirs(arguments: Sequence[str]) -> list[Path]:
    """Read the folders of `--config-dir` from a command line."""
    found = []
    for place, each in enumerate(arguments):
        if each in ("--config-dir", "-cd") and place + 1 < len(arguments):
            found.append(Path(arguments[place + 1]))
        elif each.startswith("--config-dir="):
            found.append(Path(each.partition("=")[2]))
    return found
