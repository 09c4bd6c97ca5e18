"""Metrics of classes against scikit-learn, and where they are undefined."""

import math

import numpy as np
import pytest
import sklearn.metrics as sk
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from smc import metrics

CASES = [
    (n_classes, seed, weighted) for n_classes in (2, 3, 5) for seed in range(4) for weighted in (False, True)
]


def draw(n_classes: int, seed: int, weighted: bool, n: int = 200):
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, n_classes, n) - (n_classes > 2)
    guess = np.where(rng.random(n) < 0.5, truth, rng.permutation(truth))
    return truth, guess, rng.exponential(size=n) if weighted else None


def peer(name: str, truth, guess, weight) -> float:
    """scikit-learn's answer under smc's conventions."""
    average = "binary" if len(np.unique(truth)) == 2 else "macro"
    if name in ("precision", "recall", "f1_score"):
        function = getattr(sk, name if name == "f1_score" else f"{name}_score")
        return function(truth, guess, average=average, sample_weight=weight, zero_division=np.nan)
    function = {
        "accuracy": sk.accuracy_score,
        "balanced_accuracy": sk.balanced_accuracy_score,
        "mcc": sk.matthews_corrcoef,
    }[name]
    return function(truth, guess, sample_weight=weight)


@pytest.mark.parametrize(("n_classes", "seed", "weighted"), CASES)
@pytest.mark.parametrize("name", ["accuracy", "precision", "recall", "f1_score", "balanced_accuracy", "mcc"])
def test_equals_scikit_learn(name, n_classes, seed, weighted):
    truth, guess, weight = draw(n_classes, seed, weighted)
    ours = getattr(metrics, name)(truth, guess, sample_weight=weight)
    assert ours == pytest.approx(peer(name, truth, guess, weight), abs=1e-12)


@pytest.mark.parametrize(("n_classes", "seed", "weighted"), CASES)
def test_confusion_matrix_equals_scikit_learn(n_classes, seed, weighted):
    truth, guess, weight = draw(n_classes, seed, weighted)
    ours = metrics.confusion_matrix(truth, guess, sample_weight=weight)
    np.testing.assert_allclose(ours, sk.confusion_matrix(truth, guess, sample_weight=weight), atol=1e-12)


def test_positive_is_the_larger_class():
    assert metrics.precision([-1, -1, 1], [-1, 1, 1]) == 0.5
    assert metrics.recall([-1, -1, 1], [-1, 1, 1]) == 1.0


@pytest.mark.parametrize("weight", [[1, 1, 1, 1], [2, 0, 1, 3], [0.5, 0.5, 0.5, 9]])
def test_integer_weights_count_like_repeated_events(weight):
    truth, guess = np.array([0, 1, 1, 0]), np.array([0, 1, 0, 1])
    repeats = (2 * np.array(weight)).astype(int)
    for metric in (metrics.accuracy, metrics.f1_score, metrics.balanced_accuracy, metrics.mcc):
        repeated = metric(np.repeat(truth, repeats), np.repeat(guess, repeats))
        assert metric(truth, guess, sample_weight=weight) == pytest.approx(repeated)
    assert metrics.majority_accuracy(truth, sample_weight=weight) == pytest.approx(
        metrics.majority_accuracy(np.repeat(truth, repeats))
    )


def test_constant_prediction_looks_good_beside_the_majority_only():
    truth, guess = np.repeat([0, 1], [85, 15]), np.zeros(100)
    assert metrics.accuracy(truth, guess) == metrics.majority_accuracy(truth) == 0.85
    assert metrics.balanced_accuracy(truth, guess) == 0.5
    assert metrics.mcc(truth, guess) == 0.0
    assert (
        metrics.precision(truth, guess) == metrics.recall(truth, guess) == metrics.f1_score(truth, guess) == 0
    )


@pytest.mark.parametrize("name", ["precision", "recall", "f1_score"])
def test_a_class_that_neither_occurs_nor_is_predicted_is_undefined(name):
    function = getattr(metrics, name)
    assert math.isnan(function([0, 0], [0, 0]))
    assert function([-1, 0, 0], [-1, 0, 0], classes=[-1, 0, 1]) == 1.0


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.UndefinedMetricWarning")
@pytest.mark.parametrize("name", ["precision_score", "recall_score", "f1_score"])
def test_a_class_never_predicted_counts_as_scikit_learn_counts_it(name):
    truth, guess = [0, 1, 2, 2, 1, 0], [0, 1, 1, 1, 1, 0]
    ours = getattr(metrics, name.replace("_score", "") if name != "f1_score" else name)(truth, guess)
    assert ours == pytest.approx(getattr(sk, name)(truth, guess, average="macro"))


@pytest.mark.parametrize("name", ["balanced_accuracy", "mcc"])
def test_one_true_class_alone_is_undefined(name):
    assert math.isnan(getattr(metrics, name)([1, 1, 1], [1, 0, 1]))


@pytest.mark.parametrize("name", ["accuracy", "precision", "recall", "f1_score", "balanced_accuracy", "mcc"])
def test_no_events_is_undefined(name):
    assert math.isnan(getattr(metrics, name)(np.empty(0, int), np.empty(0, int)))
    assert math.isnan(metrics.majority_accuracy(np.empty(0, int)))


def test_classes_given_keep_their_cells():
    table = metrics.confusion_matrix([1, 1], [1, 1], classes=[-1, 0, 1])
    assert table.tolist() == [[0, 0, 0], [0, 0, 0], [0, 0, 2]]


def test_unknown_label_is_named():
    with pytest.raises(ValueError, match=r"one of the classes \[0, 1\], got 2: pass `classes`"):
        metrics.recall([0, 2], [0, 1], classes=[0, 1])


@given(
    hnp.arrays(np.int64, 30, elements=st.integers(0, 2)),
    hnp.arrays(np.int64, 30, elements=st.integers(0, 2)),
)
def test_bounds_and_renaming(truth, guess):
    for name in ("precision", "recall", "f1_score", "balanced_accuracy"):
        value = getattr(metrics, name)(truth, guess, classes=[0, 1, 2])
        assert math.isnan(value) or 0 <= value <= 1
        renamed = getattr(metrics, name)(10 * truth - 7, 10 * guess - 7, classes=[-7, 3, 13])
        assert renamed == pytest.approx(value, nan_ok=True)
    assert metrics.accuracy(truth, truth) == 1.0
    swapped = metrics.mcc(guess, truth, classes=[0, 1, 2]), metrics.mcc(truth, guess, classes=[0, 1, 2])
    assert any(map(math.isnan, swapped)) or swapped[0] == pytest.approx(swapped[1])
