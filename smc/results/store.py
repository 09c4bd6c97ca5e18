"""The runs under one output folder: who may write which, and in what state each is."""

import contextlib
import os
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from smc.arguments import check_choice, check_non_negative
from smc.errors import DiskFullError, PlaceError, ResultsError
from smc.results.claim import RunClaim
from smc.results.durable import check_room, make_folder, named_errors
from smc.results.litter import remove_litter
from smc.results.lock import exclusive, held_folder, unclaimed
from smc.results.manifest import NAME, RUN_ID, verify
from smc.results.naming import renamed
from smc.results.status import FAILED, FINISHED, KILLED, STARTED, read_status, utc_now, write_status

ABSENT = "absent"
#: Failures of a ledger, a disk or a folder, and of no run: it may go well as soon as those are mended.
OF_PLACE = (DiskFullError.reason, PlaceError.reason, ResultsError.reason)


class RunStore:
    """Write runs so that a reader sees a whole one or none, whatever kills the writer.

    Under `output` stand ``runs/<id>/`` (committed, never written again), ``staging/<id>.<random>/``,
    ``locks/<id>`` and ``status/<id>.json``. A run is written under a kernel lock into staging, synced, and
    put in place by one rename; status records are advice, the folders are the truth.

    Parameters
    ----------
    output
        Root of all results (`paths.output`); its folders are created by the first claim.
    min_free_mb
        Megabytes of free disk without which no run starts. A run without large models takes about 1 MB, so
        200 leaves room for the other processes of a sweep.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as output:
    ...     store = RunStore(output)
    ...     with store.claim("0123456789abcdef") as claim:
    ...         if not claim.skip:
    ...             claim.save_record({"symbol": "SP500"})
    ...             folder = claim.commit()
    ...     sorted(path.name for path in folder.iterdir()), store.state("0123456789abcdef")
    (['MANIFEST.json', 'run.json'], 'finished')
    """

    def __init__(self, output: str | Path, *, min_free_mb: float = 200.0) -> None:
        check_non_negative("min_free_mb", min_free_mb)
        self.output, self.min_free_mb = Path(output), min_free_mb
        self.runs, self.staging = self.output / "runs", self.output / "staging"
        self.locks, self.statuses = self.output / "locks", self.output / "status"
        self.partial = self.output / "partial"

    @contextlib.contextmanager
    def claim(
        self, run_id: str, *, retry: str = "none", about: Mapping[str, Any] | None = None
    ) -> Iterator[RunClaim]:
        """Hold the right to write one run; see `RunClaim.skip` for when there is nothing to do.

        Leaving the block without `RunClaim.commit`, by whatever exception, removes what was staged, records
        the reason and lets the exception pass. An exception after the commit leaves the run finished.

        Parameters
        ----------
        retry
            "failed": run again what is recorded as failed. Killed runs always start afresh, and so do those
            that failed for their place: a full disk, a file system or a ledger that was away.
        about
            Plain facts for the status record, by which people find a run that did not finish.

        Raises
        ------
        RunBusyError
            Another process writes this run.
        DiskFullError
            Less than `min_free_mb` is free.
        ResultsError
            The output cannot be written, a finished folder is damaged, or the block ended without a commit.
        """
        check_choice("retry", retry, ("none", "failed"))
        with contextlib.ExitStack() as held:
            with named_errors(self.output):
                claim = self._enter(held, run_id, retry, about or {})
            if claim.skip:
                yield claim
                return
            try:
                yield claim
                if not claim.committed:
                    raise ResultsError(f"run {run_id} ended without a commit: call `claim.commit()`")
            except BaseException as error:
                if not claim.committed:
                    claim.abandon(error)
                raise

    def record_death(self, run_id: str, about: Mapping[str, Any], facts: Mapping[str, Any]) -> bool:
        """Say why a run's process has gone, and remove what it staged; False if the run was committed before.

        Parameters
        ----------
        about
            Facts that name the run, where it had no time to say anything of itself.
        facts
            ``status`` ("failed" or "killed"), ``reason``, ``message``.

        Raises
        ------
        RunBusyError
            Its process is still there.
        """
        with named_errors(self.output), contextlib.ExitStack() as held:
            self._make_folders()
            held.enter_context(exclusive(self.locks / run_id))
            if self._is_finished(run_id):
                return False
            self._remove_dead_staging(run_id)
            record = {**about, **self.status(run_id), "run_id": run_id, "traceback": None, **facts}
            record["ended"] = utc_now()
            write_status(
                self.statuses / f"{run_id}.json", record, temporary=self.staging / f"{run_id}.status"
            )
            return True

    def folder(self, run_id: str) -> Path:
        """Return where the run stands once it is finished."""
        if not RUN_ID.fullmatch(run_id):
            raise ResultsError(
                f"a run id is made of at most 64 letters, digits, - and _, got {run_id[:80]!r}"
            )
        return self.runs / run_id

    def status(self, run_id: str) -> dict[str, Any]:
        """Return what the run last said of itself; an empty record if nothing."""
        return renamed(self.output, run_id, read_status(self.statuses / f"{self.folder(run_id).name}.json"))

    def host(self, run_id: str) -> str | None:
        """Return the machine that last wrote the run's status here, as far as it is known."""
        return self.status(run_id).get("host")

    def state(self, run_id: str) -> str:
        """Return "finished", "started", "failed", "killed" or "absent": what the run is, whatever it said.

        A committed folder is finished (`load_run` says whether it is intact too), a held lock is started, and
        who said "started" without either was killed.
        """
        if self._is_finished(run_id):
            return FINISHED
        with unclaimed(self.locks / run_id) as free:
            if not free:
                return STARTED
            if self._is_finished(run_id):  # committed while we looked
                return FINISHED
            recorded = self.status(run_id).get("status", ABSENT)
        if recorded == STARTED:
            return KILLED
        return ABSENT if recorded == FINISHED else recorded

    def _is_finished(self, run_id: str) -> bool:
        return (self.folder(run_id) / NAME).is_file()

    def _enter(
        self, held: contextlib.ExitStack, run_id: str, retry: str, about: Mapping[str, Any]
    ) -> RunClaim:
        folder = self.folder(run_id)
        self._make_folders()
        held.enter_context(exclusive(self.locks / run_id))
        claim = RunClaim(
            run_id,
            folder=folder,
            staging=self.staging / f"{run_id}.{os.urandom(6).hex()}",
            status=self.statuses / f"{run_id}.json",
            skip=self._reason_to_skip(run_id, retry),
            about=about,
        )
        if not claim.skip:
            self._remove_dead_staging(run_id)
            remove_litter(self.output)
            check_room(self.output, self.min_free_mb)
            claim.open()
            held.enter_context(held_folder(claim.staging))
        elif claim.skip != self.status(run_id).get("status"):
            claim.confirm()
        return claim

    def _make_folders(self) -> None:
        for place in (self.runs, self.staging, self.locks, self.statuses):
            make_folder(place)

    def _reason_to_skip(self, run_id: str, retry: str) -> str | None:
        if self.folder(run_id).exists():
            verify(self.folder(run_id))
            return FINISHED
        status = self.status(run_id)
        failed = status.get("status") == FAILED and status.get("reason") not in OF_PLACE
        return FAILED if failed and retry != FAILED else None

    def _remove_dead_staging(self, claimed: str) -> None:
        """Remove what killed processes left behind: of this run, and of every run that nobody writes."""
        for place in self.staging.iterdir():
            run_id = place.name.partition(".")[0]
            with unclaimed(self.locks / run_id) as free:
                if not free and run_id != claimed:
                    continue
                if place.is_dir():
                    with unclaimed(place) as dead:  # its writer holds it, whatever became of the lock's file
                        if dead:
                            shutil.rmtree(place, ignore_errors=True)
                else:
                    place.unlink(missing_ok=True)
