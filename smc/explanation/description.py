"""What an explanation says of itself: what was explained, how, and in which terms."""

from typing import Any

from smc.explanation.contributions import N_KNOWN, TOLERANCE, Contributions
from smc.explanation.model_inputs import feature_names, source_columns
from smc.pipeline import FoldPipeline

#: By method, how the contributions came about.
METHODS = {
    "tree": "Exact Shapley values of the trees (TreeSHAP); what is not known follows the training rows that "
    "went each way at a split.",
    "linear": "Exact Shapley values of the linear model (LinearSHAP, interventional): the coefficient times "
    "the distance from the mean of the inputs that the model learned from ({n_known:,} of them, evenly "
    "spread, where there are more).",
    "gradient": "Expected gradients: along straight ways from {n_known} inputs that the model learned from, "
    "in the scaled inputs of the network; the bars of a window are added up.",
    "permutation": "Shapley values by replacing the original features, in an order drawn at random and back, "
    "with those of {n_known} inputs that the model learned from; the bars of a window are replaced together.",
}
TERMS = (
    "Contributions are of the {n} original features. The model itself looks at them scaled; the flag that "
    "says whether a value is missing is counted with its feature, a feature that was not selected "
    "contributes nothing, and rows added by augmentation play no part."
)
ADDS_UP = {
    "identity": "base + contributions = the answer",
    "logistic": "base + contributions = the log-odds; 1 / (1 + exp(-log-odds)) = the answer",
    "softmax": "base + contributions = the scores; their softmax = the answer",
}


def describe(model: FoldPipeline, explanation: Contributions) -> dict[str, Any]:
    """Say what was explained, in words and as plain data."""
    names = feature_names(model)
    return {
        "method": explanation.method,
        "method_in_words": METHODS[explanation.method].format(n_known=N_KNOWN.get(explanation.method)),
        "outputs": list(explanation.output.names),
        "link": explanation.output.link,
        "adds_up": ADDS_UP[explanation.output.link],
        "base": explanation.base.tolist(),
        "largest_miss": explanation.miss,
        "tolerance": TOLERANCE[explanation.method],
        "before_calibration": getattr(model, "calibrator_", None) is not None,
        "terms": TERMS.format(n=len(names)),
        "features": names,
        "columns": columns_of(model),
    }


def columns_of(model: FoldPipeline) -> dict[str, list[str]]:
    """Name the columns that the estimator looks at, by original feature; none if it was not selected.

    An ensemble scales and selects for each member by itself, so that its features stand for themselves.
    """
    names = feature_names(model)
    given = getattr(model.preprocess_, "get_feature_names_out", None)
    if given is None:
        return {name: [name] for name in names}
    columns: dict[str, list[str]] = {name: [] for name in names}
    estimator_inputs = given(names)[model.selector_.get_support()]
    for column, source in zip(estimator_inputs, source_columns(model), strict=True):
        columns[names[source]].append(str(column))
    return columns
