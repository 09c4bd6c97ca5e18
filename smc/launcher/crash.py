"""What is written down when the process of a run has gone without a word."""

import signal
import time
from dataclasses import asdict
from pathlib import Path

from smc.config import instantiate
from smc.config.job import Job
from smc.errors import RunBusyError, SmcError
from smc.launcher.job_result import Death, End
from smc.results import RunStore, about

#: Signals by which somebody, or the batch system, ends a process; any other is a crash of its own making.
FROM_OUTSIDE = (signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
#: What multiprocessing says of a process that nobody is left to tell of.
SERVER_GONE = 255
VMSTAT = Path("/proc/vmstat")
#: Seconds within which the processes of a lost node or worker go too; news of it may come before they do.
LAST_SIGNS = 10.0
#: Seconds between two looks at them.
TICK = 0.05


def cause_of(exit_code: int | None, *, ran_out_of_memory: bool = False) -> Death:
    """Name the cause of a process's end by its exit code (negative: the signal).

    Parameters
    ----------
    ran_out_of_memory
        Whether the kernel ended processes for want of memory while this one ran.

    >>> cause_of(-11).reason, cause_of(-9).status, cause_of(-9, ran_out_of_memory=True).reason
    ('SIGSEGV', 'killed', 'out_of_memory')
    """
    if exit_code == SERVER_GONE:
        return Death("killed", "server_gone", "its process went with the fork server, or exited with 255")
    if exit_code is None or exit_code >= 0:
        return Death("failed", "exited", f"its process ended with exit code {exit_code} before the run did")
    name = signal.Signals(-exit_code).name
    if -exit_code == signal.SIGKILL and ran_out_of_memory:
        message = "memory ran out, and the kernel ended its process: fewer runs at once need less"
        return Death("failed", "out_of_memory", message)
    if -exit_code in FROM_OUTSIDE:
        return Death("killed", name, f"its process was ended from outside by {name}")
    return Death("failed", name, f"its process crashed with {name}")


def count_out_of_memory() -> int:
    """Count the processes that the kernel has ever ended for want of memory; 0 if it does not say."""
    try:
        fields = dict(line.split() for line in VMSTAT.read_text().splitlines())
    except OSError:
        return 0
    return int(fields.get("oom_kill", 0))


def record_death(job: Job, run_id: str | None, death: Death) -> End:
    """Write the cause into the run's status record and the ledger, and return how the job ended.

    A run that was committed before its process went is finished. What cannot be written is said.
    """
    if run_id is None:
        return End(death.status, death.message, reason=death.reason)
    try:
        store, ledger = RunStore(job.config["paths"]["output"]), instantiate(job.config["ledger"], "ledger")
        if not _recorded(store, run_id, job, death):
            ledger.close_if_started(run_id, "finished")
            return End("finished", f"finished: {store.folder(run_id)}", run_id)
        ledger.close_if_started(run_id, death.status, death.reason)
    except (SmcError, OSError) as error:
        return End(
            death.status, f"{death.message}; this could not be recorded: {error}", run_id, death.reason
        )
    return End(death.status, death.message, run_id, death.reason)


def _recorded(store: RunStore, run_id: str, job: Job, death: Death) -> bool:
    """Write the status record, see `RunStore.record_death`, once the run's process has let go of it."""
    deadline = time.monotonic() + LAST_SIGNS
    while True:
        try:
            return store.record_death(run_id, about(job.config), asdict(death))
        except RunBusyError:
            if time.monotonic() > deadline:
                raise
        time.sleep(TICK)
