"""The jobs of a sweep: Hydra composes each set of options once, and the values of a job are put in."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from omegaconf import OmegaConf, open_dict

from smc.config.composer import (
    Composer,
    choices_of,
    folders_of,
    own_part,
    resolved,
    to_job,
    told_as_typed,
)
from smc.config.fault import COMPOSITION_ERRORS
from smc.config.job import Job
from smc.config.profile import as_typed
from smc.config.suggest import unclear_nulls
from smc.config.template import INTERPOLATION, Template, hands_on, mark_of
from smc.errors import ConfigError
from smc.outside.secrets import hidden_override

if TYPE_CHECKING:
    from hydra.core.override_parser.types import Override

#: Overrides that are remembered: the values of a sweep come again and again.
N_REMEMBERED = 2**14
#: A key that Hydra takes as it stands.
PLAIN_KEY = re.compile(r"\w+(\.\w+)*")
#: Names files that are composed.
MEMBERS = "model.members"
#: Values that Hydra, or smc, reads as something else than themselves: nothing yet, the home folder.
MISSING, HOME = "???", "~"


@dataclass(frozen=True)
class _Typed:
    """One override as a job needs it.

    Attributes
    ----------
    shown
        As typed, without secrets.
    problems
        What is wrong with it on its own.
    """

    override: "Override"
    shown: str
    problems: tuple[str, ...]


@dataclass(frozen=True)
class _Composition:
    """What Hydra made of the options of several jobs."""

    template: Template
    choices: dict[str, Any]
    folders: list[Path]


class JobComposer:
    """Compose jobs as Hydra does; those that differ in plain values alone are composed once.

    Hydra takes 0.1 s to merge the files that the options name. The values of a job (numbers, texts, flags,
    lists of these, under dotted keys, ``symbol`` or ``seed``) are composed as marks, and put in afterwards.
    Where a composition depends on what a value is, or cannot be, Hydra composes the job itself.
    """

    def __init__(self, composer: Composer) -> None:
        from smc.config.checked_configs import CheckedConfigs  # imports the classes that are named

        self._composer, self._checked = composer, CheckedConfigs()
        self._compositions: dict[tuple[str, ...], _Composition | None] = {}
        self._read = lru_cache(N_REMEMBERED)(self._read_override)

    @property
    def folders(self) -> Sequence[Path]:
        """Of one's own options."""
        return self._composer.folders

    def compose(self, overrides: Sequence[str], number: int = 0) -> Job:
        """Compose one job of a sweep, in plain containers and checked.

        Raises
        ------
        ConfigError
            The composition does not fit what it configures.
        HydraException, OmegaConfBaseException
            There is no such composition.
        """
        typed = [self._read(text) for text in overrides]
        keys = [each.override.key_or_group for each in typed]
        values: list[Any] = []
        marked: list[str] = []
        for text, each in zip(overrides, typed, strict=True):
            if is_value(each.override, keys):
                marked.append(_with_mark(each.override, len(values)))
                values.append(each.override.value())
            else:
                marked.append(text)
        composition = self._composition(tuple(marked), values)
        if composition is None:
            return self._by_hydra(overrides, number)
        own = [each for each in typed if not each.override.is_hydra_override()]
        if problems := [problem for each in own for problem in each.problems]:
            raise ConfigError("\n".join(problems))
        config, choices = composition.template.filled(values), composition.choices
        with told_as_typed([str(each.override.input_line) for each in own], config):
            settled = self._checked.settle(config, choices.get("model"))
        return Job(settled, choices, [each.shown for each in own], composition.folders, number)

    def _read_override(self, text: str) -> _Typed:
        (override,) = self._composer.parse([text])
        shown = hidden_override(as_typed(str(override.input_line), self._composer.folders))
        return _Typed(override, shown, tuple(unclear_nulls([str(override.input_line)])))

    def _composition(self, marked: tuple[str, ...], values: Sequence[Any]) -> _Composition | None:
        """Compose with marks; None where the values decide on more than their own places."""
        if marked not in self._compositions:
            try:
                self._compositions[marked] = self._compose_marked(marked, values)
            except (*COMPOSITION_ERRORS, ConfigError):
                self._compositions[marked] = None
        return self._compositions[marked]

    def _compose_marked(self, marked: Sequence[str], values: Sequence[Any]) -> _Composition | None:
        composed = self._composer.load(marked)
        own = own_part(composed)
        if not hands_on(OmegaConf.to_container(own, resolve=False)):
            return None
        template = Template(resolved(own, composed), [isinstance(value, list) for value in values])
        return _Composition(template, choices_of(composed), folders_of(composed))

    def _by_hydra(self, overrides: Sequence[str], number: int) -> Job:
        composed = self._composer.load(overrides)
        with open_dict(composed):
            composed.hydra.job.num = number
            composed.hydra.job.id = str(number)
        return to_job(composed, number)


def _with_mark(override: "Override", number: int) -> str:
    mark = mark_of(number)
    return f"{override.get_key_element()}={f'[{mark}]' if isinstance(override.value(), list) else mark}"


def is_value(override: "Override", keys: Sequence[str]) -> bool:
    """Tell whether an override is sure to choose no option, and to set what is typed.

    Parameters
    ----------
    keys
        Of all overrides of the job: where one sets an item of a list, Hydra has to see the list.
    """
    key, value = override.key_or_group, override.value()
    if override.is_hydra_override() or override.package or override.is_delete():
        return False
    if not PLAIN_KEY.fullmatch(key) or key == MEMBERS:
        return False
    has_sign = override.is_add() or override.is_force_add()
    if "." not in key and (has_sign or key not in ("symbol", "seed")):
        return False
    if isinstance(value, list):
        return all(map(_is_plain, value)) and not any(other.startswith(f"{key}.") for other in keys)
    return _is_plain(value)


def _is_plain(value: object) -> bool:
    if isinstance(value, str):
        return INTERPOLATION not in value and value != MISSING and not value.startswith(HOME)
    return value is None or isinstance(value, bool | int | float)
