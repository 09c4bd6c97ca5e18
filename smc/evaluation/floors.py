"""The narrowest intervals that a number of events allows, where resampling them may show no spread at all."""

import math
from collections.abc import Mapping

import numpy as np

from smc import metrics
from smc.typing import FloatArray

Bounds = tuple[float, float]


def class_floors(
    moments: Mapping[str, FloatArray], *, block_size: int, overlap: float, confidence: float
) -> dict[str, Bounds]:
    """Return how narrow the intervals of the metrics of classes may be at most.

    Thirty events that were all named right resample to thirty that are right: the bootstrap gives them the
    interval [1, 1], the exact one is [0.88, 1]. Accuracy: the exact interval at the effective number of
    events. Balanced accuracy: the exact intervals of the classes' recalls, joined as those of a sum of
    independent shares. Log-loss and its skill: what they would be at the ends of the accuracy, with wrong
    events that lose what their probabilities say.

    Parameters
    ----------
    moments
        Of `smc.evaluation.headline.class_moments`, one value an event, in time order.

    References
    ----------
    Zou and Donner (2008), "Construction of confidence limits about effect measures: a general approach",
    Statistics in Medicine 27 (the limits of a sum from those of its terms).
    """
    correct = moments["correct"]
    n = metrics.effective_size(correct, block_size=block_size, overlap=overlap, confidence=confidence)
    mean = {name: float(values.mean()) for name, values in moments.items()}
    low, high = metrics.proportion_interval(mean["correct"], n, confidence=confidence)
    best, worst = sorted(mean["loss"] + (mean["correct"] - end) * mean["loss_gap"] for end in (low, high))
    floors = {
        "accuracy": (low, high),
        "balanced_accuracy": _mean_of_recalls(mean, n, confidence),
        "log_loss": (best, worst),
    }
    if mean["baseline_loss"] > 0:
        floors["log_loss_skill"] = 1 - worst / mean["baseline_loss"], 1 - best / mean["baseline_loss"]
    return floors


def _mean_of_recalls(mean: Mapping[str, float], n: float, confidence: float) -> Bounds:
    """Join the exact intervals of the recalls, each at its class's share of the effective number."""
    shares = {name.removeprefix("true_"): share for name, share in mean.items() if name.startswith("true_")}
    recalls = np.array([mean[f"hit_{name}"] / share for name, share in shares.items()])
    bounds = [
        metrics.proportion_interval(recall, n * share, confidence=confidence)
        for recall, share in zip(recalls, shares.values(), strict=True)
    ]
    low, high = np.array(bounds).T
    below, above = (math.sqrt(float(np.sum((recalls - ends) ** 2))) / len(recalls) for ends in (low, high))
    middle = float(recalls.mean())
    return middle - below, middle + above
