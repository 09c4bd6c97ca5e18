"""What each selector finds of planted features, and keeps of noise: python tests/bench/bench_feature_selection.py

57 features that change slowly; 7 are planted: three in a straight line, two by their size, two by the product
of their signs. Labels overlap by three events. Beside it the same with no signal.
"""

import time
import warnings

import numpy as np
from omegaconf import OmegaConf

from smc.config.instantiate import instantiate
from smc.config.tree import CONF
from smc.training.components import with_task

N_FEATURES, N_PLANTED = 57, 7
REPEATS = {300: 10, 1000: 5}


def build(name):
    root = OmegaConf.create({"seed": 0, "one": OmegaConf.load(CONF / f"feature_selection/{name}.yaml")})
    return with_task(instantiate(OmegaConf.to_container(root, resolve=True)["one"]), "classification")


def planted(n, seed, signal=1.0):
    rng = np.random.default_rng(seed)
    steps = rng.normal(size=(n, N_FEATURES))
    X = steps.copy()
    for row in range(1, n):
        X[row] = 0.5 * X[row - 1] + np.sqrt(0.75) * steps[row]
    linear = X[:, 0] - X[:, 1] + X[:, 2]
    sizes = 1.25 * (np.abs(X[:, 3]) + np.abs(X[:, 4]) - 1.6)
    odds = signal * (linear + sizes + np.sign(X[:, 5] * X[:, 6]))
    noise = np.convolve(rng.logistic(size=n + 2), np.full(3, 1 / np.sqrt(3)), "valid")
    start = 2 * np.arange(n) + 1
    return X, (odds + noise > 0).astype(int), np.column_stack([start, start + 4])


def main():
    warnings.simplefilter("ignore")
    for n, repeats in REPEATS.items():
        for name in ("gain", "permutation", "recursive", "mutual_info"):
            found, noise, seconds = [], [], 0.0
            for seed in range(repeats):
                X, y, spans = planted(n, seed)
                began = time.process_time()
                found.append(build(name).fit(X, y, spans=spans).support_)
                seconds += time.process_time() - began
                X, y, spans = planted(n, 1000 + seed, signal=0.0)
                selector = build(name).fit(X, y, spans=spans)
                noise.append(0 if selector.notes_ else selector.support_.sum())
            kept = np.array(found)
            right = kept[:, :N_PLANTED].sum(axis=1)
            print(  # noqa: T201
                f"{name:12} n={n:5}  precision {np.mean(right / kept.sum(axis=1)):.2f}"
                f"  recall {np.mean(right) / N_PLANTED:.2f}  kept {kept.sum(axis=1).mean():4.1f}"
                f"  of noise {np.mean(noise):.2f}, in {np.mean(np.array(noise) > 0):.0%} of fits"
                f"  {seconds / repeats:.2f} s"
            )


if __name__ == "__main__":
    main()
