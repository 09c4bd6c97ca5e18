"""What a model has to beat: the fits of the baseline, on the same events."""

from dataclasses import replace

from sklearn.preprocessing import FunctionTransformer

from smc.aug.none import NoAugmentation
from smc.model.baseline import Baseline
from smc.pipeline import FoldPipeline
from smc.training.cross_fit import CrossFitter
from smc.typing import LabelTask


def baseline_of(fitter: CrossFitter, task: LabelTask) -> CrossFitter:
    """Return what fits the baseline beside a model: without features, weights and watches.

    What it has to be good at is scored without weights.
    """
    pipeline = FoldPipeline(
        estimator=Baseline(task=task), sampler=NoAugmentation(), preprocess=FunctionTransformer()
    )
    data = fitter.data.without_features()
    return replace(fitter, data=data, pipeline=pipeline, sample_weight="none", watches=(), find_pipeline=None)
