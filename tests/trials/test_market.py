"""Which bars are one market, on real ones."""

import re
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smc.fingerprint import bars_fingerprint
from smc.trials import Ledger, list_id, market
from smc.trials.market import is_one_market, signature
from smc.trials.tables import tables
from tests.trials.plain_market import is_one
from tests.trials.runs_to_count import bars_of, evidence, fingerprint, registration


@pytest.fixture(scope="module")
def real_bars(shared_data):
    """Bars by symbol and size: twelve symbols, two vendors."""
    bars = {}
    for path in sorted((shared_data / "data" / "bars").glob("*.parquet")):
        symbol, size = re.match(r"([A-Z]+)_([A-Z0-9]+)_", path.name).groups()
        table = pd.read_parquet(path, columns=["timestamp", "close"]).set_index("timestamp")
        bars[symbol, size] = table
    return bars


@pytest.fixture(scope="module")
def signatures(real_bars):
    return {key: signature(bars) for key, bars in real_bars.items()}


def test_the_bars_of_all_sizes_are_one_market_and_of_no_other(signatures):
    assert len({symbol for symbol, _ in signatures}) >= 12
    wrong = [
        (one, other)
        for one, other in combinations(signatures, 2)
        if is_one_market(signatures[one], signatures[other]) != (one[0] == other[0])
    ]
    assert wrong == []


def without_a_tenth(bars):
    return bars[np.random.default_rng(0).random(len(bars)) > 0.1]


DISGUISES = {
    "scaled": lambda bars: bars * 1000,
    "inverted": lambda bars: 1 / bars,
    "shifted": lambda bars: bars.shift(freq="2h"),
    "shifted back": lambda bars: bars.shift(freq="-5h"),
    "a day late": lambda bars: bars.shift(freq="24h"),
    "a day early": lambda bars: bars.shift(freq="-24h"),
    "thinned": without_a_tenth,
    "all at once": lambda bars: 1 / without_a_tenth(bars).shift(freq="2h"),
}


@pytest.mark.parametrize("disguise", DISGUISES.values(), ids=DISGUISES)
@pytest.mark.parametrize("size", ["D1", "H4"])
def test_a_market_is_known_in_disguise(real_bars, signatures, size, disguise):
    for symbol in ("GBPUSD", "XAUUSD", "EURCHF"):
        assert is_one_market(signature(disguise(real_bars[symbol, size])), signatures[symbol, "H4"])
        assert not is_one_market(signature(disguise(real_bars[symbol, size])), signatures["USDJPY", "H4"])


@pytest.mark.parametrize("disguise", DISGUISES.values(), ids=DISGUISES)
def test_bars_of_some_weeks_are_compared_one_by_one(real_bars, disguise):
    """Too few days, and yet enough bars."""
    bars = real_bars["GBPUSD", "H1"].iloc[:1500]
    other = real_bars["GBPJPY", "H1"].iloc[:1500]
    assert is_one_market(signature(disguise(bars)), signature(bars))
    assert is_one_market(signature(bars), signature(disguise(bars)))
    assert not is_one_market(signature(disguise(bars)), signature(other))


def test_two_hundred_moves_must_be_shared(real_bars):
    bars = real_bars["GBPUSD", "D1"]
    moves = bars[bars.close.diff() != 0]
    for n_bars, is_enough in ((201, True), (200, False)):
        few = signature(moves.iloc[:n_bars])
        assert is_one_market(few, few) is is_enough


def test_bars_that_stand_still_or_are_alone_are_no_market_of_others():
    stamps = pd.date_range("2020", periods=400, freq="D", tz="UTC")
    flat = signature(pd.DataFrame({"close": np.ones(400)}, index=stamps))
    single = signature(pd.DataFrame({"close": [1.0]}, index=stamps[:1]))
    assert not any(is_one_market(one, other) for one in (flat, single) for other in (flat, single))


def test_a_tick_a_second_for_years_needs_no_memory_for_them(real_bars):
    stamps = pd.to_datetime(["2000-01-01 00:00:00", "2000-01-01 00:00:01", "2000-01-01 00:00:02"], utc=True)
    stamps = stamps.append(pd.date_range("2000-01-01 00:00:03", periods=300, freq="s", tz="UTC"))
    stamps = stamps.append(pd.to_datetime(["2040-01-01"], utc=True))
    closes = np.random.default_rng(0).normal(size=len(stamps)).cumsum()
    ticks = signature(pd.DataFrame({"close": closes}, index=stamps))
    assert not is_one_market(ticks, ticks)  # not enough days, and too many seconds


def test_daily_vintages_are_remembered_once_they_have_grown_by_a_quarter():
    ledger = Ledger("sqlite://")
    remembered = []
    for n_bars in (260, 261, 300, 325, 340):
        ledger.start(registration(f"r{n_bars}", "A", bars=(0, n_bars)), bars_of((0, n_bars)))
        with ledger._database.reading() as connection:
            bars = connection.execute(tables().bars.select()).all()
        assert {row.market for row in bars} == {fingerprint()}
        remembered += [row.n_bars for row in bars if row.n_bars == n_bars and row.signature]
    assert remembered == [260, 325]
    ledger.close()


