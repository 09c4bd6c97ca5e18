"""How even several fits are in what they say of the members of an ensemble."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

FIGURES = ("losses", "weights")


def member_figures(accounts: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Give mean and range over some fits of each member's loss and weight; None of what no fit tells.

    Weights that swing from fold to fold are drawn from few events: equal ones do as well, and cost nothing.

    Parameters
    ----------
    accounts
        Of each fit, what `smc.model.ensemble.Ensemble.account` tells.

    >>> fits = [{"losses": None, "weights": {"a": share, "b": 1 - share}} for share in (0.25, 0.75)]
    >>> told = member_figures(fits)
    >>> told["losses"], told["weights"][0]
    (None, {'member': 'a', 'mean': 0.5, 'min': 0.25, 'max': 0.75})
    """
    return {name: _figures([each[name] for each in accounts if each[name] is not None]) for name in FIGURES}


def _figures(told: Sequence[dict[str, float]]) -> list[dict[str, Any]] | None:
    """Return a line a member."""
    if not told:
        return None
    table = pd.DataFrame(told).agg(["mean", "min", "max"])
    return [{"member": name, **figures} for name, figures in table.to_dict().items()]
