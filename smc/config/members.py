"""The members of an ensemble: named by their options in a configuration, whole sections in a composed one."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from omegaconf import DictConfig, OmegaConf, open_dict

from smc.config.suggest import suggest
from smc.config.tree import CONF
from smc.errors import ConfigError

GROUP, MEMBERS, SPACE = "model", "members", "space"


def put_members(composed: DictConfig, folders: Sequence[Path]) -> None:
    """Put the sections of options in the place of their names, in ``model.members``.

    The names are sorted, since their order is no part of a model; a section reads the profile and the seed of
    the run as it does when it is chosen alone.

    Parameters
    ----------
    composed
        Unresolved, changed in place; members that are sections already stay as they are.
    folders
        The configuration search path, first wins.

    Raises
    ------
    ConfigError
        With a line for each name that is no option, or is named twice; or if there is no list of names.
    """
    model = composed.get(GROUP)
    if not isinstance(model, DictConfig) or MEMBERS not in model:
        return
    members: Any = OmegaConf.to_container(model).get(MEMBERS)  # type: ignore[union-attr]
    if isinstance(members, Mapping):
        return
    known = {path.stem: path for folder in reversed(folders) for path in (folder / GROUP).glob("*.yaml")}
    names = member_names(members)
    if problems := list(_problems(members, names, known)):
        raise ConfigError("\n".join(f"{GROUP}.{MEMBERS}: {problem}" for problem in problems))
    with open_dict(composed):
        model[MEMBERS] = {name: _section(known[name], known) for name in sorted(names)}
        _keep_spaces(composed, names, folders)


def _keep_spaces(composed: DictConfig, names: Sequence[str], folders: Sequence[Path]) -> None:
    """Leave out where parameters of other models than the members are looked for; add those of one's own.

    The space of an ensemble begins with those of all models of smc, so that each can be changed.
    """
    space = composed.get(SPACE)
    if not isinstance(space, DictConfig):
        return
    known = {path.stem: path for folder in reversed(folders) for path in (folder / SPACE).glob("*.yaml")}
    of_models = known.keys() - composed[GROUP].keys()  # one's own argument may be called as a model is
    others = [str(name) for name in space if name in of_models and name not in names]
    for name in others:
        if space[name] != _section(known[name], known):
            raise ConfigError(f"{SPACE}.{name}: is no member; {GROUP}.{MEMBERS}=[{','.join(names)}]")
        del space[name]
    for name in names:
        if name in known and known[name].parents[1] != CONF and name not in space:
            space[name] = _section(known[name], known)


def member_names(value: object) -> list[str]:
    """Return the names that a value lists; none if it lists no names."""
    return [str(name) for name in value] if isinstance(value, list) else []


def _problems(members: Any, names: Sequence[str], known: Mapping[str, Path]) -> Iterator[str]:
    if not names:
        yield f"must list options of {GROUP}, such as {GROUP}.{MEMBERS}=[logistic,xgboost], got {members!r}"
    for name in dict.fromkeys(names):
        if name not in known:
            yield f"{name}: no such option{suggest(name, known)} (options: {', '.join(sorted(known))})"
        elif names.count(name) > 1:
            yield f"{name} is named {names.count(name)} times; once is enough"
        elif MEMBERS in _section(known[name], known):
            yield f"{name} is an ensemble itself; name the models that it is to have"


def _section(path: Path, known: Mapping[str, Path]) -> DictConfig:
    """Read an option, over the options of its group that it starts from."""
    own: Any = OmegaConf.load(path)
    parents = [name for name in own.pop("defaults", []) if isinstance(name, str) and name != "_self_"]
    merged: Any = OmegaConf.merge(*(_section(known[name], known) for name in parents), own)
    return merged
