"""Say what is wrong with overrides that cannot be composed, all of it at once, with the nearest names."""

from pathlib import Path
from typing import Any

from omegaconf import OmegaConf

from smc.config.compose import CONF, ROOT_NAME
from smc.config.nearest import nearest
from smc.config.options import groups, options
from smc.errors import ConfigError


def explain(error: Exception, overrides: list[str], search: list[str] | None = None) -> ConfigError:
    """Turn a failed composition into one ConfigError with a line for each override at fault.

    Parameters
    ----------
    error
        What the composition raised; its first line is the message when no override is at fault.
    overrides
        As typed.
    search
        Overrides that extend the search path.
    """
    folders = [
        Path(part[len("file://") :])
        for each in search or []
        for part in each[each.find("[") + 1 : -1].split(",")
    ]
    parsed, problems = _parse(overrides)
    known = groups(folders)
    chosen = []
    for override in parsed:
        key = override.key_or_group
        if key in known and not override.is_sweep_override():
            found = _unknown_option(key, override.value(), options(key, folders))
            problems += found
            if not found:
                chosen.append(override.input_line)
    keys = _keys([*chosen, *(search or [])])
    for override in parsed:
        key = override.key_or_group
        if key not in known and not _adds(override) and not key.startswith("hydra"):
            problems += _unknown_key(key, keys, known)
    return ConfigError("\n".join(problems) or str(error).splitlines()[0])


def _adds(override: Any) -> bool:
    """Tell whether an override may name a key that is not there; `check_config` looks at those."""
    return override.is_add() or override.is_force_add()


def _parse(overrides: list[str]) -> tuple[list[Any], list[str]]:
    from hydra.core.override_parser.overrides_parser import OverridesParser
    from hydra.errors import HydraException

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


def _unknown_option(group: str, value: Any, known: dict[str, str]) -> list[str]:
    chosen = value if isinstance(value, list) else [value]
    return [
        f"{group}={each}: no such option{nearest(str(each), known)} (options: {', '.join(known)})"
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
            return [f"{where}: no such key{nearest(step, names)} (to add a new one: +{key}=...)"]
        node = node[step]
        walked.append(step)
    return []


def _keys(chosen: list[str]) -> dict[str, Any] | None:
    """Compose with the valid group choices alone, to learn which keys there are."""
    import hydra
    from hydra.core.global_hydra import GlobalHydra
    from hydra.errors import HydraException

    GlobalHydra.instance().clear()
    with hydra.initialize_config_dir(str(CONF), version_base="1.3"):
        try:
            composed = hydra.compose(ROOT_NAME, chosen)
        except HydraException:
            return None
    return OmegaConf.to_container(composed, resolve=False)  # type: ignore[return-value]
