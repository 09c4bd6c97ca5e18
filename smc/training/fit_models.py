"""All that is fitted in one run: the model, the baseline beside it, and what else was asked for."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd
from sklearn.base import clone
from sklearn.preprocessing import FunctionTransformer

from smc.aug.none import NoAugmentation
from smc.cv.plan import SplitPlan
from smc.errors import FoldError
from smc.model.baseline import Baseline
from smc.pipeline import FoldPipeline
from smc.training.components import Components
from smc.training.cross_fit import CrossFitter, FitResults
from smc.training.dataset import Dataset
from smc.training.learning_curve import learning_curve
from smc.typing import Config

log = logging.getLogger("smc")


@dataclass(frozen=True)
class Trained:
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
    """

    fits: FitResults
    baseline: FitResults
    plain: FitResults | None
    learning_curve: pd.DataFrame
    cv_failure: str | None = None


def fit_all(
    parts: Components, data: Dataset, plan: SplitPlan, config: Config, step: Callable[[str], None]
) -> Trained:
    """Fit the model and the baseline; where a fold cannot be fitted, leave all folds out and say why.

    An ablation and a learning curve are left out, if Ctrl-C ends them, and the run goes on.
    """
    fitting = CrossFitter(
        data, config["final"], config["sample_weight"] == "uniqueness", watches=parts.fit_watches
    )
    try:
        fits = fitting.run(parts.pipeline, plan, step)
    except FoldError as error:
        log.warning("no out-of-fold figures: %s", error)
        return replace(fit_all(parts, data, replace(plan, folds=()), config, step), cv_failure=str(error))
    beside = _fit_baseline(fitting, parts.labels.task, plan, n_fits=len(fits.augmentation))
    if fits.is_partial:
        return Trained(fits, beside, None, pd.DataFrame())
    plain = _fit_plain(parts.pipeline, fitting, plan, step)
    curve, min_size = pd.DataFrame(), config["split"]["min_train_size"]
    if config["monitor"]["learning_curve"]:
        curve = learning_curve(fitting, parts.pipeline, plan, fits, step, min_size=min_size)
    return Trained(fits, beside, plain, curve)


def _fit_baseline(fitting: CrossFitter, task: Any, plan: SplitPlan, n_fits: int) -> FitResults:
    """Fit the baseline, without weights: what it has to be good at is scored without them.

    It takes hundredths of a second; half of it compares with nothing, so that Ctrl-C ends the run.
    """
    blind = replace(fitting.data, bars=fitting.data.bars.iloc[:, :1])
    pipeline = FoldPipeline(
        estimator=Baseline(task=task), sampler=NoAugmentation(), preprocess=FunctionTransformer()
    )
    plainly = replace(fitting, data=blind, use_weights=False, watches=())
    fits = plainly.run(pipeline, plan, lambda _: None, n_fits=n_fits)
    if fits.is_partial:
        raise KeyboardInterrupt
    return fits


def _fit_plain(
    pipeline: FoldPipeline, fitting: CrossFitter, plan: SplitPlan, step: Callable[[str], None]
) -> FitResults | None:
    """Fit the same model on the rows as they are; None if that is not asked for, or Ctrl-C ends it."""
    if not getattr(pipeline.sampler, "ablation", False):
        return None
    plain: Any = clone(pipeline)
    plain.set_params(sampler=NoAugmentation())
    try:
        fits = fitting.run(plain, plan, lambda name: step(f"without augmentation, {name}"))
    except KeyboardInterrupt:
        return None
    return None if fits.is_partial else fits
