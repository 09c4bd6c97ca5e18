"""Compositions of one tree of configuration: Hydra's own, turned into plain and checked jobs."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from smc.config.annotations import annotations
from smc.config.hydra_settings import check_hydra_settings, check_typed_settings
from smc.config.job import Job
from smc.config.members import put_members
from smc.config.profile import as_typed
from smc.config.schema import Root
from smc.config.suggest import unclear_nulls, with_text, with_typed_value, without_sign
from smc.config.tree import CONF, ROOT_NAME, VERSION_BASE, check_folders
from smc.errors import ConfigError
from smc.outside.home import home_path
from smc.outside.secrets import hidden_override, meet, meet_override
from smc.typing import Config

if TYPE_CHECKING:
    from hydra.core.override_parser.types import Override

#: What OmegaConf says of an interpolation that leads nowhere.
MISSING_KEY = re.compile(r"Interpolation key '(\w+)' not found")
MISSING_VARIABLE = re.compile(r"Environment variable '([^']*)' not found")
RESOLVER_FAILED = re.compile(r"\w+ raised while resolving interpolation: (.*)")


class Composer:
    """Compose as Hydra does; what a program has set up in Hydra for itself stays as it is.

    Parameters
    ----------
    folders
        Of your own options, searched behind `conf/`.
    root_name
        File of the tree that a composition starts from.

    Raises
    ------
    ConfigError
        One of the folders is not there.
    """

    def __init__(self, folders: Sequence[Path] = (), *, root_name: str = ROOT_NAME) -> None:
        from hydra import version
        from hydra._internal.config_loader_impl import ConfigLoaderImpl
        from hydra._internal.utils import create_config_search_path
        from hydra.core.config_search_path import SearchPathQuery
        from hydra.core.utils import JobRuntime, setup_globals

        check_folders(folders)
        self.folders, self.root_name = list(folders), root_name
        version.setbase(VERSION_BASE)
        setup_globals()
        JobRuntime().set("name", root_name)
        path = create_config_search_path(str(CONF))
        for folder in folders:
            place = f"file://{folder.resolve()}"
            path.prepend(provider="command-line", path=place, anchor=SearchPathQuery(provider="schema"))
        self.loader = ConfigLoaderImpl(config_search_path=path)

    def load(self, overrides: Sequence[str], *, for_sweep: bool = False) -> DictConfig:
        """Compose with Hydra's own section; in a sweep's composition, what is swept keeps its default."""
        from hydra.types import RunMode

        mode = RunMode.MULTIRUN if for_sweep else RunMode.RUN
        for override in overrides:
            meet_override(override)
        check_typed_settings(overrides)
        check_begun(overrides)
        composed = self.loader.load_configuration(
            self.root_name, list(overrides), mode, validate_sweep_overrides=not for_sweep
        )
        if self.root_name == ROOT_NAME:
            check_hydra_settings(composed)
        return in_home(composed)

    def parse(self, overrides: Sequence[str]) -> "list[Override]":
        """Parse overrides."""
        for override in overrides:
            meet_override(override)
        check_begun(overrides)
        from hydra.core.override_parser.overrides_parser import OverridesParser

        return OverridesParser.create(config_loader=self.loader).parse_overrides(list(overrides))


def check_begun(overrides: Sequence[str]) -> None:
    """Raise what Hydra raises of a malformed override of one without a key, on which its parser breaks."""
    from hydra.errors import OverrideParseException

    for override in overrides:
        if override.lstrip("+~").startswith("="):
            raise OverrideParseException(override, f"{override}: not of the form key=value")


def to_job(composed: DictConfig, number: int = 0) -> Job:
    """Turn a composition with Hydra's own section into a job: resolved, checked, plain.

    Raises
    ------
    ConfigError
        An interpolation that leads nowhere, or whatever `check_config` finds.
    """
    from smc.config.check import check_config  # imports the classes that are named, and their libraries
    from smc.config.normalize_numbers import normalize_numbers

    typed: Any = OmegaConf.to_container(composed.hydra.overrides.task, resolve=False)
    if problems := list(unclear_nulls(typed)):
        raise ConfigError("\n".join(problems))
    choices, folders = choices_of(composed), folders_of(composed)
    config = resolved(own_part(composed), composed)
    meet(config)
    with told_as_typed(typed, config):
        check_config(config, choices.get("model"))
    overrides = [hidden_override(as_typed(text, folders)) for text in typed]
    return Job(normalize_numbers(config), choices, overrides, folders, number)


def choices_of(composed: DictConfig) -> dict[str, Any]:
    """Return the option chosen for each group."""
    return dict(composed.hydra.runtime.choices)


def folders_of(composed: DictConfig) -> list[Path]:
    """Return the configuration search path, first wins."""
    return [Path(source.path) for source in composed.hydra.runtime.config_sources if source.schema == "file"]


def own_part(composed: DictConfig) -> DictConfig:
    """Return a composition unresolved, without Hydra's own section, and with the members of an ensemble."""
    own = without_hydra(composed)
    put_members(own, folders_of(composed))
    return own


