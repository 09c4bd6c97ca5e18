"""Compiled functions whose machine code is kept on disk."""

from collections.abc import Callable
from typing import Any

from numba import njit


def cached(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile a function with Numba, keeping the result on disk where there is a place for it.

    Numba writes beside the source, else into the user's cache folder, and raises where it can write to
    neither, as in a read-only container. The function is then compiled anew in each process; set
    NUMBA_CACHE_DIR to a folder that can be written to avoid that.
    """
    try:
        return njit(function, cache=True)
    except RuntimeError:
        return njit(function)


def inner(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile a function that other compiled functions alone call.

    No entry from Python is made for it, which is a fifth of the time that a structure machine takes to
    compile.
    """
    return njit(function, no_cpython_wrapper=True, no_cfunc_wrapper=True)  # pyright: ignore[reportCallIssue]
