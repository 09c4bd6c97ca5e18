"""Optuna says nothing: what is worth saying stands in the run."""

import contextlib
from collections.abc import Iterator

import optuna


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Let Optuna say nothing but warnings inside the block; what is worth saying smc says."""
    before = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    try:
        yield
    finally:
        optuna.logging.set_verbosity(before)
