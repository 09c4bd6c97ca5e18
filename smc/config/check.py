"""Bind every part of a composed configuration to its signature, before anything is built."""

import dataclasses
import inspect
import types
import typing
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from smc.config.instantiate import DIRECTIVES, locate
from smc.config.nearest import nearest
from smc.config.root import Root
from smc.errors import ConfigError
from smc.typing import Config


def check_config(config: Config, model_name: str | None = None) -> None:
    """Raise one ConfigError that lists every mismatch of a composed configuration with its path.

    Each mapping with a `_target_`, partial ones too, is bound to its constructor's signature: unknown and
    missing arguments, and scalars whose type the annotation does not allow ("64" is no int). The root and its
    plain sections are bound to `smc.config.root`, so a key added with `++` is found as well.
    """
    problems = [*_typed("", config, Root), *_below("", config), *_profile(config, model_name)]
    if problems:
        raise ConfigError("\n".join(problems))


def _below(path: str, node: Any) -> Iterator[str]:
    """Check each mapping with a `_target_` under a node."""
    if isinstance(node, Mapping):
        if "_target_" in node:
            yield from _target(path, node)
        for key, value in node.items():
            yield from _below(_join(path, key), value)
    elif isinstance(node, Sequence) and not isinstance(node, str):
        for index, value in enumerate(node):
            yield from _below(f"{path}[{index}]", value)


def _target(path: str, node: Mapping[str, Any]) -> Iterator[str]:
    try:
        cls = locate(node["_target_"])
    except ConfigError as error:
        yield f"{path}: {error}"
        return
    arguments = {key: value for key, value in node.items() if key not in DIRECTIVES}
    if "_args_" not in node:
        yield from _arguments(path, arguments, cls, is_partial=bool(node.get("_partial_")))


def _arguments(
    path: str, arguments: Mapping[str, Any], cls: type, *, is_partial: bool = False
) -> Iterator[str]:
    """Bind arguments to a constructor: names first, then what is missing, then types."""
    parameters = inspect.signature(cls).parameters
    takes_any = any(p.kind is p.VAR_KEYWORD for p in parameters.values())
    known = {n: p for n, p in parameters.items() if p.kind not in (p.VAR_KEYWORD, p.VAR_POSITIONAL)}
    hints = _hints(cls)
    for name, value in arguments.items():
        if name not in known:
            if not takes_any:
                kind = "key" if dataclasses.is_dataclass(cls) else f"argument of {cls.__name__}"
                yield f"{_join(path, name)}: no such {kind}{nearest(name, known)}"
        elif value == "???":
            yield f"{_join(path, name)}: a value is needed; set {_join(path, name)}=..."
        elif not _holds_target(value) and not fits(value, hints.get(name, Any)):
            yield f"{_join(path, name)}: must be {_say(hints[name])}, got {value!r}"
    if not is_partial:
        for name, parameter in known.items():
            if parameter.default is parameter.empty and name not in arguments:
                yield f"{_join(path, name)}: missing, and {cls.__name__} needs it"


def _typed(path: str, section: Mapping[str, Any], schema: type) -> Iterator[str]:
    """Bind a plain section to a dataclass, its nested dataclasses, and their own rules."""
    fields = _hints(schema)
    plain = {key: value for key, value in section.items() if not dataclasses.is_dataclass(fields.get(key))}
    nested = {key: value for key, value in section.items() if key not in plain}
    found = [*_arguments(path, plain, schema, is_partial=True)]
    found += [f"{_join(path, key)}: missing" for key in fields if key not in section]
    for key, value in nested.items():
        if isinstance(value, Mapping):
            found += _typed(_join(path, key), value, fields[key])
        else:
            found.append(f"{_join(path, key)}: must be a section of keys, got {value!r}")
    if not found and not nested:
        try:
            schema(**section)
        except ValueError as error:
            found.append(f"{path}: {error}")
    yield from found


def _profile(config: Config, model_name: str | None) -> Iterator[str]:
    """A profile's section for the chosen model may name its constructor's arguments only."""
    section = (config.get("reg") or {}).get(model_name) if model_name else None
    target = (config.get("model") or {}).get("_target_")
    if not section or not target:
        return
    try:
        known = inspect.signature(locate(target)).parameters
    except ConfigError:
        return
    for name in section:
        if name not in known:
            path, cls = f"reg.{model_name}.{name}", target.rpartition(".")[2]
            yield f"{path}: no such argument of {cls}{nearest(name, known)}"


def _hints(cls: Callable[..., Any]) -> dict[str, Any]:
    source = cls if dataclasses.is_dataclass(cls) else getattr(cls, "__init__", cls)
    try:
        return typing.get_type_hints(source)
    except (NameError, TypeError):
        return {}


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


def _holds_target(value: Any) -> bool:
    return isinstance(value, Mapping) and "_target_" in value


def _say(hint: Any) -> str:
    """Name a type for people."""
    inner = typing.get_args(hint)
    if typing.get_origin(hint) is typing.Literal:
        return "one of " + ", ".join(map(str, inner))
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        return " or ".join("null" if each is type(None) else _say(each) for each in inner)
    return hint.__name__ if isinstance(hint, type) and not inner else str(hint).replace("typing.", "")


def _join(path: str, key: Any) -> str:
    return f"{path}.{key}" if path else str(key)
