"""Measure how often the chain is wrong: python -m smc.selftest --symbols 100 --events 300 --best 0"""

import argparse
import sys
from collections.abc import Sequence

from smc.cli import EXIT_FAILED, EXIT_OK, OverrideParser, Progress, exits, say, with_output_option
from smc.launcher.threads import n_cores
from smc.report.terminal_page import show
from smc.selftest.configuration import compose_configurations
from smc.selftest.design import PRESETS, Design, scenarios_of
from smc.selftest.run import run


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line: 0 no target is refuted, 1 one is, 2 a mistake of the user's."""
    typed = with_output_option(arguments)
    overrides = [
        argument for argument in typed if is_override(argument)
    ]  # wherever they stand, behind a list of models too
    asked = _parser().parse_args([argument for argument in typed if not is_override(argument)])
    with exits():
        design = design_of(asked, overrides)
        with Progress("self-test: ") as progress:
            report, folder = run(design, asked.output, jobs=asked.jobs or n_cores(), progress=progress)
        path = report.save(folder)
        show(report.sections(is_brief=True), sys.stdout)
        sys.stdout.flush()
        say(f"{report.verdict}: {path}")
        sys.exit(EXIT_FAILED if report.refuted else EXIT_OK)


def is_override(argument: str) -> bool:
    """Tell ``model.max_depth=3`` from an option or its value.

    >>> is_override("aug=none"), is_override("--output=a"), is_override("xgboost")
    (True, False, False)
    """
    return "=" in argument and not argument.startswith("-")


def design_of(asked: argparse.Namespace, overrides: Sequence[str]) -> Design:
    """Fill in from the preset what was not asked for."""
    preset = PRESETS[asked.preset]
    values = {name: preset[name] if getattr(asked, name) is None else getattr(asked, name) for name in preset}
    configurations = compose_configurations(
        values["models"], values["profiles"], overrides, config_dir=asked.config_dir
    )
    return Design(scenarios_of(values["events"], values["best"]), values["symbols"], configurations)


def _parser() -> argparse.ArgumentParser:
    parser = OverrideParser(
        prog="python -m smc.selftest",
        usage="%(prog)s [options] [group=option ...] [key.path=value ...]",
        description="Measure on simulated markets how often the whole chain is wrong: features, labels, "
        "splits, fits, selection. Overrides are those of smc.train.",
        epilog="Symbols that were measured before are not measured again.",
    )
    parser.add_argument(
        "--preset", choices=PRESETS, default="short", help="sizes; short: minutes on two cores"
    )
    parser.add_argument("--symbols", type=int, metavar="N", help="symbols of each kind of market")
    parser.add_argument("--events", type=int, nargs="+", metavar="N", help="most recent events of a symbol")
    parser.add_argument(
        "--best",
        type=float,
        nargs="+",
        metavar="A",
        help="accuracies of the best possible classifier; 0: no edge",
    )
    parser.add_argument("--models", nargs="+", metavar="MODEL", help="options of the group model")
    parser.add_argument("--profiles", nargs="+", metavar="PROFILE", help="options of the group reg")
    parser.add_argument("--jobs", type=_positive, metavar="N", help="symbols at once (default: one a core)")
    parser.add_argument("--output", default="outputs", help="where selftest/<hash>/ is (default: outputs)")
    parser.add_argument("--config-dir", "-cd", help="folder of your own options")
    return parser


def _positive(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"must be positive, got {text}")
    return value


if __name__ == "__main__":
    main()
