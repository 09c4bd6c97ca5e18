"""Laws that every option of conf/events keeps."""

import inspect
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import numpy as np
import pandas as pd
import pytest

import smc.events
from smc.config.compose import compose
from smc.config.instantiate import instantiate
from smc.features.laws import cut_offs, noise_after, shuffled_after

CONF = Path(__file__).parents[2] / "conf" / "events"
CONFIGS = {
    path.stem: compose(["features=default", f"events={path.stem}"])["events"]
    for path in sorted(CONF.glob("*.yaml"))
}
OPTIONS = sorted(CONFIGS)

#: For each argument of each option, another value under which other events are found.
CHANGES = {
    "cusum": {"threshold": 4.0, "volatility_window": 20, "last": 7},
    "every": {"step": 3, "last": 7},
    "structure": {
        "order_block": False,
        "fair_value_gap": False,
        "liquidity_sweep": False,
        "last": 7,
        "swing_size": 8,
        "max_age": 40,
        "min_gap_atr": 0.3,
        "pool_tolerance_atr": 0.6,
    },
}
BAD = [
    ("every", {"step": 0}, "`step` must be positive, got 0"),
    ("every", {"last": 0}, "`last` must be positive, got 0"),
    ("cusum", {"threshold": 0.0}, "`threshold` must be positive, got 0.0"),
    ("cusum", {"volatility_window": 1}, "`volatility_window` needs 2 bars or more, got 1"),
    ("cusum", {"last": -1}, "`last` must be positive, got -1"),
    ("structure", {"last": 0}, "`last` must be positive, got 0"),
    ("structure", {"max_age": 0}, "`max_age` must be positive, got 0"),
    (
        "structure",
        {"order_block": False, "fair_value_gap": False, "liquidity_sweep": False},
        "one of order_block, fair_value_gap, liquidity_sweep must be true",
    ),
]


def build(name, **changes):
    return instantiate(CONFIGS[name] | changes)


def option_class(name):
    module, _, cls = CONFIGS[name]["_target_"].rpartition(".")
    return getattr(import_module(module), cls)


def test_discovery_finds_every_class_of_events():
    classes = {
        found
        for module in iter_modules(smc.events.__path__, "smc.events.")
        for _, found in inspect.getmembers(import_module(module.name), inspect.isclass)
        if found.__module__ == module.name and hasattr(found, "compute")  # no state of a live detector
    }
    assert {option_class(name) for name in OPTIONS} == classes
    assert sorted(CHANGES) == OPTIONS


@pytest.mark.parametrize("name", OPTIONS)
def test_yaml_gives_every_argument_its_default(name):
    parameters = inspect.signature(option_class(name)).parameters
    given = {key: value for key, value in CONFIGS[name].items() if key != "_target_"}
    assert given == {key: parameter.default for key, parameter in parameters.items()}


@pytest.mark.parametrize("name", OPTIONS)
def test_events_are_increasing_bar_positions(name, bars):
    events = build(name).compute(bars, None)
    assert events.dtype == np.int64
    assert len(events) > 100
    assert events[0] >= 0
    assert events[-1] < len(bars)
    assert np.all(np.diff(events) > 0)


@pytest.mark.parametrize("name", OPTIONS)
def test_no_event_depends_on_later_bars(name, bars):
    events = build(name).compute(bars, None)
    rng = np.random.default_rng(0)
    for cut in cut_offs(len(bars), 12)[1:]:
        expected = events[events <= cut]
        for changed in (bars.iloc[: cut + 1], shuffled_after(bars, cut, rng), noise_after(bars, cut, rng)):
            found = build(name).compute(changed, None)
            np.testing.assert_array_equal(found[found <= cut], expected)


@pytest.mark.parametrize("name", OPTIONS)
def test_last_keeps_the_most_recent(name, bars):
    events = build(name).compute(bars, None)
    np.testing.assert_array_equal(build(name, last=5).compute(bars, None), events[-5:])
    np.testing.assert_array_equal(build(name, last=10**9).compute(bars, None), events)


@pytest.mark.parametrize("name", OPTIONS)
def test_bars_are_left_alone_and_the_answer_is_the_same_again(name, bars):
    untouched, option = bars.copy(deep=True), build(name)
    first = option.compute(bars, None)
    np.testing.assert_array_equal(first, option.compute(bars, pd.DataFrame(index=bars.index)))
    pd.testing.assert_frame_equal(bars, untouched)


@pytest.mark.parametrize("name", OPTIONS)
def test_the_price_unit_does_not_matter(name, bars):
    """Pips, points or thousands: a power of two keeps every ratio to the bit."""
    scaled = bars.assign(**{column: bars[column] * 1024 for column in ("open", "high", "low", "close")})
    np.testing.assert_array_equal(build(name).compute(bars, None), build(name).compute(scaled, None))


@pytest.mark.parametrize(("name", "argument"), [(n, a) for n in OPTIONS for a in CHANGES[n]])
def test_every_argument_matters(name, argument, bars):
    before = build(name).compute(bars, None)
    after = build(name, **{argument: CHANGES[name][argument]}).compute(bars, None)
    assert not np.array_equal(before, after)


@pytest.mark.parametrize("name", OPTIONS)
def test_every_argument_is_changed_in_some_test(name):
    assert set(CHANGES[name]) == set(inspect.signature(option_class(name)).parameters)


@pytest.mark.parametrize(("name", "changes", "message"), BAD)
def test_bad_arguments_are_refused(name, changes, message):
    with pytest.raises(ValueError, match=message):
        option_class(name)(**changes)
