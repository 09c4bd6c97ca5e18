"""The record of a saved model: what wrote it, and the check that every byte is the one it speaks of."""

import hashlib
import json
import platform
import re
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from smc import __version__
from smc.errors import ArtifactError
from smc.fingerprint import content_hash

RECORD = "model.json"
FORMAT = 1
FILE_NAME = re.compile(r"[a-z0-9_]+\.[a-z]+")
#: Libraries whose version may change what a saved model answers.
LIBRARIES = ("numpy", "scikit-learn", "skops", "xgboost", "lightgbm", "torch")


def seal(record: dict[str, Any], files: dict[str, bytes]) -> bytes:
    """Write the record with the size and SHA-256 of each file, and of the record itself.

    Raises
    ------
    ArtifactError
        The record is not plain JSON.
    """
    sealed = {"format": FORMAT, **record, "files": {name: _stamp(data) for name, data in files.items()}}
    try:
        plain = json.loads(json.dumps(sealed, allow_nan=False))
    except (TypeError, ValueError) as error:
        raise ArtifactError(f"model.json takes plain, finite JSON only: {error}") from error
    plain["sha256"] = content_hash(plain)
    return (json.dumps(plain, indent=1) + "\n").encode()


def unseal(files: dict[str, bytes]) -> dict[str, Any]:
    """Return the record of a model, if every file is there, none is extra, and every byte is as written.

    Only the record itself is parsed before its hash is known, by Python's JSON reader.

    Raises
    ------
    ArtifactError
        A missing or extra file, a wrong size or hash, or another format.
    """
    if RECORD not in files:
        raise ArtifactError(f"missing file: a saved model has a {RECORD}")
    record = _parse(files[RECORD])
    expected = record["files"]
    for name in sorted({*expected, *files} - {RECORD}):
        if name not in files:
            raise ArtifactError(f"missing file: {name}")
        if name not in expected or not FILE_NAME.fullmatch(name):
            raise ArtifactError(f"extra file: {name} is not part of the model")
        if expected[name] != _stamp(files[name]):
            raise ArtifactError(f"wrong hash: {name} is not the file that was written; copy the model again")
    return record


def _parse(data: bytes) -> dict[str, Any]:
    try:
        record = json.loads(data)
        written = record.pop("sha256")
        intact = content_hash(record) == written
        has_files = isinstance(record["files"], dict)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ArtifactError(f"{RECORD} is damaged: {type(error).__name__}: {error}") from error
    if not (intact and has_files):
        raise ArtifactError(f"wrong hash: {RECORD} is not the file that was written; copy the model again")
    if record.get("format") != FORMAT:
        raise ArtifactError(f"incompatible version: format {record.get('format')}, this smc reads {FORMAT}")
    return record


def _stamp(data: bytes) -> dict[str, Any]:
    return {"size": len(data), "sha256": hashlib.sha256(data).hexdigest()}


def current_versions() -> dict[str, str]:
    """Return the installed versions of Python, smc and the libraries behind the models."""
    known = {"python": platform.python_version(), "smc": __version__}
    return known | {name: _version(name) for name in LIBRARIES}


@cache
def _version(package: str) -> str:
    """Return the version of a package when it was first asked for: the one that this process runs."""
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def differing(written: dict[str, str]) -> list[str]:
    """List, in words, the libraries whose major or minor version is not the one that wrote the model.

    >>> differing({"skops": "0.1.0"})
    ['skops 0.1.0 wrote it, ... is installed']
    """
    installed = current_versions()
    return [
        f"{name} {written[name]} wrote it, {installed[name]} is installed"
        for name in LIBRARIES
        if name in written and _minor(written[name]) != _minor(installed[name])
    ]


def _minor(text: str) -> list[str]:
    return text.split(".")[:2]
