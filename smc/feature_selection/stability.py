"""How much the choices of several fits agree."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt


def summary(selections: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Tell how often each feature was kept in the fits, most often first, and how stable the choice is.

    Parameters
    ----------
    selections
        Of each fit, names of the features ``given`` and ``kept``.

    >>> agreement = summary([{"given": ["a", "b"], "kept": ["a"]}, {"given": ["a", "b"], "kept": ["a"]}])
    >>> agreement["stability"], agreement["frequency"]
    (1.0, [{'feature': 'a', 'share': 1.0}, {'feature': 'b', 'share': 0.0}])
    """
    names = list(dict.fromkeys(name for selection in selections for name in selection["given"]))
    kept = np.array(
        [[name in set(selection["kept"]) for name in names] for selection in selections], dtype=np.float64
    )
    share = kept.mean(axis=0) if len(kept) else np.zeros(len(names))
    order = np.argsort(-share, kind="stable")
    return {
        "frequency": [{"feature": names[place], "share": float(share[place])} for place in order],
        "stability": stability(kept),
    }


def stability(kept: npt.ArrayLike) -> float | None:
    """Measure how much the choices agree beyond chance: 1 if they are equal, about 0 if they are random.

    1 - mean over features of the variance of being kept, divided by what it would be if each fit drew its
    features at random, as many as it kept on average. None for fewer than two fits, or where every feature
    or none was kept, since then nothing was chosen.

    Parameters
    ----------
    kept
        Whether each fit (lines) kept each feature (columns).

    References
    ----------
    Nogueira, Sechidis and Brown (2018), "On the stability of feature selection algorithms", Journal of
    Machine Learning Research 18.

    >>> round(stability([[1, 1, 0, 0], [1, 0, 1, 0], [1, 1, 0, 0]]), 4)
    0.3333
    """
    table = np.asarray(kept, dtype=np.float64)
    if len(table) < 2:
        return None
    share = float(table.mean())
    if not 0 < share < 1:
        return None
    return 1.0 - float(table.var(axis=0, ddof=1).mean()) / (share * (1 - share))
