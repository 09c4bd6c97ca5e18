"""What of a sweep's time is spent in the libraries that fit, and what a network's run takes."""

import time
from collections.abc import Callable
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any
from unittest.mock import patch

from bench_run import write_bars

from smc.config.compose import compose
from smc.training import run as command
from speed.row import Row

N_RUNS = 4
#: By model, what its library does: module, class (or none) and functions.
LIBRARIES = {
    "logistic": [("sklearn.linear_model", "LogisticRegression", "fit")],
    "xgboost": [
        ("xgboost", "", "train"),
        ("xgboost", "Booster", "inplace_predict"),
        ("xgboost", "Booster", "predict"),
    ],
    "lightgbm": [("lightgbm", "", "train"), ("lightgbm", "Booster", "predict")],
    "random_forest": [("sklearn.ensemble", "RandomForestClassifier", "fit")],
    "mlp": [("pytorch_lightning", "Trainer", "fit")],
    "lstm": [("pytorch_lightning", "Trainer", "fit")],
}


def config_of(folder: Path, *overrides: str) -> dict[str, Any]:
    """Compose a run on these bars, in a folder of its own."""
    write_bars(folder / "SIM.parquet")
    where = [f"data.root={folder}", f"paths.output={folder}/out", f"ledger.url=sqlite:///{folder}/l.sqlite"]
    return compose(["data=files", *where, *overrides])


class Clock:
    """CPU seconds inside some functions, the outermost only."""

    def __init__(self) -> None:
        self.seconds, self._inside = 0.0, False

    def timed(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Count the time of a function's calls."""

        def call(*arguments: Any, **options: Any) -> Any:
            if self._inside:
                return function(*arguments, **options)
            self._inside, start = True, time.process_time()
            try:
                return function(*arguments, **options)
            finally:
                self.seconds += time.process_time() - start
                self._inside = False

        return call


def share_of_library(folder: Path, model: str, n_runs: int) -> float:
    """Return the share of a sweep over seeds, in one process, that the library of a model takes."""
    config = config_of(folder, f"model={model}", "aug=none")
    command.train({**config, "seed": 10_000})
    clock = Clock()
    patches = []
    for module, cls, name in LIBRARIES[model]:
        owner = getattr(import_module(module), cls) if cls else import_module(module)
        patches.append(patch.object(owner, name, clock.timed(getattr(owner, name))))
    for each in patches:
        each.start()
    start = time.process_time()
    for seed in range(n_runs):
        command.train({**config, "seed": seed})
    whole = time.process_time() - start
    for each in patches:
        each.stop()
    return 100 * clock.seconds / whole


def milliseconds_beside(folder: Path, model: str) -> float:
    """Return what a run takes beside its library, in milliseconds."""
    config = config_of(folder, f"model={model}", "aug=none")
    command.train({**config, "seed": 10_000})
    clock = Clock()
    module, cls, name = LIBRARIES[model][0]
    owner = getattr(import_module(module), cls)
    with patch.object(owner, name, clock.timed(getattr(owner, name))):
        start = time.process_time()
        for seed in range(3 * N_RUNS):
            command.train({**config, "seed": seed})
        whole = time.process_time() - start
    return 1000 * (whole - clock.seconds) / (3 * N_RUNS)


def seconds_of_run(folder: Path, *overrides: str) -> float:
    """Return the CPU seconds of a run whose process has carried out another."""
    config = config_of(folder, "aug=none", *overrides)
    command.train(
        compose(
            [
                "data=files",
                f"data.root={folder}",
                f"paths.output={folder}/out",
                "model=baseline",
                "aug=none",
                f"ledger.url=sqlite:///{folder}/l.sqlite",
            ]
        )
    )
    start = time.process_time()
    command.train(config)
    return time.process_time() - start


GOALS = {"logistic": 35, "xgboost": 65, "lightgbm": 65, "random_forest": 90, "mlp": 90, "lstm": 90}

ROWS = [
    Row("run beside its library: logistic", "ms", 60, partial(milliseconds_beside, model="logistic")),
    *(
        Row(
            f"share of the library in a sweep: {model}",
            "%",
            goal,
            partial(share_of_library, model=model, n_runs=1 if model == "lstm" else N_RUNS),
            more_is_better=True,
        )
        for model, goal in GOALS.items()
    ),
    Row(
        "LSTM, baseline profile, 400 events: one run",
        "s",
        5.2,
        lambda folder: seconds_of_run(folder, "model=lstm", "reg=baseline", "events.last=400"),
    ),
]
