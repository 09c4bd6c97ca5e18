"""Courses of fits, made up iteration by iteration."""

from collections.abc import Callable
from typing import Any

import pytest

from smc.fit_progress import FitProgress

Course = Callable[..., list[FitProgress]]


@pytest.fixture
def course() -> Course:
    """Return a function that makes one `FitProgress` an iteration from lists of equal length."""

    def make(*, max_iterations: int = 1000, **measured: list[Any]) -> list[FitProgress]:
        rows = zip(*measured.values(), strict=True)
        return [
            FitProgress(number, max_iterations, **dict(zip(measured, row, strict=True)))
            for number, row in enumerate(rows)
        ]

    return make


@pytest.fixture
def warned_at() -> Callable[..., list[int]]:
    """Return a function that tells a watch a course, and gives the iterations at which it warned."""

    def tell(watch: Any, course: list[FitProgress]) -> list[int]:
        found = [(progress.iteration, watch.observe(progress)) for progress in course]
        for iteration, warning in found:
            assert warning is None or warning["iteration"] == iteration
        return [iteration for iteration, warning in found if warning is not None]

    return tell
