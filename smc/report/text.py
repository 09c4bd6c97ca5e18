"""Figures as text: the same number of digits everywhere, and "n/a" for what is not there."""

import math
import numbers
from collections.abc import Callable, Sequence
from typing import Any, TypeGuard

MISSING = "n/a"
#: The same in a cell of a table, where the column says what is not there.
DASH = "\N{EN DASH}"


def is_number(value: object) -> TypeGuard[float]:
    """Tell a finite number, Python's or NumPy's, from None, NaN, text and the rest."""
    if type(value) is float:  # as most are
        return math.isfinite(value)
    return isinstance(value, numbers.Real) and not isinstance(value, bool) and math.isfinite(value)


def percent(value: object, digits: int = 1, *, sign: bool = False) -> str:
    """Write a share in percent.

    >>> percent(0.5634), percent(None), percent(0.02, sign=True)
    ('56.3 %', 'n/a', '+2.0 %')
    """
    return f"{100 * value:{'+' if sign else ''}z,.{digits}f} %" if is_number(value) else MISSING


def decimal(value: object, digits: int = 3) -> str:
    """Write a plain number; what rounds to zero has no sign.

    >>> decimal(0.69314), decimal(float("nan")), decimal(1234.5678, 1), decimal(-0.0001)
    ('0.693', 'n/a', '1,234.6', '0.000')
    """
    return f"{value:z,.{digits}f}" if is_number(value) else MISSING


def p_value(value: object) -> str:
    """Write a p-value; one that rounds to zero is not zero.

    >>> p_value(0.0203), p_value(0.000004)
    ('0.0203', '< 0.0001')
    """
    return "< 0.0001" if is_number(value) and 0 <= value < 0.00005 else decimal(value, 4)


def two_digits(value: object) -> str:
    """Write a ratio, whose third digit is noise."""
    return decimal(value, 2)


def basis_points(value: object) -> str:
    """Write a log return, or an error of one, in basis points.

    >>> basis_points(0.00797)
    '79.7'
    """
    return decimal(value * 10_000, 1) if is_number(value) else MISSING


def count(value: object) -> str:
    """Write how many.

    >>> count(24424)
    '24,424'
    """
    return f"{value:,.0f}" if is_number(value) else MISSING


def general(value: object) -> str:
    """Write a number of any size in four significant digits.

    >>> general(0.00001234), general(3)
    ('1.234e-05', '3')
    """
    return f"{value:,.4g}" if is_number(value) else MISSING


def interval(bounds: Sequence[object] | None, write: Callable[[Any], str]) -> str:
    """Write a lower and an upper bound; the unit stands once.

    >>> interval([0.501, 0.622], percent)
    '[50.1, 62.2]'
    """
    if bounds is None or len(bounds) != 2 or not all(map(is_number, bounds)):
        return ""
    return "[" + ", ".join(write(bound).removesuffix(" %") for bound in bounds) + "]"


def duration(seconds: object) -> str:
    """Write a time span in the unit that suits it.

    >>> duration(3.21), duration(754)
    ('3.2 s', '12 min 34 s')
    """
    if not is_number(seconds):
        return MISSING
    return f"{seconds:.1f} s" if seconds < 60 else f"{seconds // 60:.0f} min {seconds % 60:.0f} s"


def day(stamp: object) -> str:
    """Write the date of a stamp, whether it is one or ISO 8601 text.

    >>> day("2018-12-31T20:00:00+00:00")
    '2018-12-31'
    """
    return str(stamp)[:10]


def minute(stamp: object) -> str:
    """Write date and time of a stamp to the minute.

    >>> minute("2018-12-31T20:15:00+00:00")
    '2018-12-31 20:15'
    """
    return "" if stamp is None else str(stamp)[:16].replace("T", " ")
