"""A run that failed: what ended it, and its traceback as Python writes it."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from smc.blame import is_installed
from smc.outside.escape import terminal
from smc.results import RunStore
from smc.results.status import FAILED

#: How a traceback names the file of a frame.
FRAME = re.compile(r'\s*File "(?P<path>.+)", line \d+')
MARK = "> "


def failed_run(name: str | None, output: str | Path) -> str | None:
    """Return the page of a run that failed; None if the name is of no such run.

    Parameters
    ----------
    name
        Its id, or the beginning of one that no other run shares.
    """
    store = RunStore(output)
    begun = [path.stem for path in store.statuses.glob("*.json") if name and path.stem.startswith(name)]
    if len(begun) != 1:
        return None
    status = store.status(begun[0])
    if status.get("status") != FAILED or not isinstance(status.get("traceback"), str):
        return None
    return terminal("\n".join(_page(begun[0], status))) + "\n"


def _page(run_id: str, status: Mapping[str, Any]) -> Iterator[str]:
    who = " ".join(str(status[key]) for key in ("symbol", "model") if status.get(key))
    yield f"Run {run_id}{f' ({who})' if who else ''}: failed, {status.get('reason')}"
    yield f"  {status.get('message')}"
    yield f"  {_whose(status.get('culprit'))}"
    yield ""
    yield from marked(status["traceback"])


def marked(traceback: str) -> Iterator[str]:
    """Give the lines of a traceback, those of one's own code marked.

    >>> text = 'Traceback:\\n  File "/home/me/mine.py", line 3, in fit\\n    1 / 0\\nZeroDivisionError: no'
    >>> list(marked(text))
    ['  Traceback:', '>   File "/home/me/mine.py", line 3, in fit', '>     1 / 0', '  ZeroDivisionError: no']
    """
    is_own = False
    for line in traceback.splitlines():
        frame = FRAME.match(line)
        if frame:
            path = Path(frame["path"])
            is_own = not is_installed(path) and not frame["path"].startswith("<frozen")
        elif not line.startswith("    "):
            is_own = False
        yield (MARK if is_own else " " * len(MARK)) + line


def _whose(culprit: Any) -> str:
    """Say whose code was at work."""
    if not isinstance(culprit, Mapping):
        return "It is not known whose code was at work."
    place = f"{culprit.get('name')}, {culprit.get('file')} line {culprit.get('line')}"
    if culprit.get("is_own"):
        return f"Your own code was at work: {place}; its lines are marked below."
    return f"smc's own code was at work: {place}."
