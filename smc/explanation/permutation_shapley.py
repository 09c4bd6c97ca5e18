"""Shapley values of any model, by replacing its original features one after another."""

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from smc.explanation.explained_output import model_answers
from smc.explanation.shap_library import load_shap
from smc.pipeline import FoldPipeline
from smc.typing import FloatArray

#: Orders in which the features are put back, each forwards and backwards: one pair is exact for a model whose
#: features work together in twos at most.
N_ORDERS = 1
#: Rows and windows that a model is asked about at once.
BATCH_SIZE = 16_384


class Mask:
    """Give the features that are out the values of known inputs; of a window, in all its bars.

    Parameters
    ----------
    known
        Rows (b, f), or windows (b, lookback, f).
    """

    supports_delta_masking = False

    def __init__(self, known: FloatArray) -> None:
        self.known = known

    def shape(self, _: FloatArray) -> tuple[int, int]:
        """Number of inputs that one mask makes, and of features."""
        return len(self.known), self.known.shape[-1]

    def mask_shapes(self, _: FloatArray) -> list[tuple[int]]:
        """Return the shape of one mask: a place a feature, of a row and of a window alike."""
        return [self.known.shape[-1:]]

    def __call__(self, is_in: np.ndarray, row: FloatArray) -> tuple[FloatArray]:
        """Return the known inputs with those features of ``row`` that are in."""
        return (np.where(is_in.astype(bool), row, self.known),)


def permutation_contributions(
    model: FoldPipeline, inputs: FloatArray, known: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return what each original feature adds to the answer (n, f, k), and the mean answer to ``known`` (k,).

    References
    ----------
    Štrumbelj, E. and Kononenko, I. (2014). Explaining prediction models and individual predictions with
    feature contributions. Knowledge and Information Systems 41. Antithetic orders: shap's
    PermutationExplainer.
    """
    shap = load_shap()

    def ask(rows: FloatArray) -> FloatArray:
        return model_answers(model, rows)

    n_features = known.shape[-1]
    with _random_state_kept():
        explainer = shap.explainers.Permutation(ask, Mask(known), seed=0)
        explanation = explainer(
            inputs,
            max_evals=N_ORDERS * (2 * n_features + 1),
            batch_size=BATCH_SIZE // len(known),
            silent=True,
        )
    values = np.asarray(explanation.values, dtype=np.float64).reshape(len(inputs), n_features, -1)
    return values, model_answers(model, known).mean(axis=0)


@contextmanager
def _random_state_kept() -> Iterator[None]:
    """Put NumPy's global generator back, which shap seeds and draws from."""
    before = np.random.get_state()
    try:
        yield
    finally:
        np.random.set_state(before)
