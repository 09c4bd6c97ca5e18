"""How often each class occurs."""

import pandas as pd


def class_balance(labels: pd.DataFrame) -> dict[int, float]:
    """Return the share of each class among labelled events, as plain numbers for the run's record.

    The largest share is the accuracy of a model that always says the same: print it beside every accuracy.

    Examples
    --------
    >>> class_balance(pd.DataFrame({"label": [0, 1, 1, 1]}))
    {0: 0.25, 1: 0.75}
    """
    shares = labels["label"].value_counts(normalize=True).sort_index()
    return {int(label): float(share) for label, share in shares.items()}
