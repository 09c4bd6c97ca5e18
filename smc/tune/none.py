"""Parameters as they are set."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Literal, NoReturn

from smc.typing import LabelTask


class NoTuning:
    """Look for no parameters."""

    is_on = False
    scope: Literal["first_block", "fold"] = "first_block"

    objectives: tuple[str, ...] = ()
    constraints: Mapping[str, float] = MappingProxyType({})

    def problems(self, space: Mapping[str, Any], task: LabelTask) -> tuple[str, ...]:  # noqa: ARG002
        """Find none."""
        return ()

    def find(
        self,
        space: Mapping[str, Any],
        start: Mapping[str, Any],
        ask: Callable[[Mapping[str, Any], int], Any],
        n_folds: int,
        on_progress: Callable[[str], None],
        *,
        judge: Callable[[Sequence[Any]], Any],
        n_tried: int | None,
    ) -> NoReturn:
        """Not to be called."""
        raise NotImplementedError("nothing is looked for: is_on is False")
