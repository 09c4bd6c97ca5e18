"""What the methods of a step take."""

import inspect
from collections.abc import Callable
from functools import cache


def takes(step: object, name: str, *, of: str = "fit") -> bool:
    """Whether a method of a step takes an argument of this name."""
    method = getattr(step, of, None)
    return method is not None and name in _arguments_of(getattr(method, "__func__", method))


@cache
def _arguments_of(function: Callable[..., object]) -> frozenset[str]:
    """Name the arguments of a function; of a method's, its first one too."""
    return frozenset(inspect.signature(function).parameters)
