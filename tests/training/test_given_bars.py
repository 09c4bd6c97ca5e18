"""A run on tables that are at hand, as from a notebook."""

from collections.abc import Callable

import pandas as pd
import pytest

from smc import api
from smc.data.simulated import Simulated
from smc.errors import ConfigError, DataError
from smc.results import Run

SMALL = ("model=baseline", "events.last=150", "cv=holdout", "aug=none", "monitor=none")


@pytest.fixture(scope="module")
def bars() -> dict[str, pd.DataFrame]:
    source = Simulated(n_bars=2500, n_symbols=2)
    return {name: source.load(name).drop(columns="volume") for name in source.symbols()}


@pytest.fixture
def train(tmp_path) -> Callable[..., Run]:
    def run(*overrides: str, bars=None) -> Run:
        return api.train([*SMALL, *overrides, f"paths.output={tmp_path}/my runs"], bars=bars)

    return run


def test_a_table_at_hand_is_the_same_run_as_its_file(train, bars, tmp_path):
    one = train("symbol=EURUSD", bars=bars["S01"])
    bars["S01"].rename_axis("time").reset_index().to_csv(tmp_path / "EURUSD.csv", index=False)
    other = train("data=files", f"data.root={tmp_path}", "symbol=EURUSD")
    assert one.record["data_hash"] == other.record["data_hash"]
    assert one.record["symbol"] == "EURUSD"
    pd.testing.assert_frame_equal(one.predictions, other.predictions)


def test_it_is_finished_already_when_it_is_asked_for_again_and_another_one_when_a_price_changes(train, bars):
    table = bars["S01"]
    one, again = train(bars=table), train(bars=table.copy())
    assert (one.run_id, one.record["symbol"]) == (again.run_id, "BARS")
    mended = table.assign(close=table["close"].where(table.index != table.index[1200], table["low"]))
    assert train(bars=mended).run_id != one.run_id


def test_several_tables_are_so_many_symbols(train, bars):
    assert train(bars=bars).record["symbol"] == "S01"
    assert train("symbol=[S01,S02]", bars=bars).record["symbol"] == "S01+S02"
    with pytest.raises(DataError, match="S03"):
        train("symbol=S03", bars=bars)


def test_the_time_may_stand_in_a_column_and_its_zone_is_never_guessed(train, bars):
    table = bars["S01"].rename_axis("Date").reset_index()
    assert train(bars=table).record["data_hash"] == train(bars=bars["S01"]).record["data_hash"]
    naive = bars["S01"].tz_localize(None)
    with pytest.raises(DataError, match=r"data\.tz"):
        train(bars=naive)
    assert train("data.tz=UTC", bars=naive).record["data_hash"] == train(bars=table).record["data_hash"]


def test_a_run_on_a_table_can_be_made_again_and_names_what_it_read(train, bars):
    run = train(bars=bars["S01"])
    (kept,) = (run.path.parents[1] / "given").glob("*/*.parquet")
    assert run.config["data"]["root"] == str(kept.parent)


@pytest.mark.parametrize("typed", ["data=files", "data.root=elsewhere", "data=simulated"])
def test_bars_and_a_source_of_data_are_one_too_many(train, bars, typed):
    with pytest.raises(ConfigError, match="leave data= and"):
        train(typed, bars=bars["S01"])


@pytest.mark.parametrize("name", ["../S01", "a/b", "", ".hidden", "a\nb"])
def test_a_symbol_that_names_no_file_is_refused(train, bars, name):
    with pytest.raises(DataError, match="cannot name a file"):
        train(bars={name: bars["S01"]})


def test_what_is_no_table_of_bars_is_refused_by_name(train, bars):
    with pytest.raises(DataError, match="there is no table"):
        train(bars={})
    with pytest.raises(DataError, match="a DataFrame is needed, got list"):
        train(bars={"S01": [1, 2]})
    two_levels = pd.concat({"S01": bars["S01"]}, axis=1)
    with pytest.raises(DataError, match="the columns have 2 levels"):
        train(bars=two_levels)
    with pytest.raises(DataError, match=r"BARS\.parquet"):
        train(bars=bars["S01"].drop(columns="close"))
