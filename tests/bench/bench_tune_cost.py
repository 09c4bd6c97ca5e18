"""What a search costs besides its fits: python tests/bench/bench_tune_cost.py

One search of 50 trials on the first block of a simulated symbol with 1,000 events: seconds of the clock and of the CPU,
the part of them that the library's own fits take, what a sampler takes to come up with a trial, and how many of the
inner fits pruning spared. A process each, warmed up by a search of three trials.
"""

import argparse
import multiprocessing
import os
import tempfile
import time
from typing import Any
from unittest.mock import patch

N_TRIALS, N_FOLDS = 50, 4
SAMPLERS = ("random", "tpe", "gp")


def main() -> None:
    """Search with each sampler for each model, and print a line each."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--models", default="logistic,xgboost")
    parser.add_argument("--samplers", default=",".join(SAMPLERS))
    parser.add_argument("--events", type=int, default=1000)
    asked = parser.parse_args()
    for model in asked.models.split(","):
        for sampler in asked.samplers.split(","):
            with multiprocessing.get_context("spawn").Pool(1) as pool:
                print(pool.apply(line, (model, sampler, asked.events)))  # noqa: T201


def line(model: str, sampler: str, n_events: int) -> str:
    """Search once, and say what it took."""
    typed = [
        "data=simulated",
        f"events.last={n_events}",
        f"model={model}",
        f"tune={sampler}",
        "keep_bars=false",
    ]
    with tempfile.TemporaryDirectory() as place:
        os.chdir(place)
        searched([*typed, "tune.n_trials=3"])
        begun = time.perf_counter()
        spent = searched([*typed, f"tune.n_trials={N_TRIALS}"])
        seconds = time.perf_counter() - begun
    n_fits = spent["n_fits"]
    own = 1000 * (spent["search"] - spent["fits"]) / N_TRIALS
    around = 1000 * (spent["fits"] - spent["library"]) / n_fits
    return (
        f"{model}, n={n_events}, {sampler}: the run {seconds:.1f} s; the search {spent['search']:.1f} CPU-s, of it the "
        f"library {spent['library']:.1f}; a trial's own cost {own:.1f} ms (sampler, study, comparison), an inner fit's "
        f"{around:.1f} ms (scaling, resampling, predictions); {n_fits} fits, {1 - n_fits / N_TRIALS / N_FOLDS:.0%} spared"
    )


def searched(typed: list[str]) -> dict[str, float]:
    """Train one run, and read the CPU's clock in its search."""
    import xgboost
    from sklearn.linear_model import LogisticRegression
    from speed.forest import Clock, clocked

    from smc import api
    from smc.training.cross_fit import CrossFitter
    from smc.tune.search import Search

    search, fits, library = Clock(), Clock(), Clock()
    find, n_fits = Search.find, []

    def watched(self: Search, space: Any, start: Any, ask: Any, *given: Any) -> Any:
        def counted(params: Any, fold: int) -> Any:
            n_fits.append(fold)
            return ask(params, fold)

        own = [(CrossFitter, "fit_whole"), (CrossFitter, "predict")]
        with clocked(fits, own), clocked(library, [(LogisticRegression, "fit"), (xgboost, "train")]):
            return search.timed(find)(self, space, start, counted, *given)

    with patch.object(Search, "find", watched):
        api.train(typed)
    return {
        "search": search.seconds,
        "fits": fits.seconds,
        "library": library.seconds,
        "n_fits": len(n_fits),
    }


if __name__ == "__main__":
    main()
