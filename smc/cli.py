"""What every command shares: how it ends, and what it says when it cannot."""

import argparse
import contextlib
import json
import os
import re
import signal
import sys
import threading
import traceback
from collections.abc import Iterable, Iterator, Sequence
from difflib import get_close_matches
from types import FrameType, TracebackType
from typing import NoReturn, Self

from smc.errors import ConfigError, PlaceError, SmcError, is_of_place, place_error, was_interrupted
from smc.outside.escape import terminal
from smc.outside.home import home_path
from smc.outside.secrets import meet_override

#: How every command ends: all is done; a run failed; a mistake of the user's; a fault of the place (a disk
#: that is full or fails, a server that is away); Ctrl-C.
EXIT_OK, EXIT_FAILED, EXIT_USER_ERROR, EXIT_BAD_PLACE, EXIT_INTERRUPTED = 0, 1, 2, 3, 130
#: What a batch system sends before it ends a process: work ends as on Ctrl-C, with 128 + the signal's number.
ENDINGS = (signal.SIGTERM, signal.SIGUSR1)
_ended_by: list[int] = []

#: How a configuration names the root of all results; commands that compose none have the option ``--output``.
OUTPUT = "paths.output="
OPTION = "--output="
#: Text that Hydra reads as itself; a first digit, or one of the words, makes it a number, a flag or nothing.
WORD = re.compile(r"(?!(?:null|true|false|nan|inf)\b)[a-z_/][\w./-]*", re.ASCII | re.IGNORECASE)

DASH = "-"
#: What word processors and web pages make of a dash.
LONG_DASHES = ("\N{EN DASH}", "\N{EM DASH}", "\N{MINUS SIGN}", "\N{HYPHEN}", "\N{NON-BREAKING HYPHEN}")
#: What argparse says -> how smc says it.
_OPTION = r"argument ([^\s/:]+)\S*: "
PLAIN_WORDS = (
    (_OPTION + "expected (?:one|at least one) argument", r"\1: a value is needed"),
    (_OPTION + "ignored explicit argument (.*)", r"\1: takes no value, got \2"),
    (_OPTION + "invalid int value: (.*)", r"\1: must be a whole number, got \2"),
    (_OPTION + "invalid float value: (.*)", r"\1: must be a number, got \2"),
    (_OPTION + r"invalid choice: (.*) \(choose from (.*)\)", r"\1: must be one of \3, got \2"),
    (_OPTION + "(.*)", r"\1: \2"),
    ("the following arguments are required: (.*)", r"something is missing: \1"),
)


@contextlib.contextmanager
def exits() -> Iterator[None]:
    """End the process as a command should: 2 for a user's mistake, 3 for one of the place, 130 for Ctrl-C."""
    sys.excepthook = _print_surprise
    if signal.getsignal(signal.SIGINT) is _end:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    taken = end_on_signals()
    try:
        yield
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(EXIT_OK)
    except (KeyboardInterrupt, Exception) as error:
        if was_interrupted(error):
            is_told = isinstance(error, KeyboardInterrupt) and error.args
            word, code = ending()
            say(f"{word}: {error}" if is_told else word)
            sys.exit(code)
        if isinstance(error, SmcError):
            say(f"error: {error}")
            sys.exit(EXIT_BAD_PLACE if isinstance(error, PlaceError) else EXIT_USER_ERROR)
        if isinstance(error, OSError) and is_of_place(error):
            say(f"error: {place_error(error, error.filename or os.getcwd())}")
            sys.exit(EXIT_BAD_PLACE)
        raise
    finally:
        for number in taken:
            signal.signal(number, signal.SIG_DFL)


def end_on_signals() -> list[signal.Signals]:
    """Let the first of `ENDINGS` do what Ctrl-C does, wherever it comes; what a program has set up stands.

    Returns
    -------
    list[signal.Signals]
        Those that do so from now on.
    """
    if threading.current_thread() is not threading.main_thread():
        return []
    taken = [number for number in ENDINGS if signal.getsignal(number) is signal.SIG_DFL]
    for number in taken:
        signal.signal(number, _as_ctrl_c)
    return taken


def _as_ctrl_c(number: int, _frame: FrameType | None) -> None:
    if _ended_by:
        return
    _ended_by.append(number)
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # as a shell starts what is behind a &
        signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.raise_signal(signal.SIGINT)


