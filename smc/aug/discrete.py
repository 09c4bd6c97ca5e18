"""Which features take certain values only, as their values say."""

import numpy as np

from smc.typing import BoolArray, FloatArray

#: Values of a direction: down, none, up. A flag has one less.
MOST_VALUES = 3


def discrete_columns(rows: FloatArray) -> BoolArray:
    """Tell the columns of a table (n, n_features) that are discrete.

    >>> discrete_columns(np.array([[1, 0.2, 7], [0, 0.1, 9], [1, 0.4, 7], [0, 0.3, 8.5]]))
    array([ True, False,  True])
    """
    return np.array([is_discrete(column) for column in rows.T], dtype=bool)


def is_discrete(values: FloatArray) -> bool:
    """Tell whether a feature takes certain values only: whole numbers, or up to three values in any unit.

    A flag keeps two values, and a direction three, however they are scaled; counts and larger directions are
    known by whole numbers, so not once they are scaled. Values that are too few to repeat themselves say
    nothing. Missing ones (NaN) are passed over.

    >>> is_discrete(np.array([3.0, 500.0, np.nan, 17.0])), is_discrete(np.array([0.3, 0.1, 0.2]))
    (True, False)
    >>> is_discrete(np.array([-0.2, 4.9, -0.2, -0.2]))
    True
    """
    known = values[~np.isnan(values)]
    if not len(known):
        return False
    return np.array_equal(known, np.rint(known)) or len(np.unique(known)) <= min(MOST_VALUES, len(known) - 1)
