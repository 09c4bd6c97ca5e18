"""Whatever a record holds, it is saved: as plain data, with what was lost named."""

import collections
import dataclasses
import datetime as dt
import enum
import fractions
import json
import math
import types
import uuid
from decimal import Decimal
from pathlib import Path, PurePosixPath

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smc.results.plain import MAX_DEPTH, json_bytes, to_plain


class Tensor:
    """As torch's: sized, iterable, with `tolist` and `item`."""

    def __init__(self, values):
        self.values = values

    def __len__(self):
        if not isinstance(self.values, list):
            raise TypeError("len() of a 0-d tensor")
        return len(self.values)

    def __iter__(self):
        return (Tensor(value) for value in self.values)

    def __contains__(self, value):
        return value in self.values

    def tolist(self):
        return self.values

    def item(self):
        return self.values


class Scalar:
    def item(self):
        return 0.25


class Hostile:
    def __float__(self):
        raise RuntimeError("no")

    def tolist(self):
        raise ZeroDivisionError("not today\nnor tomorrow")


class Endless:
    def tolist(self):
        return self


class Deep(collections.abc.Mapping):
    def __getitem__(self, key):
        return Deep()

    def __iter__(self):
        return iter(["down"])

    def __len__(self):
        return 1


class Missing(dict):
    """As a configuration with a mandatory value that nobody gave."""

    def __getitem__(self, key):
        if key == "mandatory":
            raise LookupError("mandatory value is missing")
        return super().__getitem__(key)


class Side(enum.Enum):
    LONG = np.int8(1)


class Colour(enum.StrEnum):
    RED = "red"


class Text(str):
    def __str__(self):
        return "something else"


@dataclasses.dataclass
class Trade:
    symbol: str
    pnl: np.float64
    note: object = None


Point = collections.namedtuple("Point", ["x", "y"])
STAMP = pd.Timestamp("2024-03-01 12:00", tz="UTC")