def test_bars_that_are_new_together_are_vintages_of_each_other():
    ledger = Ledger("sqlite://")
    sizes = range(250, 260)
    runs = [registration(f"r{n_bars}", "A", bars=(0, n_bars)) for n_bars in sizes]
    ledger.register(runs, bars_of(*((0, n_bars) for n_bars in sizes)))
    ledger.start(runs[-1], {}, list_id(run.run_id for run in runs))
    ledger.finish("r259", evidence())
    trials = ledger.market_trials(ledger.market_of(fingerprint(0, 259)))
    assert ([column.run_id for column in trials.columns], trials.n_untold) == (["r259"], 0)
    ledger.close()


def walk(moves, freq):
    """Bars whose closes move by ``moves``, up or down."""
    index = pd.date_range("2015", periods=len(moves) + 1, freq=freq, tz="UTC", name="time")
    return pd.DataFrame({"close": 1000.0 + np.cumsum([0, *moves])}, index=index)


@st.composite
def pairs(draw):
    """Two series of one size that share some moves, one of them in some disguise."""
    random = np.random.default_rng(draw(st.integers(0, 10**6)))
    freq = draw(st.sampled_from(["D", "8h", "h", "30min"]))
    moves = random.choice([-1, 0, 1], p=[0.45, 0.1, 0.45], size=draw(st.sampled_from([210, 260, 400, 700])))
    other = (
        np.where(random.random(len(moves)) < draw(st.sampled_from([0, 0.05, 0.1, 0.2, 0.5])), -1, 1) * moves
    )
    one, other = walk(moves, freq), walk(other, freq)
    if draw(st.booleans()):
        other = 1 / other
    if draw(st.booleans()):
        other = other.shift(freq=f"{draw(st.integers(-25, 25))}h")
    if draw(st.booleans()):
        other = other[random.random(len(other)) > 0.05]
    if draw(st.booleans()):
        one = one.iloc[draw(st.sampled_from([5, 50])) :]
    return one, other


@settings(max_examples=60)
@given(pairs())
def test_markets_are_told_as_a_count_of_each_shift_tells_them(pair):
    one, other = pair
    assert is_one_market(signature(one), signature(other)) is is_one(one, other)


@pytest.mark.parametrize("many_shifts", [0, 10**9], ids=["transformed", "multiplied"])
@pytest.mark.parametrize("freq", ["D", "h", "min"])
def test_nine_tenths_are_a_market_and_one_less_are_not(freq, many_shifts, monkeypatch):
    monkeypatch.setattr(market, "MANY_SHIFTS", many_shifts)
    moves = np.random.default_rng(0).choice([-1, 1], size=1000)
    for n_others, is_enough in ((100, True), (101, False)):
        others = walk(np.where(np.arange(1000) % 1000 < n_others, -moves, moves), freq)
        for disguised in (others, 1 / others, others.shift(freq="24h"), others.shift(freq="-24h")):
            assert is_one_market(signature(walk(moves, freq)), signature(disguised)) is is_enough
            assert is_one_market(signature(disguised), signature(walk(moves, freq))) is is_enough


@pytest.mark.parametrize("n_days", range(-3, 4))
def test_days_may_be_two_days_early_or_late(n_days):
    """A day, and another for where days begin."""
    bars = walk(np.random.default_rng(0).choice([-1, 1], size=300), "D")
    shifted = bars.shift(freq=f"{n_days}D")
    assert is_one_market(signature(bars), signature(shifted)) is (abs(n_days) < 3)
    assert is_one(bars, shifted) is (abs(n_days) < 3)


@pytest.mark.parametrize("together", [True, False], ids=["a list", "one by one"])
def test_bars_are_of_the_markets_that_are_theirs(together, tmp_path, monkeypatch):
    """Inverted, scaled, shorter and shifted bars among others of other moves, more than are compared at once."""
    monkeypatch.setattr(market, "AT_ONCE", 3)
    random = np.random.default_rng(1)
    walks = [walk(random.choice([-1, 1], size=240 + 7 * (number % 5)), "D") for number in range(10)]
    moves = random.choice([-1, 1], size=900)
    finer = [walk(moves, "8h"), walk(np.where(np.arange(900) % 12 == 0, -moves, moves), "8h")]
    days = [signature(bars).days for bars in finer]
    (by_day,) = market.agreement_of_days(days[0], days[1:])
    assert market.HOPELESS < by_day < market.SAME
    series = [*walks, *finer, 1 / walks[3], walks[7] * 10, walks[9].iloc[:230], walks[5].shift(freq="1D")]
    prints = [bars_fingerprint(bars) for bars in series]
    runs = [registration(f"r{number}", symbols={f"S{number}": key}) for number, key in enumerate(prints)]
    ledger = Ledger(f"sqlite:///{tmp_path}/l.sqlite")
    for some in [runs] if together else [[run] for run in runs]:
        ledger.register(some, dict(zip(prints, series, strict=True)))
    found = dict(zip(prints, map(ledger.market_of, prints), strict=True))
    for key, bars in zip(prints, series, strict=True):
        alike = {
            other
            for other, others in zip(prints, series, strict=True)
            if key != other and is_one(bars, others)
        }
        assert {other for other in prints if other != key and found[other] == found[key]} == alike
    assert ledger.verify() == []
    ledger.close()
