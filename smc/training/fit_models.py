"""All that is fitted in one run: the model, the baseline beside it, and what else was asked for."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, cast

import pandas as pd
from sklearn.base import clone

from smc.aug.none import NoAugmentation
from smc.cv.plan import SplitPlan
from smc.errors import FoldError, SmcError
from smc.pipeline import FoldPipeline
from smc.training.baseline import baseline_of
from smc.training.components import Components
from smc.training.cross_fit import CrossFitter, FitResults
from smc.training.dataset import Dataset
from smc.training.learning_curve import learning_curve
from smc.training.once import Last
from smc.training.tuning import Told, tune
from smc.typing import Bars, Config, LabelTask

log = logging.getLogger("smc")

#: That of the run before: models that are tried on the same events have to beat the same.
_baselines: Last[FitResults] = Last()


@dataclass(frozen=True)
class FittedModels:
    """Fits on the same rows.

    Attributes
    ----------
    baseline
        Looks at no feature.
    plain
        The model without augmentation, if `aug.ablation` asked for it.
    learning_curve
        If `monitor.learning_curve` asked for it, else empty.
    cv_failure
        Why no fold was fitted; None if they were.
    tuning
        What searches for parameters came to; nothing without tuning.
    """

    fits: FitResults
    baseline: FitResults
    plain: FitResults | None
    learning_curve: pd.DataFrame
    cv_failure: str | None = None
    tuning: Told = field(default_factory=Told)


def fit_models(
    components: Components,
    data: Dataset,
    plan: SplitPlan,
    config: Config,
    on_progress: Callable[[str], None],
    *,
    bars: "Bars | None" = None,
    on_scored: Callable[[], None] = lambda: None,
    earlier: Mapping[str, Any] | None = None,
    run_id: str | None = None,
    n_tried: Mapping[str, int] | None = None,
) -> FittedModels:
    """Fit the model and the baseline; where a fold cannot be fitted, leave all folds out and say why.

    An ablation and a learning curve are left out, if Ctrl-C ends them, and the run goes on.

    Parameters
    ----------
    bars
        By symbol; a search for parameters may look for what trading them earns.
    on_scored
        Called when a fold has been predicted, before anybody can have looked at it.
    earlier, run_id
        See `smc.training.tuning.tune`.
    n_tried
        By fit, how many trials its search makes: those of the run that is repeated.

    Raises
    ------
    FoldError
        No fold can be fitted: the fault is not one of single folds.
    """
    fitter = CrossFitter(
        data,
        components.pipeline,
        final=config["final"],
        sample_weight=config["sample_weight"],
        watches=components.fit_watches,
    )
    tuned = tune(
        components.tuner,
        config["space"],
        fitter,
        plan,
        on_progress,
        earlier=earlier,
        run_id=run_id,
        backtests=components.backtests(bars or {}),
        n_tried=n_tried,
    )
    fitter, plan, cv_failure = tuned.fitter, tuned.plan, None
    try:
        fits = fitter.run(plan, on_progress, on_scored=on_scored)
    except FoldError as error:
        if not _fits_a_fold(fitter, plan):
            cause = error.__cause__
            named = type(cause) if isinstance(cause, SmcError) else FoldError
            raise named(f"no fold can be fitted; {error}") from error
        log.warning("no out-of-fold figures: %s", error)
        plan, cv_failure = replace(plan, folds=()), str(error)
        fits = fitter.run(plan, on_progress, on_scored=on_scored)
    baseline = _fit_baseline(fitter, plan, components.labels.task, n_fits=len(fits.augmentation))
    plain, curve = None, pd.DataFrame()
    if not fits.is_partial:
        plain = _fit_plain(tuned.again, plan, on_progress)
        if config["monitor"]["learning_curve"]:
            min_size = config["split"]["min_train_size"]
            curve = learning_curve(tuned.again, plan, fits, on_progress, min_size=min_size)
    return FittedModels(fits, baseline, plain, curve, cv_failure, tuned.told)


def _fit_baseline(fitter: CrossFitter, plan: SplitPlan, task: LabelTask, *, n_fits: int) -> FitResults:
    """Fit the baseline, unless the run before had the same; half of one compares with nothing."""

    def fit() -> FitResults:
        fits = baseline_of(fitter, task).run(plan, lambda _: None, n_fits=n_fits)
        if fits.is_partial:
            raise KeyboardInterrupt
        return fits

    return _baselines.get((fitter.data, plan.hash, task, fitter.final, n_fits), fit)


def _fits_a_fold(fitter: CrossFitter, plan: SplitPlan) -> bool:
    """Tell whether the model can be fitted on the training rows of a fold."""
    for fold in plan.folds:
        try:
            fitter.fit_whole(fold.train, fold.name)
        except SmcError:
            continue
        return True
    return False


def _fit_plain(fitter: CrossFitter, plan: SplitPlan, on_progress: Callable[[str], None]) -> FitResults | None:
    """Fit the same model on the rows as they are; None if that is not asked for, or Ctrl-C ends it."""
    if not getattr(fitter.pipeline.sampler, "ablation", False):
        return None
    plain = cast(FoldPipeline, clone(fitter.pipeline)).set_params(sampler=NoAugmentation())
    try:
        fits = replace(fitter, pipeline=plain).run(
            plan, lambda title: on_progress(f"without augmentation, {title}")
        )
    except KeyboardInterrupt:
        return None
    return None if fits.is_partial else fits
