"""Versions on disk: each written whole or not at all, and never again."""

import contextlib
import os
import shutil
from collections.abc import Callable
from pathlib import Path

from smc.errors import RunBusyError
from smc.results.durable import check_room, make_folder, named_errors, sync
from smc.results.lock import exclusive, held_folder, unclaimed
from smc.results.manifest import digest_of_folder, write_manifest
from smc.results.packing import pack
from smc.results.store import RunStore
from smc.results.version import version_folder

#: Megabytes of free disk without which none is made.
MIN_FREE_MB = 200.0


def write_version(
    output: str | Path, version_id: str, fill: Callable[[Path], None], announce: Callable[[str], None]
) -> Path:
    """Make a version's folder, unless it is there, and return it.

    Written under a kernel lock into staging, synced, announced, and put in place by one rename: whatever
    kills the writer, the folder is there whole or not at all, and only if it was announced.

    Parameters
    ----------
    fill
        Writes the files into a folder; the same version, the same bytes.
    announce
        Given the hash of the list of files, before the folder can be seen.

    Raises
    ------
    RunBusyError
        Another process makes it.
    """
    store, folder = RunStore(output), version_folder(output, version_id)
    with named_errors(store.output), contextlib.ExitStack() as held:
        for place in (folder.parent, store.staging, store.locks):
            make_folder(place)
        try:
            held.enter_context(exclusive(store.locks / version_id))
        except RunBusyError as error:
            raise RunBusyError(str(error).replace("run ", "version ", 1)) from error
        if folder.exists():
            return folder
        _remove_dead(store.staging, version_id)
        check_room(store.output, MIN_FREE_MB)
        staging = store.staging / f"{version_id}.{os.urandom(6).hex()}"
        staging.mkdir()
        held.enter_context(held_folder(staging))
        try:
            fill(staging)
            write_manifest(staging, run_id=version_id, packed=pack(staging))
            announce(digest_of_folder(staging))
            os.rename(staging, folder)
        except BaseException:
            shutil.rmtree(staging, ignore_errors=True)
            raise
        sync(folder.parent)
    return folder


def _remove_dead(staging: Path, version_id: str) -> None:
    """Remove what killed processes left of this version."""
    for place in staging.glob(f"{version_id}.*"):
        with unclaimed(place) as dead:
            if dead:
                shutil.rmtree(place, ignore_errors=True)
