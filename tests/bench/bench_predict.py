"""How long one bar takes through the predictor, for every model, and whether it says what the batch says.

    python tests/bench/bench_predict.py [--models logistic,xgboost] [--bars 5000]

Real bars (SMC_TEST_DATA). Of each model: milliseconds of one bar with features, at the bars that are events
and over all bars, p50 and p99; the same with a store on disk (SQLite, synchronous=FULL); the library's own
answer for one row of ready inputs. Then 100,000 rows at once, rows a second, beside the library's own; and
the largest difference between bars one by one and the batch. On a machine that others use, look at the
processor's time (cpu), not at the clock's (wall).
"""

import argparse
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from os import environ
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from smc import api
from smc.events.every import Every
from smc.prediction.answers import ask
from smc.prediction.assignment import Assignment
from smc.prediction.decision import Decision
from smc.prediction.decisions import Decisions
from smc.prediction.predictor import Predictor
from smc.prediction.series import Series
from smc.prediction.version import Version, load_version
from smc.prediction.versions import Versions
from smc.windows import Windows

MODELS = (
    "logistic,xgboost,lightgbm,mlp,random_forest,lstm,extra_trees,baseline,averaging,voting,stacking,blending,"
    "dynamic,regime"
)
FILE = "GBPUSD_H1_ejtrader.parquet"
N_TRAIN, N_ROWS, N_COMPARED = 12_000, 100_000, 20_000
#: Bars that are fed with a store, whose disk takes its time.
N_STORED = 1_000
BARS = ["open", "high", "low", "close", "volume"]


def main() -> None:
    """Measure every model that was asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--models", default=MODELS)
    parser.add_argument("--bars", type=int, default=5000)
    parser.add_argument("--output", help="where runs are kept, so that they need no second fit")
    asked = parser.parse_args()
    series = real_bars()
    with place(asked.output) as output:
        said(
            f"one bar, {asked.bars} bars; batch of {N_ROWS:,} rows; live against batch over {N_COMPARED:,} bars"
        )
        for name in asked.models.split(","):
            version = trained(name, series.iloc[:N_TRAIN], output)
            said(f"\n{name}")
            measure_one_bar(version, series, asked.bars, output)
            measure_batch(version, series)
            compare(version, series.iloc[:N_COMPARED])


def measure_one_bar(version: Version, series: pd.DataFrame, n_bars: int, output: Path) -> None:
    """Feed bars one by one, without a store and with one."""
    past, feed = series.iloc[:N_TRAIN], records(series.iloc[N_TRAIN : N_TRAIN + n_bars])
    row = inputs_at(version, series, 1)
    native = native_of(version, row)
    times = [timed(native) for _ in range(1000)][100:] if native else []
    place = output / f"{version.name}-{time.time_ns()}.sqlite"
    for store, n_fed in ((None, n_bars), (Decisions(place), min(n_bars, N_STORED))):
        predictor = new(version, past, store)
        predictor.decide("A", feed[0])
        made = [timed(partial(predictor.decide, "A", bar)) for bar in feed[1:n_fed]]
        at_events = [one for one in made if one[2] and one[2][0].is_decided]
        where = "with the store" if store else "without a store"
        said(f"  one bar {where}: {quantiles(made)}; at {len(at_events)} events {quantiles(at_events)}")
        if store is None and times:
            said(f"  the library's own row, ready inputs: {quantiles(times)}")


def measure_batch(version: Version, series: pd.DataFrame) -> None:
    """Ask about many rows at once, and decide at every bar of a long series."""
    rows = inputs_at(version, series, N_ROWS)
    side = np.ones(N_ROWS, dtype=np.int64)
    native = native_of(version, rows)
    own = timed(lambda: ask(version.model, rows, side, version.components.to_position))[0]
    library = f", the library's own {N_ROWS / timed(native)[0]:,.0f}" if native else ""
    at_every_bar = replace(version, components=replace(version.components, events=Every()))
    took = timed(lambda: list(new(at_every_bar, None, None).decide_many("A", series)))
    n_made = sum(map(len, took[2]))
    said(
        f"  batch: {N_ROWS / own:,.0f} rows a second{library}; with bars, features, decisions and outcomes "
        f"{n_made / took[0]:,.0f} events a second"
    )


def compare(version: Version, series: pd.DataFrame) -> None:
    """Hold features and decisions of bars one by one against those of the run's own batch."""
    batch = version.components.features.compute(series).to_numpy()
    state = version.components.features.state()
    live = np.array([state.update(bar) for bar in records(series)])
    apart = np.nanmax(np.abs(batch - live))
    whole: list[Decision] = [
        one for part in new(version, None, None).decide_many("A", series) for one in part
    ]
    predictor = new(version, None, None)
    one_by_one = [one for bar in records(series) for one in predictor.decide("A", bar)]
    decided = [(a, b) for a, b in zip(whole, one_by_one, strict=True) if a.is_decided]
    shares = max(
        (abs(a.probabilities[k] - b.probabilities[k]) for a, b in decided for k in a.probabilities), default=0
    )
    missing = int((np.isnan(batch) != np.isnan(live)).sum())
    said(
        f"  live against batch, {len(series):,} bars: features {apart:.2g} ({missing} cells missing in one), "
        f"{len(decided)} decisions, probabilities {shares:.2g}, equal to the last bit: {whole == one_by_one}"
    )


