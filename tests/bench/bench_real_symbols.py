"""Networks on real four-hour bars, every augmentation, two profiles: python tests/bench/bench_real_symbols.py BARS

BARS is a folder of files such as EURUSD_H4_ejtrader.parquet. Runs that are finished already are only read, so the
work can be shared out (``--models mlp`` in one process, ``--models lstm`` in another) and the table drawn
from all of it afterwards. Every figure is out of `run.json`.
"""

import argparse
import itertools
import sys
from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd

from smc.api import train
from smc.config.compose import compose
from smc.config.instantiate import instantiate

MODELS = ("mlp", "lstm")
AUGMENTATIONS = ("none", "adaptive", "aggressive")
PROFILES = ("baseline", "strong")
CELL = ["model", "reg", "aug"]


def common(folder: str, output: str) -> list[str]:
    """What all runs have in common."""
    files = ["data=files", f"data.root={folder}", "data.pattern='{symbol}_H4_*.parquet'"]
    own = ["evaluation.test=recorded", f"ledger.url=sqlite:///{output}/ledger.sqlite"]
    return [*files, "events.last=300", f"paths.output={output}", *own]


def results(shared: list[str], models: Sequence[str], symbols: Iterable[str]) -> Iterable[dict[str, Any]]:
    """Carry out one run after another; give a row each, with what it failed with if it did."""
    for symbol, model, reg, aug in itertools.product(symbols, models, PROFILES, AUGMENTATIONS):
        cell = {"model": model, "reg": reg, "aug": aug, "symbol": symbol}
        try:
            record = train([*shared, *(f"{key}={value}" for key, value in cell.items())]).record
        except Exception as error:  # noqa: BLE001 - a failure is a result, the other runs go on
            sys.stdout.write(f"{cell}: {type(error).__name__}: {error}\n")
            yield cell | {"failed": 1}
            continue
        yield cell | {"failed": 0} | figures(record)


def figures(record: dict[str, Any]) -> dict[str, float]:
    """The gap, and both losses on the val part, out of a run's record."""
    loss, prior = (
        tables["log_loss"] for tables in (record["val_metrics"], record["baseline_metrics"]["val"])
    )
    return {
        "gap": record["history"]["train_val_gap"],
        "val_loss": loss,
        "prior": prior,
        "excess": loss - prior,
        "better": float(loss < prior),
        "test_accuracy": record["history"]["test_accuracy"],
        "seconds": record["training_duration_seconds"],
    }


def main() -> None:
    """Print one line a cell, and the strong profile with `adaptive` beside the usual one with nothing."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", help="bars, one file a symbol")
    parser.add_argument("--output", default="outputs", help="where the runs go, or are")
    parser.add_argument("--models", nargs="+", choices=MODELS, default=list(MODELS))
    given = parser.parse_args()
    shared = common(given.folder, given.output)
    symbols = instantiate(compose(shared)["data"], "data").symbols()
    table = pd.DataFrame(results(shared, given.models, symbols))
    sys.stdout.write(f"{len(table)} runs on {len(symbols)} symbols, {table['failed'].sum()} failed\n")
    mean = table.drop(columns="symbol").groupby(CELL).mean()
    error = table.groupby(CELL)["excess"].sem().rename("excess_se")
    sys.stdout.write(mean.join(error).to_string(float_format="{:.3f}".format) + "\n")
    for model in given.models:
        strong, usual = (
            table[(table[CELL] == cell).all(axis=1)].set_index("symbol")
            for cell in ([model, "strong", "adaptive"], [model, "baseline", "none"])
        )
        difference = (strong[["gap", "val_loss"]] - usual[["gap", "val_loss"]]).agg(["mean", "sem"])
        sys.stdout.write(f"{model}: strong + adaptive less baseline + none\n{difference.round(3)}\n")


if __name__ == "__main__":
    main()
