"""What events can tell before anything is fitted: the smallest edge, and how many trials it bears."""

import math

#: Chance that an edge of the size named is found.
POWER = 0.8


def detectable_edge(
    n_independent: float, n_trials: float, *, alpha: float = 0.05, power: float = POWER
) -> float:
    """Return the smallest edge in accuracy that the best of several trials can be told from luck by.

    An accuracy near one half over n independent events has the standard error 1 / (2 sqrt(n)). It must reach
    the normal quantile of 1 - alpha / m, for m trials (Bonferroni, one-sided), and does so with the chance
    ``power`` if the true accuracy lies that chance's quantile of standard errors above.

    Parameters
    ----------
    n_independent
        Events that do not overlap: the sum of their uniqueness.
    n_trials
        Configurations that are compared, as if they were independent.

    Returns
    -------
    float
        Above the baseline's accuracy, as a fraction; over 0.5 nothing can be shown.

    >>> round(detectable_edge(100, 1), 3), round(detectable_edge(100, 50), 3)
    (0.124, 0.197)
    """
    return _errors_needed(n_trials, alpha, power) / (2 * math.sqrt(max(n_independent, 1.0)))


def detectable_correlation(
    n_independent: float, n_trials: float, *, alpha: float = 0.05, power: float = POWER
) -> float:
    """Return the smallest correlation of forecast and return that can be told from luck.

    At the level and with the power of `detectable_edge`.

    Fisher's z = artanh(r) of n independent events has the standard error 1 / sqrt(n - 3).

    References
    ----------
    Fisher (1921), "On the probable error of a coefficient of correlation", Metron 1.

    >>> round(detectable_correlation(100, 1), 3), round(detectable_correlation(100, 50), 3)
    (0.247, 0.379)
    """
    return math.tanh(_errors_needed(n_trials, alpha, power) / math.sqrt(max(n_independent - 3, 1.0)))


def affordable_trials(n_independent: float, edge: float, *, alpha: float = 0.05, power: float = POWER) -> int:
    """Return how many trials may be compared so that an edge can still be told from luck; 0: not even one.

    The inverse of `detectable_edge`, rounded down.

    >>> affordable_trials(100, 0.15), affordable_trials(100, 0.10), affordable_trials(400, 0.10)
    (3, 0, 63)
    """
    return _trials_borne(2 * edge * math.sqrt(max(n_independent, 1.0)), alpha, power)


def affordable_for_correlation(
    n_independent: float, correlation: float, *, alpha: float = 0.05, power: float = POWER
) -> int:
    """Return the same for a correlation: the inverse of `detectable_correlation`, rounded down.

    >>> affordable_for_correlation(100, 0.25), affordable_for_correlation(100, 0.24)
    (1, 0)
    """
    return _trials_borne(math.atanh(correlation) * math.sqrt(max(n_independent - 3, 1.0)), alpha, power)


def needed_events(edge: float, n_trials: float, *, alpha: float = 0.05, power: float = POWER) -> int:
    """Return how many independent events it takes to tell an edge from luck.

    >>> needed_events(0.10, 1), needed_events(0.10, 50)
    (155, 387)
    """
    return math.ceil((detectable_edge(1.0, n_trials, alpha=alpha, power=power) / edge) ** 2)


def needed_for_correlation(
    correlation: float, n_trials: float, *, alpha: float = 0.05, power: float = POWER
) -> int:
    """Return the same for a correlation.

    >>> needed_for_correlation(0.3, 1), needed_for_correlation(0.3, 50)
    (68, 165)
    """
    return math.ceil(3 + (_errors_needed(n_trials, alpha, power) / math.atanh(correlation)) ** 2)


def _errors_needed(n_trials: float, alpha: float, power: float) -> float:
    """Return how many standard errors above luck the best of several trials must truly lie."""
    from scipy.special import ndtri

    return float(ndtri(1 - alpha / max(n_trials, 1.0)) + ndtri(power))


def _trials_borne(n_errors: float, alpha: float, power: float) -> int:
    """Return of how many trials one that truly lies so many standard errors above luck is found."""
    from scipy.special import ndtr, ndtri

    return int(min(alpha / max(float(ndtr(float(ndtri(power)) - n_errors)), 1e-300), 1e9))
