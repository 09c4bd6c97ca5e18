"""How often a selection deploys what it should not, and finds what is there: python tests/bench/bench_selection.py

Simulated markets, each symbol with many configurations: folds, sampler, fits and figures are those of
`python -m smc.train`, the verdicts those of `python -m smc.select`. The chain is twelve configurations (logistic,
random_forest, xgboost, lightgbm under the profiles baseline, strong, tiny); `--fast` six cheap ones (logistic
regressions and shallow trees on the features, without a sampler). What each configuration predicted is stored once a
symbol, a file each, so that the bench goes on where it was ended, any number of processes share the work, and all is
judged anew in seconds:

    python tests/bench/bench_selection.py predict CELL ... --symbols 120 --output figures --part 0/2
    python tests/bench/bench_selection.py judge CELL ... --output figures
    python tests/bench/bench_selection.py sweeps EDGE NULL [DEAD] --output figures

Cells are listed below; seeds are FIRST (0), FIRST + 1 and so on, so they are declared by their number. Two cells are
told by habits, always of cheap configurations: `climbed300` goes from configuration to configuration by what its evidence
was, each a round of its own; `monthly300` is tried and selected anew each month for two years, each opened test part
an opening. `sweeps` puts symbols of one cell with an edge and of one without into sweeps of eleven, and tells how many
edges are found, and how many of what is deployed is false. Every symbol that was begun is told, those too that could not be judged. Intervals are exact
(Clopper and Pearson, 95 %).
"""

import argparse
import datetime as dt
import json
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from smc.config.compose import compose
from smc.errors import SmcError
from smc.selection.candidate import Candidate, SymbolTrials
from smc.selection.candidates import candidates_of
from smc.selection.classic import Classic
from smc.selection.honest import Honest
from smc.selection.market import market_of
from smc.selection.verdict import DEPLOY, Verdict
from smc.selftest.configuration import ASKED_FIRST, Configuration
from smc.selftest.interval import share
from smc.selftest.parallel import quiet
from smc.selftest.scenario import BARS_AN_EVENT, Scenario
from smc.selftest.simulated_run import SYMBOL, SimulatedRun, carry_out
from smc.training.dataset import make_dataset
from smc.training.evidence import columns_of, measured_today
from smc.trials.market_trials import Opening

PROFILES = ("baseline", "strong", "tiny")
#: Models and profiles, and what is typed besides.
CHAIN = (("logistic", "random_forest", "xgboost", "lightgbm"), PROFILES, ())
FAST_FOREST = ("model.n_estimators=10", "model.max_depth=3", "model.max_features=.33")
RULES: Mapping[str, Any] = {"honest": Honest(), "classic": Classic()}
#: Symbols of a sweep, and how many of them have an edge.
SWEEP, EDGES = 11, (1, 3, 6, 10)
PRICES = ["open", "high", "low", "close"]


@dataclass(frozen=True)
class Cell:
    """One kind of market.

    Attributes
    ----------
    scenario
        n:best: n most recent events, and the accuracy of the best possible classifier (0: no edge).
    typed
        Overrides of every configuration.
    ends
        Share of the events' history after which the edge is gone; None: it stays.
    n_steps
        Steps of a search that looks at its evidence; 0: the configurations are listed.
    n_months
        How often it is tried and selected, a month after the other.
    """

    scenario: str
    typed: tuple[str, ...] = ()
    ends: float | None = None
    n_steps: int = 0
    n_months: int = 1


FAR_TARGET = ("labels.stop_atr=1", "labels.target_atr=3")
CELLS = {
    "null300": Cell("300:0"),
    "null200": Cell("200:0"),
    "null1000": Cell("1000:0"),
    "told300": Cell("300:0", FAR_TARGET),  # barriers tell which label is likelier, and nothing of the return
    "drift300": Cell("300:0", ("side=long", "labels=direction", "data.volatility=0.2")),
    "regression300": Cell("300:0", ("labels=forward_return",)),
    "edge300": Cell("300:0.74"),
    "edge200": Cell("200:0.74"),
    "edge1000": Cell("1000:0.74"),
    "faint1000": Cell("1000:0.675"),
    "half300": Cell("300:0.74", ends=0.5),
    "dead300": Cell("300:0.74", ends=2 / 3),
    "late300": Cell("300:0.74", ends=0.9),
    "kfold300": Cell("300:0", ("cv=purged_kfold",)),
    "cpcv300": Cell("300:0", ("cv=cpcv",)),
    "kfold_edge300": Cell("300:0.74", ("cv=purged_kfold",)),
    "climbed300": Cell("300:0", n_steps=20),
    "monthly300": Cell("300:0", n_months=24),
}
#: What a search that looks may choose, and how a trial is named by it.
CLIMBED = {
    "min_samples_leaf": (3, 5, 10, 20, 30),
    "max_depth": (1, 2, 3, 4, 5),
    "max_features": (0.1, 0.2, 0.33, 0.5, 0.8),
}
#: Events of a month, of bars of four hours.
EVENTS_A_MONTH = 17


