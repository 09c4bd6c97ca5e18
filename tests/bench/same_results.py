"""Whether two versions of the code give the same runs: python tests/bench/same_results.py write A | compare A B

Run `write` with each version, then `compare`: every file of every run folder, byte for byte, but for what hangs on the
clock, the place and the version of the code (ids, stamps, seconds, hashes of code and of the ledger).
"""

import json
import re
import sys
from pathlib import Path

import numpy as np
import pandas as pd

#: Each is one run; together they pass through every way in which a run is scored, saved and told.
RUNS = (
    "model=logistic aug=none",
    "model=logistic aug=none evaluation.test=recorded calibrate=sigmoid",
    "model=xgboost",
    "model=lightgbm aug=smote calibrate=isotonic calibrate.threshold=net_return",
    "model=random_forest aug=none cv=cpcv events.last=400",
    "model=extra_trees aug=none cv=purged_kfold final=train",
    "model=logistic aug=none cv=monte_carlo events.last=500 evaluation.test=recorded",
    "model=xgboost aug=none labels=forward_return",
    "model=logistic aug=none labels=triple_barrier_3 feature_selection=mutual_info",
    "model=lightgbm aug=none symbol=[A,B]",
    "model=logistic aug=none symbol=[A,B] evaluation.test=recorded cv=cpcv labels=direction",
    "model=baseline aug=none cv=holdout side=long keep_bars=false",
    "model=stacking events.last=500",
    "model=logistic tune=random tune.n_trials=3 aug=none",
    "model=mlp events.last=300 aug=none cv=holdout",
    "model=logistic labels=forward_return labels.horizon=[1,3,5] aug=none cv=cpcv",
)
#: Names of what may differ, in JSON.
CLOCKS = re.compile(
    r"(time|clock|seconds|stamp|started|ended|_at|commit|code|hash|ledger|version|process|host|run_id|trial|sources|bytes)"
)


def write(place: Path) -> None:
    """Carry out all runs, each in an output folder of its own."""
    from smc.config.compose import compose
    from smc.errors import SmcError
    from smc.training import run as command

    bars = place.parent / "bars"
    bars.mkdir(parents=True, exist_ok=True)
    for number, symbol in enumerate("AB"):
        market(number).to_parquet(bars / f"{symbol}.parquet")
    for number, words in enumerate(RUNS):
        own = place / f"{number:02}"
        where = [f"data.root={bars}", f"paths.output={own}", f"ledger.url=sqlite:///{own}.sqlite"]
        try:
            said = command.train(compose(["data=files", *where, *words.split()])).status
        except SmcError as error:
            said = str(error)
        sys.stdout.write(f"{number:02} {words}: {said}\n")


def market(seed: int) -> pd.DataFrame:
    """Draw simulated H4 bars."""
    n_bars = 9000 + 500 * seed
    steps = np.random.default_rng(seed).normal(0.0, 0.001, size=(n_bars, 8)).cumsum(axis=1)
    opens = np.exp(np.concatenate([[0.0], steps[:-1, -1].cumsum()]))
    walk = opens[:, None] * np.exp(np.column_stack([np.zeros(n_bars), steps]))
    bars = {"open": walk[:, 0], "high": walk.max(axis=1), "low": walk.min(axis=1), "close": walk[:, -1]}
    time = pd.date_range("2012-01-02", periods=n_bars, freq="4h", tz="UTC", name="time")
    return pd.DataFrame({**bars, "volume": 100.0}, index=time).reset_index()


def compare(one: Path, other: Path) -> int:
    """Tell every difference, and return how many files differ."""
    n_files = n_other = 0
    for number in range(len(RUNS)):
        here, there = run_of(one / f"{number:02}"), run_of(other / f"{number:02}")
        if (here is None) or (there is None):
            n_other += here is not there
            sys.stdout.write(f"{number:02}: {here} and {there}\n")
            continue
        names = sorted({str(p.relative_to(f)) for f in (here, there) for p in f.rglob("*") if p.is_file()})
        for name in names:
            if name.startswith(("run.log", "MANIFEST")):
                continue
            n_files += 1
            left, right = content(here, name), content(there, name)
            if left != right:
                n_other += 1
                sys.stdout.write(f"{number:02} {name} differs: {first_difference(left, right)}\n")
    sys.stdout.write(f"{n_files} files, {n_other} differ\n")
    return n_other


def run_of(output: Path) -> Path | None:
    """Return the only run of an output folder."""
    found = [path for path in (output / "runs").glob("*") if not path.name.startswith(".")]
    return found[0] if found else None


def content(run: Path, name: str) -> object:
    """Return what a file holds, without what may differ."""
    path = run / name
    if not path.exists():
        return None
    data = path.read_bytes()
    if path.suffix == ".json":
        return plain(json.loads(data), name)
    if path.suffix in (".md", ".yaml"):
        return neutral(data.decode())
    return data


def plain(value: object, path: str = "") -> object:
    """Leave out the fields that hang on clock, place and version; the model's golden answers stay."""
    if isinstance(value, dict):
        return {
            key: plain(item, f"{path}.{key}") for key, item in value.items() if not CLOCKS.search(str(key))
        }
    if isinstance(value, list):
        return [plain(item, path) for item in value]
    return neutral(value) if isinstance(value, str) else value


def neutral(text: str) -> str:
    """Leave out ids, stamps of now, seconds and the output folder in a text."""
    text = re.sub(r"(/[\w.-]+)*/(base|new|[a-z]\w*)/\d\d(?=/|\.sqlite|\b)", "OUT", text)
    text = re.sub(r"\b[0-9a-f]{8,64}\b", "ID", text)
    text = re.sub(r"20[2-9]\d-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?", "NOW", text)
    return re.sub(r"(\b\d+(\.\d+)? (s|seconds|min|h)\b ?)+", "CLOCK", text)


def first_difference(left: object, right: object, path: str = "") -> str:
    """Say where two contents begin to differ."""
    if isinstance(left, dict) and isinstance(right, dict):
        for key in {**left, **right}:
            if left.get(key) != right.get(key) or (key in left) != (key in right):
                return first_difference(left.get(key), right.get(key), f"{path}.{key}")
    if isinstance(left, list) and isinstance(right, list) and len(left) == len(right):
        for number, (mine, its) in enumerate(zip(left, right, strict=True)):
            if mine != its:
                return first_difference(mine, its, f"{path}[{number}]")
    if isinstance(left, str) and isinstance(right, str):
        for mine, its in zip(left.splitlines(), right.splitlines(), strict=False):
            if mine != its:
                return f"{path}: {mine[:200]!r} and {its[:200]!r}"
    return f"{path}: {str(left)[:200]} and {str(right)[:200]}"


if __name__ == "__main__":
    if sys.argv[1] == "write":
        write(Path(sys.argv[2]))
    else:
        sys.exit(compare(Path(sys.argv[2]), Path(sys.argv[3])) > 0)
