"""The laws find what breaks them, and the command says so. Leaks are planted in the contract tests."""

import numpy as np
import pytest

from smc.errors import ConfigError, LeakageError
from smc.features.__main__ import build, main
from smc.features.feature_set import FeatureSet
from smc.features.laws import check_causal, check_replay, check_warm_up, noise_after, shuffled_after


def test_changed_bars_are_found(bars, odd_family):
    def values(bars):
        bars["close"] = bars["close"] * 2
        return np.zeros(len(bars))

    with pytest.raises(LeakageError, match="changes the bars that it is given; work on a copy"):
        check_causal(FeatureSet({"mine": odd_family(values)}), bars)


def test_a_warm_up_that_is_too_short_is_found(bars, odd_family):
    family = odd_family(lambda bars: bars["close"].ewm(span=50).mean(), warm_up=20)
    with pytest.raises(
        ConfigError, match=r"`x` still depends .* 20 bars after its start .* `warm_up` says 20"
    ):
        check_warm_up(FeatureSet({"mine": family}), bars)
    family.warm_up = 500
    check_warm_up(FeatureSet({"mine": family}), bars)


def test_a_warm_up_needs_enough_bars(bars, odd_family):
    features = FeatureSet({"mine": odd_family(lambda bars: np.zeros(len(bars)), warm_up=5000)})
    with pytest.raises(ConfigError, match="3000 bars are too few to test a warm-up of 5000"):
        check_warm_up(features, bars)


def test_a_live_state_that_differs_is_found(bars, own):
    family = own.Counted()
    family.compute = lambda bars: np.arange(len(bars)) + (np.arange(len(bars)) == 7)
    with pytest.raises(
        LeakageError, match=r"`count` at .* \(row 7\) is 7.0 fed bar by bar, 8.0 in the batch"
    ):
        check_replay(FeatureSet({"count": family}), bars[:50])


def test_a_warm_up_that_live_values_need_is_found(bars, odd_family):
    family = odd_family(lambda bars: bars["close"].diff(5), warm_up=3)
    with pytest.raises(LeakageError, match="fed bar by bar"):
        check_replay(FeatureSet({"mine": family}), bars[:50])


@pytest.mark.parametrize("change", [shuffled_after, noise_after])
def test_only_later_bars_change(bars, change):
    changed = change(bars, 1000, np.random.default_rng(0))
    assert changed[:1001].equals(bars[:1001])
    assert (changed[1001:] != bars[1001:]).mean().min() > 0.9
    assert changed.index.equals(bars.index)
    assert (changed["high"] >= changed[["open", "close"]].max(axis=1)).all()
    assert (changed["low"] <= changed[["open", "close"]].min(axis=1)).all()


@pytest.fixture
def my_module(tmp_path, monkeypatch):
    (tmp_path / "my_families.py").write_text(
        "class Momentum:\n"
        "    def __init__(self, *, window=5, ahead=0):\n"
        "        self.names, self.warm_up = ['m'], window\n"
        "        self.window, self.ahead = window, ahead\n"
        "    def compute(self, bars):\n"
        "        return bars['close'].pct_change(self.window).shift(-self.ahead).to_frame('m')\n"
    )
    monkeypatch.syspath_prepend(tmp_path)


def test_the_command_passes_an_honest_family(my_module, capsys):
    main(["my_families.Momentum", "window=7"])
    assert "Momentum: causal, live equals batch, a warm-up of 7 bars is enough" in capsys.readouterr().err


def test_the_command_names_a_leak_and_ends_with_2(my_module, capsys):
    with pytest.raises(SystemExit) as end:
        main(["my_families.Momentum", "ahead=1"])
    assert end.value.code == 2
    assert "error: `m` at" in capsys.readouterr().err


def test_the_command_reads_bars(my_module, tmp_path, bars, capsys):
    for name, table in (("index", bars), ("column", bars.reset_index())):
        table[:300].to_parquet(tmp_path / f"{name}.parquet")
        main(["my_families.Momentum", "--bars", str(tmp_path / f"{name}.parquet")])
    assert capsys.readouterr().err.count("causal") == 2


@pytest.mark.parametrize(
    ("path", "arguments", "message"),
    [
        ("my_families.Nothing", [], "`my_families.Nothing` cannot be built"),
        ("nowhere.Family", [], "No module named 'nowhere'"),
        ("Family", [], "`Family` cannot be built"),
        ("my_families.Momentum", ["windows=5"], "unexpected keyword argument 'windows'"),
        ("my_families.Momentum", ["5"], "an argument is written name=value, got '5'"),
    ],
)
def test_the_command_refuses_what_it_cannot_build(my_module, path, arguments, message):
    with pytest.raises(ConfigError, match=message):
        build(path, arguments)
