"""Parameters as they are set."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

from smc.typing import LabelTask

if TYPE_CHECKING:
    from smc.tune.search import Found


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
        on_progress: Callable[[str], None],  # noqa: ARG002 - there is nothing to wait for
        *,
        judge: Callable[[Sequence[Any]], Any],
        n_tried: int | None,  # noqa: ARG002
    ) -> "Found":
        """Return the parameters that it is given, asked on every fold: a search of one trial.

        A run asks for none, since `is_on` is False.
        """
        from smc.tune.attempt import FINISHED, Attempt
        from smc.tune.search import Found

        judged = judge([ask(start, fold) for fold in range(n_folds)])
        losses, params = next(iter(judged.columns.values())), {name: start[name] for name in space}
        only = Attempt(0, params, FINISHED, losses, None, (judged,))
        return Found(only, only, [only])
