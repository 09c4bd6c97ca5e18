"""The state of a sweep: which jobs run, which have ended and how."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

from smc.config.job import Job
from smc.errors import DiskFullError, PlaceError
from smc.launcher.job_result import ENDS, Crash, JobResult, record_crash
from smc.launcher.view import View
from smc.results import RunStore
from smc.results.durable import check_room, named_errors
from smc.results.lock import held_folder
from smc.results.status import FINISHED


class SweepState:
    """Keep account of the jobs of a sweep, and show it; launchers tell it what happens.

    Parameters
    ----------
    jobs
        All of them.
    run_ids
        The run that each job is, by its number, as far as it is known.
    logs
        Folder for what the processes of jobs print; held while it may be written to, see `close`.
    on_end
        Called when a job has ended, with how.

    Attributes
    ----------
    ends
        How each job ended, by its number.
    bad_place
        Why no further job may start, or None.
    """

    def __init__(
        self,
        jobs: Sequence[Job],
        run_ids: Mapping[int, str | None],
        view: View,
        *,
        logs: Path,
        on_end: Callable[[Job, JobResult], None] = lambda *_: None,
    ) -> None:
        self.jobs, self.run_ids, self.view, self.logs = list(jobs), dict(run_ids), view, logs
        self.results: dict[int, JobResult] = {}
        self._by_run: dict[str, list[Job]] = {}
        for job in self.jobs:
            self._by_run.setdefault(self._same_as(job), []).append(job)
        self.bad_place: str | None = None
        self._on_end = on_end
        self._held, self._writes_logs = ExitStack(), False

    def distinct(self) -> list[Job]:
        """Return one job for each run: two command lines may mean the same run, which is carried out once."""
        return [first for first, *_ in self._by_run.values()]

    def log_of(self, job: Job) -> Path:
        """Return the file that takes what the job's process prints."""
        if not self._writes_logs:
            self.logs.mkdir(parents=True, exist_ok=True)
            self._held.enter_context(held_folder(self.logs))
            self._writes_logs = True
        return self.logs / f"{job.number}.log"

    def close(self) -> None:
        """Let go of the folder of logs: no process of the sweep writes there any more."""
        self._held.close()

    def may_start(self, job: Job) -> bool:
        """Tell whether the disk is there, with room for one more job; if not, none starts any more."""
        paths = job.config["paths"]
        try:
            with named_errors(paths["output"]):
                check_room(Path(paths["output"]), paths["min_free_mb"])
        except PlaceError as error:
            self.bad_place = str(error)
        return self.bad_place is None

    def started(self, job: Job) -> None:
        """Say that a job is being carried out."""
        self.view.started(job)

    def stepped(self, job: Job, what: str) -> None:
        """Say what a job is doing."""
        self.view.stepped(job, what)

    def ended(self, job: Job, result: JobResult) -> None:
        """Say how a job ended, and with it every other job that is the same run."""
        if result.reason in (DiskFullError.reason, PlaceError.reason):
            self.bad_place = result.text
        for same in self._by_run[self._same_as(job)]:
            self.results[same.number] = result
            self.view.ended(same, result)
            self._on_end(same, result)

    def crashed(self, job: Job, crash: Crash) -> None:
        """Say that the process of a job has gone, after it has: the run's status and the ledger are told."""
        self.ended(job, record_crash(job, self.run_ids.get(job.number), crash))

    def look_again(self) -> None:
        """See whether runs that other processes wrote stand finished by now."""
        for job in self.jobs:
            ended, run_id = self.results.get(job.number), self.run_ids[job.number]
            if ended and ended.status == "busy" and run_id:
                store = RunStore(job.config["paths"]["output"])
                if store.state(run_id) == FINISHED:
                    text = f"finished by another process: {store.folder(run_id)}"
                    self.results[job.number] = JobResult("finished", text, run_id, is_new=False)
                    self._on_end(job, self.results[job.number])

    @property
    def n_finished(self) -> int:
        """Jobs whose run stands finished."""
        return sum(result.status == "finished" for result in self.results.values())

    @property
    def finished_runs(self) -> set[str]:
        """Ids of the runs that stand finished."""
        return {
            result.run_id
            for result in self.results.values()
            if result.status == "finished" and result.run_id is not None
        }

    def not_finished(self) -> list[str]:
        """Say of each job that ended otherwise how it did, a line each."""
        return [f"  {job.name}: {self.results[job.number].text}" for job in self._bad()]

    def summary(self) -> str:
        """Say in a line, and one more for each job that is not finished, how it all ended."""
        bad = self._bad()
        text = f"{self.n_finished} of {len(self.jobs)} finished"
        for status, word in ENDS.items():
            count = sum(self.results[job.number].status == status for job in bad)
            text += f", {count} {word}" if count else ""
        left = len(self.jobs) - len(self.results)
        text += f", {left} not started" if left else ""
        return "\n".join([text, *self.not_finished()])

    def _bad(self) -> list[Job]:
        return [job for job in self.jobs if job.number in self.results and not self._is_finished(job)]

    def _same_as(self, job: Job) -> str:
        return name_of(job, self.run_ids)

    def _is_finished(self, job: Job) -> bool:
        return self.results[job.number].status == "finished"


def name_of(job: Job, run_ids: Mapping[int, str | None]) -> str:
    """Return what jobs that are the same run have in common."""
    return run_ids[job.number] or f"job {job.number}"
