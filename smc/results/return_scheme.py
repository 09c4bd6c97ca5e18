"""How a run counts returns: which of its figures may be held against another's."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

#: Side x (exit / entry - 1), one account, a prediction as one model makes it.
SIMPLE = "simple"
#: Of versions before 0.2: side x log return, positions that follow the next open, averaged predictions.
LOG = "log"

#: What a reader of an earlier run should know.
OLD_RETURNS = (
    "Made by smc before 0.2: its returns are of the old kind, side x log return, which flatters a short by "
    "about the variance of the price; its equity follows the next open where its trades leave at a barrier; "
    "and an event that was tested several times is scored by the mean of its predictions. Train it again to "
    "compare its figures with those of today."
)


def return_scheme(record: Mapping[str, Any]) -> str:
    """Return how a run counts returns; one that does not say so was made before there was a choice.

    >>> return_scheme({"return_scheme": "simple"}), return_scheme({})
    ('simple', 'log')
    """
    return str(record.get("return_scheme", LOG))


def is_of_today(record: Mapping[str, Any]) -> bool:
    """Tell whether a run counts returns as today's runs do."""
    return return_scheme(record) == SIMPLE


def are_alike(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Tell whether two runs count returns alike, so that what trades earn may be compared.

    >>> are_alike({"return_scheme": "simple"}, {}), are_alike({}, {})
    (False, True)
    """
    return return_scheme(one) == return_scheme(other)


def as_simple(returns: pd.DataFrame) -> pd.DataFrame:
    """Return the table of an earlier run in today's columns: one account, and growth as simple returns.

    >>> then = pd.DataFrame({"position": [1.0, 0.0], "gross": [np.log(1.1), 0.0], "net": [0.0, 0.0]})
    >>> as_simple(then).round(3).to_dict("list")
    {'position': [1.0, 0.0], 'gross': [0.1, 0.0], 'net': [0.0, 0.0], 'account': [0, 0]}
    """
    growth = {name: np.expm1(returns[name]) for name in ("gross", "net")}
    return returns.assign(**growth, account=0)
