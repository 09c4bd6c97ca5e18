"""One run while it is being written: a staging folder that becomes the run folder in one rename."""

import contextlib
import errno
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from smc.errors import RunBusyError
from smc.outside.secrets import hidden, hidden_sentences
from smc.results.durable import sync
from smc.results.manifest import write_manifest
from smc.results.packing import pack
from smc.results.plain import json_bytes, to_plain
from smc.results.schema import leave_out_misfits
from smc.results.status import FINISHED, STARTED, failure, utc_now, write_status


class RunClaim:
    """The right to write one run, given by `RunStore.claim` for the length of a ``with`` block.

    Attributes
    ----------
    skip
        None, or why there is nothing to do: "finished" (a verified run stands in `folder`) or "failed"
        (it failed before, and ``retry="failed"`` was not asked for).
    folder
        Where the run stands once it is committed.
    about
        What status records say beside the run's id, such as its symbol and model.
    staging
        Where to write until then; same file system, removed whatever ends the block early.
    """

    def __init__(
        self,
        run_id: str,
        *,
        folder: Path,
        staging: Path,
        status: Path,
        skip: str | None,
        about: Mapping[str, Any],
    ) -> None:
        self.run_id, self.folder, self.staging, self.skip = run_id, folder, staging, skip
        self.about = about
        self.committed = False
        self._status, self._started = status, utc_now()

    @property
    def partial(self) -> Path:
        """Where a result stands that was cut short."""
        return self.folder.parent.with_name("partial") / self.run_id

    @property
    def scratch(self) -> Path:
        """Folder for checkpoints and other temporary files; no part of the committed run."""
        path = self.staging / "scratch"
        path.mkdir(exist_ok=True)
        return path

    def save_json(self, name: str, value: Any) -> list[dict[str, str]]:
        """Write any value as plain JSON under `staging`; return what `to_plain` warns of."""
        plain, warnings = to_plain(value)
        (self.staging / name).write_bytes(json_bytes(plain))
        return warnings

    def save_record(self, record: Mapping[str, Any]) -> None:
        """Write run.json; fields that have no plain form, or do not fit its schema, are left out.

        They are named at the end of its ``warnings``.
        """
        plain, warnings = to_plain(hidden_sentences(hidden(record)))
        warnings += leave_out_misfits(plain)
        plain["warnings"] = [*(plain.get("warnings") or []), *warnings]
        (self.staging / "run.json").write_bytes(json_bytes(plain))

    def commit(self) -> Path:
        """Make the run visible, whole and at once, and return its folder.

        Large files are packed, every file is hashed and synced, MANIFEST.json is written last, and one
        rename puts the folder in place. The status follows and may be lost: the folder is the truth. What an
        interrupted run left behind under the same id goes.
        """
        self._seal()
        try:
            os.rename(self.staging, self.folder)
        except OSError as error:
            if error.errno in (errno.ENOTEMPTY, errno.EEXIST):
                raise RunBusyError(
                    f"run {self.run_id} was finished by another process, for its lock had been removed"
                ) from error
            raise
        self.committed = True
        sync(self.folder.parent)
        self.confirm()
        shutil.rmtree(self.partial, ignore_errors=True)
        return self.folder

    def set_aside(self) -> Path:
        """Keep what is staged as a partial result, in the place of an older one, and return its folder.

        It reads like a run, but stands beside the runs: the run itself is not finished, and is started afresh
        when it is asked for again. Leave the block by the exception that cut it short.
        """
        self._seal()
        shutil.rmtree(self.partial, ignore_errors=True)
        self.partial.parent.mkdir(exist_ok=True)
        os.rename(self.staging, self.partial)
        sync(self.partial.parent)
        return self.partial

    def _seal(self) -> None:
        """Leave nothing temporary, and write down what is there."""
        shutil.rmtree(self.staging / "scratch", ignore_errors=True)
        packed = pack(self.staging)
        write_manifest(self.staging, run_id=self.run_id, packed=packed)

    def confirm(self) -> None:
        """Say that the run has finished, if the disk lets us: its folder says so anyway."""
        with contextlib.suppress(OSError):
            self.record({"status": FINISHED})

    def open(self) -> None:
        """Say that the run has started, and create the staging folder."""
        self.record({"status": STARTED})
        self.staging.mkdir()

    def abandon(self, error: BaseException) -> None:
        """Remove what was staged, which frees the disk, then record why; a full disk may refuse that.

        The error takes a note of it along, for whoever tells of it.
        """
        shutil.rmtree(self.staging, ignore_errors=True)
        try:
            self.record(failure(error))
            error.add_note(f"run {self.run_id} failed; python -m smc.show {self.run_id} shows its traceback")
        except OSError as refused:
            error.add_note(f"this failure could not be recorded in {self._status}: {refused.strerror}")

    def record(self, facts: dict[str, Any]) -> None:
        """Replace the run's status record."""
        ended = {} if facts["status"] == STARTED else {"ended": utc_now()}
        process = {"process": os.getpid(), "host": os.uname().nodename}
        record = {
            "run_id": self.run_id,
            **hidden(self.about),
            **facts,
            **process,
            "started": self._started,
            **ended,
        }
        write_status(self._status, record, temporary=self.staging.with_name(f"{self.run_id}.status"))
