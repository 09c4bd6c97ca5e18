"""Compositions of one tree of configuration: Hydra's own, turned into plain and checked jobs."""

import copy
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from omegaconf import DictConfig, OmegaConf, open_dict
from omegaconf.errors import OmegaConfBaseException

from smc.config.check import check_config
from smc.config.hydra_settings import check_hydra_settings, check_typed_settings
from smc.config.job import Job
from smc.config.members import put_members
from smc.config.normalize_numbers import normalize_numbers
from smc.config.profile import as_typed
from smc.config.suggest import unclear_nulls, with_text, without_sign
from smc.config.tree import CONF, ROOT_NAME, VERSION_BASE, check_folders
from smc.errors import ConfigError
from smc.outside.home import home_path
from smc.outside.secrets import hidden_override, meet, meet_override
from smc.typing import Config

if TYPE_CHECKING:
    from hydra.core.override_parser.types import Override


class Composer:
    """Compose jobs as Hydra does; those that choose the same options share the costly part.

    Hydra merges the files that the options name (about 0.1 s), and then sets single values. Jobs that differ
    in dotted keys, in ``symbol`` or in ``seed`` only need the first step once: 0.01 s a job. What a program
    has set up in Hydra for itself stays as it is.

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
        self._shared: dict[tuple[str, ...], DictConfig] = {}

    def load(self, overrides: Sequence[str], *, for_sweep: bool = False) -> DictConfig:
        """Compose with Hydra's own section; in a sweep's composition, what is swept keeps its default."""
        from hydra.types import RunMode

        mode = RunMode.MULTIRUN if for_sweep else RunMode.RUN
        for override in overrides:
            meet_override(override)
        check_typed_settings(overrides)
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
        from hydra.core.override_parser.overrides_parser import OverridesParser

        return OverridesParser.create(config_loader=self.loader).parse_overrides(list(overrides))

    def compose(self, overrides: Sequence[str], number: int = 0) -> Job:
        """Compose one job of a sweep, in plain containers and checked.

        Raises
        ------
        ConfigError
            The composition does not fit what it configures.
        HydraException, OmegaConfBaseException
            There is no such composition.
        """
        composed = self._compose(overrides)
        with open_dict(composed):
            composed.hydra.job.num = number
            composed.hydra.job.id = str(number)
        return to_job(composed, number)

    def _compose(self, overrides: Sequence[str]) -> DictConfig:
        from hydra._internal.config_loader_impl import ConfigLoaderImpl

        parsed = self.parse(overrides)
        values = [override for override in parsed if _sets_a_value(override)]
        choices = tuple(override.input_line or "" for override in parsed if override not in values)
        if choices not in self._shared:
            self._shared[choices] = self.load(choices)
        composed = copy.deepcopy(self._shared[choices])
        ConfigLoaderImpl._apply_overrides_to_config(values, composed)
        composed.hydra.overrides.task = [
            override.input_line for override in parsed if not override.is_hydra_override()
        ]
        return in_home(composed)


def _sets_a_value(override: "Override") -> bool:
    """Tell whether an override is sure to choose no option: it can be applied to a shared tree."""
    key = override.key_or_group
    if override.is_hydra_override() or override.package or "/" in key:
        return False
    has_sign = override.is_add() or override.is_force_add() or override.is_delete()
    return "." in key or (key in ("symbol", "seed") and not has_sign)


def to_job(composed: DictConfig, number: int = 0) -> Job:
    """Turn a composition with Hydra's own section into a job: resolved, checked, plain.

    Raises
    ------
    ConfigError
        An interpolation that leads nowhere, or whatever `check_config` finds.
    """
    state: Any = composed.hydra
    choices = dict(state.runtime.choices)
    typed: Any = OmegaConf.to_container(state.overrides.task, resolve=False)
    folders = [Path(source.path) for source in state.runtime.config_sources if source.schema == "file"]
    if problems := list(unclear_nulls(typed)):
        raise ConfigError("\n".join(problems))
    own = without_hydra(composed)
    put_members(own, folders)
    with _read_by_interpolations(composed):
        config = to_plain(own)
    meet(config)
    try:
        check_config(config, choices.get("model"))
    except ConfigError as error:
        lines = (with_text(without_sign(line, typed, config), typed) for line in str(error).splitlines())
        raise ConfigError("\n".join(lines)) from error
    overrides = [hidden_override(as_typed(text, folders)) for text in typed]
    return Job(normalize_numbers(config), choices, overrides, folders, number)


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
        raise ConfigError(f"{error.full_key}: {str(error.msg).splitlines()[0]}") from error


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
