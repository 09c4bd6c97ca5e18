"""What the annotations of a constructor allow."""

import dataclasses
import inspect
import types
import typing
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any


@cache
def annotations(cls: Callable[..., Any]) -> dict[str, Any]:
    """Return the annotations of a constructor, or a dataclass; none if one of them has no meaning."""
    source = cls if dataclasses.is_dataclass(cls) else getattr(cls, "__init__", cls)
    try:
        return typing.get_type_hints(source)
    except (NameError, TypeError):
        return {}


@cache
def parameters_of(cls: Callable[..., Any]) -> Mapping[str, inspect.Parameter]:
    """Return the parameters of a constructor; read once, since a sweep checks thousands of configurations."""
    return inspect.signature(cls).parameters


def alternatives(hint: object) -> tuple[Any, ...]:
    """Return the alternatives of a union, or the one that there is.

    >>> alternatives(int | None)
    (<class 'int'>, <class 'NoneType'>)
    """
    return typing.get_args(hint) if _is_union(hint) else (hint,)


def matches_type(value: object, hint: object) -> bool:
    """Tell whether a plain value may stand where an annotation does.

    >>> matches_type("64", int), matches_type(64, float), matches_type(True, int)
    (False, True, False)
    >>> matches_type([1, 5], int | list[int])
    True
    """
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    container = origin or hint
    if _is_union(hint):
        return any(matches_type(value, alternative) for alternative in arguments)
    if origin is typing.Literal:
        return any(value == choice and type(value) is type(choice) for choice in arguments)
    if hint in (None, type(None)):
        return value is None
    if hint in (int, float, str, bool):
        return type(value) is hint or (hint is float and type(value) is int)
    if isinstance(container, type) and issubclass(container, Mapping):
        return isinstance(value, Mapping) and (
            len(arguments) != 2 or all(matches_type(item, arguments[1]) for item in value.values())
        )
    if origin in (list, tuple, set, Sequence):
        item_hints = [argument for argument in arguments if argument is not Ellipsis]
        return isinstance(value, list | tuple) and all(
            any(matches_type(item, item_hint) for item_hint in item_hints) for item in value
        )
    return True


def describe_type(hint: object) -> str:
    """Name a type for people."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is typing.Literal:
        return "one of " + ", ".join(map(str, arguments))
    if _is_union(hint):
        return " or ".join(
            "null" if alternative is type(None) else describe_type(alternative) for alternative in arguments
        )
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return "a section of keys"
    if origin in (list, Sequence) and arguments:
        return f"list[{describe_type(arguments[0])}]"
    return hint.__name__ if isinstance(hint, type) and not arguments else str(hint).replace("typing.", "")


def _is_union(hint: object) -> bool:
    return typing.get_origin(hint) in (typing.Union, types.UnionType)
