"""Ctrl-C as a count, so that it never interrupts the account that a sweep keeps."""

import signal
from types import FrameType
from typing import Any, Self


class CtrlC:
    """Count Ctrl-C inside a ``with`` block, instead of raising KeyboardInterrupt anywhere.

    Attributes
    ----------
    count
        How often it was pressed: once means an orderly end, twice at once.
    """

    def __init__(self) -> None:
        self.count = 0

    def __enter__(self) -> Self:
        self._before = signal.signal(signal.SIGINT, self._pressed)
        return self

    def __exit__(self, *error: Any) -> None:
        signal.signal(signal.SIGINT, self._before)

    def _pressed(self, _number: int, _frame: FrameType | None) -> None:
        self.count += 1
