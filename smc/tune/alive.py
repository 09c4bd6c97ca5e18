"""Whether a process still lives: on this machine at once, on another by its signs of life."""

import os
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

#: Seconds between two signs of life, and without one after which a process on another machine has gone.
BEAT, GONE = 15.0, 120.0
#: What Linux calls a process that has ended, and of which its parent has not heard yet.
ZOMBIE = "Z"


class Beats:
    """Give signs of life from a thread until it is stopped; one that cannot be given is missed."""

    def __init__(self, beat: Callable[[], None]) -> None:
        self._beat, self._stopped = beat, threading.Event()
        beat()
        self._thread = threading.Thread(target=self._go_on, name="smc study", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Give no more."""
        self._stopped.set()
        self._thread.join()

    def _go_on(self) -> None:
        while not self._stopped.wait(BEAT):
            try:
                self._beat()
            except Exception:  # noqa: BLE001, S112 - whatever keeps a sign back, the search itself goes on
                continue


def sign_of(owner: str) -> str:
    """Return the key under which a process writes down when it lived."""
    return f"smc_alive {owner}"


def this_process() -> str:
    """Name this process: its machine, its number there, and when it began, for numbers come again."""
    return f"{os.uname().nodename} {os.getpid()} {_begun(os.getpid())}"


def _begun(pid: int) -> str:
    """Return when a process began, in ticks of its machine; "" where that is not told, or it has gone."""
    try:
        state, *fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (OSError, ValueError):
        return ""
    return "" if state == ZOMBIE else fields[18]


def has_gone(owner: str, beats: Mapping[str, Any]) -> bool:
    """Tell whether a process has gone: on this machine at once, on another by its signs of life."""
    host, pid, begun = owner.rsplit(" ", 2)
    if host != os.uname().nodename:
        return time.time() - beats.get(sign_of(owner), 0.0) > GONE
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        pass
    return begun != _begun(int(pid))
