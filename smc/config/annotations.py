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


def members(hint: Any) -> tuple[Any, ...]:
    """Return the alternatives of a union, or the one that there is.

    >>> members(int | None)
    (<class 'int'>, <class 'NoneType'>)
    """
    is_union = typing.get_origin(hint) in (typing.Union, types.UnionType)
    return typing.get_args(hint) if is_union else (hint,)


def fits(value: Any, hint: Any) -> bool:
    """Tell whether a plain value may stand where an annotation does.

    >>> fits("64", int), fits(64, float), fits(True, int), fits([1, 5], int | list[int])
    (False, True, False, True)
    """
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        return any(fits(value, each) for each in inner)
    if origin is typing.Literal:
        return any(value == each and type(value) is type(each) for each in inner)
    if hint in (None, type(None)):
        return value is None
    if hint in (int, float, str, bool):
        return type(value) is hint or (hint is float and type(value) is int)
    if isinstance(origin or hint, type) and issubclass(origin or hint, Mapping):
        return isinstance(value, Mapping) and (
            len(inner) != 2 or all(fits(v, inner[1]) for v in value.values())
        )
    if origin in (list, tuple, set, Sequence):
        items = [each for each in inner if each is not Ellipsis]
        return isinstance(value, list | tuple) and all(any(fits(v, each) for each in items) for v in value)
    return True


def say_type(hint: Any) -> str:
    """Name a type for people."""
    inner = typing.get_args(hint)
    if typing.get_origin(hint) is typing.Literal:
        return "one of " + ", ".join(map(str, inner))
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        return " or ".join("null" if each is type(None) else say_type(each) for each in inner)
    if isinstance(typing.get_origin(hint), type) and issubclass(typing.get_origin(hint), Mapping):
        return "a section of keys"
    return hint.__name__ if isinstance(hint, type) and not inner else str(hint).replace("typing.", "")
