"""Write and read scikit-learn objects with skops: no pickle, trusted types only, bytes that repeat."""

import hashlib
import importlib
import io
import json
import sys
from pathlib import Path
from types import ModuleType
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from smc.artifact.moved_names import current_parameters, current_path
from smc.artifact.trusted import check_types
from smc.errors import ArtifactError

SCHEMA, SUFFIX = "schema.json", ".skops"
ARRAY_LIBRARIES = ("torch", "cupy", "dask")


def dump(obj: object) -> bytes:
    """Write an object, so that equal objects give equal bytes.

    skops names arrays by memory address and stamps its archive with the time. Here an array is named by the
    hash of its content, addresses are left out (they only tell which parts are one and the same object, and a
    fitted model's do not matter), and the stamp is constant.

    Raises
    ------
    ArtifactError
        The object holds something that skops cannot write as data.
    """
    try:
        raw = _skops_io().dumps(obj)
    except (TypeError, ValueError) as error:
        raise ArtifactError(f"{type(obj).__name__} cannot be saved as data: {error}") from error
    with ZipFile(io.BytesIO(raw)) as archive:
        arrays = {name: archive.read(name) for name in archive.namelist() if name != SCHEMA}
        schema = json.loads(archive.read(SCHEMA))
    renamed = {
        name: hashlib.sha256(data).hexdigest()[:32] + Path(name).suffix for name, data in arrays.items()
    }
    members = {renamed[name]: data for name, data in arrays.items()}
    members[SCHEMA] = json.dumps(_canonical(schema, renamed), separators=(",", ":")).encode()
    return _zip(members)


def load(data: bytes) -> object:
    """Read an object back, if every type in it is trusted; nothing runs before that is known.

    Raises
    ------
    ArtifactError
        A type that is not trusted. Bytes that are no skops archive raise whatever their parser does.
    """
    skops_io, data = _skops_io(), upgrade(data)
    trusted = check_types(skops_io.get_untrusted_types(data=data))
    return skops_io.loads(data, trusted=trusted)


def upgrade(data: bytes) -> bytes:
    """Write today's names of classes and parameters into what `dump` wrote; else the bytes as they are."""
    with ZipFile(io.BytesIO(data)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    schema = json.loads(members[SCHEMA])
    upgraded = _upgraded(schema)
    if upgraded == schema:
        return data
    return _zip({**members, SCHEMA: json.dumps(upgraded, separators=(",", ":")).encode()})


def _upgraded(node: Any) -> Any:
    """Return a schema under today's names; the arguments of an estimator are attributes of the same name."""
    if isinstance(node, list):
        return [_upgraded(item) for item in node]
    if not isinstance(node, dict):
        return node
    plain = {key: _upgraded(item) for key, item in node.items()}
    if not {"__module__", "__class__"} <= plain.keys():
        return plain
    path = f"{plain['__module__']}.{plain['__class__']}"
    plain["__module__"], _, plain["__class__"] = current_path(path).rpartition(".")
    state = plain.get("content")
    if isinstance(state, dict) and isinstance(state.get("content"), dict):
        state["content"] = current_parameters(path, state["content"])
    return plain


def _skops_io() -> ModuleType:
    """Import skops.io without the array libraries that it does not use.

    skops searches scikit-learn for estimators, and the search imports a bridge to each of these libraries
    where it is installed: seconds and hundreds of megabytes for torch, in a run that fits trees.
    """
    hidden = {name: None for name in ARRAY_LIBRARIES if name not in sys.modules}
    sys.modules.update(hidden)  # type: ignore[arg-type]
    try:
        return importlib.import_module("skops.io")
    finally:
        for name in hidden:
            del sys.modules[name]


def _canonical(node: Any, renamed: dict[str, str]) -> Any:
    """Leave object addresses out of a schema and rename its arrays."""
    if isinstance(node, dict):
        plain = {key: _canonical(value, renamed) for key, value in node.items() if key != "__id__"}
        if "__loader__" in node and "file" in node:
            plain["file"] = renamed[node["file"]]
        return plain
    return [_canonical(value, renamed) for value in node] if isinstance(node, list) else node


def _zip(members: dict[str, bytes]) -> bytes:
    """Pack files in order of their names, with a constant stamp."""
    buffer = io.BytesIO()
    with ZipFile(buffer, "w", ZIP_DEFLATED) as archive:
        for name in sorted(members):
            archive.writestr(ZipInfo(name, (1980, 1, 1, 0, 0, 0)), members[name], ZIP_DEFLATED)
    return buffer.getvalue()
