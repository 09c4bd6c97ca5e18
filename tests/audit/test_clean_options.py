"""No false alarm: every option of conf passes the checks that prove a leak."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from smc.audit import CHECKS, AuditedRun, audit, load_audited_run
from smc.config.compose import compose

CONF = Path(__file__).parents[2] / "conf"
GROUPS = ("features", "events", "labels", "cv", "aug")
OPTIONS = [(group, path.stem) for group in GROUPS for path in sorted((CONF / group).glob("*.yaml"))]
#: What looks at one group: an aug option can only leak in a fit, a label not in the features.
PROOFS = {
    "features": ["future", "fold"],
    "events": ["future", "labels", "split"],
    "labels": ["labels", "split", "fold"],
    "cv": ["split", "fold"],
    "aug": ["fold"],
}


def clean(group: str, option: str, bars: pd.DataFrame, *model: str, seed: int = 0) -> AuditedRun:
    base = ["data=simulated", "data.n_bars=3000", *([] if group == "features" else ["features=daily"])]
    chosen = model or ("model=logistic",)
    config = compose([*base, f"{group}={option}", *chosen, f"seed={seed}", "events.last=250"])
    return replace(load_audited_run(config, n_draws=4, n_cuts=10), bars=bars)


def test_every_option_is_found() -> None:
    assert len(OPTIONS) == sum(len(list((CONF / group).glob("*.yaml"))) for group in GROUPS)
    assert {("cv", "cpcv"), ("labels", "triple_barrier_3"), ("aug", "aggressive")} <= set(OPTIONS)


@pytest.mark.parametrize(("group", "option"), OPTIONS)
def test_an_option_passes(group: str, option: str, make_walk: Callable[[int, int], pd.DataFrame]) -> None:
    found = audit(clean(group, option, make_walk(3600, 5)), PROOFS[group])
    assert {finding.check: finding.verdict for finding in found} == dict.fromkeys(PROOFS[group], "pass")


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_all_checks_pass_on_walks_of_other_seeds(
    seed: int, make_walk: Callable[[int, int], pd.DataFrame]
) -> None:
    quick = ("model=xgboost", "model.n_estimators=40", "cv.n_splits=3")  # what leaks, leaks here as well
    audited = replace(clean("cv", "purged_kfold", make_walk(4000, seed), *quick, seed=seed), n_draws=8)
    found = audit(audited, [name for name in CHECKS if name != "adversarial"])
    assert {finding.verdict for finding in found} == {"pass"}
