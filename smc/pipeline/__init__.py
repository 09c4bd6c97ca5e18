"""Everything that learns from a fold, in one estimator."""

from smc.pipeline.fold_pipeline import FoldPipeline
from smc.pipeline.preprocess import Preprocess

__all__ = ["FoldPipeline", "Preprocess"]
