"""How often each class occurs."""

import numpy as np
import pandas as pd


def class_balance(labels: pd.DataFrame) -> dict[int, float]:
    """Return the share of each class among labelled events, as plain numbers for the run's record.

    The largest share is the accuracy of a model that always says the same: print it beside every accuracy.

    Examples
    --------
    >>> class_balance(pd.DataFrame({"label": [0, 1, 1, 1]}))
    {0: 0.25, 1: 0.75}
    """
    classes, counts = np.unique(labels["label"].to_numpy(), return_counts=True)
    return {int(label): int(count) / len(labels) for label, count in zip(classes, counts, strict=True)}
