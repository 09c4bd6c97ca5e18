"""The laws of estimators, asked on rows that are drawn."""

import inspect
from collections.abc import Iterator
from typing import Any

import numpy as np
from sklearn.base import clone, is_regressor

from smc.arguments import checked_probabilities, checked_rows
from smc.blame import place_of
from smc.interfaces import Estimator
from smc.laws.fault import Fault
from smc.laws.fresh import Fresh

#: Of knowing nothing of two equal classes, and of a number: log-loss, and share of the variance.
NOTHING, NOTHING_OF_NUMBERS = 0.703, 1.05


def drawn_rows(n_rows: int = 240, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Draw rows (n, 6), scaled, and a number a row that two of the columns tell."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n_rows, 6))
    return X, 2 * (X[:, 0] + 0.5 * X[:, 1]) + 0.5 * rng.logistic(size=n_rows)


def target(model: object, score: np.ndarray) -> np.ndarray:
    """Return what a model learns: the number itself, or whether it is positive."""
    return score if is_regressor(model) else (score > 0).astype(np.int64)


def fitted(model: Any, X: np.ndarray, score: np.ndarray) -> Any:
    """Fit a copy as a run does: with weights if it takes them, with rows to stop by if it stops early."""
    y, cut = target(model, score), 3 * len(X) // 4
    given: dict[str, Any] = {}
    if "sample_weight" in inspect.signature(model.fit).parameters:
        given["sample_weight"] = np.ones(cut)
    if getattr(model, "stops_early", False):
        given["eval_set"] = (X[cut:], y[cut:], np.ones(len(X) - cut))
    copy: Any = clone(model)
    result = copy.fit(X[:cut], y[:cut], **given)
    if result is not copy:
        raise TypeError(f"{place_of(copy, 'fit')}: must return self, got {type(result).__name__}")
    return copy


def answers(model: Any, X: np.ndarray) -> np.ndarray:
    """Return probabilities, or numbers."""
    return np.asarray(model.predict(X) if is_regressor(model) else model.predict_proba(X))


def answer_faults(fresh: Fresh[Estimator], X: np.ndarray, score: np.ndarray) -> Iterator[Fault]:
    """Answer each row: with a number, or with a class that is known and probabilities that sum to 1."""
    with fresh() as model:
        fit = fitted(model, X, score)
        predicted = checked_rows(fit, "predict", fit.predict(X), (len(X),))
        if is_regressor(model):
            return
        if not hasattr(fit, "predict_proba"):
            yield Fault(
                "predict_proba", place_of(fit, "fit"), "a classifier needs it: probabilities are judged"
            )
            return
        if not hasattr(fit, "classes_"):
            yield Fault("classes_", place_of(fit, "fit"), "it is not set: np.unique(y), ascending")
            return
        classes = np.asarray(fit.classes_)
        shape = (len(X), len(classes))
        checked_probabilities(fit, "predict_proba", fit.predict_proba(X), shape)
    if not np.isin(predicted, classes).all():
        odd = predicted[~np.isin(predicted, classes)][0]
        yield Fault("predict", place_of(fit, "predict"), f"{odd} is none of the classes {classes.tolist()}")


def order_faults(fresh: Fresh[Estimator], X: np.ndarray, score: np.ndarray) -> Iterator[Fault]:
    """Do no worse than knowing nothing where rows tell the label: a column in the wrong place does."""
    with fresh() as model:
        fit = fitted(model, X, score)
        answer, y, place = answers(fit, X), target(model, score), place_of(fit, "fit")
    if is_regressor(fit):
        loss, most, what = float(np.mean((answer - y) ** 2) / np.var(y)), NOTHING_OF_NUMBERS, "squared error"
    else:
        chosen = answer[np.arange(len(y)), np.searchsorted(fit.classes_, y)]
        loss, most, what = float(-np.log(np.maximum(chosen, 1e-12)).mean()), NOTHING, "log-loss"
    if not loss <= most:
        yield Fault(
            "answers",
            place,
            f"a {what} of {loss:.2f} on its own rows, which tell the label: are the columns of "
            "predict_proba in the order of classes_?",
        )


def row_faults(fresh: Fresh[Estimator], X: np.ndarray, score: np.ndarray) -> Iterator[Fault]:
    """Answer a row by itself: not by the rows that are asked about beside it, such as later ones."""
    with fresh() as model:
        fit = fitted(model, X, score)
        whole = answers(fit, X)
        method = "predict" if is_regressor(fit) else "predict_proba"
        for rows, how in ((np.arange(9), "with fewer rows"), (np.arange(len(X))[::-1], "in another order")):
            got = answers(fit, X[rows])
            if not np.allclose(got, whole[rows], rtol=1e-6, atol=1e-9):
                row = int(np.abs(got - whole[rows]).reshape(len(rows), -1).max(axis=1).argmax())
                yield Fault(
                    "answers", f"{place_of(fit, method)}, row {rows[row]}", f"it is another when asked {how}"
                )
                return


def repeat_faults(fresh: Fresh[Estimator], X: np.ndarray, score: np.ndarray) -> Iterator[Fault]:
    """Learn the same from the same rows, whatever was drawn or fitted before."""
    with fresh() as model:
        one = answers(fitted(model, X, score), X)
        np.random.random(3)
        refitted = clone(fitted(model, X[::-1], score[::-1]))
        other = answers(fitted(refitted, X, score), X)
        if not np.array_equal(one, other):
            yield Fault(
                "answers",
                place_of(model, "fit"),
                "a second fit on the same rows answers otherwise; seed what is drawn, keep nothing",
            )


def written_faults(fresh: Fresh[Estimator], X: np.ndarray, score: np.ndarray) -> Iterator[Fault]:
    """Leave rows, labels and the constructor's arguments as they are."""
    rows, given = X.copy(), score.copy()
    with fresh() as model:
        before = repr(model.get_params())
        fit = fitted(model, rows, given)
        if not (np.array_equal(rows, X) and np.array_equal(given, score)):
            yield Fault("rows", place_of(model, "fit"), "it writes into the rows that it is given")
        answers(fit, rows)
        if not np.array_equal(rows, X):
            yield Fault("rows", place_of(model, "predict"), "it writes into the rows that it is given")
        if repr(fit.get_params()) != before:
            yield Fault("parameters", place_of(model, "fit"), "a fit changes an argument of the constructor")


def weight_faults(fresh: Fresh[Estimator]) -> Iterator[Fault]:
    """Take a weight a row: labels that overlap count less."""
    with fresh() as model:
        if "sample_weight" not in inspect.signature(model.fit).parameters:
            yield Fault(
                "sample_weight",
                place_of(model, "fit"),
                "it takes none: add sample_weight=None, or train with sample_weight=none",
            )
