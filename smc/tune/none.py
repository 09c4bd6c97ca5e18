"""Parameters as they are set."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from smc.typing import FloatArray

if TYPE_CHECKING:
    from smc.tune.search import Found


class NoTuning:
    """Look for no parameters."""

    is_on = False
    scope: Literal["first_block", "fold"] = "first_block"

    def find(
        self,
        space: Mapping[str, Any],
        start: Mapping[str, Any],
        ask: Callable[[Mapping[str, Any], int], FloatArray],
        n_folds: int,
        on_progress: Callable[[str], None],  # noqa: ARG002 - there is nothing to wait for
    ) -> "Found":
        """Return the parameters that it is given, asked on every fold: a search of one trial.

        A run asks for none, since `is_on` is False.
        """
        from smc.tune.search import FINISHED, Attempt, Found

        losses = np.concatenate([ask(start, fold) for fold in range(n_folds)])
        only = Attempt(0, {name: start[name] for name in space}, FINISHED, losses)
        return Found(only, [only])
