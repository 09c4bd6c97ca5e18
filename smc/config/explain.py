"""Say what is wrong with overrides that cannot be composed, all of it at once, with the nearest names."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from hydra.errors import HydraException
from omegaconf import OmegaConf, open_dict
from omegaconf.errors import OmegaConfBaseException
from yaml import MarkedYAMLError

from smc.config.options import defaults, groups, options
from smc.config.resolve import to_plain_config
from smc.config.suggest import renamed_to, suggest
from smc.config.tree import CONF, ROOT_NAME, hydra_on_conf, search_path
from smc.errors import ConfigError

#: What a composition raises when overrides or files of one's own are at fault.
COMPOSITION_ERRORS = (HydraException, OmegaConfBaseException, MarkedYAMLError, ValueError)


def explain(error: Exception, overrides: list[str], folders: Sequence[Path] = ()) -> ConfigError:
    """Turn a failed composition into one ConfigError with a line for each override at fault.

    Parameters
    ----------
    error
        What the composition raised; its first line is the message when no override is at fault.
    overrides
        As typed.
    folders
        Of one's own options.
    """
    if isinstance(error, MarkedYAMLError):
        return ConfigError(_broken(error))
    parsed, problems = _parse(overrides)
    known, search, sound = groups(folders), search_path(folders), []
    for override in parsed:
        key = override.key_or_group
        if key in known and not override.is_sweep_override():
            found = _unknown_option(key, override, options(key, folders))
            problems += found
            if not found:
                sound.append(override.input_line)
    keys = _keys([*sound, *search])
    for override in parsed:
        key = override.key_or_group
        if key not in known and not key.startswith("hydra"):
            found = _added(override, keys) if _adds(override) else _unknown_key(key, keys, known)
            problems += found
            if not found and not override.is_sweep_override():
                sound.append(override.input_line)
    if "Ambiguous" in str(error):
        problems += [_several(override) for override in parsed if override.is_sweep_override()]
    problems += _mismatches([*sound, *search], folders)
    return ConfigError("\n".join(problems or [f"{str(error) or type(error).__name__}".splitlines()[0]]))


def _several(override: Any) -> str:
    key, value = override.key_or_group, override.input_line.partition("=")[2]
    return f"{override.input_line}: a comma list is several runs, add -m; one list is '{key}=[{value}]'"


def _added(override: Any, keys: dict[str, Any] | None) -> list[str]:
    """Refuse to add what is there; `++` sets it in any case."""
    if override.is_force_add() or keys is None or _unknown_key(override.key_or_group, keys, []):
        return []
    return [f"{override.input_line}: the key is there already; leave the + out"]


def _broken(error: MarkedYAMLError) -> str:
    """Say where a file is no YAML, and why."""
    mark = error.problem_mark or error.context_mark
    why = " ".join(filter(None, (error.problem, error.context)))
    return f"{mark.name}, line {mark.line + 1}: not YAML, {why}" if mark else f"not YAML, {why}"


def _mismatches(sound: list[str], folders: Sequence[Path]) -> list[str]:
    """Check what the overrides that are not at fault compose into, so that all is said at once."""
    import hydra

    with hydra_on_conf():
        try:
            composed = hydra.compose(ROOT_NAME, sound, return_hydra_config=True)
        except COMPOSITION_ERRORS:
            return []
    choices = dict(composed.hydra.runtime.choices)
    with open_dict(composed):
        del composed["hydra"]
    try:
        to_plain_config(composed, choices, [CONF, *folders])
    except ConfigError as error:
        return str(error).splitlines()
    return []


def _adds(override: Any) -> bool:
    """Tell whether an override may name a key that is not there; `check_config` looks at those."""
    return override.is_add() or override.is_force_add()


def _parse(overrides: list[str]) -> tuple[list[Any], list[str]]:
    from hydra.core.override_parser.overrides_parser import OverridesParser

    parser, parsed, problems = OverridesParser.create(), [], []
    for text in overrides:
        try:
            parsed.append(parser.parse_override(text))
        except HydraException as error:
            problems.append(f"{text}: {_malformed(text, str(error).splitlines()[0])}")
    return parsed, problems


def _malformed(text: str, said: str) -> str:
    """Say what is wrong with the form of an override; braces, commas and spaces need quotes within quotes."""
    key, equals, value = text.partition("=")
    if not equals:
        return f"not of the form key=value ({said})"
    return f"the value needs quotes that the shell leaves alone: '{key}=\"{value}\"' ({said})"


def _unknown_option(group: str, override: Any, known: dict[str, str]) -> list[str]:
    value = override.value()
    if override.is_add() and group in defaults():
        return [f"{override.input_line}: the group has an option already; leave the + out to choose another"]
    if value is None and not override.is_delete():
        return [f"{override.input_line}: a group needs an option (options: {', '.join(known)})"]
    chosen = value if isinstance(value, list) else [value]
    return [
        f"{group}={each}: no such option{suggest(str(each), known)} (options: {', '.join(known)})"
        for each in chosen
        if each is not None and str(each) not in known
    ]


def _unknown_key(key: str, keys: dict[str, Any] | None, known_groups: list[str]) -> list[str]:
    """Walk a dotted key down the composed tree, and name the first step that is not there."""
    node: Any = keys
    if node is None:
        return []
    walked: list[str] = []
    for step in key.split("."):
        if not isinstance(node, dict):
            return [f"{key}: `{'.'.join(walked)}` is a value, not a section"]
        if step not in node:
            names = list(node) if walked else [*node, *known_groups]
            where = ".".join([*walked, step])
            renamed = renamed_to(str(node.get("_target_")), step)
            meant = renamed or suggest(step, names) or _elsewhere(step, keys)
            return [f"{where}: no such key{meant} (to add a new one: +{key}=...)"]
        node = node[step]
        walked.append(step)
    return []


def _elsewhere(name: str, keys: dict[str, Any] | None) -> str:
    """Name the sections of the root that have such a key, for one typed without its section."""
    sections = [group for group, node in (keys or {}).items() if isinstance(node, dict) and name in node]
    return f"; did you mean {' or '.join(f'{group}.{name}' for group in sections)}?" if sections else ""


def _keys(chosen: list[str]) -> dict[str, Any] | None:
    """Compose with the valid group choices alone, to learn which keys there are."""
    import hydra

    with hydra_on_conf():
        try:
            composed = hydra.compose(ROOT_NAME, chosen)
        except COMPOSITION_ERRORS:
            return None
    return OmegaConf.to_container(composed, resolve=False)  # type: ignore[return-value]
