"""Where each value of a composed configuration came from: a file of the tree, or the command line."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from smc.config.members import GROUP, MEMBERS, member_names
from smc.config.tree import ROOT_NAME
from smc.results.plain import leaves

INTERPOLATION = re.compile(r"\$\{(?:oc\.select:)?([\w.]+)(?:,[^}]*)?\}")
Leaves = dict[str, tuple[str, Any]]


def sources(folders: Sequence[Path], choices: Mapping[str, Any], overrides: Sequence[str]) -> dict[str, str]:
    """Map each leaf's dotted path to the file, or the override, that gave its value.

    An interpolation is followed to the leaf it reads: with ``reg=strong`` the source of ``model.max_depth``
    is ``reg/strong.yaml``.

    Parameters
    ----------
    folders
        The configuration search path, first wins.
    choices
        The option chosen for each group.
    overrides
        As typed on the command line.
    """
    found: Leaves = _file(folders, ROOT_NAME, "")
    for group, option in choices.items():
        if option is not None and not group.startswith("hydra"):
            found |= _file(folders, f"{group}/{option}", group.replace("/", "."))
    for override in overrides:
        key, _, value = override.lstrip("+~").partition("=")
        if key not in choices:
            found = {path: leaf for path, leaf in found.items() if not path.startswith(key + ".")}
            found[key] = (f"command line: {override}", value)
    found |= _of_members(folders, found)
    return {path: _follow(found, path) for path in sorted(found)}


def _of_members(folders: Sequence[Path], found: Leaves) -> Leaves:
    """Read the leaves of the options that an ensemble names as its members."""
    key = f"{GROUP}.{MEMBERS}"
    if key not in found:
        return {}
    _, value = found[key]
    names = member_names(yaml.safe_load(value) if isinstance(value, str) else value)
    parts = [_file(folders, f"{GROUP}/{name}", f"{key}.{name}") for name in names]
    return {path: leaf for part in parts for path, leaf in part.items()}


def _file(folders: Sequence[Path], name: str, package: str) -> Leaves:
    """Read the leaves of one file, below those of the options of its own group that it starts from."""
    path = next((folder / f"{name}.yaml" for folder in folders if (folder / f"{name}.yaml").is_file()), None)
    if path is None:
        return {}
    text = path.read_text(encoding="utf-8")
    content = yaml.load(text, Loader=yaml.CSafeLoader) or {}
    package = "" if "@package _global_" in text else package
    found: Leaves = {}
    parents = [each for each in content.pop("defaults", []) if isinstance(each, str) and each != "_self_"]
    for parent in parents:
        option, _, at = parent.partition("@")
        found |= _file(folders, f"{name.rpartition('/')[0]}/{option}", at or package)
    content.pop("hydra", None)
    return found | {path: (f"{name}.yaml", value) for path, value in leaves(content, package)}


def _follow(found: Leaves, path: str) -> str:
    """Name the source of a leaf, through the one interpolation that it may be."""
    seen = set()
    while path not in seen:
        seen.add(path)
        name, value = found[path]
        match = INTERPOLATION.fullmatch(value) if isinstance(value, str) else None
        if match is None or match[1] not in found:
            return name
        path = match[1]
    return found[path][0]
