"""Bind every part of a composed configuration to its signature, before anything is built."""

import dataclasses
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from smc.config.annotations import annotations, describe_type, matches_type, parameters_of
from smc.config.build import try_to_build
from smc.config.classes import class_problems
from smc.config.instantiate import DIRECTIVES, locate
from smc.config.schema import Root, Structure
from smc.config.search_space import space_problems
from smc.config.suggest import renamed_to, suggest
from smc.errors import ConfigError
from smc.pipeline.inner_splits import inner_split_problems
from smc.typing import Config

#: Of NumPy and scikit-learn: a seed fits into 32 bits.
MAX_SEED = 2**32 - 1
#: Of NumPy and the databases.
MAX_INT = 2**63 - 1
#: The groups that learn from the rows of a fit.
STEPS = ("model", "feature_selection", "aug", "calibrate")
#: What is asked for elsewhere: key and value -> where.
ELSEWHERE = {
    (
        "final",
        "all",
    ): "a run keeps its test part; python -m smc.registry propose SYMBOL fits what a selection "
    "deploys on all events"
}
#: The groups that read the root's `structure`.
STRUCTURED = ("features", "events", "labels")


def check_config(config: Config, model_name: str | None = None) -> None:
    """Raise one ConfigError that lists every mismatch of a composed configuration with its path.

    Each mapping with a `_target_`, partial ones too, is bound to its constructor's signature: unknown and
    missing arguments, and scalars whose type the annotation does not allow ("64" is no int). The root and its
    plain sections are bound to `smc.config.schema`, so a key added with `++` is found as well. The class of
    each group must offer what a run asks of it (`smc.config.interface`). Then every object is built, to learn
    what the constructors refuse, and which estimators would split rows without purging.
    """
    unsuitable = dict(class_problems(config))
    others = {key: value for key, value in config.items() if key not in unsuitable}
    problems = [
        *unsuitable.values(),
        *_section_problems("", config, Root),
        *target_problems("", others),
        *_profile_problems(others, model_name),
        *_structure_problems(others),
    ]
    wrong_kind = {line.partition(": ")[0] for line in problems}
    problems += [line for line in _number_problems(config) if re.split(r"\[|: ", line)[0] not in wrong_kind]
    faulty = {re.split(r"[.:\[]", line)[0] for line in problems}
    built, refused = try_to_build(config, faulty)
    problems += [*refused, *inner_split_problems({name: built.get(name) for name in STEPS})]
    problems += space_problems(config, built)
    if problems:
        raise ConfigError("\n".join(_without_repeats(problems)))


def check_sections(config: Config, schema: type) -> None:
    """Bind a configuration that is none of a run to its own root and its classes to their signatures.

    Raises
    ------
    ConfigError
        With every mismatch, one a line.
    """
    problems = [*_section_problems("", config, schema), *target_problems("", config)]
    if problems:
        raise ConfigError("\n".join(problems))


def check_arguments(path: str, node: Config) -> None:
    """Bind what one class is given to its signature.

    Raises
    ------
    ConfigError
        With every mismatch, one a line.
    """
    if problems := list(target_problems(path, node)):
        raise ConfigError("\n".join(problems))


def _number_problems(config: Config) -> Iterator[str]:
    """Find seeds that no generator takes, and numbers that are too large or not finite."""
    for path, value in _leaves("", config):
        name = path.rpartition(".")[2]
        is_seed = name in ("seed", "random_state") and type(value) is int
        if is_seed and not 0 <= value <= MAX_SEED:
            yield f"{path}: must lie between 0 and {MAX_SEED}, got {value}"
        elif type(value) is int and not is_seed and abs(value) > MAX_INT:
            yield f"{path}: must fit into 64 bits, got a number of {len(str(abs(value)))} digits"
        if isinstance(value, float) and not math.isfinite(value):
            yield f"{path}: must be finite, got {value}"


def _without_repeats(problems: Sequence[str]) -> list[str]:
    """Leave out the fault of a value that only reads the root's: the seed, a rule of structure, a callback.

    >>> wrong = "must be int, got 'a'"
    >>> _without_repeats([f"seed: {wrong}", f"model.seed: {wrong}", "cv.seed: missing"])
    ["seed: must be int, got 'a'", 'cv.seed: missing']
    """
    of_root = [line for line in problems if line.startswith(("seed: ", "structure.", "trainer.callbacks."))]
    readers = tuple(f".{re.sub('^(structure|trainer)[.]', '', line)}" for line in of_root)
    return [line for line in problems if line in of_root or not line.endswith(readers)]


