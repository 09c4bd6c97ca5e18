"""Where each value of a composed configuration came from: a file of the tree, or the command line."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from smc.config.members import GROUP, MEMBERS, member_names
from smc.config.tree import ROOT_NAME

INTERPOLATION = re.compile(r"\$\{(?:oc\.select:)?([\w.]+)(?:,[^}]*)?\}")
#: Dotted path -> the file or override that gave the value, and the value.
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
    origins: Leaves = _file_leaves(folders, ROOT_NAME, "")
    for group, option in choices.items():
        if option is not None and not group.startswith("hydra"):
            origins |= _file_leaves(folders, f"{group}/{option}", group.replace("/", "."))
    for override in overrides:
        key, _, value = override.lstrip("+~").partition("=")
        if key not in choices:
            origins = {path: leaf for path, leaf in origins.items() if not path.startswith(key + ".")}
            origins[key] = (f"command line: {override}", value)
    origins |= _member_leaves(folders, origins)
    return {path: _follow(origins, path) for path in sorted(origins)}


def _member_leaves(folders: Sequence[Path], origins: Leaves) -> Leaves:
    """Read the leaves of the options that an ensemble names as its members."""
    key = f"{GROUP}.{MEMBERS}"
    if key not in origins:
        return {}
    _, value = origins[key]
    names = member_names(yaml.safe_load(value) if isinstance(value, str) else value)
    members = [_file_leaves(folders, f"{GROUP}/{name}", f"{key}.{name}") for name in names]
    return {path: leaf for member in members for path, leaf in member.items()}


def _file_leaves(folders: Sequence[Path], name: str, package: str) -> Leaves:
    """Read the leaves of one file, below those of the options of its own group that it starts from."""
    path = next((folder / f"{name}.yaml" for folder in folders if (folder / f"{name}.yaml").is_file()), None)
    if path is None:
        return {}
    text = path.read_text(encoding="utf-8")
    content = yaml.load(text, Loader=yaml.CSafeLoader) or {}
    package = "" if "@package _global_" in text else package
    inherited: Leaves = {}
    for parent in content.pop("defaults", []):
        if not isinstance(parent, str) or parent == "_self_":
            continue
        option, _, at = parent.partition("@")
        inherited |= _file_leaves(folders, f"{name.rpartition('/')[0]}/{option}", _package(at, package))
    content.pop("hydra", None)
    from smc.results.plain import leaves

    return inherited | {path: (f"{name}.yaml", value) for path, value in leaves(content, package)}


def _package(at: str, package: str) -> str:
    """Return where an option that another starts from stands: inside of it, unless it says otherwise.

    >>> _package("", "space"), _package("xgboost", "space"), _package("_global_.features", "space")
    ('space', 'space.xgboost', 'features')
    """
    if at.startswith("_global_"):
        return at.removeprefix("_global_").removeprefix(".")
    return f"{package}.{at}" if at and package else at or package


def _follow(origins: Leaves, path: str) -> str:
    """Name the source of a leaf, through the one interpolation that it may be."""
    seen = set()
    while path not in seen:
        seen.add(path)
        name, value = origins[path]
        match = INTERPOLATION.fullmatch(value) if isinstance(value, str) else None
        if match is None or match[1] not in origins:
            return name
        path = match[1]
    return origins[path][0]
