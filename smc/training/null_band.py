"""What the pipeline of a finished run scores on labels that its features cannot know."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from smc.cli import Progress
from smc.config.saved_config import usable_config, without_side_effects
from smc.cv.fold import Fold
from smc.cv.plan import SplitPlan
from smc.errors import ResultsError, SmcError
from smc.evaluation.predictions import with_baseline
from smc.results import KeptBars, Run, load_run
from smc.selection.candidates import split_result
from smc.selection.verdict import NO_MODEL, Verdict
from smc.training.baseline import baseline_of
from smc.training.components import Components
from smc.training.cross_fit import OUT_OF_FOLD, CrossFitter
from smc.training.dataset import Dataset, make_dataset
from smc.training.earlier_search import EarlierSearch
from smc.training.tuning import tune
from smc.typing import Config

#: Share of the events that a shift moves at least, in either direction.
NEAREST = 0.1


class NullBand:
    """Refit a run's folds with the features shifted in a circle against labels, spans and weights.

    The shift cuts the bond between features and outcomes and keeps the order of both, so that overlapping
    labels, folds, augmentation and early stopping do what they did. Its scores are the chance level of this
    very pipeline, which on contiguous folds lies a little below the baseline's.

    Parameters
    ----------
    run
        Whose configuration is refitted, on the bars that were kept for it.
    output
        Root of the results, where the bars are kept.

    Raises
    ------
    DataError
        The bars are not kept (``keep_bars=false``).
    ResultsError
        They give other splits than the run had: it was made by another version of the code.
    """

    def __init__(self, run: Run, output: str | Path) -> None:
        config = _quiet(usable_config(run.config)[0])
        self.components = Components.from_config(config)
        self.sample_weight, self.space = config["sample_weight"], config["space"]
        self.earlier = EarlierSearch.on_record(run.record.get("tuning_origin"))
        kept = KeptBars(str(output), run.fingerprints)
        bars = {symbol: kept.load(symbol) for symbol in kept.symbols()}
        self.data = make_dataset(bars, self.components)
        self.backtests = self.components.backtests(bars)
        self.plan = SplitPlan.from_spans(self.data.spans, self.components.cv, **config["split"])
        if self.plan.hash != run.record["split_hash"]:
            raise ResultsError(
                f"run {run.run_id} cannot be refitted: its events are split otherwise now; run it again"
            )

    def draw(
        self, symbol: str, n_draws: int, on_progress: Callable[[str], None], *, seed: int = 0
    ) -> list[float]:
        """Return a symbol's score of each draw, in the order of the draws."""
        scores = []
        for number, by in enumerate(draw_shifts(len(self.data.events), n_draws, seed=seed)):
            on_progress(f"{symbol}: null {number + 1} of {n_draws}")
            scores.append(self._score(self.data.shifted(by), symbol))
        return scores

    def _score(self, data: Dataset, symbol: str) -> float:
        fitter = CrossFitter(data, self.components.pipeline, sample_weight=self.sample_weight)
        earlier = self.earlier.params if self.earlier else None
        tuned = tune(
            self.components.tuner,
            self.space,
            fitter,
            self.plan,
            earlier=earlier,
            backtests=self.backtests,
        )
        baseline = baseline_of(fitter, self.components.labels.task)
        folds = tuned.plan.folds
        rows = with_baseline(
            pd.concat(self._predict(tuned.fitter, folds)), pd.concat(self._predict(baseline, folds))
        )
        rows = rows.take(np.flatnonzero(rows["symbol"] == symbol))
        part = split_result(rows, pd.DataFrame())
        return 0.0 if part is None else part.evidence.mean

    def _predict(self, fitter: CrossFitter, folds: Sequence[Fold]) -> Iterator[pd.DataFrame]:
        """Give the test predictions of each fold, dated by their labels, not by the features' own bars."""
        for number, fold in enumerate(folds):
            model = fitter.fit_whole(fold.train, fold.name).model
            rows = fitter.predict(model, fold.test, OUT_OF_FOLD, number)
            place = self.data.events[["symbol", "event", "time"]].iloc[fold.test]
            yield rows.assign(**{name: place[name].to_numpy() for name in place})


@dataclass(frozen=True)
class Nulls:
    """Null bands of the candidates that are worth the time.

    Attributes
    ----------
    folders
        Of the runs, by id.
    """

    output: Path
    folders: Mapping[str, Path]
    n_draws: int
    progress: Progress

    def of(self, verdict: Verdict) -> dict[str, Any] | None:
        """Return the null band of a verdict's candidate, or why there is none; None for NO_MODEL."""
        candidate = verdict.candidate
        if candidate is None or candidate.out_of_fold is None or verdict.verdict == NO_MODEL:
            return None
        try:
            band = NullBand(load_run(self.folders[candidate.run_id]), self.output)
            scores = band.draw(verdict.symbol, self.n_draws, self.progress.step)
        except SmcError as error:
            return {"why": f"n/a: {error}"}
        return summary(scores, candidate.out_of_fold.evidence.mean)


def draw_shifts(n_events: int, n_draws: int, *, seed: int) -> list[int]:
    """Draw distances in events, `NEAREST` of all or more apart in either direction of the circle."""
    nearest = max(1, int(NEAREST * n_events))
    return np.random.default_rng(seed).integers(nearest, n_events - nearest + 1, n_draws).tolist()


def summary(scores: list[float], value: float) -> dict[str, Any]:
    """Return the central 90 % of the scores, and the share of them that reach a value.

    >>> summary([0.0, 0.1, -0.1], 0.2)["p_value"]
    0.25
    """
    low, high = np.quantile(scores, [0.05, 0.95])
    n_reached = sum(score >= value for score in scores)
    return {
        "n_draws": len(scores),
        "low": float(low),
        "high": float(high),
        "mean": float(np.mean(scores)),
        "value": value,
        "p_value": (1 + n_reached) / (1 + len(scores)),
    }


def _quiet(config: Config) -> Config:
    """Return a run's configuration without what speaks to others, or watches a fit."""
    alone = without_side_effects(config)
    return {**alone, "monitor": {**alone["monitor"], "watches": {}}}