def composed_of(model: str, profile: str, typed: Sequence[str]) -> Configuration:
    """Compose one configuration; of any labels, since nothing is held against the true odds."""
    first = (*ASKED_FIRST, *typed, "symbol=S01")
    return Configuration(model, profile, compose([*first, f"model={model}", f"reg={profile}"]))


@cache
def configurations_of(cell: Cell, *, fast: bool) -> list[Configuration]:
    """Compose what every symbol of a cell is tried with."""
    typed = ["evaluation.n_bootstrap=2", *cell.typed]  # no rule looks at intervals
    if not fast:
        models, profiles, _ = CHAIN
        composed = [composed_of(model, profile, typed) for model in models for profile in profiles]
    else:
        cheap = [*typed, "aug=none"]
        linear = [
            replace(composed_of("logistic", "strong", [*cheap, f"model.C={c:g}"]), profile=f"C{c:g}")
            for c in (0.003, 0.03, 0.3, 3.0)
            if "labels=forward_return" not in typed  # forests alone take numbers
        ]
        forests = [
            replace(
                composed_of(
                    "random_forest", "strong", [*cheap, *FAST_FOREST, f"model.min_samples_leaf={leaf}"]
                ),
                profile=f"leaf{leaf}",
            )
            for leaf in (10, 30)
        ]
        composed = [*linear, *forests]
    return [each.on(Scenario.parse(cell.scenario)) for each in composed]


@cache
def forest_of(cell: Cell, point: tuple[int, ...]) -> Configuration:
    """Compose one configuration of a search."""
    chosen = {name: values[i] for (name, values), i in zip(CLIMBED.items(), point, strict=True)}
    typed = [f"model.{name}={value}" for name, value in chosen.items()]
    overrides = ["evaluation.n_bootstrap=2", "aug=none", *FAST_FOREST[:1], *typed, *cell.typed]
    composed = composed_of("random_forest", "strong", overrides)
    return replace(composed, profile="_".join(map(str, point))).on(Scenario.parse(cell.scenario))


