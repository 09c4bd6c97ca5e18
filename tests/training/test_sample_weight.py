"""What training rows count by."""

from dataclasses import replace

import numpy as np
import pytest

from smc import api
from smc.audit.__main__ import main as audit
from smc.config.compose import compose
from smc.labels.label_table import return_attribution
from smc.reproduce import reproduce
from smc.training.components import Components
from smc.training.dataset import make_dataset
from smc.training.prepare import load_bars

SMALL = (
    "data=simulated",
    "data.n_bars=3000",
    "symbol=S01",
    "model=logistic",
    "aug=none",
    "monitor=none",
    "cv.n_splits=2",
)
BY_RETURN = (*SMALL, "sample_weight=return_attribution")


def dataset(*typed: str):
    config = compose([*SMALL, *typed])
    components = Components.from_config(config)
    bars = load_bars(components, config)
    return make_dataset(bars, components), bars


def test_rows_weigh_one_on_average_in_each_fit_and_by_what_their_labels_have_to_themselves() -> None:
    data, bars = dataset()
    (closes,) = (own["close"].to_numpy() for own in bars.values())
    whole = return_attribution(closes, *data.spans.T)
    for positions in (np.arange(40), np.arange(20, 90)):
        weights = data.weights("return_attribution", positions)
        assert weights is not None
        assert weights.mean() == pytest.approx(1)
        np.testing.assert_allclose(weights, whole[positions] / whole[positions].mean())
        np.testing.assert_array_equal(
            data.weights("uniqueness", positions), data.events["weight"].iloc[positions]
        )
        assert data.weights("none", positions) is None


def test_of_several_symbols_each_event_has_its_own_markets_moves() -> None:
    pooled, bars = dataset("symbol=[S01,S02]")
    for symbol, own in bars.items():
        rows = np.flatnonzero(pooled.events["symbol"] == symbol)
        spans = pooled.events.iloc[rows][["start", "end"]].to_numpy()
        expected = return_attribution(own["close"].to_numpy(), *spans.T)
        np.testing.assert_allclose(pooled.events["attribution"].to_numpy()[rows], expected, atol=1e-12)


def test_a_run_weighs_its_rows_so_and_comes_out_again(tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    plain, weighted = api.train(SMALL), api.train(BY_RETURN)
    assert plain.record["trial_hash"] != weighted.record["trial_hash"]
    assert list(plain.predictions) == list(weighted.predictions)
    assert "attribution" not in plain.predictions, "what only a fit asks for is no part of a table"
    assert not np.allclose(plain.predictions["p_1"], weighted.predictions["p_1"])
    assert reproduce(weighted, output="outputs").verdict == "identical"


def test_it_passes_the_audit_of_what_rows_outside_a_fold_change(tmp_path, monkeypatch) -> None:
    """Other attributions, of rows that a fold is not trained on, change none of its predictions."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as end:
        audit([*BY_RETURN, "features=daily", "--only", "fold"])
    assert end.value.code in (0, None)


def test_rows_outside_a_fit_do_not_scale_its_weights() -> None:
    data, _ = dataset()
    changed = data.events.copy()
    changed.loc[50:, "attribution"] *= 100.0
    inside = np.arange(50)
    before, after = (
        each.weights("return_attribution", inside) for each in (data, replace(data, events=changed))
    )
    np.testing.assert_array_equal(before, after)