PLAIN = [
    (None, None),
    (True, True),
    (np.bool_(False), False),
    (np.int8(-3), -3),
    (np.uint64(2**64 - 1), 2**64 - 1),
    (2**200, 2**200),
    (np.float16(0.5), 0.5),
    (np.float32(0.25), 0.25),
    (np.float64(0.1), 0.1),
    (np.longdouble(0.5), 0.5),
    (np.complex128(1 + 2j), {"real": 1.0, "imag": 2.0}),
    (Decimal("0.25"), 0.25),
    (fractions.Fraction(1, 4), 0.25),
    ("EURUSD ∂", "EURUSD ∂"),
    (np.str_("EURUSD"), "EURUSD"),
    (Text("EURUSD"), "EURUSD"),
    (b"EURUSD", "EURUSD"),
    (np.bytes_(b"EURUSD"), "EURUSD"),
    (bytearray(b"\xff"), "\\xff"),
    (memoryview(b"ab"), "ab"),
    (np.void(b"ab"), "ab"),
    (Side.LONG, 1),
    (Colour.RED, "red"),
    (PurePosixPath("a/b"), "a/b"),
    (Path("a b"), "a b"),
    (uuid.UUID(int=0), "00000000-0000-0000-0000-000000000000"),
    (dt.date(2024, 3, 1), "2024-03-01"),
    (dt.datetime(2024, 3, 1, tzinfo=dt.UTC), "2024-03-01T00:00:00+00:00"),
    (dt.time(12, 30), "12:30:00"),
    (dt.timedelta(minutes=1), 60.0),
    (STAMP, "2024-03-01T12:00:00+00:00"),
    (pd.Timedelta("1h"), 3600.0),
    (pd.Period("2024-03", freq="M"), "2024-03"),
    (pd.Interval(0, 1), "(0, 1]"),
    (np.datetime64("2024-03-01T12:00", "ns"), "2024-03-01T12:00:00"),
    (np.datetime64("2024", "Y"), "2024-01-01T00:00:00"),
    (np.timedelta64(2, "s"), 2.0),
    ([1, (2, np.int64(3))], [1, [2, 3]]),
    (Point(1, np.int64(2)), {"x": 1, "y": 2}),
    ({3, 1, 2}, [1, 2, 3]),
    (frozenset({"b", "a"}), ["a", "b"]),
    ({"a", 1}, [1, "a"]),
    (range(3), [0, 1, 2]),
    (collections.deque([1, 2]), [1, 2]),
    ({"a": 1}.keys(), ["a"]),
    ({"a": 1}.values(), [1]),
    (collections.OrderedDict(a=np.int64(1)), {"a": 1}),
    (collections.Counter("aab"), {"a": 2, "b": 1}),
    (types.MappingProxyType({"a": 1}), {"a": 1}),
    (np.array([[1, 2], [3, 4]], dtype=np.int16), [[1, 2], [3, 4]]),
    (np.array(7), 7),
    (np.array([True, False]), [True, False]),
    (np.array(["a", "b"]), ["a", "b"]),
    (np.array([b"a"]), ["a"]),
    (np.array([1.5], dtype=np.longdouble), [1.5]),
    (np.array([{"a": np.int64(1)}, None], dtype=object), [{"a": 1}, None]),
    (np.array(["2024-03-01"], dtype="M8[ns]"), ["2024-03-01T00:00:00"]),
    (np.array("2024-03-01", dtype="M8[ns]"), "2024-03-01T00:00:00"),
    (np.array([60], dtype="m8[s]"), [60.0]),
    (np.array([(1, 2.5)], dtype=[("a", int), ("b", float)]), [[1, 2.5]]),
    (np.ma.masked_array([1, 2], mask=[False, True]), [1, None]),
    (np.ma.masked, None),
    (pd.Series([1.5, 2.5]), [1.5, 2.5]),
    (pd.Series([1, 2], index=["a", "b"]), {"a": 1, "b": 2}),
    (pd.Series([1, 2], index=["a", "a"]), [1, 2]),
    (pd.Series([1], index=[STAMP]), {"2024-03-01T12:00:00+00:00": 1}),
    (pd.Index(["a", "b"]), ["a", "b"]),
    (pd.DatetimeIndex([STAMP]), ["2024-03-01T12:00:00+00:00"]),
    (pd.Categorical(["a", "b"]), ["a", "b"]),
    (pd.array([1, 2], dtype="Int64"), [1, 2]),
    (pd.DataFrame({"feature": ["a"], "importance": [0.5]}), [{"feature": "a", "importance": 0.5}]),
    (Tensor([[1.0], [2.0]]), [[1.0], [2.0]]),
    (Tensor(0.5), 0.5),
    (Scalar(), 0.25),
    (Trade("EURUSD", np.float64(0.5)), {"symbol": "EURUSD", "pnl": 0.5, "note": None}),
    ({1: "a", 2.5: "b", None: "c", False: "d"}, {"1": "a", "2.5": "b", "null": "c", "false": "d"}),
    ({np.int64(0): "a", np.str_("b"): 1}, {"0": "a", "b": 1}),
    ({("fold", 1): 2, STAMP: 3}, {"fold.1": 2, "2024-03-01T12:00:00+00:00": 3}),
    ({Path("a/b"): 1, Colour.RED: 2, b"k": 3}, {"a/b": 1, "red": 2, "k": 3}),
]


@pytest.mark.parametrize(("value", "plain"), PLAIN, ids=lambda value: type(value).__name__)
def test_every_common_type_has_a_plain_form_and_no_warning(value, plain):
    found, warnings = to_plain({"field": value})
    assert (found, warnings) == ({"field": plain}, [])
    assert type(found["field"]) is type(plain)
    assert json.loads(json_bytes(found)) == found


NOT_FINITE = [
    math.nan,
    -math.inf,
    np.float32("inf"),
    np.float64("nan"),
    np.longdouble("inf"),
    Decimal("NaN"),
    Decimal("1e999"),
    pd.NaT,
    pd.NA,
    np.datetime64("NaT"),
    np.timedelta64("NaT"),
    np.array(np.nan),
    Tensor(math.nan),
]


@pytest.mark.parametrize("value", NOT_FINITE, ids=lambda value: type(value).__name__)
def test_what_is_not_finite_is_null_and_named(value):
    found, warnings = to_plain({"history": {"gap": value, "kept": 1}})
    assert found == {"history": {"gap": None, "kept": 1}}
    assert [(item["reason"], item["field"]) for item in warnings] == [("not_finite", "history.gap")]


def loop():
    value = {"kept": 1}
    value["itself"] = [value]
    return value


NO_PLAIN_FORM = [
    (len, "no plain form for builtin_function_or_method"),
    (lambda: 1, "no plain form for function"),
    ((x for x in [1]), "no plain form for generator"),
    (iter([1]), "no plain form for list_iterator"),
    (object(), "no plain form for object"),
    (np.ndarray, "no plain form for a class"),
    (Hostile(), "not today"),
    (Endless(), "maximum recursion depth exceeded"),
    (10**5000, "Exceeds the limit"),
    (fractions.Fraction(10**400), "integer division result too large"),
    (np.timedelta64(1, "M"), "Unit M is not supported"),
]


