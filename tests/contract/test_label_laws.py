"""Laws that every option of conf/labels keeps."""

import inspect
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import numpy as np
import pandas as pd
import pytest

import smc.labels
from smc.config.compose import compose
from smc.config.instantiate import instantiate
from smc.errors import LabelError
from smc.features.laws import noise_after, shuffled_after

CONF = Path(__file__).parents[2] / "conf" / "labels"
CONFIGS = {
    path.stem: compose(["features=default", f"labels={path.stem}"])["labels"]
    for path in sorted(CONF.glob("*.yaml"))
}
OPTIONS = sorted(CONFIGS)
CLASSIFIERS = ["direction", "triple_barrier", "triple_barrier_3"]
PRICES = ["open", "high", "low", "close"]

#: For each argument of each option, another value under which the table differs.
BARRIERS = {
    "max_holding": 4,
    "stop_atr": 0.8,
    "target_atr": 1.1,
    "swing_size": 8,
    "max_age": 30,
    "pool_tolerance_atr": 0.9,
}
CHANGES = {
    "direction": {"horizon": 9},
    "forward_return": {"horizon": [2, 9]},
    "triple_barrier": {**BARRIERS, "expiry": "drop"},
    "triple_barrier_3": BARRIERS,
}
#: Every option as its YAML has it, and variants whose code differs.
VARIANTS = {
    **{name: (name, {}) for name in OPTIONS},
    "fixed barriers": ("triple_barrier", {"stop_atr": 1.0, "target_atr": 1.5}),
    "fixed stop": ("triple_barrier", {"stop_atr": 1.0}),
    "no expiry": ("triple_barrier", {"expiry": "drop", "max_holding": 6}),
    "fixed barriers, 3 classes": ("triple_barrier_3", {"stop_atr": 2.0, "target_atr": 1.0}),
    "several steps": ("forward_return", {"horizon": [1, 5, 20]}),
}
BAD = [
    ("direction", {"horizon": 0}, "`horizon` must be positive, got 0"),
    ("forward_return", {"horizon": []}, r"`horizon` must be positive bars, each given once; got \[\]"),
    ("forward_return", {"horizon": [5, 5]}, r"each given once; got \[5, 5\]"),
    ("forward_return", {"horizon": 0}, "`horizon` must be positive bars, each given once; got 0"),
    *[
        (name, changes, message)
        for name in ("triple_barrier", "triple_barrier_3")
        for changes, message in [
            ({"max_holding": 0}, "`max_holding` must be positive, got 0"),
            ({"stop_atr": 0.0}, "`stop_atr` must be positive, got 0.0"),
            ({"target_atr": -1.0}, "`target_atr` must be positive, got -1.0"),
            ({"swing_size": 0}, "`swing_size` must be a whole number"),
        ]
    ],
    ("triple_barrier", {"expiry": "zero"}, "`expiry` must be one of sign, drop, got 'zero'"),
]


def build(name, **changes):
    return instantiate(CONFIGS[name] | changes)


def option_class(name):
    module, _, cls = CONFIGS[name]["_target_"].rpartition(".")
    return getattr(import_module(module), cls)


@pytest.fixture(params=VARIANTS)
def labels(request):
    """Each option, and each variant."""
    name, changes = VARIANTS[request.param]
    return build(name, **changes)


@pytest.fixture
def events(bars):
    """Every 11th bar up to the last one, so that the last labels are not resolved."""
    return np.arange((len(bars) - 1) % 11, len(bars), 11)


@pytest.fixture
def side(events):
    """Both sides, in no order."""
    return np.random.default_rng(0).choice([-1, 1], len(events))


def one(labels, bars, event, side):
    """Return the only row of one event's label; weights depend on other labels and are left out."""
    found = labels.compute(bars, np.array([event]), np.array([side]))
    return found.drop(columns="weight").iloc[0].to_dict() if len(found) else None


def some(table, side, events):
    """Pick a few labels with their sides."""
    sides = dict(zip(events, side, strict=True))
    return [(event, sides[event], int(table.at[event, "end"])) for event in table.index[5::23]]


def test_discovery_finds_every_class_of_labels():
    classes = {
        found
        for module in iter_modules(smc.labels.__path__, "smc.labels.")
        for _, found in inspect.getmembers(import_module(module.name), inspect.isclass)
        if found.__module__ == module.name and hasattr(found, "task")
    }
    assert {option_class(name) for name in OPTIONS} == classes
    assert sorted(CHANGES) == OPTIONS


