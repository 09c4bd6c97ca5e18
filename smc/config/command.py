"""From a command line to what it asks for: one run, or the jobs of a sweep."""

import sys
from argparse import Namespace
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from hydra import __version__ as hydra_version
from omegaconf import OmegaConf

from smc import __version__
from smc.config.composer import Composer, to_job
from smc.config.explain import explain
from smc.config.fault import COMPOSITION_ERRORS
from smc.config.flags import check_flags, read_flags
from smc.config.help import config_dirs, help_text
from smc.config.hydra_settings import SEARCH
from smc.config.job import Job
from smc.config.job_composer import JobComposer
from smc.config.part import KEY, Part, read_part, without_part
from smc.config.profile import reach_profile
from smc.config.sweep import compose_jobs, expand, representatives, without_swept
from smc.config.swept_space import SearchSpace, read_space
from smc.config.tree import CONF, ROOT_NAME, VERSION_BASE, check_folders
from smc.errors import ConfigError
from smc.outside.secrets import hidden, hidden_override, meet, meet_override
from smc.typing import Config


class Command:
    """What a command line asks for, composed when it is asked.

    Parameters
    ----------
    overrides
        As typed.
    folders
        Of your own options.
    multirun
        Whether `-m` was given; a configuration may ask for a sweep itself, by ``hydra.mode=MULTIRUN``.
    """

    def __init__(
        self, overrides: Sequence[str] = (), folders: Sequence[Path] = (), *, multirun: bool = False
    ) -> None:
        self._typed_part, others = without_part(overrides)
        self.overrides, self.multirun = reach_profile(others, folders), multirun
        self.composer = Composer(folders)

    @property
    def is_sweep(self) -> bool:
        """Whether several runs may be meant."""
        mode = self._common.hydra.mode
        return self.multirun or (mode is not None and mode.name == "MULTIRUN")

    @cached_property
    def part(self) -> Part | None:
        """The part of the sweep that this process carries out; None: all of it."""
        return read_part(self._typed_part)

    @cached_property
    def launcher(self) -> Config:
        """The section `hydra.launcher`."""
        section: Any = OmegaConf.to_container(self._common.hydra.launcher, resolve=True)
        meet(section)
        if str(section.get("_target_")).startswith("smc."):
            from smc.config.check import check_arguments  # imports scikit-learn

            check_arguments("hydra.launcher", section)
        return section

    @property
    def is_search(self) -> bool:
        """Whether the runs of a sweep are found by a search, instead of listed."""
        return str(self._common.hydra.sweeper.get("_target_")) == SEARCH

    @cached_property
    def sweeper(self) -> Config:
        """The section `hydra.sweeper` of a search."""
        section: Any = OmegaConf.to_container(self._common.hydra.sweeper, resolve=True)
        section.pop("params", None)
        meet(section)
        from smc.config.check import check_arguments  # imports scikit-learn

        check_arguments("hydra.sweeper", section)
        return section

    @cached_property
    def space(self) -> SearchSpace:
        """Where a search looks.

        Raises
        ------
        ConfigError
            With every mistake, one a line.
        """
        try:
            return read_space(self.composer.parse([*self._params(), *self.overrides]))
        except COMPOSITION_ERRORS as error:
            raise self._explain(error, self.overrides) from error

    @property
    def replaced(self) -> list[str]:
        """Say which overrides a later one of the same key replaces by another value."""
        last = {text.partition("=")[0].lstrip("+"): text for text in self.overrides}
        return [
            f"{key}: typed more than once, the last one holds: {hidden_override(text)}"
            for key, text in last.items()
            if len({each for each in self.overrides if each.partition("=")[0].lstrip("+") == key}) > 1
        ]

    @property
    def shown_overrides(self) -> list[str]:
        """What was typed, without secrets."""
        return list(map(hidden_override, self.overrides))

    def job(self) -> Job:
        """Compose the one run.

        Raises
        ------
        ConfigError
            With every mismatch, one a line.
        """
        from hydra.core.utils import configure_log

        if self._typed_part is not None:
            raise ConfigError(f"{KEY}={self._typed_part}: shares out the runs of a sweep; add -m")
        try:
            composed = self.composer.load(self.overrides)
            if composed.hydra.sweeper.get("_target_") == SEARCH:
                raise ConfigError("hydra/sweeper=optuna: searches with many runs; add -m")
            configure_log(composed.hydra.job_logging, composed.hydra.verbose)
            return to_job(composed)
        except COMPOSITION_ERRORS as error:
            raise explain(error, self.overrides, self.composer) from error

    def jobs(self, defaults: Sequence[str] = ()) -> tuple[list[Job], list[str]]:
        """Compose and check every job of the sweep, before any is carried out.

        Parameters
        ----------
        defaults
            Overrides that yield to those of the command line.

        Returns
        -------
        tuple
            The jobs, and with ``bad_jobs=skip`` what is wrong with those that were left out.

        Raises
        ------
        ConfigError
            With every mismatch of every job, one a line, and the jobs that it concerns.
        """
        return self._composed(self._batch(defaults))

    def ends(self, defaults: Sequence[str] = ()) -> list[Job]:
        """Compose and check both ends of all that a search looks through, see `jobs`."""
        probes = [[*defaults, *self.space.fixed, *own] for own in self.space.probes()]
        try:
            return self._composed(probes)[0]
        except ConfigError as error:
            raise ConfigError("\n".join(self.space.explained(str(error).splitlines()))) from error

    def trial(self, own: Sequence[str], defaults: Sequence[str] = ()) -> Job:
        """Compose and check one run of a search.

        Parameters
        ----------
        own
            What it has beside what all of them have.

        Raises
        ------
        ConfigError
            With every mismatch, one a line.
        """
        overrides = [*defaults, *self.space.fixed, *own]
        try:
            return self._composer_of_jobs.compose(overrides)
        except (*COMPOSITION_ERRORS, ConfigError) as error:
            raise self._explain(error, overrides) from error

    @cached_property
    def _composer_of_jobs(self) -> JobComposer:
        return JobComposer(self.composer)

    def _composed(self, batch: Sequence[Sequence[str]]) -> tuple[list[Job], list[str]]:
        jobs, problems = compose_jobs(self._composer_of_jobs, batch, self._explain)
        if problems and (self._common.bad_jobs != "skip" or not jobs):
            raise ConfigError("\n".join(problems))
        return jobs, problems

    def write_sweep_config(self) -> None:
        """Write `multirun.yaml` into `hydra.sweep.dir`, as Hydra does, without secrets."""
        from hydra.core.hydra_config import HydraConfig

        HydraConfig.instance().set_config(self._common)
        folder = Path(self._common.hydra.sweep.dir)
        folder.mkdir(parents=True, exist_ok=True)
        text = OmegaConf.to_yaml(_without_secrets(self._common))
        (folder / "multirun.yaml").write_text(text, encoding="utf-8")

    @cached_property
    def _common(self) -> Any:
        """The composition that stands for the sweep as a whole: its launcher, folder and parameters."""
        try:
            overrides = without_swept(self.composer.parse(self.overrides))
            return self.composer.load(overrides, for_sweep=True)
        except COMPOSITION_ERRORS as error:
            raise self._explain(error, self.overrides) from error

    def _batch(self, defaults: Sequence[str]) -> list[list[str]]:
        """List the overrides of every job: every combination of what is swept."""
        return expand(self.composer, [*defaults, *self._params(), *self.overrides])

    def _params(self) -> list[str]:
        return [f"{key}={value}" for key, value in (self._common.hydra.sweeper.get("params") or {}).items()]

    def _explain(self, error: Exception, overrides: Sequence[str]) -> ConfigError:
        """Name every override at fault, those within the lists of a sweep too."""
        if not isinstance(error, ConfigError):
            try:
                combinations = representatives(self.composer, overrides)
            except (*COMPOSITION_ERRORS, ConfigError):
                combinations = [list(overrides)]
            lines = [
                line
                for combination in combinations
                for line in str(explain(error, combination, self.composer)).splitlines()
            ]
            return ConfigError("\n".join(dict.fromkeys(lines)))
        return error


