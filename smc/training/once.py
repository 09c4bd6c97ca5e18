"""What several runs of one process have in common is made once."""

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Made = TypeVar("Made")


class Last(Generic[Made]):
    """Keep what was made last, and give it again to whoever asks for the same.

    The one before is let go first: two tables of a million bars need not stand side by side.

    >>> squares = Last()
    >>> squares.get(3, lambda: 9), squares.get(3, lambda: 10), squares.get(4, lambda: 16)
    (9, 9, 16)
    """

    def __init__(self) -> None:
        self._kept: tuple[Hashable, Made] | None = None

    def get(self, key: Hashable, make: Callable[[], Made], *, again: bool = False) -> Made:
        """Return what was made for this key, if that was the last one, or make it; `again`: in any case."""
        kept = self._kept
        if again or kept is None or kept[0] != key:
            kept = self._kept = None
            kept = self._kept = (key, make())
        return kept[1]