def ending() -> tuple[str, int]:
    """Say what has interrupted this process, and with which code it ends.

    >>> ending()
    ('interrupted', 130)
    """
    if not _ended_by:
        return "interrupted", EXIT_INTERRUPTED
    return f"ended by {signal.Signals(_ended_by[0]).name}", 128 + _ended_by[0]


def end_on_ctrl_c() -> None:
    """Let Ctrl-C end the process in a word while it imports; from `exits` on there is more to do."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _end)


def _end(*_: object) -> None:
    say("interrupted")
    os._exit(EXIT_INTERRUPTED)


def _print_surprise(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Print the traceback of what no command expected, as Python does, but without secrets."""
    say("".join(traceback.format_exception(kind, error, trace)).rstrip())


def say(text: str) -> None:
    """Write lines for people, beside the results."""
    sys.stderr.write(terminal(text) + "\n")


class Progress:
    """One live line on a terminal, cleared when its block ends; nothing when the output goes elsewhere."""

    def __init__(self, prefix: str = "", *, live: bool | None = None) -> None:
        self.prefix, self.write = prefix, sys.stderr.write
        self.live = sys.stderr.isatty() if live is None else live

    def step(self, what: str) -> None:
        """Show what is being done."""
        if self.live:
            self.write(f"\r\x1b[K{terminal(self.prefix + what)}")
            sys.stderr.flush()

    def close(self) -> None:
        """Clear the line."""
        if self.live:
            self.write("\r\x1b[K")
            sys.stderr.flush()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class OverrideParser(argparse.ArgumentParser):
    """Read options and overrides as argparse does; a mistake is one line, which names no secret."""

    def parse_args(self, args=None, namespace=None):  # type: ignore[no-untyped-def, override]
        """Read them, and refuse words that are none."""
        return self._without_others(*self.parse_known_args(args, namespace))

    def parse_intermixed_args(self, args=None, namespace=None):  # type: ignore[no-untyped-def, override]
        """Read them in any order, and refuse words that are none."""
        return self._without_others(*self.parse_known_intermixed_args(args, namespace))

    def parse_known_args(self, args=None, namespace=None):  # type: ignore[no-untyped-def, override]
        """Read them, and remember their secrets first."""
        words = sys.argv[1:] if args is None else list(args)
        for word in words:
            meet_override(word)
        if wrong := [word for word in words if word.startswith(LONG_DASHES) or self._is_unknown(word)]:
            self.error("; ".join(map(self.about, wrong)))
        return super().parse_known_args(args, namespace)

    def error(self, message: str) -> NoReturn:
        """Say what is wrong, and exit with code 2."""
        say(f"error: {in_plain_words(message)} ({self.prog} --help)")
        sys.exit(EXIT_USER_ERROR)

    def about(self, word: str) -> str:
        """Say of a word why it is neither option nor override."""
        if not word.startswith((DASH, *LONG_DASHES)):
            return f"{word or repr(word)}: one word too many"
        takes_overrides = any(action.dest == "overrides" for action in self._actions)
        return unknown_option(word, self._option_string_actions, takes_overrides=takes_overrides)

    def _is_unknown(self, word: str) -> bool:
        """Tell whether a word is no option, nor the beginning of one."""
        name = word.partition("=")[0]
        is_long = name.startswith(DASH * 2) and name != DASH * 2
        return is_long and not any(option.startswith(name) for option in self._option_string_actions)

    def _without_others(self, known: argparse.Namespace, others: list[str]) -> argparse.Namespace:
        if others:
            is_option = any(word.startswith(DASH) for word in others)
            wrong = [word for word in others if word.startswith(DASH) or not is_option]
            self.error("; ".join(map(self.about, wrong)))
        return known


def at_least(text: str, least: int) -> int:
    """Read the whole number of an option.

    Raises
    ------
    argparse.ArgumentTypeError
        It is none, or under ``least``.
    """
    try:
        number = int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"must be a whole number, got {text!r}") from None
    if number < least:
        raise argparse.ArgumentTypeError(f"must be {least} or more, got {number}")
    return number


def read_argument(text: str) -> tuple[str, object]:
    """Read ``name=value``, the argument of a constructor; a value is read as JSON, else as text.

    Raises
    ------
    ValueError
        It is none.

    >>> read_argument("window=20"), read_argument("side=long")
    (('window', 20), ('side', 'long'))
    """
    name, equals, value = text.partition("=")
    if not equals:
        raise ValueError(f"an argument is written name=value, got {text!r}")
    try:
        return name, json.loads(value)
    except json.JSONDecodeError:
        return name, value


