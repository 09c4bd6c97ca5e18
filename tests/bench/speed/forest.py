"""Models beside their libraries: saving and loading a forest, one row's answer, a run's share of library fits."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache, partial
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import pandas as pd
from bench_run import write_bars

from smc import artifact
from smc.aug.none import NoAugmentation
from smc.calibrate.none import NoCalibration
from smc.config.compose import compose
from smc.model.extra_trees import ExtraTrees
from smc.model.lightgbm import LightGBM
from smc.model.logistic import Logistic
from smc.model.random_forest import RandomForest
from smc.model.xgboost import XGBoost
from smc.pipeline import FoldPipeline
from smc.training import run as command
from speed.row import Row, cpu_seconds

N_ROWS, N_FEATURES = 1500, 57
#: As the profile `reg=baseline` has them.
MODELS: dict[str, Callable[[], Any]] = {
    "logistic": Logistic,
    "random_forest": partial(
        RandomForest,
        n_estimators=200,
        max_depth=15,
        min_samples_split=10,
        min_samples_leaf=5,
        max_samples=0.8,
        max_features=0.33,
    ),
    "extra_trees": partial(ExtraTrees, n_estimators=200, max_depth=15, min_samples_leaf=10),
    "xgboost": partial(XGBoost, n_estimators=200, learning_rate=0.1, subsample=0.8, colsample_bytree=0.8),
    "lightgbm": partial(LightGBM, n_estimators=200),
}


@lru_cache
def table() -> tuple[pd.DataFrame, np.ndarray]:
    """Return features and labels of two classes."""
    rng = np.random.default_rng(0)
    values = rng.normal(size=(N_ROWS, N_FEATURES))
    labels = (values[:, 0] + rng.normal(size=N_ROWS) > 0).astype(int)
    return pd.DataFrame(values, columns=[f"f{column}" for column in range(N_FEATURES)]), labels


@lru_cache
def fitted(name: str) -> FoldPipeline:
    """Return a fitted pipeline."""
    pipeline = FoldPipeline(estimator=MODELS[name](), sampler=NoAugmentation(), calibrator=NoCalibration())
    X, y = table()
    weights = np.random.default_rng(1).uniform(0.2, 1.0, len(y))
    return pipeline.fit(X, y, weights, np.column_stack([np.arange(N_ROWS)] * 2))


def save(name: str, place: Path) -> float:
    """Return what `artifact.save` costs."""
    model, folders = fitted(name), iter(range(10))
    artifact.save(model, place / "first")
    return cpu_seconds(lambda: artifact.save(model, place / f"{next(folders)}"), rounds=5)


def load(name: str, place: Path) -> float:
    """Return what `artifact.load` costs."""
    artifact.save(fitted(name), place / "model")
    artifact.load(place / "model")
    return cpu_seconds(lambda: artifact.load(place / "model"), rounds=5)


def size(name: str, place: Path) -> float:
    """Return the kilobytes of the file of the estimator."""
    artifact.save(fitted(name), place / "model")
    return sum(path.stat().st_size for path in (place / "model").glob("estimator.*")) / 1000


def logistic_fit(place: Path) -> float:
    """Return the milliseconds that a fit takes beside scikit-learn's own."""
    from sklearn.linear_model import LogisticRegression

    X, y = table()[0].to_numpy(), table()[1]
    ours, own = Logistic(C=0.01), LogisticRegression(C=0.01, max_iter=1000)
    return 1000 * (cpu_seconds(lambda: ours.fit(X, y), 31) - cpu_seconds(lambda: own.fit(X, y), 31))


def own_answer(name: str) -> Callable[[np.ndarray], Any]:
    """Return the `predict_proba` of the library's own estimator, fitted alike."""
    import lightgbm
    import xgboost
    from sklearn.ensemble import ExtraTreesClassifier, RandomForestClassifier
    from sklearn.linear_model import LogisticRegression

    estimators: dict[str, Any] = {
        "logistic": LogisticRegression(),
        "random_forest": RandomForestClassifier(200, max_depth=15, min_samples_leaf=5, n_jobs=1),
        "extra_trees": ExtraTreesClassifier(200, max_depth=15, min_samples_leaf=10, n_jobs=1),
        "xgboost": xgboost.XGBClassifier(n_estimators=200, learning_rate=0.1, n_jobs=1),
        "lightgbm": lightgbm.LGBMClassifier(n_estimators=200, n_jobs=1, verbosity=-1),
    }
    X, y = table()[0].to_numpy(), table()[1]
    return estimators[name].fit(X, y).predict_proba


