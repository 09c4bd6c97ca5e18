"""Time of fits, predictions and saved models beside the libraries' own: python tests/bench/bench_models.py"""

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import joblib
import numpy as np
from lightgbm import LGBMClassifier
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from xgboost import XGBClassifier

from smc import artifact
from smc.aug.none import NoAugmentation
from smc.model.lightgbm import LightGBM
from smc.model.logistic import Logistic
from smc.model.random_forest import RandomForest
from smc.model.xgboost import XGBoost
from smc.pipeline import FoldPipeline

N_ROWS, N_FEATURES = 1_000, 57

XGB = {"n_estimators": 200, "max_depth": 4, "learning_rate": 0.1, "subsample": 0.7, "colsample_bytree": 0.7}
LGB = {"n_estimators": 200, "num_leaves": 15, "max_depth": 4, "learning_rate": 0.05}
FOREST = {"n_estimators": 200, "max_depth": 10, "min_samples_leaf": 10}

#: smc's estimator and the library's own, with the same arguments.
PAIRS = {
    "logistic": (Logistic(C=0.01), LogisticRegression(C=0.01, max_iter=1000)),
    "random_forest": (RandomForest(**FOREST), RandomForestClassifier(**FOREST, random_state=0)),
    "xgboost": (XGBoost(**XGB), XGBClassifier(**XGB, n_jobs=1)),
    "lightgbm": (LightGBM(**LGB), LGBMClassifier(**LGB, n_jobs=1, verbosity=-1)),
}


def milliseconds(call: Callable[[], object], repeats: int = 7) -> float:
    """Median wall time of a call after one that warms up."""
    call()
    times = []
    for _ in range(repeats):
        begin = time.perf_counter()
        call()
        times.append(time.perf_counter() - begin)
    return 1e3 * median(times)


def table() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Inputs, labels with an edge, and spans of six bars."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(N_ROWS, N_FEATURES))
    y = (X[:, 0] + X[:, 1] + 2 * rng.normal(size=N_ROWS) > 0).astype(int)
    return X, y, np.column_stack([np.arange(N_ROWS), np.arange(N_ROWS) + 5])


def main() -> None:
    """Print milliseconds and ratios."""
    write = sys.stdout.write
    X, y, spans = table()
    for name, (ours, theirs) in PAIRS.items():
        for what, call in (
            ("fit", lambda model: model.fit(X, y)),
            ("predict all", lambda model: model.predict_proba(X)),
            ("predict one", lambda model: model.predict_proba(X[:1])),
        ):
            own, library = (milliseconds(lambda each=each, call=call: call(each)) for each in (ours, theirs))
            write(
                f"{name:>14} {what:<12} {own:8.2f} ms, library {library:8.2f} ms, ratio {own / library:.2f}\n"
            )
        save_and_load(name, ours, theirs)
    stopping = FoldPipeline(estimator=XGBoost(**XGB, early_stopping_rounds=10), sampler=NoAugmentation())
    taken = milliseconds(lambda: stopping.fit(X, y, np.ones(N_ROWS), spans))
    write(f"  fold pipeline xgboost, stopped after {stopping.n_rounds_} rounds: {taken:.1f} ms\n")


def save_and_load(name: str, ours, theirs) -> None:
    """Print the time to save and to load, checks included, and the size, beside joblib's pickle."""
    with tempfile.TemporaryDirectory() as temporary:
        root, numbers = Path(temporary), iter(range(100))
        saving = milliseconds(lambda: artifact.save(ours, root / str(next(numbers))), repeats=3)
        loading = milliseconds(lambda: artifact.load(root / "0"), repeats=3)
        pickling = milliseconds(lambda: joblib.dump(theirs, root / "pickle"), repeats=3)
        unpickling = milliseconds(lambda: joblib.load(root / "pickle"), repeats=3)
        size = sum(path.stat().st_size for path in (root / "0").iterdir())
        pickled = (root / "pickle").stat().st_size
    sys.stdout.write(
        f"{name:>14} save {saving:.0f} ms, load {loading:.0f} ms, {size / 1e3:.0f} kB; "
        f"pickle {pickling:.0f} / {unpickling:.0f} ms, {pickled / 1e3:.0f} kB\n"
    )


if __name__ == "__main__":
    main()