def unknown_option(word: str, known: Iterable[str], *, takes_overrides: bool = False) -> str:
    """Say that a word is no option, and what to type in its place.

    >>> print(unknown_option("--lst", ["--list", "--output"]))
    --lst: no such option; did you mean --list?
    >>> print(unknown_option("\N{EN DASH}m", ["-m", "--multirun"]))
    \N{EN DASH}m: begins with a dash of typeset text; type -m
    >>> print(unknown_option("--reg=tiny", ["--output"], takes_overrides=True))
    --reg=tiny: no such option; an override has no dashes: reg=tiny
    """
    name, _, value = word.partition("=")
    bare = name.lstrip("".join((DASH, *LONG_DASHES))).lower()
    options = {option.lstrip(DASH).lower(): option for option in known}
    near = get_close_matches(bare, options, n=1, cutoff=0.6)
    if word.startswith(LONG_DASHES):
        typed = options[near[0]] if near else f"{DASH * 2 if len(bare) > 1 else DASH}{bare}"
        return f"{word}: begins with a dash of typeset text; type {typed}"
    if near:
        return f"{word}: no such option; did you mean {options[near[0]]}?"
    if takes_overrides and bare:
        return f"{word}: no such option; an override has no dashes: {bare}={value or '...'}"
    return f"{word}: no such option (options: {', '.join(sorted(set(options.values())))})"


def in_plain_words(message: str) -> str:
    """Say what argparse refuses as smc says everything: where, what is wrong, what was got.

    >>> in_plain_words("argument --head: invalid int value: '1.5'")
    "--head: must be a whole number, got '1.5'"
    >>> in_plain_words("argument --list/-l: ignored explicit argument '3'")
    "--list: takes no value, got '3'"
    """
    for pattern, words in PLAIN_WORDS:
        if match := re.fullmatch(pattern, message):
            return match.expand(words)
    return message


def with_output_option(arguments: Sequence[str] | None) -> list[str]:
    """Write ``paths.output=FOLDER`` as ``--output=FOLDER``, for a command that reads options.

    >>> with_output_option(["3f2a", "paths.output=elsewhere"])
    ['3f2a', '--output=elsewhere']
    """
    typed = sys.argv[1:] if arguments is None else arguments
    words = [f"{OPTION}{_unquoted(word)}" if word.startswith(OUTPUT) else word for word in typed]
    return [_in_home(word) if word.startswith(f"{OPTION}~") else word for word in words]


def with_output_override(arguments: Sequence[str] | None) -> list[str]:
    """Write ``--output FOLDER`` as ``paths.output=FOLDER``, for a command that composes a configuration.

    >>> with_output_override(["seed=1", "--output", "elsewhere", "--output=my runs"])
    ['seed=1', 'paths.output=elsewhere', 'paths.output="my runs"']
    """
    words, written = iter(sys.argv[1:] if arguments is None else arguments), []
    for word in words:
        option, is_whole, value = word.partition("=")
        if option == "--output":
            word = f"{OUTPUT}{quoted(value if is_whole else next(words, ''))}"
        written.append(word)
    return written


def _in_home(option: str) -> str:
    """Write the folder of an option with the home folder for its ``~``, which no shell does behind a sign."""
    with exits():
        try:
            return OPTION + home_path(option.removeprefix(OPTION))
        except ValueError as error:
            raise ConfigError(f"{OPTION}{error}") from error


def quoted(text: str) -> str:
    """Write text as the value of an override that is read as this very text, whatever it holds.

    Text from outside, such as a symbol that is named by a file, must not be read as anything else: a number,
    a flag, a list, the variable of an environment.

    >>> print(*map(quoted, ("EURUSD", "BRK.B", "TRUE", "600519", 'S&P "500"', "${oc.env:HOME}")))
    EURUSD BRK.B "TRUE" "600519" "S&P \\"500\\"" "\\${oc.env:HOME}"
    """
    if WORD.fullmatch(text):
        return text
    resolved_to_itself = re.sub(r"(\\*)\$\{", r"\1\1\\${", text)
    return '"' + re.sub(r'(\\*)("|\Z)', _escaped, resolved_to_itself) + '"'


def _escaped(match: re.Match[str]) -> str:
    backslashes, quote = match.groups()
    return backslashes * 2 + (quote and "\\" + quote)


def _unquoted(override: str) -> str:
    value = override.removeprefix(OUTPUT)
    return value[1:-1] if len(value) > 1 and value[0] == value[-1] and value[0] in "'\"" else value
