"""Finished runs: made-up predictions, judged by the real evaluation, committed through the real store."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml

from smc.evaluation.default import Evaluation
from smc.results import Run, RunStore, load_run

N_BARS, N_EVENTS, N_FOLDS = 6000, 300, 5
CLASSES = {"binary": [0, 1], "three": [-1, 0, 1], "regression": []}
CONFIG = {
    "data": {"_target_": "smc.data.files.Files", "root": "bars", "pattern": "{symbol}_H4_*.parquet"},
    "model": {"_target_": "smc.model.xgboost.XGBoost", "max_depth": 3, "learning_rate": 0.1},
    "split": {"test_frac": 0.2, "val_frac": 0.25},
    "symbol": "EURUSD",
    "seed": 0,
}
SOURCES = {
    "data._target_": "data/files.yaml",
    "data.root": "command line: data.root=bars",
    "data.pattern": "data/files.yaml",
    "model._target_": "model/xgboost.yaml",
    "model.max_depth": "command line: model.max_depth=3",
    "model.learning_rate": "reg/strong.yaml",
    "split.test_frac": "train.yaml",
    "split.val_frac": "train.yaml",
    "symbol": "command line: symbol=EURUSD",
    "seed": "train.yaml",
}
ACCOUNT = {
    "bars": N_BARS,
    "warm_up_bars": 200,
    "events": 330,
    "events_in_warm_up": 20,
    "events_unresolved": 10,
    "labelled_events": N_EVENTS,
    "nan_features": {"ob_bull_dist": 41, "fvg_bear_dist": 7},
}
SPLIT = {
    "events": N_EVENTS,
    "train": 176,
    "val": 60,
    "development": 240,
    "test": 60,
    "purged_before_val": 3,
    "purged_before_test": 1,
    "purged_in_folds": {"fold 0": 2, "fold 1": 4},
}
SELECTION = {
    "fits": [
        {"fit": "fold 1", "n_given": 3, "kept": ["rsi14", "st_dir"]},
        {"fit": "fold 2", "n_given": 3, "kept": ["st_dir"]},
        {"fit": "train fit", "n_given": 3, "kept": ["atr_rank", "st_dir"]},
    ],
    "folds": {
        "frequency": [{"feature": "st_dir", "share": 1.0}, {"feature": "rsi14", "share": 0.5}],
        "stability": 1 / 3,
    },
}
SPAN = {
    "first": "2015-01-05T00:00:00+00:00",
    "last": "2017-09-30T20:00:00+00:00",
    "n_bars": N_BARS,
    "account": {"rows": 6012, "dropped": {"stamp_order": 12}, "gaps": 143, "zero_range": 0},
}


def random_walk(seed: int) -> pd.DataFrame:
    """Bars of a driftless market."""
    steps = np.random.default_rng(seed).normal(0, 0.002, (N_BARS, 2)).cumsum().reshape(N_BARS, 2)
    opens = np.exp(np.concatenate([[0.0], steps[:-1, 1]]))
    index = pd.date_range("2015-01-05", periods=N_BARS, freq="4h", tz="UTC", name="time")
    return pd.DataFrame({"open": opens, "close": np.exp(steps[:, 1])}, index=index)


def predicted(kind: str, bars: pd.DataFrame, *, skill: float, seed: int) -> pd.DataFrame:
    """Predictions of all parts; `skill` in [0, 1] moves the truth from chance towards the prediction."""
    rng = np.random.default_rng(seed)
    event = np.sort(rng.choice(np.arange(200, N_BARS - 60), N_EVENTS, replace=False))
    rows = pd.DataFrame({"symbol": "EURUSD", "event": event, "start": event + 1, "end": event + 20})
    rows["time"], rows["side"] = bars.index[event], rng.choice([-1, 1], N_EVENTS)
    rows["weight"] = rng.uniform(0.3, 1.0, N_EVENTS)
    classes = np.array(CLASSES[kind])
    if len(classes):
        p = rng.dirichlet(np.full(len(classes), 12.0), N_EVENTS)
        truth = (1 - skill) / len(classes) + skill * p
        rows["label"] = classes[(rng.random((N_EVENTS, 1)) > truth.cumsum(axis=1)).sum(axis=1)]
        rows["prediction"] = classes[p.argmax(axis=1)]
        rows[[f"p_{name}" for name in classes]] = p
        rows["ret"] = np.where(rows["label"] > 0, 1, -1) * np.abs(rng.normal(0, 0.01, N_EVENTS))
    else:
        rows["prediction"] = rng.normal(0, 0.002, N_EVENTS)
        rows["label"] = rows["ret"] = skill * rows["prediction"] + rng.normal(0, 0.008, N_EVENTS)
    out_of_fold = rows.iloc[40:240].assign(fold=np.arange(200) * N_FOLDS // 200)
    parts = {"train": rows[:180], "out_of_fold": out_of_fold, "val": rows[180:240], "test": rows[240:]}
    return pd.concat([part.assign(part=name) for name, part in parts.items()], ignore_index=True)


def baseline(predictions: pd.DataFrame) -> pd.DataFrame:
    """What always says the same predicts of the same events."""
    columns = [name for name in predictions if name.startswith("p_")]
    constant = {name: 1 / len(columns) for name in columns} | {"prediction": 1 if columns else 0.0}
    return predictions.assign(**constant)


def record(
    predictions: pd.DataFrame, bars: pd.DataFrame, positions: np.ndarray
) -> tuple[dict[str, Any], Any]:
    """Everything that run.json holds, and the scores."""
    evaluation = Evaluation(n_bootstrap=200, test="recorded")
    scores = evaluation.compute(
        predictions, baseline(predictions), bars, lambda values: np.sign(values - positions)
    )
    importances = [{"feature": f"feature_{number}", "importance": 1 / (1 + number)} for number in range(30)]
    return {
        "symbol": "EURUSD",
        "model_name": "xgboost",
        "timestamp": "2024-05-06T07:08:09.000+00:00",
        **scores.record,
        "feature_importance": importances,
        "feature_selection": SELECTION,
        "warnings": [],
        "sample_loss": {"symbols": {"EURUSD": ACCOUNT}, "split": SPLIT},
        "bars": {"EURUSD": SPAN},
        "class_balance": predictions["label"].value_counts(normalize=True).to_dict(),
        "training_duration_seconds": 3.2,
        "config_hash": "c" * 64,
        "data_hash": "d" * 64,
        "split_hash": "5" * 64,
        "return_scheme": "simple",
        "code_version": "a" * 16,
        "package_versions": {"numpy": "2.4.6"},
        "seed": 0,
    }, scores


def curves() -> pd.DataFrame:
    """Losses of two folds and the train fit that fall, and rise again on the tail; of the final fit none."""
    rounds = np.arange(12)
    falling = pd.DataFrame({"iteration": rounds, "train_loss": 0.7 - 0.02 * rounds})
    falling = falling.assign(val_loss=0.69 + 0.001 * (rounds - 4) ** 2, kept=rounds < 5)
    final = falling.assign(val_loss=np.nan, kept=True)
    fits = {"fold 1": falling, "fold 2": falling, "train fit": falling, "final fit": final}
    return pd.concat([table.assign(fit=name) for name, table in fits.items()], ignore_index=True)


def learning_curve(kind: str) -> pd.DataFrame:
    """Scores of five sizes of the train part."""
    names = ("r2", "rmse") if kind == "regression" else ("accuracy", "log_loss")
    sizes = np.array([36, 72, 108, 144, 180])
    columns = {f"{part}_{name}": 0.6 + 0.0001 * sizes for part in ("train", "val") for name in names}
    return pd.DataFrame({"n_events": sizes, **columns})


Change = Callable[[Any], Any]


@pytest.fixture
def make_run(tmp_path: Path) -> Callable[..., Run]:
    """Return a function that commits a run and loads it.

    `change_events` edits the predictions before they are judged, `change` the record, `change_returns` and
    `change_curves` the tables of returns and of curves before they are written.
    """

    def make(
        kind: str = "binary",
        *,
        run_id: str = "0123456789abcdef",
        skill: float = 0.0,
        seed: int = 0,
        change: Change = lambda record: record,
        change_events: Change = lambda events: events,
        change_returns: Change = lambda returns: returns,
        change_curves: Change = lambda curves: curves,
        has_curves: bool = True,
    ) -> Run:
        bars = random_walk(seed)
        events = change_events(predicted(kind, bars, skill=skill, seed=seed))
        figures, scores = record(events, bars, 0.5 if kind == "binary" else 0.0)
        with RunStore(tmp_path / "outputs").claim(run_id) as claim:
            claim.save_record(change(figures))
            (claim.staging / "config.yaml").write_text(yaml.safe_dump(CONFIG), encoding="utf-8")
            claim.save_json("sources.json", SOURCES)
            scores.predictions.to_parquet(claim.staging / "predictions.parquet")
            traded = scores.returns.assign(symbol="EURUSD")
            change_returns(traded).to_parquet(claim.staging / "returns.parquet")
            if has_curves:
                change_curves(curves()).to_parquet(claim.staging / "curves.parquet")
                learning_curve(kind).to_parquet(claim.staging / "learning_curve.parquet")
            return load_run(claim.commit())

    return make
