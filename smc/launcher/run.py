"""One sweep, from its command line to its exit code."""

import os
import sys
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace

from smc.cli import EXIT_BAD_PLACE, EXIT_FAILED, EXIT_OK, say
from smc.config.command import Command
from smc.config.instantiate import instantiate
from smc.config.job import Job
from smc.errors import ConfigError
from smc.launcher.ground import Grounds
from smc.launcher.launcher import Basic, Launcher, Task
from smc.launcher.leaderboard import leaderboard
from smc.launcher.loaded_bars import LoadedBars, by_bars
from smc.launcher.power_check import PowerCheck, sentences
from smc.launcher.registration import identity_of, register, registration_of_job
from smc.launcher.sweep_manifest import write_sweep_manifest
from smc.launcher.sweep_state import SweepState, name_of
from smc.launcher.view import View
from smc.report.terminal_page import show
from smc.training.evidence import looks_ahead
from smc.trials import Ledger, Registration
from smc.typing import Config

#: Hydra's own launcher, which its default `hydra/launcher=basic` names; here it means `Basic`.
HYDRA_BASIC = "hydra._internal.core_plugins.basic_launcher.BasicLauncher"


def run_sweep(command: Command, task: Task) -> int:
    """Carry out every job of a sweep and return the exit code: 0 if every run is finished.

    All jobs are composed and checked, and the expected runs are written down, before the first one starts.
    So they are where several processes share the sweep: each counts all of it, and carries out its part.

    Raises
    ------
    ConfigError
        A configuration is wrong: nothing was run.
    KeyboardInterrupt
        Ctrl-C, after the runs that were going on have ended; its text says what was finished.
    """
    launcher, part = make_launcher(command.launcher), command.part
    defaults = [] if launcher.n_threads is None else [f"trainer.n_threads={launcher.n_threads}"]
    jobs, left_out = command.jobs(defaults)
    ledger = instantiate(jobs[0].config["ledger"], "ledger")
    jobs, run_ids, power = preview(jobs, ledger)
    for sentence in power:
        say(f"power: {sentence}")
    for sentence in looks_ahead(job.config for job in jobs):
        say(f"looks: {sentence}")
    typed, is_shared = command.shown_overrides, part is not None
    path = write_sweep_manifest(
        jobs, run_ids, command=typed, left_out=left_out, power=power, is_shared=is_shared
    )
    command.write_sweep_config()
    logs, own = path.with_suffix(""), jobs
    if part is not None:
        share = part.of([name_of(job, run_ids) for job in jobs])
        own = [job for job in jobs if name_of(job, run_ids) in share]
        logs /= f"{os.uname().nodename}-{os.getpid()}"
        say(f"{part}: {len(own)} of the {len(jobs)} runs")
    with View(len(own)) as view, closing(SweepState(own, run_ids, view, logs=logs)) as sweep:
        try:
            if own:
                with launcher.session():
                    launcher.carry_out(sweep.distinct(), task, sweep)
        except KeyboardInterrupt as error:
            raise KeyboardInterrupt(f"{sweep.summary()}\nthe same command goes on with the rest") from error
        sweep.look_again()
    for problem in left_out:
        say(f"left out: {problem}")
    say(sweep.summary())
    show(leaderboard(jobs[0].config["paths"]["output"], sweep.finished_runs), sys.stderr)
    if sweep.bad_place is not None:
        say(f"error: {sweep.bad_place}")
        return EXIT_BAD_PLACE
    return EXIT_OK if sweep.n_finished == len(own) and not left_out else EXIT_FAILED


def preview(
    jobs: Sequence[Job], ledger: Ledger, grounds: Grounds | None = None, n_to_come: int = 0
) -> tuple[list[Job], dict[int, str | None], list[str]]:
    """Register the runs of all jobs.

    Parameters
    ----------
    grounds
        Of jobs before these, on the same data.
    n_to_come
        Configurations that will be tried beside these.

    Returns
    -------
    tuple
        The jobs with the name of their list, the run that each is by its number, and what the sweep can find
        out at all, in sentences.
    """
    grounds = grounds or Grounds(LoadedBars())
    bars, power_check = grounds.bars, PowerCheck()
    run_ids: dict[int, str | None] = {}
    registrations: list[Registration] = []
    for job in by_bars(jobs):
        identity, ground = identity_of(job, bars), grounds.of(job)
        run_ids[job.number] = identity.run_id if identity else None
        if registration := registration_of_job(job, identity, ground, bars):
            registrations.append(registration)
        if ground and identity:
            for trial in (identity.trial, *(f"to come {number}" for number in range(n_to_come))):
                power_check.add(ground, trial)
    name = register(ledger, registrations, bars)
    return (
        [replace(job, list_name=name) for job in jobs],
        run_ids,
        list(sentences(power_check.by_task(ledger, [name for name in run_ids.values() if name]).values())),
    )


def make_launcher(section: Config) -> Launcher:
    """Build the launcher that the section `hydra.launcher` names.

    Raises
    ------
    ConfigError
        It is none of smc's, or refuses its arguments.
    """
    if section.get("_target_") == HYDRA_BASIC:
        return Basic()
    launcher = instantiate(section, "hydra.launcher")
    if not isinstance(launcher, Launcher):
        raise ConfigError(
            f"hydra.launcher: {section['_target_']} does not carry out runs of smc;"
            " choose hydra/launcher=basic, processes or ray"
        )
    return launcher
