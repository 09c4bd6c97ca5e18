"""Runs as a user starts them."""

from collections.abc import Callable
from pathlib import Path

import pytest


@pytest.fixture
def only_run(tmp_path: Path) -> Callable[[], Path]:
    """Find the one finished run under the folder."""

    def find() -> Path:
        (found,) = (tmp_path / "outputs" / "runs").iterdir()
        return found

    return find
