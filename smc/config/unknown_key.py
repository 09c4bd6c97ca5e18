"""What is wrong with an override whose key is not there, is there already, or stands for a section."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from smc.config.fault import Fault
from smc.config.options import Known, keys_of
from smc.config.suggest import renamed_to, suggest

if TYPE_CHECKING:
    from hydra.core.override_parser.types import Override

HYDRA = "hydra"
#: Where the parameters of the model are looked for, by its option: names that belong to `model` first of all.
SPACE = "space"
#: Options that an error names as having a key.
N_NAMED = 3


def repeated_key(override: "Override", keys: dict[str, Any] | None, known: Known) -> list[Fault]:
    """Refuse to add what is there; `++` sets it in any case."""
    if override.is_force_add() or keys is None or unknown_key(override, keys, known):
        return []
    return [Fault(f"{override.input_line}: the key is there already; leave the + out")]


def unknown_key(override: "Override", keys: dict[str, Any] | None, known: Known) -> list[Fault]:
    """Walk a dotted key down the composed tree, and name the first step that is not there."""
    node: Any = keys
    if node is None:
        return []
    walked: list[str] = []
    for step in override.key_or_group.replace("/", ".").split("."):
        if not isinstance(node, dict):
            return [Fault(f"{override.key_or_group}: `{'.'.join(walked)}` is a value, not a section")]
        if step not in node:
            names = list(node) if walked else [*node, *known]
            where = f"{'.'.join([*walked, step])}: no such key"
            if renamed := renamed_to(str(node.get("_target_")), step):
                return [Fault(where + renamed)]
            suggestion = suggest(step, names) or _sections_with(step, keys)
            if not suggestion and len(walked) == 1:
                suggestion = options_with(walked[0], step, known)
            return [Fault(where + suggestion, () if suggestion or not walked else _added(override))]
        node = node[step]
        walked.append(step)
    if "/" in override.key_or_group:
        return [Fault(f"{override.key_or_group}: no such key; did you mean {'.'.join(walked)}?")]
    return []


def not_a_section(override: "Override", keys: dict[str, Any] | None) -> list[Fault]:
    """Refuse a value in the place of a section."""
    node: Any = keys
    for step in override.key_or_group.split("."):
        node = node.get(step) if isinstance(node, dict) else None
    if not isinstance(node, dict) or override.is_delete() or override.is_sweep_override():
        return []
    value = override.value()
    if isinstance(value, dict) or (isinstance(value, str) and "${" in value):
        return []
    return [Fault(f"{override.key_or_group}: must be a section of keys, got {value}")]


def unknown_setting(override: "Override", known: Known, choices: Sequence[str | None]) -> list[Fault]:
    """Name the option that has a setting of Hydra, or say that there is none."""
    key = override.key_or_group
    group, _, name = key.replace(".", "/").rpartition("/")
    is_chosen = any(str(choice).startswith(f"{group}=") for choice in choices)
    if not is_chosen and (found := options_with(group, name, known)):
        return [Fault(f"{key}: no such key{found}")]
    if "/" in key or key == HYDRA:
        names = [each for each in known if each.startswith(f"{HYDRA}/")]
        return [Fault(f"{key}: no such group of Hydra's (groups: {', '.join(names)})")]
    return []


def options_with(group: str, name: str, known: Known) -> str:
    """Name the options of a group that have a key which the chosen one has not."""
    having = [option for option in known.get(group, ()) if name in keys_of(group, option)]
    if not having:
        return ""
    named = " or ".join(f"{group}={option}" for option in having[:N_NAMED])
    return f"; {named} {'has' if len(having) == 1 else 'have'} it"


def _added(override: "Override") -> tuple[tuple[str, str], ...]:
    """Return the same override with a +, and what is said of it."""
    if override.is_delete() or override.is_sweep_override():
        return ()
    return ((f"+{override.input_line}", f" (to add a new one: +{override.key_or_group}=...)"),)


def _sections_with(name: str, keys: dict[str, Any] | None) -> str:
    """Name the sections of the root that have such a key, for one typed without its section.

    Those of `space` are where a model's own parameters are looked for, and have their names.
    """
    nodes = (keys or {}).items() if not name.startswith("_") else ()
    sections = [group for group, node in nodes if isinstance(node, dict) and name in node and group != SPACE]
    return f"; did you mean {' or '.join(f'{group}.{name}' for group in sections)}?" if sections else ""
