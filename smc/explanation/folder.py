"""Explanations on disk: beside the runs, whole or not at all, checked when they are read.

A finished run is never written again, so what is said of it later stands in ``<output>/explain/<run id>/``:
``model/`` for the model as a whole, ``events/<symbol>-<bar>/`` for one decision each.
"""

import io
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from smc.outside.regular_file import read_json
from smc.results.durable import make_folder, named_errors
from smc.results.manifest import NAME, verify, write_manifest
from smc.results.plain import json_bytes, to_plain

FOLDER, RECORD = "explain", "explanation.json"


def folder_of(output: str | Path, run_id: str) -> Path:
    """Return where the explanations of a run stand."""
    return Path(output) / FOLDER / run_id


@dataclass(frozen=True)
class SavedExplanation:
    """An explanation that was read back, every file of it checked.

    Attributes
    ----------
    path
        Its folder.
    """

    path: Path

    @cached_property
    def record(self) -> dict[str, Any]:
        """What was explained, and how."""
        return read_json(self.path / RECORD)

    def table(self, name: str) -> pd.DataFrame:
        """Read one of its tables."""
        return pd.read_parquet(self.path / f"{name}.parquet")


def save_files(folder: Path, run_id: str, files: Mapping[str, bytes]) -> SavedExplanation:
    """Write an explanation in the place of an older one; the same bytes are left where they are.

    Raises
    ------
    ResultsError
        The folder cannot be written.
    """
    with named_errors(folder.parent):
        make_folder(folder.parent)
        beside = folder.with_name(f".{folder.name}.{os.urandom(6).hex()}")
        try:
            beside.mkdir()
            for name, data in files.items():
                (beside / name).write_bytes(data)
            write_manifest(beside, run_id=run_id, packed=[])
            if folder.exists():
                shutil.rmtree(folder)
            os.rename(beside, folder)
        finally:
            shutil.rmtree(beside, ignore_errors=True)
    return SavedExplanation(folder)


def read_saved(folder: Path) -> SavedExplanation | None:
    """Return the explanation in a folder; None if there is none.

    Raises
    ------
    ResultsError
        It is damaged; the message names the file.
    """
    if not (folder / NAME).is_file():
        return None
    verify(folder)
    return SavedExplanation(folder)


def table_bytes(table: pd.DataFrame) -> bytes:
    """Encode a table as Parquet."""
    buffer = io.BytesIO()
    table.to_parquet(buffer)
    return buffer.getvalue()


def record_bytes(record: Mapping[str, Any]) -> bytes:
    """Encode a record as JSON."""
    plain, _ = to_plain(record)
    return json_bytes(plain)