def climb(cell: Cell, seed: int, runs: Sequence[SimulatedRun]) -> Iterator[Configuration]:
    """Go uphill: a neighbour of the best so far is tried next, and a step that is no better is taken back."""
    rng = np.random.default_rng(seed)
    sizes = [len(values) for values in CLIMBED.values()]
    best, best_score, tried, point = (), -np.inf, set(), tuple(int(size) // 2 for size in sizes)
    for _ in range(cell.n_steps):
        tried.add(point)
        n_before = len(runs)
        yield forest_of(cell, point)
        if len(runs) > n_before:
            evidence = runs[-1].evidence["value"].fillna(0.0).to_numpy()
            score = evidence.mean() / (evidence.std() or 1.0)
            if score > best_score:
                best, best_score = point, score
        options = [
            other
            for other in np.ndindex(*sizes)
            if other not in tried and sum(abs(a - b) for a, b in zip(other, best or point, strict=True)) <= 2
        ]
        if not options:
            return
        point = options[rng.integers(len(options))]


def bars_of(cell: Cell, configuration: Configuration, seed: int) -> pd.DataFrame:
    """Draw the market of a seed; where the edge ends, the bars after it are of one without."""
    scenario = Scenario.parse(cell.scenario)
    longest = replace(scenario, n_events=scenario.n_events + EVENTS_A_MONTH * (cell.n_months - 1))
    bars = configuration.on(longest).market(seed).load(SYMBOL)
    if cell.ends is None:
        return bars
    after = replace(
        configuration,
        config={**configuration.config, "data": {**configuration.config["data"], "edge_frac": 0.0}},
    )
    others = after.market(seed).load(SYMBOL)
    history = round(len(bars) - (1 - cell.ends) * BARS_AN_EVENT * scenario.n_events)
    tail = others.iloc[history:].copy()
    tail[PRICES] *= bars["close"].iloc[history - 1] / others["close"].iloc[history - 1]
    return pd.concat([bars.iloc[:history], tail])


def predict(name: str, seed: int, folder: Path, *, fast: bool) -> str:
    """Carry out every configuration on one symbol, and store what a selection needs of it."""
    cell = CELLS[name]
    configurations = configurations_of(cell, fast=fast)
    whole = bars_of(cell, configurations[0], seed)
    n_runs = n_failures = 0
    for month in range(cell.n_months):
        bars = whole[whole.index <= whole.index[-1] - pd.DateOffset(months=cell.n_months - 1 - month)]
        failures: dict[str, str] = {}
        runs: list[SimulatedRun] = []
        try:
            data = make_dataset({SYMBOL: bars}, configurations[0].components)
            asked = climb(cell, seed, runs) if cell.n_steps else configurations
            for run in carry_out(bars, data, asked, failures):
                runs.append(run)
        except SmcError as error:
            runs, failures = [], {"events": str(error)}
        save(path_of(folder, cell, seed, month), runs, failures, is_searched=cell.n_steps > 0)
        n_runs, n_failures = n_runs + len(runs), n_failures + len(failures)
    return f"{n_runs} runs" + (f", {n_failures} failed" if n_failures else "")


def path_of(folder: Path, cell: Cell, seed: int, month: int) -> Path:
    """Return where a month of a symbol is stored, without a suffix."""
    return folder / (f"{seed:05}-{month:02}" if cell.n_months > 1 else f"{seed:05}")


def save(path: Path, runs: Sequence[SimulatedRun], failures: Mapping[str, str], *, is_searched: bool) -> None:
    """Store predictions, evidence and a few facts; the facts last, for they say that all is there."""
    facts: dict[str, Any] = {"failures": dict(failures), "runs": {}}
    for number, run in enumerate(runs):
        record = {
            name: run.record[name]
            for name in (
                "symbol",
                "task",
                "history",
                "model_name",
                "choices",
                "seed",
                "data_hash",
                "seedless_hash",
                "split_hash",
                "code_version",
            )
        }
        traded = run.returns.groupby("part")["position"].any() if len(run.returns) else pd.Series(dtype=bool)
        facts["runs"][run.run_id] = {
            "record": record,
            "traded": {part: bool(any_) for part, any_ in traded.items()},
            "two_sided": run.two_sided,
            "round": number + 1 if is_searched else 1,
        }
    tables = {
        "predictions": [run.predictions.assign(run=run.run_id) for run in runs],
        "evidence": [run.evidence.assign(run=run.run_id) for run in runs],
    }
    for kind, parts in tables.items():
        if parts:
            pd.concat(parts, ignore_index=True).to_parquet(f"{path}.{kind}.parquet", compression="zstd")
    Path(f"{path}.json.new").write_text(json.dumps(facts))
    Path(f"{path}.json.new").rename(f"{path}.json")


def load(path: Path, symbol: str, openings: Sequence[Opening] = ()) -> SymbolTrials | str:
    """Read what was stored of a symbol, under a name; a sentence where it could not be judged."""
    facts = json.loads(path.read_text())
    if not facts["runs"]:
        return "; ".join(f"{name}: {why}" for name, why in facts["failures"].items())
    stem = str(path).removesuffix(".json")
    predictions = dict(tuple(pd.read_parquet(f"{stem}.predictions.parquet").groupby("run")))
    evidence = dict(tuple(pd.read_parquet(f"{stem}.evidence.parquet").groupby("run")))
    candidates, columns = [], {}
    for run_id, run in facts["runs"].items():
        traded = [part for part, any_ in run["traded"].items() if any_]
        returns = pd.DataFrame({"symbol": SYMBOL, "part": traded, "position": 1.0, "net": 0.0, "account": 0})
        record = {**run["record"], "symbol": SYMBOL, "warnings": []}
        (candidate,) = candidates_of(
            run_id, record, predictions[run_id].drop(columns="run").dropna(axis=1, how="all"), returns
        )
        candidates.append(replace(candidate, identity=replace(candidate.identity, symbol=symbol)))
        table = measured_today(evidence[run_id], predictions[run_id].dropna(axis=1, how="all"))
        ((_, *own),) = columns_of(table)
        columns[run_id] = tuple(own)
    n_trials = len(candidates) + len(facts["failures"])
    two_sided = any(run["two_sided"] for run in facts["runs"].values())
    market = market_of(
        symbol, candidates, n_trials=n_trials, two_sided=two_sided, evidence=columns, openings=openings
    )
    rounds = {run_id: run.get("round", 1) for run_id, run in facts["runs"].items()}
    told = [replace(column, round=rounds[column.run_id]) for column in market.columns]
    market = replace(market, columns=told)
    return SymbolTrials(symbol, candidates, market, is_simulated=True)


def stored(folder: Path, first: int = 0) -> Iterator[tuple[int, SymbolTrials | str]]:
    """Give the symbols that a cell has so far, from a seed on."""
    for path in sorted(folder.glob("*.json")):
        if int(path.stem) >= first:
            yield int(path.stem), load(path, f"S{path.stem}")


def judge(name: str, folder: Path, first: int) -> None:
    """Write a line a rule: what was deployed, watched, and what decided."""
    if CELLS[name].n_months > 1:
        judge_months(name, folder, first)
        return
    verdicts: dict[str, list[Verdict]] = {rule: [] for rule in RULES}
    unjudged = []
    for _, symbol in stored(folder, first):
        if isinstance(symbol, str):
            unjudged.append(symbol)
            continue
        for rule, its in RULES.items():
            verdicts[rule] += its.select([symbol])
    for rule, told in verdicts.items():
        n_all = len(told) + len(unjudged)
        found = share([float(each.verdict == DEPLOY) for each in told] + [0.0] * len(unjudged))
        gates = pd.Series(
            [each.decided_by.name if each.decided_by else "all passed" for each in told]
        ).value_counts()
        watched = sum(each.verdict == "WATCH" for each in told)
        sys.stdout.write(
            f"{name:>14} {rule:<8} {n_all:>5} symbols, {len(unjudged)} not judged: DEPLOY {found.value:6.1%} "
            f"[{found.low:.1%}, {found.high:.1%}], WATCH {watched}; "
            f"{', '.join(f'{gate} {n}' for gate, n in gates.items())}\n"
        )
        if rule == "honest":
            passed = [
                float((each.evidence.get("p_values") or {}).get("corrected", 1.0) <= 0.05) for each in told
            ]
            p = share(passed)
            sys.stdout.write(f"{'':>14} p_oof <= .05: {p.value:6.1%} [{p.low:.1%}, {p.high:.1%}]\n")


def judge_months(name: str, folder: Path, first: int) -> None:
    """Write how many symbols were ever deployed, where each was selected month by month."""
    n_months = CELLS[name].n_months
    deployed: list[float] = []
    n_verdicts = n_openings = n_unjudged = 0
    for path in sorted(folder.glob(f"*-{n_months - 1:02}.json")):
        seed, openings, was_deployed = path.stem.partition("-")[0], [], False
        if int(seed) < first:
            continue
        for month in range(n_months):
            symbol = load(path_of(folder, CELLS[name], int(seed), month).with_suffix(".json"), f"S{seed}")
            if isinstance(symbol, str):
                n_unjudged += 1
                continue
            verdict, opening = select_month(symbol, openings, month)
            openings += [opening] if opening else []
            n_verdicts, was_deployed = n_verdicts + 1, was_deployed or verdict.verdict == DEPLOY
        deployed.append(float(was_deployed))
        n_openings += len(openings)
    ever = share(deployed)
    sys.stdout.write(
        f"{name:>14} honest   {len(deployed)} symbols, {n_verdicts} selections, {n_unjudged} not judged, "
        f"{n_openings} openings: ever DEPLOY {ever.value:6.1%} [{ever.low:.1%}, {ever.high:.1%}]\n"
    )


def select_month(
    symbol: SymbolTrials, openings: Sequence[Opening], month: int
) -> tuple[Verdict, Opening | None]:
    """Select on one month's runs, whose names are the month's own; return what was opened besides."""
    seen: list[Candidate] = []

    def open_test(candidate: Candidate) -> Candidate:
        seen.append(candidate)
        return candidate

    def its(run_id: str) -> str:
        return f"{run_id}@{month}"

    own = replace(
        symbol,
        candidates=[
            replace(each, identity=replace(each.identity, run_id=its(each.run_id)))
            for each in symbol.candidates
        ],
        market=replace(
            symbol.market,
            columns=[replace(column, run_id=its(column.run_id)) for column in symbol.market.columns],
            openings=openings,
        ),
    )
    (verdict,) = RULES["honest"].select([own], open_test)
    if not seen:
        return verdict, None
    (candidate,) = seen
    time = candidate.test_events[0]
    return verdict, Opening(
        candidate.run_id,
        candidate.identity.trial,
        symbol.symbol,
        pd.Timestamp(time[0], tz="UTC"),
        pd.Timestamp(candidate.test.end[-1], tz="UTC"),
        dt.datetime(2020, 1, 1, tzinfo=dt.UTC),
        "honest",
        verdict.evidence["test"],
    )


def sweeps(edge: Path, null: Path, dead: Path | None) -> None:
    """Put symbols into sweeps of eleven, judged together: what is found, and what is false."""
    pools = {
        kind: [symbol for _, symbol in stored(path) if not isinstance(symbol, str)]
        for kind, path in (("edge", edge), ("null", null), *((("dead", dead),) if dead else ()))
    }
    rule = Honest()
    for n_edges in EDGES:
        n_dead = min(1, SWEEP - n_edges) if dead else 0
        n_null = SWEEP - n_edges - n_dead
        n_sweeps = min(
            len(pools["edge"]) // n_edges,
            len(pools["null"]) // max(n_null, 1),
            *([len(pools["dead"]) // n_dead] if n_dead else []),
        )
        found, false_shares, n_deployed = [], [], 0
        for k in range(n_sweeps):
            chosen = {
                "E": pools["edge"][k * n_edges : (k + 1) * n_edges],
                "N": pools["null"][k * n_null : (k + 1) * n_null],
                "D": pools.get("dead", [])[k * n_dead : (k + 1) * n_dead],
            }
            symbols = [
                renamed(symbol, f"{kind}{number:02}")
                for kind, own in chosen.items()
                for number, symbol in enumerate(own)
            ]
            told = {each.symbol: each.verdict == DEPLOY for each in rule.select(symbols)}
            found += [float(told[name]) for name in told if name[0] == "E"]
            n_own = sum(told.values())
            n_deployed += n_own
            false_shares.append(sum(told[name] for name in told if name[0] != "E") / max(n_own, 1))
        if n_sweeps:
            rate = share(found)
            sys.stdout.write(
                f"{n_sweeps:>4} sweeps of {SWEEP}, {n_edges} edges, {n_dead} dead: found {rate.value:.1%} [{rate.low:.1%}, {rate.high:.1%}]; "
                f"{n_deployed} deployed, false discovery rate {np.mean(false_shares):.2%}\n"
            )


def renamed(symbol: SymbolTrials, name: str) -> SymbolTrials:
    """Give a symbol another name: the same seed of two cells is another market."""
    candidates = [replace(each, identity=replace(each.identity, symbol=name)) for each in symbol.candidates]
    columns = [replace(column, symbol=name) for column in symbol.market.columns]
    return replace(
        symbol,
        symbol=name,
        candidates=candidates,
        market=replace(symbol.market, market=name, columns=columns),
    )


def main() -> None:
    """Predict what is left, or judge what is there."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("action", choices=("predict", "judge", "sweeps"))
    parser.add_argument("cells", nargs="+", choices=CELLS)
    parser.add_argument(
        "--fast", action="store_true", help="six cheap configurations instead of the chain's twelve"
    )
    parser.add_argument("--symbols", type=int, default=40)
    parser.add_argument(
        "--first", type=int, default=0, help="the first seed: fresh ones for a rule that was changed"
    )
    parser.add_argument("--output", type=Path, default=Path("outputs/bench_selection"))
    parser.add_argument("--part", default="0/1", help="which part of the symbols, of how many")
    asked = parser.parse_args()
    folders = {name: asked.output / ("fast" if asked.fast else "chain") / name for name in asked.cells}
    if asked.action == "sweeps":
        edge, null, *dead = folders.values()
        sweeps(edge, null, dead[0] if dead else None)
        return
    for name, folder in folders.items():
        if asked.action == "judge":
            judge(name, folder, asked.first)
            continue
        folder.mkdir(parents=True, exist_ok=True)
        number, n_parts = map(int, asked.part.split("/"))
        for seed in range(asked.first + number, asked.first + asked.symbols, n_parts):
            cell = CELLS[name]
            if not path_of(folder, cell, seed, cell.n_months - 1).with_suffix(".json").is_file():
                started = time.process_time()
                with quiet():
                    told = predict(name, seed, folder, fast=asked.fast)
                sys.stderr.write(f"{name} {seed}: {told}, {time.process_time() - started:.1f} CPU-s\n")


if __name__ == "__main__":
    main()