def resolved(own: DictConfig, composed: DictConfig) -> Config:
    """Resolve the own part of a composition into plain containers.

    Raises
    ------
    ConfigError
        An interpolation leads nowhere.
    """
    with _read_by_interpolations(composed):
        return to_plain(own)


@contextmanager
def told_as_typed(typed: Sequence[str], config: Config) -> Iterator[None]:
    """Say of what is wrong with a configuration how it would be typed, as far as it was."""
    try:
        yield
    except ConfigError as error:
        lines = (
            with_typed_value(with_text(without_sign(line, typed, config), typed), typed)
            for line in str(error).splitlines()
        )
        raise ConfigError("\n".join(lines)) from error


def in_home(composed: DictConfig) -> DictConfig:
    """Write the folders of results with the home folder for their ``~``, for all that refers to them.

    Raises
    ------
    ConfigError
        There is no such user.
    """
    paths = OmegaConf.select(composed, "paths", default={})
    for key in paths if isinstance(paths, DictConfig) else ():
        typed = None if OmegaConf.is_interpolation(paths, str(key)) else paths[key]
        if isinstance(typed, str) and typed.startswith("~"):
            try:
                paths[key] = home_path(typed)
            except ValueError as error:
                raise ConfigError(f"paths.{key}: {error}") from error
    return composed


def without_hydra(composed: DictConfig) -> DictConfig:
    """Leave Hydra's own section out."""
    return OmegaConf.masked_copy(composed, [str(key) for key in composed if key != "hydra"])


def to_plain(composed: DictConfig) -> Config:
    """Resolve interpolations into plain containers.

    Raises
    ------
    ConfigError
        One leads nowhere.
    """
    try:
        return OmegaConf.to_container(composed, resolve=True)  # type: ignore[return-value]
    except OmegaConfBaseException as error:
        raise ConfigError(said_of_interpolation(error)) from error


def said_of_interpolation(error: OmegaConfBaseException) -> str:
    """Say which value refers to what is not there; of a key that every run has, that it is missing."""
    sentence = str(error.msg).splitlines()[0]
    if (match := MISSING_KEY.fullmatch(sentence)) and match[1] in annotations(Root):
        return f"{match[1]}: missing, and a run needs it"
    if match := MISSING_VARIABLE.search(sentence):
        return f"{error.full_key}: the environment variable {match[1]} is not set"
    if match := RESOLVER_FAILED.fullmatch(sentence):
        sentence = f"the interpolation cannot be resolved ({match[1]})"
    return f"{error.full_key}: {sentence}"


@contextmanager
def _read_by_interpolations(composed: DictConfig) -> Iterator[None]:
    """Let `${hydra:...}` read a composition; what a program has set for itself is there again afterwards."""
    from hydra.core.hydra_config import HydraConfig

    state = HydraConfig.instance()
    own = state.cfg
    state.set_config(composed)
    try:
        yield
    finally:
        state.cfg = own
