"""Say what is wrong with overrides that cannot be composed, all of it at once, with the nearest names."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from hydra.errors import HydraException
from omegaconf import OmegaConf
from omegaconf.errors import OmegaConfBaseException
from yaml import MarkedYAMLError

from smc.config.composer import Composer, to_job, without_hydra
from smc.config.options import defaults, groups, options
from smc.config.suggest import renamed_to, suggest
from smc.errors import ConfigError

if TYPE_CHECKING:
    from hydra.core.override_parser.types import Override

#: What a composition raises when overrides or files of one's own are at fault.
COMPOSITION_ERRORS = (HydraException, OmegaConfBaseException, MarkedYAMLError, ValueError)


def explain(error: Exception, overrides: Sequence[str], composer: Composer) -> ConfigError:
    """Turn a failed composition into one ConfigError with a line for each override at fault.

    Parameters
    ----------
    error
        What the composition raised; its first line is the message when no override is at fault.
    overrides
        As typed.
    composer
        Of the tree that they are meant for.
    """
    if isinstance(error, MarkedYAMLError):
        return ConfigError(_not_yaml(error))
    parsed, problems = _parse(overrides)
    known_groups, valid = groups(composer.folders), []
    for override in parsed:
        group = override.key_or_group
        if group in known_groups and not override.is_sweep_override():
            faults = _unknown_option(group, override, options(group, composer.folders))
            problems += faults
            if not faults:
                valid.append(override.input_line)
    keys = _known_keys(composer, valid)
    for override in parsed:
        key = override.key_or_group
        if key not in known_groups and not key.startswith("hydra"):
            faults = (
                _repeated_key(override, keys)
                if _may_be_new(override)
                else _unknown_key(key, keys, known_groups)
            )
            problems += faults
            if not faults and not override.is_sweep_override():
                valid.append(override.input_line)
    if "Ambiguous" in str(error):
        problems += [_several_runs(override) for override in parsed if override.is_sweep_override()]
    problems += _mismatches(composer, valid)
    return ConfigError("\n".join(problems or [f"{str(error) or type(error).__name__}".splitlines()[0]]))


def _several_runs(override: "Override") -> str:
    key, value = override.key_or_group, str(override.input_line).partition("=")[2]
    return f"{override.input_line}: a comma list is several runs, add -m; one list is '{key}=[{value}]'"


def _repeated_key(override: "Override", keys: dict[str, Any] | None) -> list[str]:
    """Refuse to add what is there; `++` sets it in any case."""
    if override.is_force_add() or keys is None or _unknown_key(override.key_or_group, keys, []):
        return []
    return [f"{override.input_line}: the key is there already; leave the + out"]


def _not_yaml(error: MarkedYAMLError) -> str:
    """Say where a file is no YAML, and why."""
    mark = error.problem_mark or error.context_mark
    why = " ".join(filter(None, (error.problem, error.context)))
    return f"{mark.name}, line {mark.line + 1}: not YAML, {why}" if mark else f"not YAML, {why}"


def _mismatches(composer: Composer, valid: Sequence[str]) -> list[str]:
    """Check what the overrides that are not at fault compose into, so that one answer lists every problem."""
    try:
        to_job(composer.load(valid))
    except ConfigError as error:
        return str(error).splitlines()
    except COMPOSITION_ERRORS:
        pass
    return []


def _may_be_new(override: "Override") -> bool:
    """Tell whether an override may name a key that is not there; `check_config` looks at those."""
    return override.is_add() or override.is_force_add()


def _parse(overrides: Sequence[str]) -> "tuple[list[Override], list[str]]":
    from hydra.core.override_parser.overrides_parser import OverridesParser

    parser, parsed, problems = OverridesParser.create(), [], []
    for text in overrides:
        try:
            parsed.append(parser.parse_override(text))
        except HydraException as error:
            problems.append(f"{text}: {_malformed(text, str(error).splitlines()[0])}")
    return parsed, problems


def _malformed(text: str, reason: str) -> str:
    """Say what is wrong with the form of an override; braces, commas and spaces need quotes within quotes."""
    key, equals, value = text.partition("=")
    if not equals:
        return f"not of the form key=value ({reason})"
    return f"the value needs quotes that the shell leaves alone: '{key}=\"{value}\"' ({reason})"


def _unknown_option(group: str, override: "Override", known: dict[str, str]) -> list[str]:
    value = override.value()
    if override.is_add() and group in defaults():
        return [f"{override.input_line}: the group has an option already; leave the + out to choose another"]
    if value is None and not override.is_delete():
        return [f"{override.input_line}: a group needs an option (options: {', '.join(known)})"]
    names = value if isinstance(value, list) else [value]
    return [
        f"{group}={name}: no such option{suggest(str(name), known)} (options: {', '.join(known)})"
        for name in names
        if name is not None and str(name) not in known
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
            if renamed := renamed_to(str(node.get("_target_")), step):
                return [f"{where}: no such key{renamed}"]
            suggestion = suggest(step, names) or _sections_with(step, keys)
            return [f"{where}: no such key{suggestion} (to add a new one: +{key}=...)"]
        node = node[step]
        walked.append(step)
    return []


def _sections_with(name: str, keys: dict[str, Any] | None) -> str:
    """Name the sections of the root that have such a key, for one typed without its section."""
    sections = [group for group, node in (keys or {}).items() if isinstance(node, dict) and name in node]
    return f"; did you mean {' or '.join(f'{group}.{name}' for group in sections)}?" if sections else ""


def _known_keys(composer: Composer, choices: Sequence[str]) -> dict[str, Any] | None:
    """Compose with the valid group choices alone, to learn which keys there are."""
    try:
        composed = composer.load(choices)
    except (*COMPOSITION_ERRORS, ConfigError):
        return None
    return OmegaConf.to_container(without_hydra(composed), resolve=False)  # type: ignore[return-value]