def one_row(name: str, place: Path) -> float:
    """Return the time of a loaded model's answer to one row, over that of the library's own."""
    artifact.save(fitted(name), place / "model")
    model: Any = artifact.load(place / "model")
    row, own = table()[0].iloc[[-1]], own_answer(name)
    array = row.to_numpy()
    return seconds_a_call(lambda: model.predict_proba(row)) / seconds_a_call(lambda: own(array))


def seconds_a_call(work: Callable[[], object], rounds: int = 15, calls: int = 20) -> float:
    """Return the median CPU seconds of a call, over rounds of some."""

    def some() -> None:
        for _ in range(calls):
            work()

    some()
    return cpu_seconds(some, rounds) / calls


class Clock:
    """Seconds of this process inside some functions, the outermost only."""

    def __init__(self) -> None:
        self.seconds, self._depth = 0.0, 0

    def timed(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **options: Any) -> Any:
            self._depth += 1
            start = time.process_time()
            try:
                return function(*arguments, **options)
            finally:
                self._depth -= 1
                if not self._depth:
                    self.seconds += time.process_time() - start

        return call


@contextmanager
def clocked(clock: Clock, places: list[tuple[Any, str]]) -> Iterator[None]:
    """Time functions where they stand."""
    kept = [(owner, name, getattr(owner, name)) for owner, name in places]
    for owner, name, function in kept:
        setattr(owner, name, clock.timed(function))
    try:
        yield
    finally:
        for owner, name, function in kept:
            setattr(owner, name, function)


def library_of(name: str) -> list[tuple[Any, str]]:
    """Return where a model's library works: its data sets, its fit, its predictions."""
    import lightgbm
    import xgboost
    from sklearn.ensemble import RandomForestClassifier

    return {
        "xgboost": [(xgboost, "train"), (xgboost, "DMatrix"), (xgboost.Booster, "inplace_predict")],
        "lightgbm": [(lightgbm, "train"), (lightgbm.Booster, "predict")],
        "random_forest": [(RandomForestClassifier, "fit"), (RandomForest, "_evaluate")],
    }[name]


@lru_cache
def shares(name: str, root: str) -> tuple[float, float]:
    """Return the library's share of `fit_models`, and of the whole run."""
    bars = Path(root) / "bars"
    bars.mkdir()
    write_bars(bars / "SIM.parquet")
    config = compose(
        [
            f"model={name}",
            "aug=none",
            "data=files",
            f"data.root={bars}",
            f"paths.output={root}/out",
            f"ledger.url=sqlite:///{root}/ledger.sqlite",
        ]
    )
    command.train({**config, "seed": 100})

    def once(seed: int) -> tuple[float, float]:
        library, fits = Clock(), Clock()
        start = time.process_time()
        with clocked(library, library_of(name)), clocked(fits, [(command, "fit_models")]):
            command.train({**config, "seed": seed})
        whole = time.process_time() - start
        return library.seconds / fits.seconds, library.seconds / whole

    runs = [once(seed) for seed in range(3)]
    return median(run[0] for run in runs), median(run[1] for run in runs)


def share(name: str, of: int, place: Path) -> float:
    """Return one of the two shares, in percent."""
    key = (name,)
    if key not in _KNOWN:
        _KNOWN[key] = shares(name, str(place))
    return 100 * _KNOWN[key][of]


_KNOWN: dict[tuple[str], tuple[float, float]] = {}

ROWS = [
    Row("save a random forest of 200 trees", "CPU-s", 0.03, partial(save, "random_forest")),
    Row("load a random forest of 200 trees", "CPU-s", 0.01, partial(load, "random_forest")),
    Row("a saved random forest of 200 trees", "kB", 430, partial(size, "random_forest")),
    Row("save extremely randomised trees, 200", "CPU-s", 0.03, partial(save, "extra_trees")),
    Row("load extremely randomised trees, 200", "CPU-s", 0.01, partial(load, "extra_trees")),
    Row("a logistic fit beside scikit-learn's own", "CPU-ms", 0.5, logistic_fit),
    *(Row(f"one row: {name} / the library's own", "ratio", 3.0, partial(one_row, name)) for name in MODELS),
    *(
        Row(f"{name}: library's share of fit_models", "%", goal, partial(share, name, 0), more_is_better=True)
        for name, goal in (("xgboost", 80), ("lightgbm", 80), ("random_forest", 95))
    ),
    *(
        Row(f"{name}: library's share of a run", "%", goal, partial(share, name, 1), more_is_better=True)
        for name, goal in (("xgboost", 65), ("lightgbm", 65), ("random_forest", 90))
    ),
]
