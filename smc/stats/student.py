"""P-values of Student's t."""

from smc.arguments import check_choice


def t_p_value(statistic: float, degrees: float, alternative: str) -> float:
    """Return the p-value of a t statistic; ``alternative`` is ``two-sided``, ``greater`` or ``less``.

    >>> round(t_p_value(2.0, 10, "greater"), 4), round(t_p_value(2.0, 10, "two-sided"), 4)
    (0.0367, 0.0734)
    """
    check_choice("alternative", alternative, ["two-sided", "greater", "less"])
    from scipy.special import stdtr

    if alternative == "two-sided":
        return float(2 * stdtr(degrees, -abs(statistic)))
    return float(stdtr(degrees, -statistic if alternative == "greater" else statistic))
