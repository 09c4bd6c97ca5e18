"""Runs with a planted skill, committed through the real store and counted in a real ledger."""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from smc.fingerprint import bars_fingerprint
from smc.results import RunStore
from smc.training.evidence import evidence_table
from smc.training.trial import finish_trial
from smc.trials import Ledger, Registration

START = pd.Timestamp("1990-01-01", tz="UTC")
N_HOURS = 203_000
BEGINS = {"out_of_fold": 0, "val": 100_000, "test": 200_000}
#: Hours of the test part.
TEST = {"first": 200_000, "last": 202_000}


@cache
def bars_of(symbol: str) -> pd.DataFrame:
    """Hourly closes that go nowhere, another market for each symbol."""
    rng = np.random.default_rng(list(symbol.encode()))
    time = pd.date_range(START, periods=N_HOURS, freq="h", name="time")
    return pd.DataFrame({"close": 100 * np.exp(rng.normal(0, 1e-4, N_HOURS).cumsum())}, index=time)


@cache
def print_of(symbol: str) -> str:
    return bars_fingerprint(bars_of(symbol))


def registration(run_id: str, symbols: tuple[str, ...], output: Path, **facts: Any) -> Registration:
    """What a run would say of itself before its fit."""
    named = {"trial": run_id, "version": "1", "code_version": "v", "question": "q", "seed": 0} | facts
    period = START, START + pd.Timedelta(days=600)
    prints = {symbol: print_of(symbol) for symbol in symbols}
    named = {"model": "Logistic", "development": period, **named}
    return Registration(run_id, prints, output=str(output), two_sided=False, **named)


def predicted(symbol: str, accuracy: float, part: str, *, n: int, seed: int) -> pd.DataFrame:
    """Predictions that name the right one of two classes with a chance of ``accuracy``."""
    rng = np.random.default_rng([seed, BEGINS[part]])
    label, hit = np.arange(n) % 2, rng.permutation(n) < round(accuracy * n)
    said, sure = np.where(hit, label, 1 - label), 0.5 + rng.uniform(0.01, 0.2, n)
    event = BEGINS[part] + 10 * np.arange(n)
    time = START + pd.to_timedelta(event, unit="h")
    spans = {"symbol": symbol, "event": event, "time": time, "start": event + 1, "end": event + 5}
    proba = {"p_0": np.where(said == 0, sure, 1 - sure), "p_1": np.where(said == 1, sure, 1 - sure)}
    prior = {"baseline_0": 0.5, "baseline_1": 0.5, "ret": np.where(label == 1, 0.01, -0.01)}
    return pd.DataFrame(
        {**spans, "part": part, "fold": 0, "label": label, "prediction": said, **proba, **prior}
    )


def earned(predictions: pd.DataFrame) -> pd.DataFrame:
    """A bar each event, that earns if the prediction is right."""
    net = np.where(predictions["label"] == predictions["prediction"], 0.01, -0.0099)
    return predictions[["symbol", "part", "time"]].assign(account=0, position=1.0, gross=net, net=net)


@pytest.fixture
def output(tmp_path) -> Path:
    """Root of the results."""
    return tmp_path / "outputs"


@pytest.fixture
def ledger(output) -> Ledger:
    """The ledger that the command reads by default."""
    return Ledger(output=str(output))


@pytest.fixture
def commit(output, ledger) -> Callable[..., Path]:
    """Commit a run whose parts have the accuracies given, and count it."""

    def make(
        run_id: str,
        accuracy: float = 0.65,
        *,
        val: float = 0.65,
        test: float = 0.65,
        gap: float = 0.05,
        symbols: tuple[str, ...] = ("EURUSD",),
        key: str | None = None,
        n: int = 300,
        sealed: bool = True,
        record: dict[str, Any] | None = None,
        drop: tuple[str, ...] = (),
    ) -> Path:
        seed, shares = int(run_id, 16), {"out_of_fold": accuracy, "val": val, "test": test}
        tables = [
            predicted(symbol, share, part, n=n if part == "out_of_fold" else 200, seed=seed)
            for symbol in symbols
            for part, share in shares.items()
        ]
        everything = pd.concat(tables, ignore_index=True)
        hidden = everything[everything["part"] == "test"]
        shown = everything.drop(hidden.index) if sealed else everything
        hashes = {"seedless_hash": key or run_id, "config_hash": run_id, "data_hash": "d", "split_hash": "s"}
        own = {
            "task": "classification",
            "history": {"train_accuracy": val + gap, "val_accuracy": val, "train_val_gap": gap},
            "financial_metrics": {"periods_per_year": 252.0},
        }
        part = {"state": "sealed" if sealed else "recorded", "why": "", "n_events": 200}
        span = {name: (START + pd.Timedelta(hours=hour)).isoformat() for name, hour in TEST.items()}
        facts = {
            **own,
            **hashes,
            "run_id": run_id,
            "symbol": "+".join(symbols),
            "model_name": "Logistic",
            "choices": {"model": "logistic", "reg": "strong", "aug": "none", "cv": "walk_forward"},
            "code_version": "v",
            "seed": 0,
            "return_scheme": "simple",
            "warnings": [],
            "bars": {symbol: {"fingerprint": print_of(symbol)} for symbol in symbols},
            "test_part": dict.fromkeys(symbols, part | span),
            **({"by_symbol": dict.fromkeys(symbols, own)} if len(symbols) > 1 else {}),
            **(record or {}),
        }
        told = registration(run_id, symbols, output, trial=key or run_id)
        head = ledger.start(told, {print_of(symbol): bars_of(symbol) for symbol in symbols}).head
        ledger.scored(run_id)
        bars = {symbol: bars_of(symbol) for symbol in symbols}
        prior = {"baseline_0": 0.5, "baseline_1": 0.5}
        evidence = evidence_table(bars, everything, everything.assign(**prior))
        with RunStore(output).claim(run_id) as claim:
            claim.save_json("run.json", {**facts, "ledger": {"number": head.number, "hash": head.hash}})
            (claim.staging / "config.yaml").write_text("ledger: {url: null}\n")
            shown.drop(columns=list(drop)).to_parquet(claim.staging / "predictions.parquet")
            earned(shown).to_parquet(claim.staging / "returns.parquet")
            evidence.to_parquet(claim.staging / "evidence.parquet")
            if sealed:
                hidden.to_parquet(claim.staging / "sealed_predictions.parquet")
                earned(hidden).to_parquet(claim.staging / "sealed_returns.parquet")
            folder = claim.commit()
        finish_trial(ledger, folder, evidence, facts["test_part"])
        return folder

    return make


@pytest.fixture
def fail(output, ledger) -> Callable[..., None]:
    """Count a trial that failed."""

    def make(run_id: str, symbol: str = "EURUSD", *, scored: bool = True) -> None:
        told = registration(run_id, (symbol,), output, model="Mlp")
        ledger.start(told, {print_of(symbol): bars_of(symbol)})
        if scored:
            ledger.scored(run_id)
        ledger.end(run_id, "failed", "bad_fold")

    return make
