"""The figures of a run from its predictions, beside those of the baseline."""

from collections.abc import Mapping
from typing import Literal

import numpy as np
import pandas as pd

from smc.arguments import check_choice, check_non_negative, check_positive
from smc.evaluation.history import build_history
from smc.evaluation.intervals import Intervals
from smc.evaluation.predictions import HELD_OUT, Predictions, all_classes, by_part, of_part
from smc.evaluation.regimes import Regimes
from smc.evaluation.rows import Rows
from smc.evaluation.scores import Scores, SplitScores, by_field, join_returns
from smc.evaluation.steps import figures_by_step, steps_ahead
from smc.evaluation.tables import defined, metric_table, skill
from smc.evaluation.trading import Trading
from smc.interfaces import ToPosition
from smc.typing import IntArray

BASIS_POINT = 1e-4


class Evaluation:
    """Score the predictions of one symbol, part by part: out of fold, validation, test.

    Parameters
    ----------
    cost_bps
        Cost of a purchase or a sale, in basis points of its size; a trade in and out pays it twice.
    n_bootstrap
        Resamples behind each confidence interval; 1,000 place an end of it within a few hundredths of its
        width, in a few milliseconds.
    confidence
        Of the intervals, two-sided.
    test
        ``recorded`` writes the test figures down, as every run's record has them. ``sealed`` leaves every one
        of them out, the predictions too, until a selection opens them for the model it has chosen: a test
        part that a hundred runs have shown is no test for the best of them.
    stable_std
        `cv_is_stable` is a standard deviation of the fold accuracies below this.
    overfitting_gap
        `overfitting_detected` is a train-validation accuracy gap above this; of a regression, a gap of R2
        above what that is in R2 (`smc.edge.edge_as_r2`: .206 for .15).
    volatility_size, rank_size, trend_size
        Bars behind the market regimes, see `smc.evaluation.regimes.Regimes`.
    seed
        Of the resampling: the same predictions give the same intervals.
    """

    def __init__(
        self,
        *,
        cost_bps: float = 1.0,
        n_bootstrap: int = 1000,
        confidence: float = 0.95,
        test: Literal["recorded", "sealed"] = "sealed",
        stable_std: float = 0.05,
        overfitting_gap: float = 0.15,
        volatility_size: int = 20,
        rank_size: int = 500,
        trend_size: int = 50,
        seed: int = 0,
    ) -> None:
        check_non_negative("cost_bps", cost_bps)
        check_choice("test", test, ["recorded", "sealed"])
        check_positive("stable_std", stable_std)
        check_positive("overfitting_gap", overfitting_gap)
        self.cost_bps = cost_bps
        self.test = test
        self.stable_std = stable_std
        self.overfitting_gap = overfitting_gap
        self.intervals = Intervals(n_bootstrap, confidence, seed)
        self.regimes = Regimes(volatility_size, rank_size, trend_size)

    def compute(
        self, predictions: pd.DataFrame, baseline: pd.DataFrame, bars: pd.DataFrame, to_position: ToPosition
    ) -> Scores:
        """Return the record, and the tables to be saved, of one symbol.

        Parameters
        ----------
        predictions
            One row a prediction, columns as in `smc.evaluation.predictions`. Rows of part ``train``, the
            train fit on its own rows, serve the history alone and are not saved.
        baseline
            The same table for the baseline, with the same events in each part.
        bars
            The symbol's bars, which events and spans refer to by position.
        to_position
            From predicted values to side-relative positions: `position` of the label class.

        Raises
        ------
        ValueError
            The baseline was not asked about the same events.
        """
        own, other = (self._without_sealed(Rows.of(table)) for table in (predictions, baseline))
        classes = np.union1d(all_classes(own), all_classes(other))
        task = "classification" if len(classes) else "regression"
        rows, beside = dict(by_part(own)), dict(by_part(other))
        trading = self.trading(bars, to_position)
        splits = {
            split: self._part(rows[split], _same_events(split, rows, beside), classes, trading)
            for split in rows
        }
        history = build_history(own, task, stable_std=self.stable_std, overfitting_gap=self.overfitting_gap)
        history["val_standard_error"] = self._val_standard_error(splits)
        steps = steps_ahead(own)
        by_step = figures_by_step(rows, beside, self.intervals, steps) if steps else {}
        return Scores(
            record={"task": task, "history": history, **by_field(splits), **by_step},
            predictions=self._without_sealed(of_part(predictions, *HELD_OUT)).reset_index(drop=True),
            returns=join_returns(splits),
        )

    def trading(self, bars: pd.DataFrame, to_position: ToPosition) -> Trading:
        """Trade on some bars, at the costs of this evaluation."""
        return Trading(bars, to_position, cost=self.cost_bps * BASIS_POINT)

    def _without_sealed(self, predictions: Predictions) -> Predictions:
        return predictions if self.test == "recorded" else of_part(predictions, "train", "out_of_fold", "val")

    def _val_standard_error(self, splits: Mapping[str, SplitScores]) -> float | None:
        """Return that of the validation accuracy (R2 for a regression), from the width of its interval."""
        intervals = splits["val"].intervals if "val" in splits else {}
        interval = intervals.get("accuracy", intervals.get("r2"))
        return None if interval is None else self.intervals.standard_error(interval)

    def _part(self, rows: Rows, baseline: Rows, classes: IntArray, trading: Trading) -> SplitScores:
        """Score one part, its predictions in time order with their shares."""
        returns = trading.returns(rows)
        regimes = self.regimes.compute(trading.bars, rows["event"])
        table, beside = metric_table(rows, classes), metric_table(baseline, classes)
        return SplitScores(
            metrics=table | skill(table, beside),
            baseline_metrics=beside,
            metrics_by_regime={
                name: defined(metric_table(rows.take(members), classes)) for name, members in regimes.items()
            },
            financial_metrics=trading.figures(returns, trading.trades(rows)),
            intervals={
                **self.intervals.of_events(rows, baseline, classes),
                **self.intervals.of_returns(returns, trading.periods_per_year),
            },
            returns=returns,
        )


def _same_events(split: str, rows: Mapping[str, Rows], beside: Mapping[str, Rows]) -> Rows:
    """Return the baseline's rows of a part, which must be those of the same events."""
    events = rows[split]["event"]
    if split not in beside or not np.array_equal(beside[split]["event"], events):
        n_other = len(beside[split]) if split in beside else 0
        raise ValueError(
            f"the baseline must predict the events of the model, part {split} has {n_other} of it and "
            f"{len(events)} of the model, or others: fit it on the same split"
        )
    return beside[split]
