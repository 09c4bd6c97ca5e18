"""What the calibrators have in common: what they learn from, the threshold, the events passed over."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import Any, Literal, Self

import numpy as np
from sklearn.base import BaseEstimator

from smc import metrics
from smc.arguments import check_choice, check_fraction, check_non_negative, checked_rows
from smc.blame import place_of
from smc.errors import ModelError
from smc.typing import BoolArray, FloatArray, IntArray

BASIS_POINT = 1e-4
#: Events of each class without which nothing is learned.
LEAST_EVENTS = 5
#: No probability reaches it.
NEVER = float(np.nextafter(1.0, 2.0))


class Calibrator(BaseEstimator, ABC):
    """Learn from events that a model was not fitted on how its probabilities are to be read.

    `smc.pipeline.FoldPipeline` holds the last ``calibration_frac`` of the rows of a fit back, purged, fits
    the model on the rest, and lets the calibrator learn from the part held back: first a map of the
    probabilities, then the threshold. So val and test have no say, and the model has fewer rows. Where the
    part has fewer than five events of a class, probabilities stay as they are, and a note says so.

    Parameters
    ----------
    calibration_frac
        Share of the rows of a fit, the most recent.
    threshold
        Of two classes, how the larger one is decided for. "none": where it is the more probable one.
        "net_return": from the probability on that would have earned most after costs. "class_cost": from the
        one on that would have cost least.
    abstain
        Half the width of a band around the threshold in which nothing is traded; 0: every event is decided.
        The predicted class stays, and counts in all scores but those of trading.
    false_positive_cost, false_negative_cost
        Of deciding for the larger class where the smaller one happens, and the other way round.
    cost_bps
        Basis points of what is bought or sold; a trade pays twice.
    positions
        What is traded on the smaller and on the larger class; a run sets it from the labels.

    Attributes
    ----------
    threshold_
        0.5 unless one was learned.
    notes_
        What did not go as asked for.
    """

    def __init__(
        self,
        *,
        calibration_frac: float = 0.2,
        threshold: Literal["none", "net_return", "class_cost"] = "none",
        abstain: float = 0.0,
        false_positive_cost: float = 1.0,
        false_negative_cost: float = 1.0,
        cost_bps: float = 1.0,
        positions: list[float] | None = None,
    ) -> None:
        check_fraction("calibration_frac", calibration_frac)
        check_choice("threshold", threshold, ("none", "net_return", "class_cost"))
        check_non_negative("abstain", abstain)
        check_non_negative("false_positive_cost", false_positive_cost)
        check_non_negative("false_negative_cost", false_negative_cost)
        check_non_negative("cost_bps", cost_bps)
        if abstain > 0.5:
            raise ValueError(f"`abstain` must be at most 0.5, since all is within that of 0.5, got {abstain}")
        self.calibration_frac = calibration_frac
        self.threshold = threshold
        self.abstain = abstain
        self.false_positive_cost = false_positive_cost
        self.false_negative_cost = false_negative_cost
        self.cost_bps = cost_bps
        self.positions = positions

    @property
    def learns(self) -> bool:
        """Whether it needs rows to learn from."""
        return True

    @property
    def is_on(self) -> bool:
        """Whether it does anything at all."""
        return self.learns or self.decides

    @property
    def decides(self) -> bool:
        """Whether it has a say in what is predicted or traded, besides the probabilities."""
        return self.threshold != "none" or self.abstain > 0

    def fit(
        self,
        probability: FloatArray,
        codes: IntArray,
        weight: FloatArray | None = None,
        returns: FloatArray | None = None,
    ) -> Self:
        """Learn from predictions of events that the model does not know.

        Parameters
        ----------
        probability
            One column a class (n, k), classes ascending.
        codes
            Column of the class that happened (n,).
        weight
            Of each event; None: all count the same.
        returns
            Side-signed simple return of each event; for ``threshold=net_return``.

        Raises
        ------
        ModelError
            A threshold or a band for other than two classes, or no returns where they are needed.
        """
        self._check(probability, returns)
        weight = np.ones(len(codes)) if weight is None else weight
        count = np.bincount(codes, minlength=probability.shape[1])
        self.notes_: list[dict[str, str]] = []
        self.threshold_, self.map_ = 0.5, dict[str, Any]()
        if not self.learns:
            return self
        if count.min() < LEAST_EVENTS:
            sentence = f"a class has {count.min()} events to calibrate with, {LEAST_EVENTS} are needed"
            self.notes_.append(
                {"reason": "not_calibrated", "sentence": f"Nothing was calibrated: {sentence}"}
            )
            return self
        self.map_ = self._learn(probability, codes, weight)
        if not isinstance(self.map_, dict):
            got = type(self.map_).__name__
            raise ModelError(f"{place_of(self, '_learn')}: must return a dict of plain data, got {got}")
        if self.threshold != "none":
            advantage = weight * self._advantage(codes, returns)
            self.threshold_ = best_threshold(self.transform(probability)[:, 1], advantage)
        return self

    def transform(self, probability: FloatArray) -> FloatArray:
        """Return calibrated probabilities (n, k); lines sum to 1."""
        if not self.map_:
            return probability
        mapped = checked_rows(self, "_apply", self._apply(probability), np.shape(probability))
        return mapped / mapped.sum(axis=1, keepdims=True)

    def decide(self, probability: FloatArray) -> IntArray:
        """Return the column of the class decided for, from calibrated probabilities."""
        if self.threshold == "none":
            return probability.argmax(axis=1)
        return (probability[:, 1] >= self.threshold_).astype(np.int64)

    def abstains(self, probability: FloatArray) -> BoolArray:
        """Tell for which events nothing is traded, from calibrated probabilities."""
        return metrics.stands_aside(probability[:, 1], self.threshold_, self.abstain)

    def decision_columns(self) -> Iterator[tuple[str, float]]:
        """Give what a decision is taken by, for a table of predictions."""
        if self.decides:
            yield "threshold", self.threshold_
            yield "abstain", self.abstain

    def get_fitted(self) -> dict[str, Any]:
        """Return what was learned as plain data."""
        return {"threshold": self.threshold_, "map": self.map_}

    def set_fitted(self, fitted: dict[str, Any]) -> Self:
        """Take what was learned before."""
        self.threshold_, self.map_, self.notes_ = fitted["threshold"], fitted["map"], []
        return self

    @abstractmethod
    def _learn(self, probability: FloatArray, codes: IntArray, weight: FloatArray) -> dict[str, Any]:
        """Return the map of probabilities as plain data; an empty one leaves them as they are."""

    @abstractmethod
    def _apply(self, probability: FloatArray) -> FloatArray:
        """Map probabilities by what was learned (n, k); lines need not sum to 1."""

    def _check(self, probability: FloatArray, returns: FloatArray | None) -> None:
        if self.decides and probability.shape[1] != 2:
            raise ModelError(
                f"calibrate.threshold and calibrate.abstain need two classes, got {probability.shape[1]}: "
                "set calibrate.threshold=none and calibrate.abstain=0, or choose a label of two classes"
            )
        if self.threshold == "net_return" and (returns is None or self.positions is None):
            raise ModelError(
                "calibrate.threshold=net_return needs the return of each event, and what is traded on a class"
            )

    def _advantage(self, codes: IntArray, returns: Any) -> FloatArray:
        """Return what deciding for the larger class gains over the smaller one, event by event."""
        if self.threshold == "class_cost":
            return np.where(codes == 1, self.false_negative_cost, -self.false_positive_cost)
        smaller, larger = self.positions or (0.0, 1.0)
        cost, ret = self.cost_bps * BASIS_POINT, np.asarray(returns, dtype=np.float64)
        held = [np.full(len(ret), position) for position in (smaller, larger)]
        if_smaller, if_larger = (metrics.trade_return(position, ret, cost=cost) for position in held)
        return if_larger - if_smaller


def best_threshold(probability: FloatArray, advantage: FloatArray) -> float:
    """Return the threshold with the largest total of what deciding for the larger class gains.

    Halfway between neighbouring probabilities, 0 (always) or above 1 (never); of equals the one next to 0.5.

    Parameters
    ----------
    probability
        Of the larger of two classes (n,).
    advantage
        Of each event, what deciding for the larger class gains over deciding for the smaller one (n,).

    >>> best_threshold(np.array([0.2, 0.4, 0.6, 0.8]), np.array([-1.0, 3.0, -1.0, 2.0]))
    0.30000000000000004
    """
    order = np.argsort(-probability, kind="stable")
    values = probability[order]
    total = np.concatenate([[0.0], np.cumsum(advantage[order])])
    cuts = np.concatenate([[NEVER], (values[:-1] + values[1:]) / 2, [0.0]])
    possible = np.concatenate([[True], values[:-1] > values[1:], [True]])
    cuts, total = cuts[possible], total[possible]
    best = cuts[total >= total.max() - 1e-12 * np.abs(total).max()]
    return float(best[np.argmin(np.abs(best - 0.5))])