def _leaves(path: str, node: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(node, Mapping):
        for key, value in node.items():
            yield from _leaves(_join(path, key), value)
    elif isinstance(node, Sequence) and not isinstance(node, str):
        for index, value in enumerate(node):
            yield from _leaves(f"{path}[{index}]", value)
    else:
        yield path, node


def target_problems(path: str, node: Any) -> Iterator[str]:
    """Check each mapping with a `_target_` under a node."""
    if isinstance(node, Mapping):
        if "_target_" in node:
            yield from _binding_problems(path, node)
        for key, value in node.items():
            yield from target_problems(_join(path, key), value)
    elif isinstance(node, Sequence) and not isinstance(node, str):
        for index, value in enumerate(node):
            yield from target_problems(f"{path}[{index}]", value)


def _binding_problems(path: str, node: Mapping[str, Any]) -> Iterator[str]:
    try:
        cls = locate(node["_target_"])
    except ConfigError as error:
        yield f"{path}: {error}"
        return
    arguments = {key: value for key, value in node.items() if key not in DIRECTIVES}
    if "_args_" not in node:
        yield from _argument_problems(path, arguments, cls, is_partial=bool(node.get("_partial_")))


def _argument_problems(
    path: str, arguments: Mapping[str, Any], cls: type, *, is_partial: bool = False
) -> Iterator[str]:
    """Bind arguments to a constructor: names first, then what is missing, then types."""
    parameters = parameters_of(cls)
    takes_any = any(p.kind is p.VAR_KEYWORD for p in parameters.values())
    known = {n: p for n, p in parameters.items() if p.kind not in (p.VAR_KEYWORD, p.VAR_POSITIONAL)}
    hints = annotations(cls)
    for name, value in arguments.items():
        if name not in known:
            if not takes_any:
                kind = "key" if dataclasses.is_dataclass(cls) else f"argument of {cls.__name__}"
                suggestion = renamed_to(f"{cls.__module__}.{cls.__qualname__}", name) or suggest(name, known)
                yield f"{_join(path, name)}: no such {kind}{suggestion}"
        elif value == "???":
            yield f"{_join(path, name)}: a value is needed; set {_join(path, name)}=..."
        elif not _holds_target(value) and not matches_type(value, hints.get(name, Any)):
            where, expected = _join(path, name), describe_type(hints[name])
            is_text = type(value) is int and matches_type(str(value), hints[name])
            remedy = f"as text: '{where}=\"{value}\"'" if is_text else ELSEWHERE.get((where, str(value)))
            yield f"{where}: must be {expected}, got {value!r}" + (f"; {remedy}" if remedy else "")
    if not is_partial:
        for name, parameter in known.items():
            if parameter.default is parameter.empty and name not in arguments:
                yield f"{_join(path, name)}: missing, and {cls.__name__} needs it"


def _section_problems(path: str, section: Mapping[str, Any], schema: type) -> Iterator[str]:
    """Bind a plain section to a dataclass, its nested dataclasses, and their own rules."""
    fields = annotations(schema)
    plain = {key: value for key, value in section.items() if not dataclasses.is_dataclass(fields.get(key))}
    nested = {key: value for key, value in section.items() if key not in plain}
    problems = [*_argument_problems(path, plain, schema, is_partial=True)]
    problems += [f"{_join(path, key)}: missing, and a run needs it" for key in fields if key not in section]
    for key, value in nested.items():
        if isinstance(value, Mapping):
            problems += _section_problems(_join(path, key), value, fields[key])
        else:
            problems.append(f"{_join(path, key)}: must be a section of keys, got {value!r}")
    if not problems and not nested and not any(_number_problems(dict(section))):
        try:
            schema(**section)
        except ValueError as error:
            problems.append(f"{path}: {error}")
    yield from problems


def _structure_problems(config: Config) -> Iterator[str]:
    """Find rules of structure set for one group alone: features, events and labels share theirs."""
    shared = config.get("structure")
    if not isinstance(shared, Mapping):
        return
    for group in STRUCTURED:
        node = config.get(group) or {}
        for name in annotations(Structure):
            if name in node and name in shared and node[name] != shared[name]:
                shared_key = f"structure.{name}"
                yield (
                    f"{group}.{name}: {', '.join(STRUCTURED)} read {shared_key}, which is {shared[name]}, "
                    f"got {node[name]}; set {shared_key}={node[name]} for all of them"
                )


def _profile_problems(config: Config, model_name: str | None) -> Iterator[str]:
    """A profile's section for the chosen model, or a member, may name its constructor's arguments only."""
    model = config.get("model") or {}
    members = model.get("members")
    chosen = {model_name: model, **(members if isinstance(members, Mapping) else {})}
    for name, node in chosen.items():
        section = (config.get("reg") or {}).get(name) if name else None
        target = node.get("_target_") if isinstance(node, Mapping) else None
        if section and target:
            yield from _profile_section_problems(name, section, target)


def _profile_section_problems(model_name: Any, section: Mapping[str, Any], target: Any) -> Iterator[str]:
    try:
        known = parameters_of(locate(target))
    except ConfigError:
        return
    for name in section:
        if name not in known:
            path, cls = f"reg.{model_name}.{name}", target.rpartition(".")[2]
            yield f"{path}: no such argument of {cls}{suggest(name, known)}"


def _holds_target(value: Any) -> bool:
    return isinstance(value, Mapping) and "_target_" in value


def _join(path: str, key: Any) -> str:
    return f"{path}.{key}" if path else str(key)
