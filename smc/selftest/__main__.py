"""Measure how often the chain is wrong: python -m smc.selftest --symbols 100 --events 300 --best 0"""

import sys

from smc.cli import EXIT_FAILED, EXIT_OK, Progress, end_on_ctrl_c, exits, say, with_output_option
from smc.errors import ConfigError
from smc.usage.selftest import OPTIONS, is_override, parser

if __name__ == "__main__":
    end_on_ctrl_c()  # the imports that follow take a second, and neither help nor a typo needs them
    parser().parse_args([word for word in with_output_option(None) if not is_override(word)])

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from smc.selftest.design import Design


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line: 0 no target is refuted, 1 one is, 2 a mistake of the user's."""
    typed = with_output_option(arguments)
    # overrides stand anywhere, behind a list of models too
    overrides = list(filter(is_override, typed))
    asked = parser().parse_args([word for word in typed if not is_override(word)])
    with exits():
        design = design_of(asked, overrides)
        from smc.launcher.threads import n_cores
        from smc.report.terminal_page import show
        from smc.selftest.run import run

        with Progress("self-test: ") as progress:
            report, folder = run(design, asked.output, jobs=asked.jobs or n_cores(), progress=progress)
        path = report.save(folder)
        show(report.sections(is_brief=True), sys.stdout)
        sys.stdout.flush()
        say(f"{report.verdict}: {path}")
        sys.exit(EXIT_FAILED if report.refuted else EXIT_OK)


def design_of(asked: argparse.Namespace, overrides: Sequence[str]) -> "Design":
    """Fill in from the preset what was not asked for.

    Raises
    ------
    ConfigError
        An override would be overridden by what an option sets, or a configuration is wrong.
    """
    if problems := [
        f"{word}: a self-test sets {key} itself, as its option says: {OPTIONS[key]}"
        for word in overrides
        if (key := word.partition("=")[0].lstrip("+")) in OPTIONS
    ]:
        raise ConfigError("\n".join(problems))
    from smc.selftest.configuration import compose_configurations
    from smc.selftest.design import PRESETS, Design, scenarios_of

    preset = PRESETS[asked.preset]
    values = {name: preset[name] if getattr(asked, name) is None else getattr(asked, name) for name in preset}
    configurations = compose_configurations(
        values["models"], values["profiles"], overrides, config_dir=asked.config_dir
    )
    return Design(scenarios_of(values["events"], values["best"]), values["symbols"], configurations)


if __name__ == "__main__":
    main()
