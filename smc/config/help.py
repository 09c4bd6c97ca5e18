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
NOTES = """
A sweep
  -m with comma lists, choice(...) or range(...); symbol=all is every symbol of the data
  bad_jobs=skip               leaves out jobs that cannot be composed; else one mistake refuses the sweep
  retry=failed                runs recorded failures again; finished runs are always skipped
  hydra/launcher=processes    hydra.launcher.jobs=4 at once, each for hydra.launcher.max_minutes=30 at most
  hydra/sweeper=optuna        searches: 'model.max_depth=range(2,9)' 'model.C=tag(log,interval(.001,10))'
                              reg=tiny,strong; any launcher, and the same line again goes on
  hydra/launcher=ray          over the nodes of a cluster: pip install 'smc[ray]'
  sweep.part=3/16             the third of 16 processes that share a sweep's runs, on any machines that share
                              paths.output and the ledger; a Slurm array says it by itself, auto/16 takes the
                              index of an indexed Kubernetes job, all is the whole sweep
  outputs/sweeps/             which runs to expect, written at the start
A symbol whose bars cannot be had fails alone, with its reason.

Where things go
  paths.output=outputs        root of all results
  paths.min_free_mb=200       free disk without which no run starts
  ledger.url=postgresql://user:password@host/smc    a count that machines share: pip install 'smc[postgres]'

Exit code: 0 every run is finished, 1 a run failed, 2 a mistake (nothing was run), 3 too little free disk,
130 Ctrl-C, 143 SIGTERM, 138 SIGUSR1: what a signal ended starts afresh with the same command.
"""


def help_text(arguments: Sequence[str]) -> str:
    """List every option of every group, those of `--config-dir` included."""
    folders = config_dirs(arguments)
    lines, chosen = [USAGE], defaults()
    for group in groups(folders):
        lines.append(f"{group}")
        descriptions = options(group, folders)
        width = max(len(name) for name in descriptions)
        lines += [
            f"{'*' if chosen.get(group) == name else ' '} {name:<{width}}  {_without_command(line)}"
            for name, line in descriptions.items()
        ]
    return "\n".join([*lines, NOTES.rstrip()])


def _without_command(line: str) -> str:
    """Cut the command off a first comment line."""
    return re.split(r":? ?python -m", line)[0].replace(" (default)", "")


def config_dirs(arguments: Sequence[str]) -> list[Path]:
    """Read the folders of `--config-dir` from a command line."""
    folders = []
    for index, argument in enumerate(arguments):
        if argument in ("--config-dir", "-cd") and index + 1 < len(arguments):
            folders.append(Path(arguments[index + 1]))
        elif argument.startswith("--config-dir="):
            folders.append(Path(argument.partition("=")[2]))
    return folders
