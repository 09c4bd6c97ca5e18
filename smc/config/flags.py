"""Options of Hydra's command line: each works, or is refused by name with what to type instead."""

from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NoReturn

from smc.cli import DASH, LONG_DASHES, in_plain_words, unknown_option
from smc.config.annotations import annotations
from smc.config.options import groups
from smc.config.schema import Root
from smc.errors import ConfigError

#: Options that work here as they do in Hydra.
WORKING = frozenset(
    (
        "help",
        "hydra_help",
        "version",
        "overrides",
        "cfg",
        "resolve",
        "package",
        "run",
        "multirun",
        "config_dir",
        "info",
    )
)
#: Options that would change nothing -> the remedy.
FLAGS = {
    "config_name": (
        "--config-name",
        "there is one root; a file of your own is an experiment: experiment=NAME",
    ),
    "config_path": ("--config-path", "your own options stand beside smc's: --config-dir FOLDER"),
    "shell_completion": (
        "--shell-completion",
        "Hydra's cannot complete `python -m`; python -m smc.train --help lists every option of every group",
    ),
    "experimental_rerun": ("--experimental-rerun", "python -m smc.reproduce RUN repeats a run"),
}
#: Options that are understood besides Hydra's.
OUTPUT = ("--output",)


def read_flags(arguments: Sequence[str]) -> Namespace:
    """Read a command line with Hydra's own parser, in any order.

    Raises
    ------
    ConfigError
        A word is no option, or lacks its value.
    """
    from hydra._internal.utils import get_args_parser

    parser = get_args_parser()
    parser.error = _refuse  # type: ignore[method-assign]
    if problems := list(_unknown_words(arguments, parser)):
        raise ConfigError("\n".join(problems))
    return parser.parse_intermixed_args(list(arguments))


def check_flags(flags: Mapping[str, Any]) -> None:
    """Raise ConfigError with a line for each option of Hydra's command line that would have no effect."""
    if problems := list(_flags_without_effect(flags)):
        raise ConfigError("\n".join(problems))


def _flags_without_effect(flags: Mapping[str, Any]) -> Iterator[str]:
    for name, (flag, remedy) in FLAGS.items():
        if flags.get(name):
            yield f"{flag}: has no effect here; {remedy}"
    for name in ("package", "resolve"):
        if flags.get(name) and not flags.get("cfg"):
            yield f"--{name}: has no effect without --cfg job"
    if flags.get("run") and flags.get("multirun"):
        yield "--run, --multirun: one of the two; a comma list is a sweep, which --multirun carries out"


def _refuse(message: str) -> NoReturn:
    raise ConfigError(in_plain_words(message))


def _unknown_words(arguments: Sequence[str], parser: ArgumentParser) -> Iterator[str]:
    """Say which words begin with a dash and are no option of the parser."""
    known = [option for action in parser._actions for option in action.option_strings]
    keys = {*groups(), *annotations(Root)}
    with_value = {
        option for action in parser._actions if action.nargs is None for option in action.option_strings
    }
    before = ""
    for word in arguments:
        name = word.partition("=")[0]
        is_value = before in with_value
        before = word
        if is_value or not word.startswith((DASH, *LONG_DASHES)) or name in known:
            continue
        bare = name.lstrip("".join((DASH, *LONG_DASHES))).partition(".")[0]
        if bare in keys and word.startswith(DASH):
            yield unknown_option(word, (), takes_overrides=True)
        elif not word.startswith(DASH) or (
            name.startswith(DASH * 2) and not any(option.startswith(name) for option in known)
        ):
            yield unknown_option(word, [*known, *OUTPUT], takes_overrides=True)
