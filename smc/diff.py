"""Compare two finished runs, seed noise beside every difference: python -m smc.diff 3f2a 91cc --seeds 5"""

import sys

from smc.cli import Progress, end_on_ctrl_c, exits, with_output_option
from smc.usage.diff import parser

if __name__ == "__main__":
    end_on_ctrl_c()  # the imports that follow take a second, and neither help nor a typo needs them
    parser().parse_args(with_output_option(None))

from collections.abc import Sequence

from smc.comparison.sections import compare
from smc.comparison.significance import reseeded, root_of
from smc.config.saved_config import usable_config, without_side_effects
from smc.errors import ConfigError
from smc.report.terminal_page import show
from smc.results import Run, load_run
from smc.results.locate import locate
from smc.results.run import reading
from smc.training.opened import counted_in
from smc.training.run import train


def fit_seeds(run: Run, n_seeds: int, progress: Progress) -> None:
    """Train a run's configuration with the seeds 0 to n - 1; those that are finished are left as they are.

    They stand beside the run, wherever its configuration would write, and nobody is told.
    """
    output = str(root_of(run))
    for seed in range(n_seeds):
        progress.step(f"{run.run_id}: seed {seed + 1} of {n_seeds}")
        config, _ = usable_config(reseeded(run, seed))
        config = without_side_effects(config, ledger_url=counted_in(run))
        config["ledger"]["output"] = output
        train({**config, "symbol": run.config["symbol"], "paths": {**config["paths"], "output": output}})


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line."""
    asked = parser().parse_args(with_output_option(arguments))
    with exits():
        if asked.seeds is not None and asked.seeds < 3:
            raise ConfigError(f"--seeds must be 3 or more, got {asked.seeds}: two say nothing of a spread")
        one, other = (load_run(locate(name, asked.output)) for name in (asked.one, asked.other))
        if asked.seeds:
            with Progress() as progress:
                for run in (one, other):
                    fit_seeds(run, asked.seeds, progress)
        with reading(one.path), reading(other.path):
            sections = compare(one, other, output=asked.output)
        show(sections, sys.stdout)
        sys.stdout.flush()


if __name__ == "__main__":
    main()
