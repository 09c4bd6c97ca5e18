"""What every command shares: how it ends, and what it says when it cannot."""

import contextlib
import os
import re
import signal
import sys
from collections.abc import Iterator, Sequence
from typing import Self

from smc.errors import DiskFullError, SmcError

#: How every command ends: all is done; a run failed; a mistake of the user's; too little free disk; Ctrl-C.
EXIT_OK, EXIT_FAILED, EXIT_USER_ERROR, EXIT_NO_ROOM, EXIT_INTERRUPTED = 0, 1, 2, 3, 130

#: How a configuration names the root of all results; commands that compose none have the option ``--output``.
OUTPUT = "paths.output="
#: Text that Hydra reads as itself; a first digit, or one of the words, makes it a number, a flag or nothing.
WORD = re.compile(r"(?!(?:null|true|false|nan|inf)\b)[a-z_/][\w./-]*", re.ASCII | re.IGNORECASE)


@contextlib.contextmanager
def exits() -> Iterator[None]:
    """End the process as a command should: 2 for a user's mistake, 3 for a full disk, 130 for Ctrl-C."""
    if signal.getsignal(signal.SIGINT) is _end:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    except SmcError as error:
        say(f"error: {error}")
        sys.exit(EXIT_NO_ROOM if isinstance(error, DiskFullError) else EXIT_USER_ERROR)
    except KeyboardInterrupt as interruption:
        say(f"interrupted: {interruption}" if interruption.args else "interrupted")
        sys.exit(EXIT_INTERRUPTED)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(EXIT_OK)


def end_on_ctrl_c() -> None:
    """Let Ctrl-C end the process in a word while it imports; from `exits` on there is more to do."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _end)


def _end(*_: object) -> None:
    say("interrupted")
    os._exit(EXIT_INTERRUPTED)


def say(text: str) -> None:
    """Write a line for people, beside the results."""
    sys.stderr.write(text + "\n")


class Progress:
    """One live line on a terminal, cleared when its block ends; nothing when the output goes elsewhere."""

    def __init__(self, prefix: str = "", *, live: bool | None = None) -> None:
        self.prefix, self.write = prefix, sys.stderr.write
        self.live = sys.stderr.isatty() if live is None else live

    def step(self, what: str) -> None:
        """Show what is being done."""
        if self.live:
            self.write(f"\r\x1b[K{self.prefix}{what}")
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


def with_output_option(arguments: Sequence[str] | None) -> list[str]:
    """Write ``paths.output=FOLDER`` as ``--output=FOLDER``, for a command that reads options.

    >>> with_output_option(["3f2a", "paths.output=elsewhere"])
    ['3f2a', '--output=elsewhere']
    """
    typed = sys.argv[1:] if arguments is None else arguments
    return [f"--output={_unquoted(word)}" if word.startswith(OUTPUT) else word for word in typed]


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
