"""How one job of a sweep ended, or why its process went without a word, and what is then written down."""

import signal
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal, Self

from smc.cli import ending
from smc.config.instantiate import instantiate
from smc.config.job import Job
from smc.errors import RunBusyError, SmcError
from smc.results import RunStore, about

Status = Literal["finished", "failed", "killed", "busy"]
#: How a job may end, but for the better, and what a summary calls it.
ENDS = {"failed": "failed", "killed": "killed", "busy": "left to another process that writes them"}

#: Signals by which somebody, or the batch system, ends a process; any other is a crash of its own making.
FROM_OUTSIDE = (signal.SIGKILL, signal.SIGTERM, signal.SIGUSR1, signal.SIGINT, signal.SIGHUP)
#: What multiprocessing says of a process that nobody is left to tell of.
SERVER_GONE = 255
VMSTAT = Path("/proc/vmstat")
#: Seconds within which the processes of a lost node or worker go too; news of it may come before they do.
LAST_SIGNS = 10.0
#: Seconds between two looks at them.
TICK = 0.05


@dataclass(frozen=True)
class JobResult:
    """What a job says of its own end; plain, so that it can be sent from another process.

    Attributes
    ----------
    status
        "busy": another process writes this run, and says how it ends.
    text
        One line for people; who shows it adds the job's name.
    reason
        Code of a failure, as its status record has it.
    is_new
        Whether anything was carried out: False if the run was finished, or had failed, before.
    """

    status: Status
    text: str
    run_id: str | None = None
    reason: str | None = None
    is_new: bool = True

    @classmethod
    def interrupted(cls, error: KeyboardInterrupt) -> Self:
        """Return the end of a job that Ctrl-C or a batch system ended, with what it left behind.

        >>> JobResult.interrupted(KeyboardInterrupt("what was done is in partial/3f")).text
        'interrupted: what was done is in partial/3f'
        """
        word, _ = ending()
        return cls("killed", f"{word}: {error}" if error.args else word, reason="interrupted")


@dataclass(frozen=True)
class Crash:
    """Why a job could not say how it ended.

    Attributes
    ----------
    status
        "failed": it would end so again, and runs again with ``retry=failed`` only. "killed": somebody ended
        it, and it starts afresh when the sweep is resumed.
    reason
        Code, for example "timed_out", "out_of_memory", "SIGSEGV".
    message
        One sentence.
    """

    status: Literal["failed", "killed"]
    reason: str
    message: str


def crash_of(exit_code: int | None, *, ran_out_of_memory: bool = False) -> Crash:
    """Name the cause of a process's end by its exit code (negative: the signal).

    Parameters
    ----------
    ran_out_of_memory
        Whether the kernel ended processes for want of memory while this one ran.

    >>> crash_of(-11).reason, crash_of(-9).status, crash_of(-9, ran_out_of_memory=True).reason
    ('SIGSEGV', 'killed', 'out_of_memory')
    """
    if exit_code == SERVER_GONE:
        return Crash("killed", "server_gone", "its process went with the fork server, or exited with 255")
    if exit_code is None or exit_code >= 0:
        return Crash("failed", "exited", f"its process ended with exit code {exit_code} before the run did")
    name = signal.Signals(-exit_code).name
    if -exit_code == signal.SIGKILL and ran_out_of_memory:
        message = "memory ran out, and the kernel ended its process: fewer runs at once need less"
        return Crash("failed", "out_of_memory", message)
    if -exit_code in FROM_OUTSIDE:
        return Crash("killed", name, f"its process was ended from outside by {name}")
    return Crash("failed", name, f"its process crashed with {name}")


def count_out_of_memory() -> int:
    """Count the processes that the kernel has ever ended for want of memory; 0 if it does not say."""
    try:
        fields = dict(line.split() for line in VMSTAT.read_text().splitlines())
    except OSError:
        return 0
    return int(fields.get("oom_kill", 0))


def record_crash(job: Job, run_id: str | None, crash: Crash) -> JobResult:
    """Write the cause into the run's status record and the ledger, and return how the job ended.

    A run that was committed before its process went is finished. What cannot be written is said.
    """
    if run_id is None:
        return JobResult(crash.status, crash.message, reason=crash.reason)
    try:
        store, ledger = RunStore(job.config["paths"]["output"]), instantiate(job.config["ledger"], "ledger")
        if not _recorded(store, run_id, job, crash):
            ledger.end_if_open(run_id, "finished")
            return JobResult("finished", f"finished: {store.folder(run_id)}", run_id)
        ledger.end_if_open(run_id, crash.status, crash.reason)
    except (SmcError, OSError) as error:
        return JobResult(
            crash.status, f"{crash.message}; this could not be recorded: {error}", run_id, crash.reason
        )
    return JobResult(crash.status, crash.message, run_id, crash.reason)


def _recorded(store: RunStore, run_id: str, job: Job, crash: Crash) -> bool:
    """Write the status record, see `RunStore.record_death`, once the run's process has let go of it."""
    deadline = time.monotonic() + LAST_SIGNS
    while True:
        try:
            return store.record_death(run_id, about(job.config), asdict(crash))
        except RunBusyError:
            if time.monotonic() > deadline:
                raise
        time.sleep(TICK)
