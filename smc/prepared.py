"""What comes before any fit: the labelled events of a run, and how they are split."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from smc.cv.plan import SplitPlan
from smc.dataset import Dataset, label_events, pool
from smc.errors import SplitError
from smc.features.cache import FeatureCache
from smc.parts import Parts


def make_dataset(bars: Mapping[str, pd.DataFrame], parts: Parts, output: Path) -> Dataset:
    """Compute or read the features of each symbol, label its events, and pool them."""
    cache = FeatureCache(output / "cache" / "features")
    labelled = {}
    for symbol, each in bars.items():
        features = cache.compute(parts.features, each)
        labelled[symbol] = (each, label_events(each, features, parts.features.warm_up, parts))
    return pool(labelled)


def make_plan(data: Dataset, parts: Parts, sizes: Mapping[str, Any]) -> tuple[SplitPlan, str | None]:
    """Split the events; where the folds cannot be had, leave them out and say why.

    Raises
    ------
    SplitError
        Not even the outer split can be had.
    """
    try:
        return _checked_plan(data, parts.cv, parts.labels.task, sizes), None
    except SplitError as failure:
        return _checked_plan(data, None, parts.labels.task, sizes), str(failure)


def _checked_plan(data: Dataset, cv: Any, task: str, sizes: Mapping[str, Any]) -> SplitPlan:
    plan = SplitPlan.from_spans(data.spans, cv, **sizes)
    if task == "classification":
        plan.check_classes(data.events["label"])
    return plan