@pytest.mark.parametrize("name", OPTIONS)
def test_yaml_gives_every_argument_its_default(name):
    parameters = inspect.signature(option_class(name)).parameters
    given = {key: value for key, value in CONFIGS[name].items() if key != "_target_"}
    assert given == {key: parameter.default for key, parameter in parameters.items()}


def test_structure_rules_are_those_of_the_run():
    rules = {"swing_size": 7, "max_age": 100, "pool_tolerance_atr": 0.5, "min_gap_atr": 0.2}
    for name in OPTIONS:
        config = compose([f"labels={name}", *(f"structure.{key}={value}" for key, value in rules.items())])[
            "labels"
        ]
        assert {key: config.get(key, value) for key, value in rules.items()} == rules


def test_table_has_the_shape_that_the_others_rely_on(labels, bars, events, side):
    table = labels.compute(bars, events, side)
    assert table.index.name == "event"
    assert table.columns[[0, 1, 2, -2, -1]].tolist() == ["start", "end", "label", "ret", "weight"]
    assert {str(table[column].dtype) for column in ("start", "end")} == {"int64"}
    assert str(table["label"].dtype) == ("int64" if labels.task == "classification" else "float64")
    assert table.notna().all(axis=None)
    assert (table["weight"] > 0).all()
    assert (table["weight"] <= 1).all()


def test_span_starts_after_the_event_and_ends_within_the_horizon(labels, bars, events, side):
    table = labels.compute(bars, events, side)
    assert (table["start"] == table.index + 1).all()
    assert (table["end"] >= table["start"]).all()
    assert (table["end"] < table["start"] + labels.horizon).all()
    assert table["end"].max() < len(bars)


def test_every_event_is_labelled_or_counted_as_dropped(labels, bars, events, side):
    table = labels.compute(bars, events, side)
    dropped = table.attrs["dropped"]
    assert len(table) + sum(dropped.values()) == len(events)
    assert dropped["unresolved"] > 0
    assert len(bars) - 1 not in table.index
    assert all(type(count) is int for count in dropped.values())
    assert set(table.index) <= set(events)


def test_no_label_depends_on_bars_after_its_end(labels, bars, events, side):
    table = labels.compute(bars, events, side)
    rng = np.random.default_rng(1)
    for event, its_side, end in some(table, side, events):
        expected = one(labels, bars, event, its_side)
        for changed in (bars.iloc[: end + 1], shuffled_after(bars, end, rng), noise_after(bars, end, rng)):
            assert one(labels, changed, event, its_side) == expected


def test_every_label_depends_on_the_last_bar_of_its_span(labels, bars, events, side):
    table = labels.compute(bars, events, side)
    for event, its_side, end in some(table, side, events):
        changed = bars.copy()
        changed.iloc[end, [bars.columns.get_loc(column) for column in PRICES]] = bars["open"].iloc[event + 1]
        before, after = one(labels, bars, event, its_side), one(labels, changed, event, its_side)
        assert before != after


def test_entry_and_exit_are_prices_that_could_be_traded(labels, bars, events, side):
    """Entry is the next open: the close of the event's bar is a price that nobody can trade any more."""
    table = labels.compute(bars, events, side)
    for event, its_side, _ in some(table, side, events):
        expected = one(labels, bars, event, its_side)
        entry = bars["open"].iloc[event + 1]
        exit_price = entry * (1 + its_side * expected["ret"])
        last = bars.iloc[int(expected["end"])]
        assert last["low"] * (1 - 1e-12) <= exit_price <= last["high"] * (1 + 1e-12)


def test_label_of_an_event_is_the_same_whatever_other_events_there_are(labels, bars, events, side):
    table = labels.compute(bars, events, side)
    few = labels.compute(bars, events[::3], side[::3])
    columns = table.columns.drop("weight")
    pd.testing.assert_frame_equal(few[columns], table.loc[few.index, columns])


