"""What a saved model answers at some events, with all that a decision is taken by."""

from typing import Any, NamedTuple

import numpy as np

from smc.evaluation.predictions import PREFIX, RAW
from smc.interfaces import ToPosition
from smc.pipeline import FoldPipeline
from smc.typing import FloatArray, IntArray
from smc.windows import Windows


class Answers(NamedTuple):
    """One row an event.

    Attributes
    ----------
    prediction
        Class or number; of several steps ahead that of the longest.
    position
        In [-1, 1], side included; 0 where the model abstains.
    abstains
        Whether it does.
    columns
        By name, as `smc.evaluation.predictions` has them: ``p_<class>``; of a model with a calibrator
        ``raw_<class>`` and what it decides by.
    """

    prediction: np.ndarray
    position: FloatArray
    abstains: np.ndarray
    columns: dict[str, np.ndarray]


def ask(
    model: FoldPipeline, inputs: FloatArray | Windows, side: IntArray, to_position: ToPosition
) -> Answers:
    """Ask a model about rows (n, f) or windows whose columns are known to be those that it learned.

    What is answered for a row does not depend on the rows beside it, so one row at a time and all at once
    give the same bytes.
    """
    if not hasattr(model, "predict_proba"):
        values = np.asarray(model.predict(inputs), dtype=np.float64)
        prediction = values if values.ndim == 1 else values[:, -1]
        abstains, columns = np.zeros(len(prediction), dtype=bool), {}
    else:
        raw = model.raw_proba(inputs)
        shares = model.calibrated(raw)
        prediction = model.decide(shares)
        calibrator: Any = model.calibrator_
        abstains = np.zeros(len(shares), dtype=bool)
        if calibrator is not None and calibrator.decides:
            abstains = calibrator.abstains(shares)
        columns = _by_class(PREFIX, model, shares)
        if calibrator is not None:
            columns |= _by_class(RAW, model, raw)
            columns |= {name: np.full(len(shares), value) for name, value in calibrator.decision_columns()}
    position = np.where(abstains, 0.0, side * to_position(prediction)) + 0.0
    return Answers(prediction, position, abstains, columns)


def _by_class(prefix: str, model: FoldPipeline, shares: FloatArray) -> dict[str, np.ndarray]:
    return {f"{prefix}{name}": shares[:, number] for number, name in enumerate(model.classes_)}
