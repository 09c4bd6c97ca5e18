"""What runs of one process have in common is made once, and nothing that has changed is taken for the same."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from smc.config.compose import compose
from smc.fingerprint import content_hash
from smc.training import prepare as preparation
from smc.training.components import Components
from smc.training.fit_models import fit_models
from smc.training.once import Last
from smc.training.prepare import PreparedData, load_bars, prepare

MARKET = (
    "data=simulated",
    "data.n_bars=2500",
    "data.n_symbols=2",
    "symbol=S01",
    "events.last=200",
    "aug=none",
)


@pytest.fixture
def made(monkeypatch) -> list[str]:
    """What was made anew, in order."""
    told: list[str] = []
    for name in ("cached_dataset", "make_plan"):
        function = getattr(preparation, name)

        def tell(*given, name=name, function=function):
            told.append(name)
            return function(*given)

        monkeypatch.setattr(preparation, name, tell)
    return told


def prepared(output: Path, *overrides: str, change=lambda bars: bars) -> PreparedData:
    config = compose([*MARKET, *overrides, f"paths.output={output}"])
    components = Components.from_config(config)
    bars = {symbol: change(own) for symbol, own in load_bars(components, config).items()}
    return prepare(components, bars, config, output)


def test_models_that_are_tried_on_the_same_events_share_them(tmp_path, made):
    first = prepared(tmp_path, "model=logistic")
    second = prepared(tmp_path, "model=xgboost", "reg=strong", "seed=7", "sample_weight=none")
    assert (second.data, second.plan) == (first.data, first.plan)
    assert made == ["cached_dataset", "make_plan"]


@pytest.mark.parametrize(
    "change",
    [
        ["symbol=S02"],
        ["symbol=[S01,S02]"],
        ["events.last=150"],
        ["labels.target_atr=2"],
        ["features=daily"],
        ["side=long"],
        ["data.seed=5"],
    ],
    ids=str,
)
def test_other_events_are_made_anew(tmp_path, made, change):
    prepared(tmp_path)
    other = prepared(tmp_path, *change)
    assert made == ["cached_dataset", "make_plan"] * 2
    again = prepared(tmp_path, *change)
    assert again.data is other.data
    prepared(tmp_path)
    assert made == ["cached_dataset", "make_plan"] * 3, "the last alone is kept"


def test_one_changed_price_makes_other_events(tmp_path, made):
    prepared(tmp_path)

    def change(bars: pd.DataFrame) -> pd.DataFrame:
        return bars.assign(close=np.where(np.arange(len(bars)) == 1200, bars["low"], bars["close"]))

    prepared(tmp_path, change=change)
    assert made == ["cached_dataset", "make_plan"] * 2


@pytest.mark.parametrize("change", ["cv=walk_forward", "cv.n_splits=2", "split.test_frac=0.3"])
def test_another_split_of_the_same_events_is_made_anew(tmp_path, made, change):
    first = prepared(tmp_path)
    other = prepared(tmp_path, change)
    assert (other.data, made) == (first.data, ["cached_dataset", "make_plan", "make_plan"])
    assert other.plan.hash != first.plan.hash


def test_another_folder_of_results_has_its_own(tmp_path, made, monkeypatch):
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        monkeypatch.chdir(tmp_path / name)
        prepared(Path("outputs"))
    assert made == ["cached_dataset", "make_plan"] * 2


def test_classes_of_ones_own_are_asked_each_time(tmp_path, made, monkeypatch):
    (tmp_path / "once_parts.py").write_text(
        "from smc.cv.expanding import Expanding\nfrom smc.labels.direction import Direction\n"
        "class Own(Direction):\n    pass\n"
        "class Cut(Expanding):\n    pass\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setenv("SMC_ALLOW", "once_parts")
    for _ in range(2):
        prepared(tmp_path, "labels=direction", "labels._target_=once_parts.Own")
    assert made == ["cached_dataset", "make_plan"] * 2
    for _ in range(2):
        prepared(tmp_path, "cv._target_=once_parts.Cut")
    assert made[4:] == ["cached_dataset", "make_plan", "make_plan"]


def test_the_baseline_of_the_same_events_is_fitted_once_and_says_the_same(tmp_path):
    config = compose([*MARKET, "model=logistic", f"paths.output={tmp_path}"])
    components = Components.from_config(config)

    def fit(data: PreparedData, **changes) -> pd.DataFrame:
        models = fit_models(components, data.data, data.plan, {**config, **changes}, lambda _: None)
        return models.baseline.predictions

    data = prepared(tmp_path)
    first = fit(data)
    assert fit(data) is first
    assert not fit(data, final="train").equals(first)
    again = fit(data)
    assert again is not first, "the last alone is kept"
    pd.testing.assert_frame_equal(again, first)
    other_split = replace(data, plan=prepared(tmp_path, "split.val_frac=0.2").plan)
    assert len(other_split.plan.folds) == len(data.plan.folds)
    assert not fit(other_split).equals(first)
    fit(data)
    relabelled = data.data.events.assign(label=1 - data.data.events["label"])
    assert not fit(replace(data, data=replace(data.data, events=relabelled))).equals(first)


def test_what_could_not_be_made_is_asked_for_again():
    last = Last[int]()
    with pytest.raises(ZeroDivisionError):
        last.get("key", lambda: 1 // 0)
    assert last.get("key", lambda: 3) == 3
    with pytest.raises(ZeroDivisionError):
        last.get("other", lambda: 1 // 0)
    assert last.get("key", lambda: 4) == 4, "it was let go before the other was made"


def test_a_split_is_hashed_by_its_content(tmp_path):
    plan = prepared(tmp_path).plan
    assert plan.hash == content_hash(plan.to_json())
