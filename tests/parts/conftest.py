"""Parts that `smc.new` writes, in a folder of their own."""

import importlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from smc.parts.kinds import kind_of
from smc.parts.written import NewPart

Write = Callable[..., NewPart]


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Write]:
    """Write a new part of a kind, maybe with one text in the place of another; it can be imported."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    written: list[str] = []

    def write(kind: str, old: str = "", new: str = "", *, name: str = "") -> NewPart:
        part = NewPart.called(kind_of(kind), name or f"own_{kind}", "conf")
        part.write()
        path = Path(f"{part.name}.py")
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new) if old else text)
        monkeypatch.setenv("SMC_ALLOW", part.name)
        written.append(part.name)
        importlib.invalidate_caches()
        return part

    sys.dont_write_bytecode, before = True, sys.dont_write_bytecode
    yield write
    sys.dont_write_bytecode = before
    for name in written:
        sys.modules.pop(name, None)
