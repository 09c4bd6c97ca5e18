"""Weights of models by how likely they held what happened."""

import numpy as np
from scipy.special import softmax

from smc.typing import FloatArray

#: Draws of the bootstrap; weights settle to about 0.01.
N_DRAWS = 1000


def pseudo_bma_weights(gains: FloatArray, *, seed: int = 0) -> FloatArray:
    """Return the weight of each member by pseudo-Bayesian model averaging with the Bayesian bootstrap.

    A member's weight is in proportion to the likelihood that it gave to rows it was not fitted on. Taken at
    its word that gives all to the one that leads, however few the rows; so rows are redrawn (with weights of
    a flat Dirichlet law), and the weights of all draws averaged: a lead that hangs on few rows counts little.

    Parameters
    ----------
    gains
        Log-likelihood of what happened, one row an event, one column a member (n, n_members); rows that
        overlap should count by their uniqueness.

    Returns
    -------
    weights
        (n_members,); their sum is 1.

    References
    ----------
    Yao, Y., Vehtari, A., Simpson, D. and Gelman, A. (2018). Using Stacking to Average Bayesian Predictive
    Distributions. Bayesian Analysis 13(3), section 3.4 (pseudo-BMA+).

    >>> one_row_decides = np.zeros((40, 2))
    >>> one_row_decides[7, 0] = 5.0
    >>> softmax(one_row_decides.sum(axis=0)).round(2), pseudo_bma_weights(one_row_decides).round(2)
    (array([0.99, 0.01]), array([0.89, 0.11]))
    """
    rng = np.random.default_rng(seed)
    total = np.zeros(gains.shape[1])
    for _ in range(N_DRAWS):
        drawn = rng.exponential(size=len(gains))
        total += softmax(np.einsum("n,nm->m", drawn, gains) * (len(gains) / drawn.sum()))
    return total / N_DRAWS
