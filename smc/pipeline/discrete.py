"""What a sampler is told of the columns of a fit, so that made-up rows are rows that can be."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from smc.aug.discrete import is_discrete
from smc.interfaces import Resampler
from smc.pipeline.inputs import bars_of
from smc.pipeline.preprocess import Preprocess
from smc.pipeline.takes import takes
from smc.typing import BoolArray, FeatureKind, FloatArray
from smc.windows import Inputs, Windows


def discrete_columns(
    pipeline: Any, unscaled: FloatArray | Windows, names: list[str] | None
) -> BoolArray | None:
    """Tell which of the columns that a pipeline's sampler is given, scaled and selected, are discrete.

    Parameters
    ----------
    pipeline
        Its scaler and selector are fitted.
    unscaled
        The inputs that those were fitted to.

    Returns
    -------
    None
        The sampler does not ask, or the scaler is one's own: which column stands behind which is unknown.
    """
    if not (takes_discrete(pipeline.sampler) and isinstance(pipeline.preprocess_, Preprocess)):
        return None
    inputs = discrete_inputs(bars_of(unscaled), names, pipeline.kinds or {})
    outputs = inputs[pipeline.preprocess_.source_]
    outputs[len(inputs) :] = True  # flags of missing values
    return outputs[pipeline.selector_.get_support()]


def refill_missing(pipeline: Any, rows: Inputs) -> None:
    """Put the median, in place, where a made-up row says that a value is missing, if kinds are kept.

    Rows that are not made up have it there.
    """
    if getattr(pipeline.sampler, "keep_kinds", False) and isinstance(pipeline.preprocess_, Preprocess):
        values: Any = rows.bars if isinstance(rows, Windows) else rows
        pipeline.preprocess_.refill(values, pipeline.selector_.get_support())


def takes_discrete(sampler: Resampler) -> bool:
    """Whether a sampler asks which columns are discrete."""
    return takes(sampler, "discrete", of="fit_resample")


def discrete_inputs(
    values: FloatArray, names: list[str] | None, kinds: Mapping[str, FeatureKind]
) -> BoolArray:
    """Tell which unscaled columns (n, n_features) are discrete: by their kind, else by their values.

    >>> values = np.array([[0.5, 1.0, 0.0], [0.2, 2.0, 0.1], [0.1, 7.0, 0.2]])
    >>> discrete_inputs(values, ["ses_hour_sin", "bos_age", "ret1"], {"ses_hour_sin": "clock"})
    array([ True,  True, False])
    """
    known = [kinds.get(name) for name in names] if names else [None] * values.shape[1]
    return np.array(
        [
            is_discrete(column) if kind is None else kind != "continuous"
            for kind, column in zip(known, values.T, strict=True)
        ],
        dtype=bool,
    )
