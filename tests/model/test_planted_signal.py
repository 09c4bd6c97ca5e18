"""Networks of the strong profile on bars with a planted signal of known size, beside a tuned logistic regression."""

import importlib
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from omegaconf import OmegaConf
from sklearn.linear_model import LogisticRegressionCV
from sklearn.metrics import log_loss
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from smc.aug.none import NoAugmentation
from smc.pipeline import FoldPipeline
from smc.windows import Windows

CONF = Path(__file__).parents[2] / "conf"
N_FEATURES, N_FAMILIES, N_SIGNALS = 57, 10, 8
#: Shares of a feature's variance: common to all, to its family, its own. The correlations then have a participation
#: ratio (effective number) of 16, that of the 57 features on real four-hour bars.
SHARES = (0.2, 0.3, 0.5)
#: From one bar to the next; that of the real features is .84 on average.
AUTOCORRELATION = 0.84
#: Bars between events, bars before the first, events to test on.
STEP, N_BEFORE, N_TEST = 4, 40, 3000
#: Slope of the log-odds; the best accuracy is then .75.
EDGE = 1.75
NETWORKS = ("mlp", "lstm")


class Market(NamedTuple):
    """Bars of features, the bar and the label of each event, and the accuracy of who knows the rule."""

    bars: np.ndarray
    ends: np.ndarray
    labels: np.ndarray
    best: float


class Figures(NamedTuple):
    """What a fit is worth; the gap is between the rows fitted on and the test events."""

    accuracy: float
    gap: float
    log_loss: float
    prior: float
    best: float


def market(n: int, seed: int, *, edge: float = EDGE, lag: int = 0) -> Market:
    """Make n events to learn from and, behind them, those to test on.

    The log-odds are linear in eight features as they stood ``lag`` bars before the event's own; the rule is the
    same for every seed.
    """
    rng = np.random.default_rng(seed)
    n_bars = N_BEFORE + STEP * (n + N_TEST)
    common, families, own = (autoregressive(rng, n_bars, width) for width in (1, N_FAMILIES, N_FEATURES))
    parts = (common, families[:, np.arange(N_FEATURES) % N_FAMILIES], own)
    bars = sum(share**0.5 * part for share, part in zip(SHARES, parts, strict=True))
    ends = N_BEFORE + STEP * np.arange(n + N_TEST)
    rule = np.random.default_rng(7)
    columns, weights = rule.choice(N_FEATURES, N_SIGNALS, replace=False), rule.normal(size=N_SIGNALS)
    score = bars[:, columns] @ weights
    chance = 1 / (1 + np.exp(-edge * score[ends - lag] / score.std()))
    labels = (rng.random(len(ends)) < chance).astype(int)
    return Market(bars, ends, labels, float(np.maximum(chance, 1 - chance)[n:].mean()))


def autoregressive(rng: np.random.Generator, n_bars: int, width: int) -> np.ndarray:
    """Give series of unit variance that are correlated from bar to bar."""
    series = rng.normal(size=(n_bars, width))
    for bar in range(1, n_bars):
        series[bar] = AUTOCORRELATION * series[bar - 1] + (1 - AUTOCORRELATION**2) ** 0.5 * series[bar]
    return series


def build(name: str, reg: str = "strong"):
    """Build an estimator as a run does."""
    root = OmegaConf.create(
        {
            "seed": 0,
            "trainer": OmegaConf.load(CONF / "trainer/cpu.yaml"),
            "reg": OmegaConf.load(CONF / f"reg/{reg}.yaml"),
            "model": OmegaConf.load(CONF / f"model/{name}.yaml"),
        }
    )
    arguments = OmegaConf.to_container(root, resolve=True)["model"]
    module, _, cls = arguments.pop("_target_").rpartition(".")
    return getattr(importlib.import_module(module), cls)(**arguments)


def learned(name: str, n: int, seed: int, **rule) -> Figures:
    """Fit on the first n events of a market, test on the others; ``logistic`` is the tuned one."""
    bars, ends, labels, best = market(n, seed, **rule)
    test = slice(n, None)
    if name == "logistic":
        penalties = LogisticRegressionCV(
            Cs=np.logspace(-4, 1, 11),
            l1_ratios=(0,),
            cv=5,
            scoring="neg_log_loss",
            use_legacy_attributes=False,
        )
        X, fitted = bars[ends], np.arange(n)
        model = make_pipeline(StandardScaler(), penalties).fit(X[:n], labels[:n])
    else:
        network = build(name)
        X = Windows(bars, ends, network.lookback) if name == "lstm" else bars[ends]
        spans = np.column_stack([ends[:n] + 1, ends[:n] + STEP])
        model = FoldPipeline(estimator=network, sampler=NoAugmentation())
        model.fit(X[:n], labels[:n], spans=spans)
        fitted = model.fitted_rows_
    accuracy = np.mean(model.predict(X[test]) == labels[test])
    share = labels[:n].mean()
    return Figures(
        accuracy=float(accuracy),
        gap=float(np.mean(model.predict(X[fitted]) == labels[fitted]) - accuracy),
        log_loss=log_loss(labels[test], model.predict_proba(X[test])),
        prior=log_loss(labels[test], np.tile([1 - share, share], (N_TEST, 1))),
        best=best,
    )


def mean_of(name: str, n: int, n_seeds: int, **rule) -> Figures:
    """Average over markets."""
    return Figures(*np.mean([learned(name, n, seed, **rule) for seed in range(n_seeds)], axis=0).tolist())


@pytest.mark.slow
@pytest.mark.parametrize(("n", "n_seeds"), [(300, 12), (2000, 2)])
def test_strong_networks_keep_up_with_a_tuned_linear_model_and_memorise_little(n, n_seeds):
    """The rule is linear, so none does better than the logistic regression, which also chose its penalty."""
    linear = mean_of("logistic", n, n_seeds)
    assert linear.best == pytest.approx(0.75, abs=0.015)
    for name in NETWORKS:
        found = mean_of(name, n, n_seeds)
        assert found.accuracy > linear.accuracy - 0.05, name
        assert found.gap < 0.15, name
        assert found.log_loss < found.prior, name


@pytest.mark.slow
def test_a_window_tells_what_the_events_bar_does_not():
    linear, mlp, lstm = (mean_of(name, 2000, 2, lag=3) for name in ("logistic", *NETWORKS))
    assert lstm.accuracy > max(linear.accuracy, mlp.accuracy) + 0.05
    assert lstm.log_loss < min(linear.log_loss, mlp.log_loss)


@pytest.mark.slow
@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize(("n", "n_seeds"), [(300, 8), (2000, 2)])
def test_noise_is_tested_at_chance(name, n, n_seeds):
    found = mean_of(name, n, n_seeds, edge=0.0)
    assert abs(found.accuracy - 0.5) < 3 * 0.5 / (n_seeds * N_TEST) ** 0.5
    assert found.log_loss < found.prior + 0.02
