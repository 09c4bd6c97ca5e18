"""Say what is wrong with overrides that cannot be composed, all of it at once, with the nearest names."""

import shlex
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from hydra.errors import HydraException
from omegaconf import OmegaConf
from yaml import MarkedYAMLError

from smc.cli import quoted
from smc.config.composer import Composer, without_hydra
from smc.config.fault import COMPOSITION_ERRORS, Fault, tell
from smc.config.options import defaults, groups, options
from smc.config.suggest import renamed_to, suggest
from smc.errors import ConfigError

if TYPE_CHECKING:
    from hydra.core.override_parser.types import Override


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
    parsed, faults = _parse(overrides)
    known_groups, valid = groups(composer.folders), []
    for override in parsed:
        group = override.key_or_group
        if group in known_groups and not override.is_sweep_override():
            wrong = _unknown_option(group, override, options(group, composer.folders))
            faults += wrong
            if not wrong:
                valid.append(override.input_line)
    keys = _known_keys(composer, valid)
    for override in parsed:
        key = override.key_or_group
        if key not in known_groups and not key.startswith("hydra"):
            wrong = (
                _repeated_key(override, keys)
                if _may_be_new(override)
                else _unknown_key(override, keys, known_groups)
            )
            faults += wrong
            if not wrong and not override.is_sweep_override():
                valid.append(override.input_line)
    if "Ambiguous" in str(error):
        faults += [_several_runs(override) for override in parsed if override.is_sweep_override()]
    lines = tell(faults, composer, valid)
    return ConfigError("\n".join(lines or [f"{str(error) or type(error).__name__}".splitlines()[0]]))


def _several_runs(override: "Override") -> Fault:
    key, value = override.key_or_group, str(override.input_line).partition("=")[2]
    first, one_list = next(override.sweep_string_iterator()), f"{key}=[{value}]"
    sentence, one_text = f"{override.input_line}: a comma list is several runs", f"{key}={quoted(value)}"
    remedies = (
        (f"{key}={first}", ", add -m"),
        (one_list, f"; one list is '{one_list}'"),
        (one_text, f"; one text is {shlex.quote(one_text)}"),
    )
    return Fault(sentence, remedies)


def _repeated_key(override: "Override", keys: dict[str, Any] | None) -> list[Fault]:
    """Refuse to add what is there; `++` sets it in any case."""
    if override.is_force_add() or keys is None or _unknown_key(override, keys, []):
        return []
    return [Fault(f"{override.input_line}: the key is there already; leave the + out")]


def _not_yaml(error: MarkedYAMLError) -> str:
    """Say where a file is no YAML, and why."""
    mark = error.problem_mark or error.context_mark
    why = " ".join(filter(None, (error.problem, error.context)))
    return f"{mark.name}, line {mark.line + 1}: not YAML, {why}" if mark else f"not YAML, {why}"


def _may_be_new(override: "Override") -> bool:
    """Tell whether an override may name a key that is not there; `check_config` looks at those."""
    return override.is_add() or override.is_force_add()


def _parse(overrides: Sequence[str]) -> "tuple[list[Override], list[Fault]]":
    from hydra.core.override_parser.overrides_parser import OverridesParser

    parser, parsed, faults = OverridesParser.create(), [], []
    for text in overrides:
        try:
            parsed.append(parser.parse_override(text))
        except HydraException as error:
            faults.append(_malformed(text, str(error).splitlines()[0]))
    return parsed, faults


def _malformed(text: str, reason: str) -> Fault:
    """Say what is wrong with the form of an override; braces, commas and spaces need quotes within quotes."""
    key, equals, value = text.partition("=")
    if not equals:
        return Fault(f"{text}: not of the form key=value ({reason})")
    remedy = f"{key}={quoted(value)}"
    return Fault(
        f"{text}: the value cannot be read ({reason})",
        ((remedy, f"; as text, with quotes that the shell leaves alone: {shlex.quote(remedy)}"),),
    )


def _unknown_option(group: str, override: "Override", known: dict[str, str]) -> list[Fault]:
    value = override.value()
    if override.is_add() and group in defaults():
        sentence = (
            f"{override.input_line}: the group has an option already; leave the + out to choose another"
        )
        return [Fault(sentence)]
    if value is None and not override.is_delete():
        return [Fault(f"{override.input_line}: a group needs an option (options: {', '.join(known)})")]
    names = value if isinstance(value, list) else [value]
    return [
        Fault(f"{group}={name}: no such option{suggest(str(name), known)} (options: {', '.join(known)})")
        for name in names
        if name is not None and str(name) not in known
    ]


def _unknown_key(override: "Override", keys: dict[str, Any] | None, known_groups: list[str]) -> list[Fault]:
    """Walk a dotted key down the composed tree, and name the first step that is not there."""
    node: Any = keys
    if node is None:
        return []
    walked: list[str] = []
    for step in override.key_or_group.split("."):
        if not isinstance(node, dict):
            return [Fault(f"{override.key_or_group}: `{'.'.join(walked)}` is a value, not a section")]
        if step not in node:
            names = list(node) if walked else [*node, *known_groups]
            where = f"{'.'.join([*walked, step])}: no such key"
            if renamed := renamed_to(str(node.get("_target_")), step):
                return [Fault(where + renamed)]
            suggestion = suggest(step, names) or _sections_with(step, keys)
            return [Fault(where + suggestion, _added(override))]
        node = node[step]
        walked.append(step)
    return []


def _added(override: "Override") -> tuple[tuple[str, str], ...]:
    """Return the same override with a +, and what is said of it."""
    if override.is_delete() or override.is_sweep_override():
        return ()
    return ((f"+{override.input_line}", f" (to add a new one: +{override.key_or_group}=...)"),)


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
