"""How long explanations take, and how far they miss their sums: python tests/bench/bench_explain.py [model ...]

SHAP of 1,000 events x 57 features with the profile reg=strong, then SHAP and LIME of one decision. Goals: trees
and linear models under 5 s, networks under 60 s, one decision under 2 s after load; times are seconds of
processor, so that other programs do not count. Beside the network's gradients stands shap's own
GradientExplainer with 200 draws on the first 50 of them: by how much it misses the sum, and its time. Beside a
linear model stand shap's LinearExplainer on all of them, and its PermutationExplainer, which asks any model.
"""

import sys
import time
import warnings

import numpy as np
import pandas as pd

from smc.aug.none import NoAugmentation
from smc.config.compose import compose
from smc.config.instantiate import instantiate
from smc.config.tree import CONF
from smc.explanation.contributions import N_KNOWN, contributions, evenly_spread, method_of
from smc.explanation.decision import explain_decision
from smc.explanation.model_inputs import as_array, estimator_inputs
from smc.explanation.permutation_shapley import permutation_contributions
from smc.explanation.shap_library import load_shap
from smc.pipeline import FoldPipeline
from smc.windows import Windows

N, N_EXPLAINED, N_FEATURES = 1500, 1000, 57
#: Those that `model=regime` looks at stand for themselves.
NAMES = ["rvol20", "ema50_slope_atr", *(f"f{k}" for k in range(N_FEATURES - 2))]


def market():
    """Features that change slowly, a few missing; two of them planted."""
    rng = np.random.default_rng(0)
    bars = rng.normal(size=(N + 100, N_FEATURES)).cumsum(axis=0)
    bars = (bars - pd.DataFrame(bars).rolling(50, min_periods=1).mean().to_numpy()) / 3
    score = bars[:, 3] + bars[:, 7] + rng.logistic(size=len(bars))
    bars[rng.random(bars.shape) < 0.02] = np.nan
    return bars, (score > 0).astype(int)


def fitted(name):
    bars, labels = market()
    estimator = instantiate(compose([f"model={name}"])["model"], "model").set_params(task="classification")
    pipeline = FoldPipeline(estimator=estimator, sampler=NoAugmentation())
    rows = np.arange(100, len(bars))
    inputs = pd.DataFrame(bars[rows], columns=NAMES)
    if pipeline.lookback > 1:
        inputs = Windows(bars, rows, pipeline.lookback, names=NAMES)
    spans = np.column_stack([rows + 1, rows + 5])
    return pipeline.fit(inputs, labels[rows], spans=spans), as_array(inputs)


def seconds(work, repeats):
    taken = []
    for _ in range(repeats):
        began = time.process_time()
        work()
        taken.append(time.process_time() - began)
    return np.median(taken)


def drawn_gradients(model, inputs):
    """Return time and worst miss of shap's GradientExplainer on the same network."""
    import torch

    shap, network = load_shap(), model.estimator_.network_
    X, known = (
        torch.from_numpy(np.asarray(estimator_inputs(model, each), dtype=np.float32))
        for each in (inputs[:50], evenly_spread(inputs, N_KNOWN["gradient"]))
    )
    began = time.process_time()
    found = shap.GradientExplainer(network, known).shap_values(X, nsamples=200, rseed=0)
    taken = time.process_time() - began
    with torch.no_grad():
        gap = (network(X) - network(known).mean(dim=0)).numpy()
    sums = np.asarray(found).reshape(len(X), -1, gap.shape[1]).sum(axis=1)
    return taken, np.abs((sums - gap)[:, 1] - (sums - gap)[:, 0]).max()


def other_linear(model, inputs, known):
    """Return the times of shap's LinearExplainer, and of its PermutationExplainer."""
    shap, estimator = load_shap(), model.estimator_

    def closed():
        masker = shap.maskers.Independent(estimator_inputs(model, known), max_samples=len(known))
        shap.LinearExplainer((estimator.coef_, estimator.intercept_), masker).shap_values(
            estimator_inputs(model, inputs)
        )

    return seconds(closed, 3), seconds(
        lambda: permutation_contributions(model, inputs, evenly_spread(known, N_KNOWN["permutation"])), 1
    )


def main():
    warnings.simplefilter("ignore")
    load_shap()
    names = sys.argv[1:] or sorted(path.stem for path in (CONF / "model").glob("*.yaml"))
    for name in names:
        model, inputs = fitted(name)
        explained = inputs[:N_EXPLAINED]
        method = method_of(model)
        repeats = 3 if method in ("tree", "linear") else 1
        every = seconds(lambda m=model, x=explained, k=inputs: contributions(m, x, k), repeats)
        one = seconds(lambda m=model, x=explained[:1], k=inputs: explain_decision(m, x, k), 3)
        found = contributions(model, explained[:50], inputs)
        miss = np.abs(found.output.read(found.explained) - found.answers).max()
        print(  # noqa: T201
            f"{name:14} {method:12} {N_EXPLAINED} events {every:8.3f} s   one decision {one:5.2f} s   "
            f"worst miss {miss:.1e}",
            flush=True,
        )
        if method == "linear":
            closed, asked = other_linear(model, explained, inputs)
            print(  # noqa: T201
                f"{'':14} shap's LinearExplainer: {closed:.3f} s, {closed / every:.1f} times as long; its "
                f"PermutationExplainer: {asked:.2f} s, {asked / every:.0f} times",
                flush=True,
            )
        if method == "gradient":
            taken, missed = drawn_gradients(model, inputs)
            own = np.abs(found.explained - found.output.inverse(found.answers)).max()
            print(  # noqa: T201
                f"{'':14} shap's GradientExplainer, 200 draws: {taken:.2f} s, misses log-odds by {missed:.2f}; "
                f"here by {own:.0e}",
                flush=True,
            )


if __name__ == "__main__":
    main()
