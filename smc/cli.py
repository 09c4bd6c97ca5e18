"""What every command shares: how it ends, and what it says when it cannot."""

import argparse
import contextlib
import os
import re
import signal
import sys
import threading
import traceback
from collections.abc import Iterator, Sequence
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


@contextlib.contextmanager
def exits() -> Iterator[None]:
    """End the process as a command should: 2 for a user's mistake, 3 for one of the place, 130 for Ctrl-C."""
    sys.excepthook = _print_surprise
    if signal.getsignal(signal.SIGINT) is _end:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    end_on_signals()
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


def end_on_signals() -> None:
    """Let the first of `ENDINGS` do what Ctrl-C does, wherever it comes; what a program has set up stands."""
    if threading.current_thread() is threading.main_thread():
        for number in ENDINGS:
            if signal.getsignal(number) is signal.SIG_DFL:
                signal.signal(number, _as_ctrl_c)


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
    """Read options and overrides as argparse does; what it says of them names no secret."""

    def parse_known_args(self, args=None, namespace=None):  # type: ignore[no-untyped-def, override]
        """Read them, and remember their secrets first."""
        for word in sys.argv[1:] if args is None else args:
            meet_override(word)
        return super().parse_known_args(args, namespace)

    def error(self, message: str) -> NoReturn:
        """Say what is wrong, and exit with code 2."""
        super().error(terminal(message))


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
