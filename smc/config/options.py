"""What can be chosen: the groups of the configuration tree and a line on each option."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import yaml

from smc.config.tree import CONF, ROOT_NAME

#: By group, its options with a line on each.
Known = Mapping[str, Mapping[str, str]]

#: Options that have no file here, because they are Hydra's own.
HYDRA_OPTIONS = {
    "hydra/launcher": {"basic": "One run after another in this process: python -m smc.train -m seed=0,1"}
}
#: Groups of other commands than the one that trains.
OTHER_COMMANDS = {"selection"}


def options(group: str, config_dirs: Sequence[Path] = ()) -> dict[str, str]:
    """Map each option of a group to its first comment line; a later folder adds to an earlier one.

    What others start from has a name that begins with ``_``, and is none.
    """
    comments = dict(HYDRA_OPTIONS.get(group, {}))
    for root in (CONF, *config_dirs):
        for path in sorted((root / group).glob("[!_]*.yaml")):
            comments.setdefault(path.stem, first_comment(path))
    return comments


def keys_of(group: str, option: str) -> set[str]:
    """Name the keys of an option of smc's own.

    >>> sorted(keys_of("hydra/launcher", "processes"))
    ['_target_', 'jobs', 'max_minutes']
    """
    path = CONF / group / f"{option}.yaml"
    content = yaml.safe_load(path.read_text(encoding="utf-8")) if path.is_file() else None
    return set(map(str, content)) if isinstance(content, dict) else set()


def groups(config_dirs: Sequence[Path] = ()) -> list[str]:
    """Name every group of a run: the folders of the tree that hold options, nested ones with a slash."""
    names = {
        path.parent.relative_to(root).as_posix()
        for root in (CONF, *config_dirs)
        for path in root.glob("*/**/*.yaml")
    }
    return sorted(names - OTHER_COMMANDS)


def defaults() -> dict[str, str]:
    """Map each group to the option that the root chooses."""
    root = yaml.safe_load((CONF / f"{ROOT_NAME}.yaml").read_text(encoding="utf-8"))
    return {
        group: option
        for entry in root["defaults"]
        if isinstance(entry, dict)
        for group, option in entry.items()
    }


def first_comment(path: Path) -> str:
    """Read the first comment line of a file that is no directive."""
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("#") and "@package" not in line:
            return line.lstrip("# ").strip()
    return ""
