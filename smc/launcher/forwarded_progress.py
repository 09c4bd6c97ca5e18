"""What a run is doing, handed on."""

from collections.abc import Callable

from smc.cli import Progress


class Steps(Progress):
    """A progress without a line of its own.

    Parameters
    ----------
    tell
        Called with each step.
    """

    def __init__(self, tell: Callable[[str], None]) -> None:
        super().__init__(live=False)
        self._tell = tell

    def step(self, what: str) -> None:
        """Hand a step on."""
        self._tell(what)
