"""The models that answer now: loaded beside those that answer, checked in a child process, then swapped."""

import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from smc.deployment.loads import check_loads
from smc.errors import SmcError
from smc.prediction.assignment import Assignment, Live
from smc.prediction.version import Version, load_version

#: Seconds between two looks at what is live, while no bar comes.
POLL = 0.25
#: Seconds after which a version that could not be loaded is tried again.
RETRY = 30.0
#: Loaded versions kept beside those that are asked for, so that a way back takes no time.
N_SPARE = 2
log = logging.getLogger("smc")


class Versions:
    """Say which models answer for a symbol, and never wait for one that is on its way.

    A version that is asked for the first time is checked in a process of its own and loaded by a thread;
    until it is there, what answered before in its role goes on. Where it is damaged, or its folder is gone,
    that is said, once, and tried again after half a minute. Where nothing answered before, the first question
    waits.

    Parameters
    ----------
    live
        What is live now; where it fails, what it said last stands.
    load, check
        How a folder becomes a model, and how it is tried out before.
    on_news
        Told of every swap and of every version that cannot be loaded.
    """

    def __init__(
        self,
        live: Live,
        *,
        load: Callable[[Path], Version] = load_version,
        check: Callable[[Path], None] = check_loads,
        on_news: Callable[[str], None] = log.warning,
    ) -> None:
        self._live, self._load, self._check, self._on_news = live, load, check, on_news
        self._lock = threading.Lock()
        self._loaded: dict[str, Version] = {}
        self._loading: dict[str, threading.Thread] = {}
        self._failed: dict[str, tuple[float, SmcError]] = {}
        self._wanted: Mapping[str, Sequence[Assignment]] = {}
        self._active: dict[tuple[str, str], Assignment] = {}
        self._trouble: str | None = None
        self._stop = threading.Event()
        self._poller: threading.Thread | None = None

    def of(self, symbol: str) -> list[tuple[Assignment, Version]]:
        """Return who answers for a symbol now, and his model; a shadow that cannot be loaded does not.

        Raises
        ------
        SmcError
            Nobody has answered in a role yet, and who is asked for cannot be loaded.
        """
        self.refresh()
        answering = []
        for wanted in self._wanted.get(symbol, ()):
            try:
                answering.append(self._answering(symbol, wanted))
            except SmcError:
                if not wanted.is_shadow:
                    raise
        return answering

    def symbols(self) -> list[str]:
        """Return the symbols that are known, those too that nobody answers for now."""
        self.refresh()
        return list(self._wanted)

    def refresh(self) -> None:
        """Look what is live, and begin to load what is new."""
        try:
            wanted = self._live()
            self._trouble = None
        except Exception as error:  # noqa: BLE001 - whatever a registry raises, the models go on
            self._say_once(f"what is live cannot be asked ({error}): what was live goes on")
            return
        if wanted is self._wanted:
            return
        self._wanted = wanted
        places = {(symbol, one.role) for symbol, own in wanted.items() for one in own}
        with self._lock:  # who was taken back does not stand in for whoever comes next
            self._active = {place: one for place, one in self._active.items() if place in places}
        for assignment in (one for own in wanted.values() for one in own):
            self._begin(assignment)

    def problems(self) -> dict[str, str]:
        """Say by name why versions that are asked for do not answer."""
        with self._lock:
            return {name: str(error) for name, (_, error) in self._failed.items()}

    def start(self) -> None:
        """Look every 250 ms, too, until `stop`."""
        if self._poller is None:
            self._poller = threading.Thread(target=self._poll, name="smc versions", daemon=True)
            self._poller.start()

    def stop(self) -> None:
        """End what `start` began."""
        self._stop.set()
        if self._poller is not None:
            self._poller.join()

    def _poll(self) -> None:
        while not self._stop.wait(POLL):
            self.refresh()

    def _answering(self, symbol: str, wanted: Assignment) -> tuple[Assignment, Version]:
        place = (symbol, wanted.role)
        self._begin(wanted)
        with self._lock:
            version, before = self._loaded.get(wanted.version), self._active.get(place)
            standing = None if before is None else self._loaded.get(before.version)
        if version is None and before is not None and standing is not None:
            return before, standing
        version = version or self._wait_for(wanted)
        if before != wanted:
            with self._lock:
                self._active[place] = wanted
            if before is not None and before.version != wanted.version:
                self._on_news(f"{symbol}: {wanted.version} answers in the place of {before.version}")
            self._forget()
        return wanted, version

    def _begin(self, assignment: Assignment) -> None:
        """Load a version in a thread of its own, unless it is there, on its way, or failed just now."""
        name = assignment.version
        with self._lock:
            failed = self._failed.get(name)
            is_due = failed is None or time.monotonic() - failed[0] > RETRY
            if name in self._loaded or name in self._loading or not is_due:
                return
            thread = threading.Thread(
                target=self._bring, args=(assignment,), name=f"smc load {name}", daemon=True
            )
            self._loading[name] = thread
            thread.start()

    def _bring(self, assignment: Assignment) -> None:
        name = assignment.version
        try:
            self._check(assignment.folder)
            version = self._load(assignment.folder)
        except Exception as error:  # noqa: BLE001 - whatever a damaged folder raises, the old model goes on
            known = error if isinstance(error, SmcError) else SmcError(f"{type(error).__name__}: {error}")
            with self._lock:
                is_new = name not in self._failed
                self._failed[name] = (time.monotonic(), known)
                del self._loading[name]
            if is_new:
                self._on_news(f"{name} cannot be loaded, what answered before goes on: {known}")
            return
        with self._lock:
            self._loaded[name] = version
            self._failed.pop(name, None)
            del self._loading[name]

    def _wait_for(self, wanted: Assignment) -> Version:
        while True:
            with self._lock:
                thread = self._loading.get(wanted.version)
                version, failed = self._loaded.get(wanted.version), self._failed.get(wanted.version)
            if version is not None:
                return version
            if thread is None:
                raise failed[1] if failed else SmcError(f"{wanted.version} is not there")
            thread.join()

    def _forget(self) -> None:
        """Let go of versions that nobody asks for, but for the latest of them."""
        with self._lock:
            needed = {one.version for own in self._wanted.values() for one in own}
            needed |= {one.version for one in self._active.values()}
            spare = [name for name in self._loaded if name not in needed]
            for name in spare[: max(0, len(spare) - N_SPARE)]:
                del self._loaded[name]

    def _say_once(self, trouble: str) -> None:
        if trouble != self._trouble:
            self._trouble = trouble
            self._on_news(trouble)