def _without_secrets(composed: Any) -> Any:
    """Return a composition with Hydra's own section, unresolved, as plain data that may be written down."""
    shown = hidden(OmegaConf.to_container(composed, resolve=False, enum_to_str=True))
    typed = shown["hydra"]["overrides"]
    typed |= {kind: list(map(hidden_override, texts)) for kind, texts in typed.items()}
    shown["hydra"]["job"]["override_dirname"] = ",".join(typed["task"])
    return shown


def read_command(arguments: Sequence[str]) -> Command | None:
    """Read a command line; None if it only asked for information, which was printed.

    `--help` lists the options. Overrides, `--config-dir`, `-m`, `--cfg` and `--info` mean what Hydra means,
    in any order.

    Raises
    ------
    ConfigError
        With every override at fault, one a line.
    """
    if "--help" in arguments or "-h" in arguments:
        sys.stdout.write(help_text(arguments) + "\n")
        return None
    for word in arguments:
        meet_override(word)
    if "--version" in arguments:
        sys.stdout.write(f"smc {__version__}, Hydra {hydra_version}\n")
        return None
    flags = read_flags(arguments)
    check_flags(vars(flags))
    folders = config_dirs(arguments)
    if flags.cfg or flags.info or flags.hydra_help or flags.shell_completion:
        _print_by_hydra(flags, folders)
        return None
    return Command(flags.overrides, folders, multirun=flags.multirun)


def _print_by_hydra(flags: Namespace, folders: Sequence[Path]) -> None:
    """Print what Hydra knows of a configuration."""
    import os

    import hydra

    if flags.multirun:
        raise ConfigError("-m: --cfg and --info show one run; leave -m out, and give each key one value")
    check_folders(folders)
    others = list(sys.argv[1:])
    for override in flags.overrides:
        others.remove(override)
    sys.argv[1:] = [*reach_profile(flags.overrides, folders), *others]  # as Hydra's own parser wants them
    os.environ["HYDRA_FULL_ERROR"] = "1"  # or Hydra prints errors itself, and ends with its own exit code
    command = hydra.main(version_base=VERSION_BASE, config_path=str(CONF), config_name=ROOT_NAME)
    try:
        command(lambda _: None)()
    except COMPOSITION_ERRORS as error:
        raise explain(error, flags.overrides, Composer(folders)) from error
