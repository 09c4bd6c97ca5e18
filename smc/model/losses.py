"""What an answer costs, row by row and member by member."""

import numpy as np

from smc.typing import FloatArray

#: Smallest probability that is taken at its word.
EPSILON = 1e-6


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