@pytest.mark.parametrize(("value", "why"), NO_PLAIN_FORM, ids=lambda value: type(value).__name__)
def test_a_field_without_a_plain_form_is_left_out_by_name_and_the_rest_is_saved(value, why):
    found, warnings = to_plain({"history": {"odd": value, "kept": 1}})
    assert found == {"history": {"kept": 1}}
    assert [(item["reason"], item["field"]) for item in warnings] == [("not_saved", "history.odd")]
    assert warnings[0]["sentence"].startswith("`history.odd` is left out: ")
    assert why in warnings[0]["sentence"]


def test_in_a_list_it_is_null_so_that_positions_stay():
    found, warnings = to_plain({"folds": [0.5, math.nan, math.inf, len], "rows": [{"x": 1}, {"x": len}]})
    assert found == {"folds": [0.5, None, None, None], "rows": [{"x": 1}, {}]}
    assert [(item["reason"], item["field"]) for item in warnings] == [
        ("not_finite", "folds"),
        ("not_saved", "folds"),
        ("not_saved", "rows.1.x"),
    ]
    assert warnings[0]["sentence"] == "`folds` is not finite (nan): saved as null, and 1 more"


def test_a_cycle_is_cut_where_it_closes():
    found, warnings = to_plain(loop())
    assert found == {"kept": 1, "itself": [None]}
    assert warnings[0]["sentence"] == "`itself.0` is left out: it holds itself"


def test_the_same_object_twice_is_no_cycle():
    shared = {"a": 1}
    assert to_plain([shared, shared, (shared, [shared])])[0] == [shared, shared, [shared, [shared]]]


def test_endless_nesting_is_cut():
    found, warnings = to_plain(Deep())
    assert json_bytes(found).count(b"down") == MAX_DEPTH - 1
    assert f"nested deeper than {MAX_DEPTH}" in warnings[0]["sentence"]


def test_one_unreadable_key_of_a_mapping_leaves_the_others():
    found, warnings = to_plain({"config": Missing(kept=1, mandatory=2)})
    assert found == {"config": {"kept": 1}}
    assert warnings[0]["sentence"] == "`config.mandatory` is left out: mandatory value is missing"


def test_keys_of_one_text_or_of_none_are_named():
    found, warnings = to_plain({1: "a", "1": "b", len: "c"})
    assert found == {"1": "a"}
    assert [item["field"] for item in warnings] == ["1", "builtin_function_or_method"]


def test_a_value_that_is_nothing_but_lost_is_null():
    assert to_plain(len)[0] is None
    assert to_plain(math.nan)[0] is None


def test_file_names_that_are_no_text_survive():
    name = b"\xff.csv".decode("utf-8", "surrogateescape")
    found, warnings = to_plain({"file": Path(name)})
    assert warnings == []
    assert json.loads(json_bytes(found)) == {"file": name}


ODD = [
    *(value for value, _ in PLAIN),
    *NOT_FINITE,
    *(value for value, _ in NO_PLAIN_FORM),
    *(Deep(), loop(), Missing(mandatory=1)),
]


def as_objects(values):
    array = np.empty(len(values), dtype=object)
    for position, value in enumerate(values):
        array[position] = value
    return array


scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=5),
    st.characters(categories=["Cs"]),
    st.binary(max_size=5),
    st.decimals(),
    st.fractions(),
    st.complex_numbers(),
    st.datetimes(),
    st.timedeltas(),
    st.uuids(),
    st.integers(0, len(ODD) - 1).map(lambda position: ODD[position]),  # some have no repr to show
    st.floats(width=32).map(np.float32),
)
keys = st.one_of(
    st.text(max_size=3), st.integers(), st.floats(), st.none(), st.booleans(), st.binary(max_size=2)
)
weird = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.lists(inner, max_size=3).map(tuple),
        st.dictionaries(keys, inner, max_size=3),
        st.lists(inner, min_size=1, max_size=3).map(as_objects),
        inner.map(lambda value: Trade("EURUSD", np.float64(1), value)),
        inner.map(Tensor),
    ),
    max_leaves=12,
)


@given(weird)
@settings(max_examples=300, deadline=None)
def test_any_value_is_saved_and_read_back_the_same(value):
    found, warnings = to_plain({"kept": 1, "odd": value})
    assert found["kept"] == 1
    assert json.loads(json_bytes(found)) == found
    assert all(set(item) == {"reason", "field", "sentence"} for item in warnings)
    assert all(item["field"].startswith("odd") for item in warnings)
    assert json.loads(json_bytes(warnings)) == warnings
    assert to_plain(found) == (found, [])
