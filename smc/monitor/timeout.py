"""Watch the time that a fit takes."""

from typing import Any

from smc.arguments import check_positive
from smc.fit_progress import FitProgress
from smc.monitor.warning import warning

MINUTE = 60  # seconds


class Timeout:
    """Stop a fit that takes too long, and keep the best iteration so far.

    The clock is looked at after each epoch or boosting round, so a fit ends within one of them after the
    limit. A scikit-learn fit tells nothing while it runs and cannot be stopped: it is timed when it is over,
    and the warning says that it took too long.

    A run that was stopped by the clock is the one kind whose result depends on the machine; its record says
    so under ``stopped_by_watch``.

    Parameters
    ----------
    max_minutes
        Longest time of one fit, of which a run has one a fold and two more. The largest fits that smc is made
        for (some thousand events, an LSTM) take a minute or two.

    >>> late = FitProgress(iteration=41, max_iterations=200, seconds=90.0)
    >>> Timeout(max_minutes=1.0).observe(late)["sentence"]
    'The fit has taken 90 s, the limit is 60 s: fewer events, a smaller model or a larger
    monitor.watches.timeout.max_minutes let it end.'
    """

    stops = True

    def __init__(self, max_minutes: float = 10.0) -> None:
        check_positive("max_minutes", max_minutes)
        self.max_minutes = max_minutes

    def observe(self, progress: FitProgress) -> dict[str, Any] | None:
        """Return a warning once the limit is passed."""
        limit = self.max_minutes * MINUTE
        if progress.seconds <= limit:
            return None
        return warning(
            "timeout",
            iteration=progress.iteration,
            value=progress.seconds,
            threshold=limit,
            sentence=f"The fit has taken {progress.seconds:.4g} s, the limit is {limit:.4g} s: fewer events, "
            "a smaller model or a larger monitor.watches.timeout.max_minutes let it end.",
        )
