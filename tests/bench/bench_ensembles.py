"""Ensembles beside their members on markets with a known truth: python tests/bench/bench_ensembles.py

`python tests/bench/bench_ensembles.py markets 30 logistic,random_forest,xgboost,mlp 1` is the first part alone, on
so many symbols of the markets of this seed, with these members; the other parts are `noise`, `leak`, `regime` and
`dynamic`.

- `markets`: simulated symbols with an edge; fitted on the first 600 events, judged on the later ones.
- `noise`: the same without an edge.
- `leak`: the same labels, inner folds of stacking purged, and not purged.
- `regime`: one rule while the market is calm, weak and linear in 20 features; another while it is wild: whether
  one feature is large in size. A linear model knows nothing of the second, and trees find little of the first.
- `dynamic`: the second rule first, then the other; judged on what follows. Both with `reg=baseline`.

Skill is the share of the baseline's log-loss that a model saves.
"""

import sys
import warnings
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pandas as pd
from omegaconf import OmegaConf
from sklearn.metrics import log_loss
from sklearn.model_selection import KFold

from smc.aug.none import NoAugmentation
from smc.config.compose import compose
from smc.config.instantiate import instantiate
from smc.model import fold_rows
from smc.pipeline import FoldPipeline, fold_pipeline
from smc.pipeline.members import MemberFits
from smc.training.components import Components
from smc.training.dataset import label_events

CONF = Path(__file__).parents[2] / "conf/model"
ENSEMBLES = [path.stem for path in sorted(CONF.glob("*.yaml")) if "members" in OmegaConf.load(path)]
VARIANTS = {"voting": {"voting, hard, equal": ["model.voting=hard", "model.weights=equal"]}}
N_FITTED = 600


def main() -> None:
    """Run one part, or all."""
    warnings.simplefilter("ignore")
    defaults = ["all", "30", "logistic,random_forest,xgboost", "0"]
    part, n_symbols, members, seed = *sys.argv[1:], *defaults[len(sys.argv) - 1 :]
    for name, run in PARTS.items():
        if part in ("all", name):
            sys.stdout.write(f"{name}\n")
            run(int(n_symbols), members.split(","), int(seed))


def markets(n_symbols: int, members: list[str], seed: int, edge_frac: float = 1.0) -> None:
    """Compare ensembles with members, symbol by symbol."""
    skills = []
    for number in range(1, n_symbols + 1):
        data = events_of(number, n_symbols, edge_frac, f"data.seed={seed}", "labels=triple_barrier")
        skills.append(skills_on(data, members))
        sys.stderr.write(f"{number} ")
        sys.stderr.flush()
    tell(pd.DataFrame(skills), members)


def noise(n_symbols: int, members: list[str], seed: int) -> None:
    """Do the same where nothing is to be found."""
    markets(n_symbols, members, seed, edge_frac=0.0)


def leak(n_symbols: int, members: list[str], seed: int) -> None:
    """Let members of stacking be tested beside rows whose labels overlap; labels last about 20 bars."""
    found = []
    for number in range(1, min(n_symbols, 10) + 1):
        options = f"data.seed={seed}", "labels=direction", "labels.horizon=20", "events=every"
        data = events_of(number, n_symbols, 0.0, *options)
        told = {}
        for name, cv in {"purged": None, "not purged": Unpurged(5, shuffle=True, random_state=0)}.items():
            with unchecked() if cv else nothing():
                model, skill = fitted_on(data, build("stacking", members), cv)
            best = 1 - model.estimator_.losses_.min() / prior_loss(data[1][:N_FITTED])
            told |= {f"{name}, best member within the fold": best, f"{name}, on later events": skill}
        found.append(told)
    tell_means(pd.DataFrame(found))


def regime(n_symbols: int, _members: list[str], seed: int) -> None:
    """Let the rule change with volatility, in stretches of about 40 events."""
    planted(range(seed, seed + n_symbols), ["regime", "averaging", "stacking"], None)


def dynamic(n_symbols: int, _members: list[str], seed: int) -> None:
    """Let the rule change once, 200 events before the fit."""
    planted(range(seed, seed + n_symbols), ["dynamic", "averaging", "stacking", "blending"], N_FITTED - 200)


def planted(seeds: range, ensembles: list[str], switch: int | None) -> None:
    """Compare ensembles of a linear model and of trees, where each knows one of two rules."""
    found, two = [], ["logistic", "random_forest"]
    for seed in seeds:
        X, y, spans = switching(seed, switch=switch)
        data = X, y, spans, np.ones(len(y))
        skills = {name: skill_of(data, build(name, None, "reg=baseline")) for name in two}
        found.append(skills | {name: skill_of(data, build(name, two, "reg=baseline")) for name in ensembles})
    tell(pd.DataFrame(found), two)


