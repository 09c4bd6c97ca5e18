"""Say what is wrong with overrides that cannot be composed, all of it at once, with the nearest names."""

import re
import shlex
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from omegaconf import OmegaConf
from yaml import MarkedYAMLError

from smc.cli import quoted
from smc.config.composer import Composer, without_hydra
from smc.config.fault import COMPOSITION_ERRORS, Fault, tell
from smc.config.mended import mended, parse_override, spaced_out
from smc.config.options import Known, defaults, groups, options
from smc.config.suggest import suggest
from smc.config.unknown_key import HYDRA, SPACE, not_a_section, repeated_key, unknown_key, unknown_setting
from smc.errors import ConfigError

if TYPE_CHECKING:
    from hydra.core.override_parser.types import Override

#: What Hydra says of a key, or a package, that is not there.
NOT_THERE = re.compile(r"Could not override '([^']*)'.*")
DECIMAL_COMMA = re.compile(r"-?\d+,\d+")


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
    known = {group: options(group, composer.folders) for group in groups(composer.folders)}
    parsed, faults = parse(overrides, known)
    valid = []
    for override in parsed:
        group = override.key_or_group
        if group in known and not override.is_sweep_override():
            wrong = _unknown_option(group, override, known[group])
            faults += wrong
            if not wrong:
                valid.append(override.input_line)
    keys = _known_keys(composer, valid)
    for override in parsed:
        if override.key_or_group not in known:
            wrong = _wrong_key(override, keys, known, valid)
            faults += wrong
            if not wrong and not override.is_sweep_override():
                valid.append(override.input_line)
    if "Ambiguous" in str(error):
        faults += [_several_runs(override) for override in parsed if override.is_sweep_override()]
    lines = tell(faults, composer, valid)
    return ConfigError("\n".join(lines or [_first_line(error)]))


def _first_line(error: Exception) -> str:
    sentence = (str(error) or type(error).__name__).splitlines()[0]
    return NOT_THERE.sub(r"\1: no such key", sentence)


def _wrong_key(
    override: "Override", keys: dict[str, Any] | None, known: Known, choices: Sequence[str | None]
) -> list[Fault]:
    """Say what is wrong with an override that chooses no option."""
    if override.key_or_group.partition(".")[0].partition("/")[0] == HYDRA:
        return unknown_setting(override, known, choices)
    if override.package:
        return [Fault(f"{override.input_line}: a group stands where it stands; leave the @ out")]
    if _may_be_new(override):
        return repeated_key(override, keys, known)
    return unknown_key(override, keys, known) or not_a_section(override, keys)


def _several_runs(override: "Override") -> Fault:
    key, value = override.key_or_group, str(override.input_line).partition("=")[2]
    first, one_list = next(override.sweep_string_iterator()), f"{key}=[{value}]"
    sentence, one_text = f"{override.input_line}: a comma list is several runs", f"{key}={quoted(value)}"
    point = f"{key}={value.replace(',', '.')}"
    decimal = [(point, f"; a decimal has a point: {point}")] if DECIMAL_COMMA.fullmatch(value) else []
    remedies = (
        *decimal,
        (f"{key}={first}", ", add -m"),
        (one_list, f"; one list is '{one_list}'"),
        (one_text, f"; one text is {shlex.quote(one_text)}"),
    )
    return Fault(sentence, remedies)


def _not_yaml(error: MarkedYAMLError) -> str:
    """Say where a file is no YAML, and why."""
    mark = error.problem_mark or error.context_mark
    why = " ".join(filter(None, (error.problem, error.context)))
    return f"{mark.name}, line {mark.line + 1}: not YAML, {why}" if mark else f"not YAML, {why}"


def _may_be_new(override: "Override") -> bool:
    """Tell whether an override may name a key that is not there; `check_config` looks at those."""
    return override.is_add() or override.is_force_add()


def parse(overrides: Sequence[str], known: Known) -> "tuple[list[Override], list[Fault]]":
    """Parse overrides, and say of each that cannot be read what was probably meant.

    Parameters
    ----------
    known
        Options of each group.
    """
    rest, parsed, faults = list(overrides), [], []
    for words, whole in spaced_out(overrides):
        faults.append(Fault(f"{' '.join(words)}: an override has no spaces; type {shlex.quote(whole)}"))
        start = next(place for place in range(len(rest)) if rest[place : place + len(words)] == words)
        del rest[start : start + len(words)]
    for place, text in enumerate(rest):
        if override := parse_override(text):
            parsed.append(override)
        else:
            faults.append(_malformed(text, rest[place - 1] if place else "", known))
    return parsed, faults


def _malformed(text: str, before: str, known: Known) -> Fault:
    """Say what is wrong with the form of an override; braces, commas and spaces need quotes within quotes."""
    key, equals, value = text.partition("=")
    what = "the value cannot be read" if equals and key else "not of the form key=value"
    sentence = f"{text or repr(text)}: {what}"
    if meant := mended(text, known):
        return Fault(f"{sentence}; did you mean {meant}?")
    if not (equals and key):
        return Fault(sentence + (_part_of(before, text, known) or _choices(text, known)))
    if any(text.count(opening) != text.count(closing) for opening, closing in ("()", "[]", "{}")):
        return Fault(f"{sentence}, a bracket is open")
    remedy = f"{key}={quoted(value)}"
    return Fault(
        sentence, ((remedy, f"; as text, with quotes that the shell leaves alone: {shlex.quote(remedy)}"),)
    )


def _part_of(before: str, text: str, known: Known) -> str:
    """Ask whether a word belongs to the value before it, from which a space has cut it off."""
    key, sign, value = before.partition("=")
    if not (sign and value and text) or key in known:
        return ""
    whole = f"{key}={quoted(f'{value} {text}')}"
    return f"; if it belongs to {before}, put both into quotes: {shlex.quote(whole)}"


def _choices(text: str, known: Known) -> str:
    """Name the options of a group that was typed alone, and of an option that was, the group."""
    if text in known:
        return f", such as {text}={next(iter(known[text]))} (options: {', '.join(known[text])})"
    of = [f"{group}={text}" for group, names in known.items() if text in names and group != SPACE]
    return f"; did you mean {' or '.join(of)}?" if of else ", such as model=xgboost or seed=1"


def _unknown_option(group: str, override: "Override", known: dict[str, str]) -> list[Fault]:
    value = override.value()
    if override.is_delete():
        remedy = f"choose another option with {group}=... (options: {', '.join(known)})"
        is_named = "=" in str(override.input_line)
        return [Fault(f"~{group}: a run needs the group; {remedy}")] if is_named else []
    if override.is_add() and group in defaults():
        sentence = (
            f"{override.input_line}: the group has an option already; leave the + out to choose another"
        )
        return [Fault(sentence)]
    if value is None:
        return [Fault(f"{override.input_line}: a group needs an option (options: {', '.join(known)})")]
    names = value if isinstance(value, list) else [value]
    return [
        Fault(f"{group}={name}: no such option{suggest(str(name), known)} (options: {', '.join(known)})")
        for name in names
        if name is not None and str(name) not in known
    ]


def _known_keys(composer: Composer, choices: Sequence[str]) -> dict[str, Any] | None:
    """Compose with the valid group choices alone, to learn which keys there are."""
    try:
        composed = composer.load(choices)
    except (*COMPOSITION_ERRORS, ConfigError):
        return None
    return OmegaConf.to_container(without_hydra(composed), resolve=False)  # type: ignore[return-value]
