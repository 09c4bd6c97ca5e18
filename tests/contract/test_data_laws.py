"""Laws that every option of conf/data keeps."""

import importlib
import inspect
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from omegaconf import OmegaConf

from smc.config.instantiate import instantiate
from smc.errors import DataError
from smc.fingerprint import bars_fingerprint

ROOT = Path(__file__).parents[2]
CONFIGS = {
    path.stem: OmegaConf.to_container(
        OmegaConf.masked_copy(config, [key for key in config if key != "defaults"])
    )
    for path in sorted((ROOT / "conf/data").glob("*.yaml"))
    if (config := OmegaConf.load(path))
}

#: For each argument of each option, a value under which something else happens than by default.
CHANGES = {
    "files": {
        "root": "elsewhere",
        "pattern": "nothing.csv",
        "tz": "Europe/Athens",
        "on_bad": "drop",
        "price_scale": 2.0,
        "max_gap": "1h",
        "columns": {"close": "open"},
        "stamps": "epoch_s",
    },
    "index": {},
    "simulated": {
        "n_symbols": 1,
        "n_bars": 700,
        "seed": 1,
        "freq": "1h",
        "edge_frac": 0.0,
        "best_accuracy": 0.85,
        "half_life": 300.0,
        "regime": "wild",
        "correlation": 0.9,
        "volatility": 0.2,
        "leak": True,
    },
}
#: The symbols that the changes are tried on.
SYMBOLS = {"files": ("GOOD", "WRONG"), "simulated": ("S01", "S02")}
COUNTS = {"rows_read", "bars", "absent", "flipped", "gaps", "zero_range", "zero_volume", "missing_volume"}


@pytest.fixture
def folder(tmp_path, bars) -> Path:
    """Two symbols: one in order, one with a bad bar."""
    table = bars.tz_localize(None).mul([2.0, 2.0, 2.0, 2.0, 1.0]).round({"volume": 0})
    table[["open", "high", "low", "close"]] = (table[["open", "high", "low", "close"]] * 50).round() * 2
    table.to_csv(tmp_path / "GOOD.csv")
    table.assign(low=table["low"].mask(table.index == table.index[7], -2.0)).to_csv(tmp_path / "WRONG.csv")
    return tmp_path


def build(name: str, folder: Path, **changes):
    values = {"root": str(folder), "tz": "UTC"} if name == "files" else {}
    return instantiate(CONFIGS[name] | values | changes)


def test_every_option_is_found():
    sources = set()
    for path in (ROOT / "smc/data").glob("*.py"):
        module = importlib.import_module(f"smc.data.{path.stem}") if path.stem != "__init__" else importlib
        classes = [
            each
            for _, each in inspect.getmembers(module, inspect.isclass)
            if each.__module__ == module.__name__
        ]
        sources |= {path.stem for each in classes if hasattr(each, "symbols") and hasattr(each, "load")}
    assert set(CONFIGS) == sources == set(CHANGES)


@pytest.mark.parametrize("name", CONFIGS)
def test_config_names_the_class_of_its_file_and_all_its_arguments(name):
    target = CONFIGS[name]["_target_"]
    module, _, class_name = target.rpartition(".")
    assert module == f"smc.data.{name}"
    cls = getattr(importlib.import_module(module), class_name)
    parameters = inspect.signature(cls).parameters
    assert list(parameters) == [key for key in CONFIGS[name] if key != "_target_"]
    for key, parameter in parameters.items():
        default = "???" if parameter.default is parameter.empty else parameter.default
        assert CONFIGS[name][key] == default
    assert sum(p.kind is p.POSITIONAL_OR_KEYWORD for p in parameters.values()) <= 5


@pytest.mark.parametrize("name", CONFIGS)
def test_bars_have_the_one_shape(name, folder):
    source = build(name, folder)
    bars = source.load(source.symbols()[0])
    assert bars.columns.tolist() == ["open", "high", "low", "close", "volume"]
    assert set(map(str, bars.dtypes)) == {"float64"}
    assert (bars.index.name, str(bars.index.dtype)) == ("time", "datetime64[ns, UTC]")
    assert bars.index.is_monotonic_increasing
    assert bars.index.is_unique
    prices = bars[["open", "high", "low", "close"]].to_numpy()
    assert (np.isfinite(prices) & (prices > 0)).all()
    assert (prices.max(axis=1) == bars["high"]).all()
    assert (prices.min(axis=1) == bars["low"]).all()


@pytest.mark.parametrize("name", CONFIGS)
def test_account_is_plain_and_adds_up(name, folder):
    source = build(name, folder)
    bars = source.load(source.symbols()[0])
    account = bars.attrs["account"]
    assert all(type(account[key]) is int for key in COUNTS)
    assert account["bars"] == len(bars)
    assert account["rows_read"] == len(bars) + sum(account["dropped"].values()) + account["absent"]
    assert account["bar_seconds"] == np.median(np.diff(bars.index.asi8)) / 1e9


@pytest.mark.parametrize("name", CONFIGS)
def test_two_loads_are_equal_and_independent(name, folder):
    source = build(name, folder)
    symbol = source.symbols()[0]
    first = source.load(symbol)
    print_of = bars_fingerprint(first)
    first["open"] = 0.0
    assert bars_fingerprint(source.load(symbol)) == print_of


@pytest.mark.parametrize("name", CONFIGS)
def test_every_symbol_is_listed_once_and_another_is_refused(name, folder):
    source = build(name, folder)
    symbols = source.symbols()
    assert symbols
    assert len(set(symbols)) == len(symbols)
    for symbol in ("NO_SUCH", "../x", ""):
        with pytest.raises(DataError, match=f"no symbol '{symbol}'.*{symbols[0]}"):
            source.load(symbol)


@pytest.mark.parametrize(("name", "key"), [(name, key) for name, keys in CHANGES.items() for key in keys])
def test_every_argument_changes_something(name, key, folder):
    def outcome(**changes):
        found = []
        for symbol in SYMBOLS[name]:
            try:
                found.append(bars_fingerprint(build(name, folder, **changes).load(symbol)))
            except DataError as error:
                found.append(str(error))
        return found

    assert outcome() != outcome(**{key: CHANGES[name][key]})


def test_every_argument_is_in_the_table_of_changes():
    assert {name: list(keys) for name, keys in CHANGES.items()} == {
        name: [key for key in config if key != "_target_"] for name, config in CONFIGS.items()
    }


@pytest.mark.parametrize("name", CONFIGS)
def test_bars_survive_parquet(name, folder, tmp_path):
    source = build(name, folder)
    bars = source.load(source.symbols()[0])
    bars.to_parquet(tmp_path / "written.parquet")
    back = instantiate(CONFIGS["files"] | {"root": str(tmp_path), "pattern": "written.parquet"}).load(
        "written"
    )
    pd.testing.assert_frame_equal(back, bars, check_freq=False)
