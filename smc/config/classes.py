"""Whether the class of each group is of the kind that a run needs there."""

from collections.abc import Iterator, Mapping
from typing import Any

from smc.config.build import MAPS
from smc.config.instantiate import locate
from smc.config.interface import IN_MAPS, INTERFACES, Interface
from smc.errors import ConfigError
from smc.features.family import Family, MachineFamily
from smc.typing import Config

#: Of the classes in `features.families`.
FAMILY = Interface("family of features", Family)


def class_problems(config: Config) -> Iterator[tuple[str, str]]:
    """Give the groups whose class is not of the kind that a run needs there, with a sentence."""
    for group, interface in INTERFACES.items():
        node = config.get(group)
        if not isinstance(node, Mapping):
            continue
        kind = f"the class of the {interface.noun}"
        if "_target_" not in node:
            yield group, f"{group}._target_: missing; it names {kind}, such as one of smc.{group}"
            continue
        if node.get("_partial_"):
            yield (
                group,
                f"{group}._partial_: a run needs the {interface.noun} itself, no partial; remove it",
            )
            continue
        yield from ((group, sentence) for sentence in _lacks(group, node, interface))
    yield from _family_problems(config.get("features"))
    for group, key in MAPS.values():
        section = config.get(group)
        entries = section.get(key) if isinstance(section, Mapping) else None
        for name, node in entries.items() if isinstance(entries, Mapping) else ():
            path = f"{group}.{key}.{name}"
            yield from ((path, sentence) for sentence in _entry_problems(path, node, IN_MAPS[group]))


def _family_problems(features: Any) -> Iterator[tuple[str, str]]:
    """Give the families whose `compute` cannot be called as a set of features calls it."""
    families = features.get("families") if isinstance(features, Mapping) else None
    for name, node in families.items() if isinstance(families, Mapping) else ():
        if isinstance(node, Mapping) and "_target_" in node and not _is_of_machine(node["_target_"]):
            path = f"features.families.{name}"
            yield from ((path, sentence) for sentence in _lacks(path, node, FAMILY))


def _is_of_machine(target: object) -> bool:
    """Tell whether a family is one that the structure machine computes."""
    try:
        return issubclass(locate(target), MachineFamily)
    except ConfigError:
        return False


def _entry_problems(path: str, node: Any, interface: Interface) -> Iterator[str]:
    """Say why an entry in the map of a group is not of the kind that stands there."""
    if node is None:
        return
    if not (isinstance(node, Mapping) and "_target_" in node):
        yield f"{path}: must be null or name a class in `_target_`, got {node!r}"
        return
    yield from _lacks(path, node, interface)


def _lacks(path: str, node: Mapping[str, Any], interface: Interface) -> Iterator[str]:
    """Say what a class lacks; one that cannot be found is told of elsewhere."""
    try:
        cls = locate(node["_target_"])
    except ConfigError:
        return
    if lacks := interface.lacks(cls):
        yield f"{path}: {cls.__name__} is no {interface.noun}, it lacks {lacks}"
