"""Audit a composed run for leaks: python -m smc.audit model=xgboost features=mine --config-dir my_conf"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from smc.audit.audit import CHECKS, FORMER_NAMES
from smc.audit.on_record import audit_on_record
from smc.audit.report import N_SHOWN
from smc.cli import (
    EXIT_FAILED,
    EXIT_OK,
    EXIT_USER_ERROR,
    OverrideParser,
    Progress,
    exits,
    say,
    with_output_override,
)
from smc.config.compose import compose
from smc.report.terminal_page import show

EXIT_CODES = {"pass": EXIT_OK, "warn": EXIT_OK, "fail": EXIT_FAILED, "not done": EXIT_USER_ERROR}


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line: 0 no leak was found, 1 one was, 2 the audit could not be carried out."""
    asked, overrides = _parser().parse_known_args(with_output_override(arguments))
    with exits():
        config = compose(overrides, config_dir=asked.config_dir)
        with Progress("audit: ") as progress:
            report = audit_on_record(
                config,
                progress.step,
                only=asked.only.split(",") if asked.only else None,
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


def _parser() -> argparse.ArgumentParser:
    parser = OverrideParser(
        prog="python -m smc.audit",
        usage="%(prog)s [group=option ...] [key.path=value ...] [options]",
        description="Look for leaks in a composed run; overrides are those of smc.train.",
        epilog="Checks: "
        + "; ".join(f"{name}: {check.question}" for name, check in CHECKS.items())
        + " Former names: "
        + ", ".join(f"{former} is {name}" for former, name in FORMER_NAMES.items())
        + ".",
    )
    parser.add_argument("--config-dir", "-cd", help="folder of your own options")
    parser.add_argument("--output", help="where the report goes: paths.output (default: outputs)")
    parser.add_argument("--only", help="checks, separated by commas (default: all)")
    parser.add_argument("--draws", type=_positive, default=20, help="refits of each null (default: 20)")
    parser.add_argument("--cuts", type=_positive, default=40, help="cut-offs of the bars (default: 40)")
    parser.add_argument("--bars", type=_positive, default=15_000, help="most recent bars (default: 15000)")
    parser.add_argument("--pipeline", help="dotted path of a pipeline of your own: predict(X, y, folds)")
    return parser


def _positive(text: str) -> int:
    value = int(text)
    if value < 2:
        raise argparse.ArgumentTypeError(f"must be 2 or more, got {text}")
    return value


if __name__ == "__main__":
    main()
