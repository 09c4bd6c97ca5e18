"""Ctrl-C during a fit."""

import signal
import threading
from types import FrameType, TracebackType
from typing import Self


class SecondInterrupt(BaseException):
    """Ctrl-C for the second time; Lightning exits on a KeyboardInterrupt, but lets this through."""


class Interrupt:
    """Take the first Ctrl-C as the wish to stop with what there is, the second as the wish to stop at once.

    Only while the handler in force is Python's own, and in the main thread: a program that handles the signal
    itself, or ignores it, keeps its way.
    """

    def __init__(self) -> None:
        self.asked = False
        self._installed = False

    def is_asked(self) -> bool:
        """Tell whether the fit should stop."""
        return self.asked

    def __enter__(self) -> Self:
        in_main = threading.current_thread() is threading.main_thread()
        self._installed = in_main and signal.getsignal(signal.SIGINT) is signal.default_int_handler
        if self._installed:
            signal.signal(signal.SIGINT, self._receive)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._installed:
            signal.signal(signal.SIGINT, signal.default_int_handler)
        if isinstance(error, SecondInterrupt) or _was_interrupted(error):
            raise KeyboardInterrupt from error

    def _receive(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002
        if self.asked:
            raise SecondInterrupt
        self.asked = True


def _was_interrupted(error: BaseException | None) -> bool:
    """Tell whether Lightning turned a KeyboardInterrupt into an exit."""
    return isinstance(error, SystemExit) and isinstance(error.__context__, KeyboardInterrupt)
