"""Parameters found for a run: on its first block, or inside each fit."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, cast

import pandas as pd
from sklearn.base import clone

from smc.cv.fold import Fold
from smc.cv.plan import SplitPlan
from smc.evaluation.predictions import with_baseline
from smc.interfaces import Backtest, Tuner
from smc.pipeline import FoldPipeline
from smc.results.record import Search, Warned
from smc.training.aims import aims, columns_of
from smc.training.baseline import baseline_of
from smc.training.cross_fit import OUT_OF_FOLD, TRAIN_FIT, CrossFitter
from smc.training.judge import Judge, check_can_be_judged, task_of
from smc.typing import IntArray

if TYPE_CHECKING:
    from smc.tune.search import Found

#: What a search that serves every fit of a run is called.
FIRST_BLOCK = "first block"


@dataclass(frozen=True)
class Told:
    """What searches came to, for people: filled while they are made.

    Attributes
    ----------
    searches
        One a search.
    attempts
        Of every trial: ``fit``, ``trial``, ``status``, ``loss``, ``n_events``, and its parameters.
    looked
        Of each search, positions of the events that it was given.
    """

    searches: list[Search] = field(default_factory=list)
    attempts: list[dict[str, Any]] = field(default_factory=list)
    looked: list[IntArray] = field(default_factory=list)

    @property
    def trials(self) -> pd.DataFrame:
        """The attempts as a table; lists among parameters by their text."""
        return pd.DataFrame(self.attempts)


@dataclass(frozen=True)
class Tuned:
    """What tuning made of a run.

    Attributes
    ----------
    fitter
        With the parameters that were found, or that finds them in each of its fits.
    plan
        Its folds are evidence: none tests an event that parameters were chosen on.
    """

    fitter: CrossFitter
    plan: SplitPlan
    told: Told = field(default_factory=Told)

    @property
    def again(self) -> CrossFitter:
        """What fits once more with the parameters that were found, and looks for none, see `with_found`."""
        return with_found(self.told.searches, self.fitter)


def tune(
    tuner: Tuner,
    space: Mapping[str, Any],
    fitter: CrossFitter,
    plan: SplitPlan,
    on_progress: Callable[[str], None] = lambda _: None,
    *,
    earlier: Mapping[str, Any] | None = None,
    run_id: str | None = None,
    backtests: Mapping[str, Backtest] | None = None,
    n_tried: Mapping[str, int] | None = None,
) -> Tuned:
    """Find the parameters of a run's model, or say how each of its fits will.

    Parameters
    ----------
    earlier
        Parameters that are tried behind the model's own.
    run_id
        What its studies are called in ``tune.storage``; None: nothing is written there.
    backtests
        By symbol, for what is looked for by trading.
    n_tried
        By fit, how many trials are made whatever the time: those of a run that is repeated.

    Raises
    ------
    SplitError
        Too few events to choose on, or folds that learn from each other.
    ConfigError
        The space holds nothing, or what is looked for cannot be known.
    """
    if not tuner.is_on:
        return Tuned(fitter, plan)
    from smc.tune.block import TuningBlock

    check_can_be_judged([*tuner.objectives, *tuner.constraints], can_trade=fitter.data.can_trade)
    judge = Judge(tuner.objectives, tuner.constraints, backtests or {})
    search = _Searching(tuner, space, judge, on_progress, n_tried or {}, earlier=earlier, run_id=run_id)
    if tuner.scope == "fold":
        return Tuned(replace(fitter, find_pipeline=search.pipeline_for), plan, search.told)
    block = TuningBlock.of(plan)
    pipeline = search.pipeline_for(fitter, block.events, FIRST_BLOCK)
    return Tuned(replace(fitter, pipeline=pipeline), replace(plan, folds=block.folds), search.told)


def check_studies(tuner: Tuner) -> None:
    """Open the database of ``tune.storage`` once, if there is one, before anything is made.

    Raises
    ------
    ConfigError
        It cannot be opened.
    """
    url = getattr(tuner, "storage", None)
    if url is not None:
        from smc.tune.study_copy import StudyCopies

        StudyCopies(url)


def as_found(searches: Sequence[Search], fitter: CrossFitter, plan: SplitPlan) -> Tuned:
    """Return what `tune` made of a run whose searches are on record, without searching again."""
    if not searches:
        return Tuned(fitter, plan)
    from smc.tune.block import TuningBlock

    found = with_found(searches, fitter)
    return Tuned(found, plan if found.find_pipeline else replace(plan, folds=TuningBlock.of(plan).folds))


def with_found(searches: Sequence[Search], fitter: CrossFitter) -> CrossFitter:
    """Return what fits with the parameters of searches that are over.

    A fit has those that were found for the one of its name, and any other, such as one on fewer of the train
    events for a learning curve, those of the train fit.
    """
    params = {search["fit"]: search["params"] for search in searches}
    if not params:
        return fitter
    if FIRST_BLOCK in params:
        return replace(fitter, pipeline=with_params(fitter.pipeline, params[FIRST_BLOCK]))

    def known(fitter: CrossFitter, _: IntArray, name: str) -> FoldPipeline:
        return with_params(fitter.pipeline, params[name if name in params else TRAIN_FIT])

    return replace(fitter, find_pipeline=known)


def with_params(pipeline: FoldPipeline, params: Mapping[str, Any]) -> FoldPipeline:
    """Return an unfitted copy of a pipeline whose estimator has other parameters."""
    tried = cast(FoldPipeline, clone(pipeline))
    tried.estimator.set_params(**params)
    return tried


class _Searching:
    """Search for the parameters of one fit after another, and tell what was found."""

    def __init__(
        self,
        tuner: Tuner,
        space: Mapping[str, Any],
        judge: Judge,
        on_progress: Callable[[str], None],
        n_tried: Mapping[str, int],
        *,
        earlier: Mapping[str, Any] | None,
        run_id: str | None,
    ) -> None:
        from smc.tune.space import distributions, flat
        from smc.tune.study_copy import StudyCopies

        self.tuner, self.space, self.judge, self.on_progress = tuner, flat(space), judge, on_progress
        self.where, self.told, self.n_tried = distributions(self.space), Told(), n_tried
        self.earlier, self.run_id = earlier, run_id
        self.copies = StudyCopies(getattr(tuner, "storage", None) if run_id else None)

    def pipeline_for(self, fitter: CrossFitter, events: IntArray, name: str) -> FoldPipeline:
        """Return the pipeline of a fit with the parameters found on its own events."""
        from smc.tune.block import inner_folds
        from smc.tune.space import values

        folds = [fold.at(events) for fold in inner_folds(fitter.data.spans[events])]
        plain = replace(fitter, watches=(), find_pipeline=None)
        beside: dict[int, pd.DataFrame] = {}

        def ask(params: Mapping[str, Any], number: int) -> pd.DataFrame:
            tried = replace(plain, pipeline=with_params(fitter.pipeline, values(self.space, params)))
            rows = _predicted(tried, folds[number], number, name)
            if not self.judge.needs_baseline:
                return rows
            if number not in beside:
                baseline = baseline_of(plain, task_of(rows))
                beside[number] = _predicted(baseline, folds[number], number, name)
            return with_baseline(rows, beside[number])

        start = fitter.pipeline.estimator.get_params()
        title = f"{name}: " if name != FIRST_BLOCK else ""
        further: dict[str, Any] = {"also": [{**start, **self.earlier}]} if self.earlier else {}
        if self.copies.are_written:
            further["on_trial"] = self.copies.begin(
                f"{self.run_id}, {name}", n_objectives=len(self.judge.objectives) or 1
            )
        found = self.tuner.find(
            self.where,
            start,
            ask,
            len(folds),
            lambda said: self.on_progress(f"{title}{said}"),
            judge=self.judge,
            n_tried=self.n_tried.get(name),
            **further,
        )
        self._tell(name, found, folds, start)
        self.told.looked.append(events)
        return with_params(fitter.pipeline, values(self.space, found.chosen.params))

    def _tell(self, name: str, found: "Found", folds: Sequence[Fold], start: Mapping[str, Any]) -> None:
        from smc.tune.space import at_the_edge, values

        statuses, gain = [attempt.status for attempt in found.attempts], found.gain
        self.told.searches.append(
            {
                "fit": name,
                "n_events": int(sum(len(fold.test) for fold in folds)),
                "params": values(self.space, found.chosen.params),
                "start": {parameter: start[parameter] for parameter in self.where},
                "loss": found.chosen.loss,
                "gain": None if gain is None else {"value": gain[0], "standard_error": gain[1]},
                "trial": found.chosen.number,
                "trials": {status: statuses.count(status) for status in ("finished", "pruned", "failed")},
                "at_the_edge": at_the_edge(found.chosen.params, self.where),
                "importances": found.importances,
                "is_partial": found.is_partial,
                **aims(found, self.judge.constraints),
            }
        )
        self.told.attempts.extend(
            {
                "fit": name,
                "trial": attempt.number,
                "status": attempt.status,
                "loss": attempt.loss,
                "n_events": int(sum(len(fold.test) for fold in folds[: len(attempt.judged)])),
                **columns_of(attempt, found),
                **attempt.params,
            }
            for attempt in found.attempts
        )


def _predicted(fitter: CrossFitter, fold: Fold, number: int, name: str) -> pd.DataFrame:
    """Fit on an inner fold, and predict what it left out."""
    model = fitter.fit_whole(fold.train, f"{name}, inner {fold.name}").model
    return fitter.predict(model, fold.test, OUT_OF_FOLD, number)


def search_warnings(searches: Iterable[Search]) -> Iterator[Warned]:
    """Warn of a search that may have ended too early, or looked in too small a place."""
    for search in searches:
        if search["at_the_edge"]:
            from smc.tune.space import path_of

            names = ", ".join(f"{name} = {search['params'][name]}" for name in search["at_the_edge"])
            sentence = (
                f"The best parameters lie at a bound of their range ({names}): a wider "
                f"{path_of(search['at_the_edge'][0])} may hold better ones."
            )
            yield {"reason": "tuned_to_the_edge", "sentence": sentence, "fit": search["fit"]}
        if broken := _broken(search):
            sentence = (
                "No trial keeps to all of tune.constraints: the parameters break them least "
                f"({broken} on the inner folds)."
            )
            yield {"reason": "tuned_against_constraints", "sentence": sentence, "fit": search["fit"]}
        if search["is_partial"]:
            sentence = (
                f"tune.max_minutes ended the search after {sum(search['trials'].values())} trials: a faster "
                "machine makes more, and may choose otherwise."
            )
            yield {"reason": "tuning_cut_short", "sentence": sentence, "fit": search["fit"]}


def _broken(search: Search) -> str:
    """Name the constraints that the parameters break, with what they come to."""
    return ", ".join(
        f"{name}={limits['limit']}: {limits['value']:.3g}"
        for name, limits in search["constraints"].items()
        if (limits["value"] < limits["limit"]) == name.startswith("min_")
        and limits["value"] != limits["limit"]
    )