def native_of(version: Version, rows: Any) -> Callable[[], Any] | None:
    """Return the call of the library itself, on inputs that are scaled already."""
    estimator, inputs = version.model.estimator_, version.model._transform(rows)
    if hasattr(estimator, "network_"):
        import torch

        array = np.asarray(inputs, dtype=np.float32)
        tensor = torch.from_numpy(np.ascontiguousarray(array))

        def network() -> Any:
            with torch.no_grad():
                return estimator.network_(tensor)

        return network
    name = type(estimator).__name__
    if name == "XGBoost":
        return lambda: estimator.booster_.inplace_predict(inputs, validate_features=False)
    if name == "LightGBM":
        return lambda: estimator.booster_.predict(inputs, num_threads=1)
    if name == "Logistic":
        return lambda: 1 / (1 + np.exp(-(inputs @ estimator.coef_.T + estimator.intercept_)))
    if hasattr(estimator, "model_"):
        return lambda: estimator.model_.predict_proba(inputs)
    return None


def inputs_at(version: Version, series: pd.DataFrame, n_rows: int) -> Any:
    """Return real inputs, each bar's again where there are too few bars."""
    known = series.iloc[: min(len(series), 20_000)]
    part = Series(replace(version.components, events=Every()), version.model.lookback).take(
        pd.DatetimeIndex(known.index), np.ascontiguousarray(known[BARS].to_numpy(dtype=np.float64))
    )
    places = np.arange(n_rows) % len(part.events)
    return (
        part.inputs[places] if isinstance(part.inputs, Windows) else np.ascontiguousarray(part.inputs[places])
    )


def new(version: Version, past: pd.DataFrame | None, store: Decisions | None) -> Predictor:
    live = {"A": [Assignment(version.name, Path())]}
    versions = Versions(lambda: live, load=lambda _: version, check=lambda _: None)
    return Predictor(versions, store=store, history=lambda _: past)


def trained(name: str, bars: pd.DataFrame, output: Path) -> Version:
    run = api.train(
        [f"model={name}", "symbol=A", f"paths.output={output}", "monitor=none", "events.last=1500"],
        bars={"A": bars},
    )
    version = load_version(run.path)
    return replace(version, sealed={})  # what is measured is time, and no outcome is looked at


def real_bars() -> pd.DataFrame:
    bars = pd.read_parquet(Path(environ["SMC_TEST_DATA"]) / "data" / "bars" / FILE)
    index = pd.DatetimeIndex(bars.pop("time") if "time" in bars else bars.index)
    return bars.set_axis((index if index.tz else index.tz_localize("UTC")).rename("time"))[BARS].astype(float)


@contextmanager
def place(output: str | None) -> Iterator[Path]:
    if output:
        yield Path(output)
        return
    with tempfile.TemporaryDirectory() as folder:
        environ["SMC_LEDGER"] = f"{folder}/ledger.sqlite"
        yield Path(folder)


def records(bars: pd.DataFrame) -> list[dict[str, Any]]:
    return bars.rename_axis("time").reset_index().to_dict("records")


def timed(call: Callable[[], Any]) -> tuple[float, float, Any]:
    """Return wall seconds, processor seconds, and what the call gave."""
    wall, cpu = time.perf_counter(), time.thread_time()
    made = call()
    return time.perf_counter() - wall, time.thread_time() - cpu, made


def quantiles(times: list[tuple[float, float, Any]]) -> str:
    if not times:
        return "none"
    wall, cpu = (np.array([one[place] for one in times]) * 1000 for place in (0, 1))
    return " ".join(
        f"{name} p50 {np.median(each):.2f} p99 {np.quantile(each, 0.99):.2f} ms"
        for name, each in (("wall", wall), ("cpu", cpu))
    )


def said(text: str) -> None:
    print(text, flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
