"""Several watches over one fit."""

import copy
import logging
from collections.abc import Iterable, Iterator
from typing import Any

from smc.fit_progress import FitProgress
from smc.interfaces import FitWatch
from smc.monitor.warning import check_warning, watch_failed

log = logging.getLogger("smc")


class FitMonitor:
    """Let several watches listen to one fit: what an estimator is given as its ``callback``.

    Each watch warns once a fit. The first that stops gives the reason; those behind it are told of that
    iteration all the same. Watches that count do so from scratch, since each fit has copies of its own. A fit
    that none of them stops is the fit without them: they are told numbers and draw none. A watch that raises
    is a warning, and watches no more in that fit.

    Parameters
    ----------
    watches
        In the order in which they are asked.
    fit
        Name of the fit, for the records: "fold 0", "train fit", "final fit".

    Attributes
    ----------
    warnings
        Records of what was seen, each with the name of the fit.
    """

    def __init__(self, watches: Iterable[FitWatch], fit: str) -> None:
        self.fit = fit
        self.warnings: list[dict[str, Any]] = []
        self._watches = [*watches]
        self._was_told = False
        self._member: str | None = None
        self._part = ""
        self._silent = list(self._copies())

    def of_member(self, member: str, part: str = "") -> "FitMonitor":
        """Return watches from scratch for a fit of one member of an ensemble.

        What they see stands among the warnings of the whole, under the name of the ``member``. It may be
        fitted many times: a reason stands there once, in the words of the first of its fits that was warned
        of it, with ``n_fits``, how many of them were. A member of a member is named by both: ``pair/mlp``.

        Parameters
        ----------
        part
            Which of the member's fits: "inner fold 2"; nothing for the one on all rows.
        """
        monitor = FitMonitor(self._watches, self.fit)
        monitor.warnings = self.warnings
        monitor._member = member if self._member is None else f"{self._member}/{member}"
        monitor._part = ", ".join(filter(None, (self._part, part)))
        return monitor

    def __call__(self, progress: FitProgress) -> str | None:
        """Take in one iteration; return the reason code for which the fit must stop, or None."""
        self._was_told = True
        observed = [(watch, *_observe(watch, progress)) for watch in self._silent]
        self._silent = [watch for watch, warning, _ in observed if warning is None]
        for _, warning, _ in observed:
            self._keep(warning)
        return next((warning["reason"] for _, warning, stops in observed if warning and stops), None)

    def look_back(self, seconds: float) -> None:
        """Take in how long a fit took that told nothing while it ran, such as one of scikit-learn."""
        if self._was_told:
            return
        whole = FitProgress(iteration=0, max_iterations=1, seconds=seconds)
        for watch in self._silent:
            warning, _ = _observe(watch, whole)
            self._keep(warning and {**warning, "iteration": None})

    def _copies(self) -> Iterator[FitWatch]:
        for watch in self._watches:
            try:
                yield copy.deepcopy(watch)
            except Exception as error:  # noqa: BLE001 - a watch that cannot be copied watches nothing
                self._keep(watch_failed(watch, error))

    def _keep(self, warning: dict[str, Any] | None) -> None:
        if warning is None:
            return
        if self._member is not None:
            for known in self.warnings:
                if (known.get("member"), known["reason"]) == (self._member, warning["reason"]):
                    known["n_fits"] += 1
                    return
            warning = self._of_member(self._member, warning)
        self.warnings.append({"fit": self.fit, **warning})
        log.warning("%s: %s: %s", self.fit, warning["reason"], warning["sentence"])

    def _of_member(self, member: str, warning: dict[str, Any]) -> dict[str, Any]:
        place = f"{member}, {self._part}" if self._part else member
        sentence = f"{place}: {warning['sentence']}"
        return {**warning, "member": member, "n_fits": 1, "sentence": sentence}


def _observe(watch: FitWatch, progress: FitProgress) -> tuple[dict[str, Any] | None, bool]:
    """Return the warning of a watch, and whether it ends the fit; what a watch raises is a warning too."""
    try:
        warning = watch.observe(progress)
        if warning is None:
            return None, False
        check_warning(warning)
        return warning, bool(watch.stops)
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever a watch of one's own raises, the fit goes on
        return watch_failed(watch, error), False
