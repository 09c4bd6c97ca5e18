"""The laws of calibrators."""

import json
from collections.abc import Iterator
from typing import Any

import numpy as np
from sklearn.base import clone

from smc.arguments import checked_probabilities, checked_rows
from smc.blame import place_of
from smc.interfaces import ProbabilityCalibrator
from smc.laws.fault import Fault
from smc.laws.fresh import Fresh
from smc.typing import FloatArray, IntArray


def drawn_answers(n_rows: int = 300, n_classes: int = 2, seed: int = 0) -> tuple[FloatArray, IntArray]:
    """Draw probabilities (n, k) that are too sure, and the column of what happened (n,)."""
    rng = np.random.default_rng(seed)
    truth = rng.dirichlet(np.full(n_classes, 2.0), n_rows)
    codes = (rng.random((n_rows, 1)) > truth.cumsum(axis=1)).sum(axis=1)
    sure = truth**3
    return sure / sure.sum(axis=1, keepdims=True), codes


def _fitted(calibrator: Any, probability: FloatArray, codes: IntArray) -> Any:
    copy: Any = clone(calibrator)
    returns = np.where(codes > 0, 0.02, -0.01)
    result = copy.fit(probability, codes, np.ones(len(codes)), returns)
    if result is not copy:
        raise TypeError(f"{place_of(copy, 'fit')}: must return self, got {type(result).__name__}")
    return copy


def answer_faults(
    fresh: Fresh[ProbabilityCalibrator], probability: FloatArray, codes: IntArray
) -> Iterator[Fault]:
    """Give probabilities back, decide for a column, and say where nothing is traded."""
    n, k = probability.shape
    with fresh() as calibrator:
        fit = _fitted(calibrator, probability.copy(), codes.copy())
        corners = np.vstack([np.eye(k), probability])
        checked_probabilities(fit, "transform", fit.transform(corners), corners.shape)
        decided = checked_rows(fit, "decide", fit.decide(probability), (n,))
        if decided.dtype.kind not in "iu" or not np.isin(decided, np.arange(k)).all():
            yield Fault(
                "decide", place_of(fit, "decide"), f"a column is one of 0..{k - 1}, got {decided[0]!r}"
            )
        if k == 2:
            passed = checked_rows(fit, "abstains", fit.abstains(probability), (n,))
            if passed.dtype != bool:
                yield Fault("abstains", place_of(fit, "abstains"), f"flags are needed, got {passed.dtype}")


def saved_faults(
    fresh: Fresh[ProbabilityCalibrator], probability: FloatArray, codes: IntArray
) -> Iterator[Fault]:
    """Give what was learned as plain data, of which a new object answers as this one."""
    with fresh() as calibrator:
        fit = _fitted(calibrator, probability.copy(), codes.copy())
        try:
            text = json.dumps(fit.get_fitted())
        except (TypeError, ValueError) as error:
            place = place_of(fit, "get_fitted")
            yield Fault(
                "get_fitted", place, f"it is no plain data ({error}): floats, lists and dicts, no arrays"
            )
            return
        other: Any = clone(calibrator)
        other.set_fitted(json.loads(text))
        if not np.array_equal(other.transform(probability), fit.transform(probability)):
            yield Fault(
                "set_fitted", place_of(fit, "set_fitted"), "what comes back from JSON answers otherwise"
            )


def written_faults(
    fresh: Fresh[ProbabilityCalibrator], probability: FloatArray, codes: IntArray
) -> Iterator[Fault]:
    """Leave what is given as it is."""
    given, happened = probability.copy(), codes.copy()
    with fresh() as calibrator:
        fit = _fitted(calibrator, given, happened)
        if not (np.array_equal(given, probability) and np.array_equal(happened, codes)):
            yield Fault(
                "probabilities", place_of(fit, "fit"), "it writes into the probabilities that it is given"
            )
        fit.transform(given)
        if not np.array_equal(given, probability):
            yield Fault("probabilities", place_of(fit, "transform"), "it writes into what it is given")


def row_faults(
    fresh: Fresh[ProbabilityCalibrator], probability: FloatArray, codes: IntArray
) -> Iterator[Fault]:
    """Map a row by itself: not by the rows that stand beside it."""
    with fresh() as calibrator:
        fit = _fitted(calibrator, probability.copy(), codes.copy())
        whole, part = fit.transform(probability.copy()), fit.transform(probability[:7].copy())
        if not np.allclose(whole[:7], part, rtol=1e-9, atol=1e-12):
            yield Fault(
                "probabilities", place_of(fit, "transform"), "a row is mapped otherwise beside other rows"
            )


def repeat_faults(
    fresh: Fresh[ProbabilityCalibrator], probability: FloatArray, codes: IntArray
) -> Iterator[Fault]:
    """Learn the same from the same rows."""
    with fresh() as calibrator:
        one = _fitted(calibrator, probability.copy(), codes.copy()).transform(probability)
        np.random.random(3)
        _fitted(calibrator, probability[::-1].copy(), codes[::-1].copy())
        if not np.array_equal(
            one, _fitted(calibrator, probability.copy(), codes.copy()).transform(probability)
        ):
            yield Fault(
                "probabilities", place_of(calibrator, "fit"), "a second fit on the same rows maps otherwise"
            )