def test_a_short_trade_is_a_long_one_on_mirrored_prices(labels, bars, events, side):
    """Prices p become 200 - p: the same distances, the other side."""
    mirrored = 200 - bars[["open", "low", "high", "close"]].set_axis(PRICES, axis=1)
    table = labels.compute(bars, events, side)
    other = labels.compute(mirrored.assign(volume=bars["volume"]), events, -side)
    assert table[["start", "end"]].equals(other[["start", "end"]])
    if labels.task == "classification":
        assert table["label"].equals(other["label"])
    moves = (
        prices["open"].to_numpy()[labelled["start"]] * labelled["ret"]
        for prices, labelled in ((bars, table), (mirrored, other))
    )
    np.testing.assert_allclose(*moves, rtol=0, atol=1e-9)


def test_input_is_left_alone_and_the_answer_is_the_same_again(labels, bars, events, side):
    untouched = bars.copy(deep=True), events.copy(), side.copy()
    first = labels.compute(bars, events, side)
    pd.testing.assert_frame_equal(first, labels.compute(bars, events, side))
    pd.testing.assert_frame_equal(bars, untouched[0])
    np.testing.assert_array_equal(events, untouched[1])
    np.testing.assert_array_equal(side, untouched[2])


def test_weights_are_the_average_uniqueness_of_the_labels_that_are_left(labels, bars, events, side):
    table = labels.compute(bars, events, side)
    alive = np.zeros(len(bars))
    for first, last in table[["start", "end"]].to_numpy():
        alive[first : last + 1] += 1
    expected = [np.mean(1 / alive[a : b + 1]) for a, b in table[["start", "end"]].to_numpy()]
    np.testing.assert_allclose(table["weight"], expected, rtol=1e-12)


def test_no_events_give_an_empty_table(labels, bars):
    none = np.empty(0, dtype=np.int64)
    table = labels.compute(bars, none, none)
    assert table.empty
    assert sum(table.attrs["dropped"].values()) == 0
    assert table.columns[:3].tolist() == ["start", "end", "label"]


def test_positions_lie_between_full_short_and_full_long(labels, bars, events, side):
    table = labels.compute(bars, events, side)
    position = labels.position(table["label"].to_numpy())
    assert position.dtype == np.float64
    assert position.shape == (len(table),)
    assert np.abs(position).max() <= 1
    # Trading the known outcome earns money, and never loses any.
    earned = position * table["ret"]
    assert earned.min() >= 0
    assert earned.sum() > 0


@pytest.mark.parametrize("name", CLASSIFIERS)
def test_classes_are_the_labels_that_occur(name, bars, events, side):
    labels = build(name)
    assert set(labels.compute(bars, events, side)["label"]) == set(labels.classes)


@pytest.mark.parametrize("name", OPTIONS)
def test_task_tells_whether_there_are_classes(name):
    assert option_class(name).task == ("classification" if name in CLASSIFIERS else "regression")
    assert bool(option_class(name).classes) == (name in CLASSIFIERS)


@pytest.mark.parametrize(("name", "argument"), [(n, a) for n in OPTIONS for a in CHANGES[n]])
def test_every_argument_matters(name, argument, bars, events, side):
    before = build(name).compute(bars, events, side)
    after = build(name, **{argument: CHANGES[name][argument]}).compute(bars, events, side)
    assert not before.equals(after)


@pytest.mark.parametrize("name", OPTIONS)
def test_every_argument_is_changed_in_some_test(name):
    assert set(CHANGES[name]) == set(inspect.signature(option_class(name)).parameters)


@pytest.mark.parametrize(("name", "changes", "message"), BAD)
def test_bad_arguments_are_refused(name, changes, message):
    with pytest.raises(ValueError, match=message):
        option_class(name)(**changes)


@pytest.mark.parametrize(
    ("events", "side", "message"),
    [
        ([5, 3], [1, 1], r"strictly increasing bar positions within 0\.\.2999"),
        ([3, 3], [1, 1], "strictly increasing"),
        ([-1, 3], [1, 1], "strictly increasing"),
        ([3, 3000], [1, 1], "strictly increasing"),
        ([3.0, 4.0], [1, 1], "a flat integer array; got float64"),
        ([[3, 4]], [[1, 1]], "a flat integer array"),
        ([3, 4], [1, 0], r"`side` must be \+1 or -1 for each of 2 events"),
        ([3, 4], [1], "for each of 2 events, got shape"),
    ],
)
@pytest.mark.parametrize("name", OPTIONS)
def test_bad_events_are_refused(name, events, side, message, bars):
    with pytest.raises(LabelError, match=message):
        build(name).compute(bars, np.array(events), np.array(side))
