"""Features left out of made-up rows."""

import numpy as np

from smc.typing import FloatArray


def drop_features(made: FloatArray, center: FloatArray, frac: float, rng: np.random.Generator) -> FloatArray:
    """Put the mean in place of a share of the features, drawn for each row on its own, in place.

    A model then cannot lean on one feature alone. In a sequence a feature is dropped from all its bars; a
    missing value stays missing.

    Parameters
    ----------
    made
        Rows (n, n_features) or sequences (n, lookback, n_features).
    center
        Mean of each feature.
    frac
        Probability that a feature is dropped.

    References
    ----------
    Srivastava, N., Hinton, G., Krizhevsky, A., Sutskever, I., Salakhutdinov, R. (2014). Dropout. Journal of
    Machine Learning Research 15 (their dropout of inputs, in the rows instead of in the model).
    """
    n_rows, *n_bars, n_features = made.shape
    dropped = rng.random((n_rows, *(1 for _ in n_bars), n_features)) < frac
    np.copyto(made, center.astype(made.dtype), where=dropped & ~np.isnan(made))
    return made