def switching(
    seed: int, n: int = 1800, switch: int | None = None
) -> tuple[pd.DataFrame, np.ndarray, np.ndarray]:
    """Draw features, among them volatility and trend, and labels by the first rule or the second."""
    rng = np.random.default_rng(seed)
    X = pd.DataFrame(rng.normal(size=(n, 21)), columns=[f"x{place}" for place in range(21)])
    in_turns = np.cumsum(rng.random(n) < 1 / 40) % 2 == 1
    wild = in_turns if switch is None else np.arange(n) < switch
    X["rvol20"] = np.exp(in_turns + 0.25 * rng.normal(size=n))
    X["ema50_slope_atr"] = rng.normal(size=n)
    linear = 0.7 * X.iloc[:, :20].to_numpy() @ np.resize([1.0, -1.0], 20)
    size = 3.0 * np.where(X["x20"].abs() > 0.67, 1.0, -1.0)
    y = (np.where(wild, size, linear) + rng.logistic(size=n) > 0).astype(int)
    start = np.arange(1, n + 1)
    return X, y, np.column_stack([start, start + 3])


def events_of(number: int, n_symbols: int, edge_frac: float, *overrides: str):
    """Return features, labels, spans and weights of the events of one simulated symbol."""
    given = [
        f"data.n_symbols={n_symbols}",
        f"data.edge_frac={edge_frac}",
        f"symbol=S{number:02d}",
        *overrides,
    ]
    config = compose(["data=simulated", "data.n_bars=12000", "model=baseline", *given])
    parts = Components.from_config(config)
    bars = parts.data.load(config["symbol"])
    data = label_events(bars, parts.features.compute(bars), parts)
    rows, events = data.bars.iloc[data.rows], data.events
    last = min(len(events), 3 * N_FITTED)
    return (
        rows[:last],
        events["label"].to_numpy()[:last],
        data.spans[:last],
        events["weight"].to_numpy()[:last],
    )


def build(name: str, members: list[str] | None = None, *overrides: str):
    """Build a model as a run does."""
    named = [] if members is None else [f"model.members=[{','.join(members)}]"]
    return instantiate(compose([f"model={name}", *named, *overrides])["model"], "model")


def fitted_on(data, estimator, cv=None):
    """Fit on the first events, and return the skill on those that start after their labels have ended."""
    X, y, spans, weight = data
    if cv is not None:
        estimator.set_params(cv=cv)
    model = FoldPipeline(estimator=estimator, sampler=NoAugmentation())
    fit, later = slice(None, N_FITTED), spans[:, 0] > spans[:N_FITTED, 1].max()
    model.fit(X.iloc[fit], y[fit], weight[fit], spans[fit])
    share = y[fit].mean()
    said = model.predict_proba(X.loc[later], spans[later])
    return model, 1 - log_loss(y[later], said) / log_loss(
        y[later], np.tile([1 - share, share], (later.sum(), 1))
    )


def skill_of(data, estimator) -> float:
    """Return the skill on later events."""
    return fitted_on(data, estimator)[1]


def skills_on(data, members: list[str]) -> dict[str, float]:
    """Return the skill of each member and of each ensemble; fits on the same rows are made once."""
    with fits_made_once():
        skills = {name: skill_of(data, build(name)) for name in members}
        for name in ENSEMBLES:
            for called, overrides in {name: [], **VARIANTS.get(name, {})}.items():
                skills[called] = skill_of(data, build(name, members, *overrides))
    return skills


@contextmanager
def fits_made_once():
    """Remember what members have been fitted on, while the data stay the same."""
    made, fit = {}, MemberFits.__call__

    def remembered(self, name, part, member, positions):
        key = name, positions.tobytes()
        if key not in made:
            made[key] = fit(self, name, part, member, positions)
        return made[key]

    with patch.object(MemberFits, "__call__", remembered):
        yield


@contextmanager
def unchecked():
    """Let splits that are not purged pass."""
    with (
        patch.object(fold_rows, "check_no_overlap", lambda *_: None),
        patch.object(fold_pipeline, "check_inner_splits", lambda *_: None),
    ):
        yield


@contextmanager
def nothing():
    """Change nothing."""
    yield


class Unpurged(KFold):
    """Random folds that take label spans, and do not look at them."""

    def split(self, X, y=None, groups=None):
        """Split rows at random."""
        return super().split(X, y)


def prior_loss(y: np.ndarray) -> float:
    """Return the log-loss of the shares of the classes."""
    share = y.mean()
    return log_loss(y, np.tile([1 - share, share], (len(y), 1)))


def tell(skills: pd.DataFrame, members: list[str]) -> None:
    """Print mean skills; for ensembles, how they stand beside the median and the best member."""
    own = skills[members]
    best = own.mean().idxmax()
    for name in skills:
        line = f"  {name:20} skill {skills[name].mean():+.4f}"
        if name not in members:
            ahead = skills[name] - own[best]
            below = skills[name] - own.median(axis=1)
            line += (
                f"  ahead of {best} {ahead.mean():+.4f} (standard error {ahead.sem():.4f}), of the median member "
                f"{below.mean():+.4f}, below it on {(below < 0).sum()} of {len(skills)} (worst {below.min():+.4f})"
            )
        sys.stdout.write(line + "\n")


def tell_means(table: pd.DataFrame) -> None:
    """Print the mean and standard error of each column."""
    for name in table:
        sys.stdout.write(f"  {name:45} {table[name].mean():+.4f} (standard error {table[name].sem():.4f})\n")


PARTS = {"markets": markets, "noise": noise, "leak": leak, "regime": regime, "dynamic": dynamic}

if __name__ == "__main__":
    main()
