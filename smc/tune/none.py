"""Parameters as they are set."""

from collections.abc import Callable, Mapping
from typing import Any, Literal, NoReturn

from smc.typing import FloatArray


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
        on_progress: Callable[[str], None],
    ) -> NoReturn:
        """Not to be called."""
        raise NotImplementedError("nothing is looked for: is_on is False")
