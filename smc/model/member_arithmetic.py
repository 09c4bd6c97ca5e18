"""Arithmetic on what the members of an ensemble say: their losses, their weights, their mean."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import softmax

from smc.typing import FloatArray

#: Smallest probability that is taken at its word.
EPSILON = 1e-6
#: Draws of the bootstrap; weights settle to about 0.01.
N_DRAWS = 1000
#: What `member_figures` sums up.
FIGURES = ("losses", "weights")


def squared_errors(answers: FloatArray, target: np.ndarray) -> FloatArray:
    """Return the squared error of each number, or the Brier score of each line of probabilities.

    Parameters
    ----------
    answers
        (n, n_members, k), ``k = 1`` of numbers.
    target
        The number, or the column of the class that happened (n,).

    >>> squared_errors(np.array([[[0.25, 0.75], [0.5, 0.5]]]), np.array([1]))
    array([[0.125, 0.5  ]])
    """
    return ((answers - _happened(answers, target)) ** 2).sum(axis=2)


def log_losses(answers: FloatArray, target: np.ndarray) -> FloatArray:
    """Return minus the logarithm of the probability of what happened (n, n_members)."""
    given = (answers * _happened(answers, target)).sum(axis=2)
    return -np.log(np.maximum(given, EPSILON))


def log_likelihoods(answers: FloatArray, target: np.ndarray, variance: float) -> FloatArray:
    """Return the log-likelihood of what happened, of numbers up to a constant (n, n_members).

    Parameters
    ----------
    variance
        Of the normal law that errors of numbers follow.

    >>> log_likelihoods(np.array([[[1.0], [3.0]]]), np.array([2.0]), variance=0.5)
    array([[-1., -1.]])
    """
    if answers.shape[2] > 1:
        return -log_losses(answers, target)
    return -squared_errors(answers, target) / (2 * variance or 1.0)


def _happened(answers: FloatArray, target: np.ndarray) -> FloatArray:
    n_columns = answers.shape[2]
    return (target[:, None] if n_columns == 1 else np.eye(n_columns)[target])[:, None, :]


def mean_over_members(answers: FloatArray, weights: FloatArray) -> FloatArray:
    """Return the weighted mean (n, k); members are added one by one, so that a row has its answer alone.

    Parameters
    ----------
    answers
        (n, n_members, k).
    weights
        Of each member, or of each row and member; their sum is 1.

    >>> mean_over_members(np.array([[[0.2, 0.8], [0.6, 0.4]]]), np.array([0.75, 0.25]))
    array([[0.3, 0.7]])
    """
    weights = np.broadcast_to(weights, answers.shape[:2])
    total = answers[:, 0] * weights[:, :1]
    for place in range(1, answers.shape[1]):
        total = total + answers[:, place] * weights[:, place, None]
    return total


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


def member_figures(accounts: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Give mean and range over some fits of each member's loss and weight; None of what no fit tells.

    Weights that swing from fold to fold are drawn from few events: equal ones do as well, and cost nothing.

    Parameters
    ----------
    accounts
        Of each fit, what `smc.model.ensemble.Ensemble.account` tells.

    >>> fits = [{"losses": None, "weights": {"a": share, "b": 1 - share}} for share in (0.25, 0.75)]
    >>> figures = member_figures(fits)
    >>> figures["losses"], figures["weights"][0]
    (None, {'member': 'a', 'mean': 0.5, 'min': 0.25, 'max': 0.75})
    """
    return {
        name: _figures([account[name] for account in accounts if account[name] is not None])
        for name in FIGURES
    }


def _figures(values: Sequence[dict[str, float]]) -> list[dict[str, Any]] | None:
    """Return a line a member."""
    if not values:
        return None
    table = pd.DataFrame(values).agg(["mean", "min", "max"])
    return [{"member": name, **figures} for name, figures in table.to_dict().items()]
