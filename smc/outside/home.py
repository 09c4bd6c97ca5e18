"""Folders as people type them."""

import os


def home_path(path: str | os.PathLike[str]) -> str:
    """Write a path with the home folder for its ``~``.

    Raises
    ------
    ValueError
        There is no such user: a folder called ``~name`` is never made.

    >>> home_path("results/~old"), home_path("~/results").startswith("~")
    ('results/~old', False)
    """
    typed = os.fspath(path)
    expanded = os.path.expanduser(typed)
    if expanded.startswith("~"):
        user = typed[1:].partition("/")[0]
        raise ValueError(f"{typed}: there is no user {user}; type the whole path")
    return expanded
