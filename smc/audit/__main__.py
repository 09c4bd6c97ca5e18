"""Audit a composed run for leaks: python -m smc.audit model=xgboost features=mine --config-dir my_conf"""

import sys

from smc.cli import (
    EXIT_FAILED,
    EXIT_OK,
    EXIT_USER_ERROR,
    Progress,
    end_on_ctrl_c,
    exits,
    say,
    with_output_override,
)
from smc.usage.audit import parser

if __name__ == "__main__":
    end_on_ctrl_c()  # the imports that follow take a second, and neither help nor a typo needs them
    parser().parse_intermixed_args(with_output_override(None))

from collections.abc import Sequence
from pathlib import Path

from smc.config.compose import compose

EXIT_CODES = {"pass": EXIT_OK, "warn": EXIT_OK, "fail": EXIT_FAILED, "not done": EXIT_USER_ERROR}


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line: 0 no leak was found, 1 one was, 2 the audit could not be carried out."""
    asked = parser().parse_intermixed_args(with_output_override(arguments))
    with exits():
        config = compose(asked.overrides, config_dir=asked.config_dir)
        # what an audit needs is imported for one that is composed, and for no typo
        from smc.audit.on_record import audit_on_record
        from smc.audit.report import N_SHOWN
        from smc.report.terminal_page import show

        with Progress("audit: ") as progress:
            report = audit_on_record(
                config,
                progress.step,
                only=asked.only if asked.only is None else asked.only.split(","),
                n_draws=asked.draws,
                n_cuts=asked.cuts,
                max_bars=asked.bars,
                pipeline=asked.pipeline,
            )
        folder = Path(config["paths"]["output"]) / report.folder
        show(report.sections(N_SHOWN), sys.stdout)
        sys.stdout.flush()
        say(f"{report.verdict}: {folder / 'audit.md'}")
        sys.exit(EXIT_CODES[report.verdict])


if __name__ == "__main__":
    main()
