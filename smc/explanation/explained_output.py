"""Which number of a model's answer is explained, and how the answer follows from it."""

from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np
from sklearn.base import is_classifier

from smc.errors import ModelError
from smc.explanation.model_inputs import as_model_inputs
from smc.pipeline import FoldPipeline
from smc.typing import FloatArray

#: How the number explained becomes the model's answer: it is the answer; the logistic function; the softmax.
Link: TypeAlias = Literal["identity", "logistic", "softmax"]


@dataclass(frozen=True)
class ExplainedOutput:
    """The numbers explained, one or more a row.

    Attributes
    ----------
    names
        In words, one each: "log-odds of class 1", "probability of class 1", "score of class 0", "prediction".
    link
        Contributions add up to these numbers, and the link makes the model's answer of them.
    """

    names: tuple[str, ...]
    link: Link

    def read(self, values: FloatArray) -> FloatArray:
        """Return the answers (n, k) that numbers explained (n, k) stand for.

        >>> ExplainedOutput(("log-odds of class 1",), "logistic").read(np.array([[0.0], [np.log(3.0)]]))
        array([[0.5 ],
               [0.75]])
        """
        if self.link == "identity":
            return values
        if self.link == "logistic":
            return 0.5 * (1 + np.tanh(values / 2))
        odds = np.exp(values - values.max(axis=1, keepdims=True))
        return odds / odds.sum(axis=1, keepdims=True)

    def inverse(self, answers: FloatArray) -> FloatArray:
        """Return the numbers explained that answers stand for; scores of a softmax up to a constant a row."""
        if self.link == "identity":
            return answers
        safe = np.clip(answers, 1e-12, 1 - 1e-12)
        return np.log(safe / (1 - safe)) if self.link == "logistic" else np.log(safe)


def explained_output(model: FoldPipeline, *, on_margin: bool) -> ExplainedOutput:
    """Say what is explained of a model.

    Of two classes it is the larger one, of more each; of a regression each number predicted.

    Parameters
    ----------
    on_margin
        Whether contributions add up before the logistic function, or the softmax: log-odds or scores.

    Raises
    ------
    ModelError
        A classifier without probabilities.
    """
    if not is_classifier(model):
        n_steps = np.size(getattr(model.estimator_, "center_", 0.0))
        return ExplainedOutput(
            ("prediction",) if n_steps == 1 else tuple(f"prediction {k + 1}" for k in range(n_steps)),
            "identity",
        )
    if not hasattr(model, "predict_proba"):
        name = type(model.estimator_).__name__
        raise ModelError(
            f"{name} gives no probabilities, and a class name has no parts: choose another model"
        )
    classes = model.classes_.tolist()
    if len(classes) == 2:
        what, link = ("log-odds", "logistic") if on_margin else ("probability", "identity")
        return ExplainedOutput((f"{what} of class {classes[1]}",), link)
    what, link = ("score", "softmax") if on_margin else ("probability", "identity")
    return ExplainedOutput(tuple(f"{what} of class {name}" for name in classes), link)


def model_answers(model: FoldPipeline, inputs: FloatArray) -> FloatArray:
    """Ask a model: probabilities before calibration (of two classes, the larger one's), or numbers (n, k).

    Parameters
    ----------
    inputs
        Rows (n, f), or windows (n, lookback, f).
    """
    X: Any = as_model_inputs(model, inputs)
    if is_classifier(model):
        probability = model.raw_proba(X)
        return probability[:, 1:] if probability.shape[1] == 2 else probability
    return np.asarray(model.predict(X), dtype=np.float64).reshape(len(inputs), -1)
