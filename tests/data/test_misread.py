"""A rule that most rows break is a fact about the file: no way of handling bad bars settles it."""

import itertools

import numpy as np
import pandas as pd
import pytest

from smc.data.bad_bars import check_bars
from smc.errors import DataError

#: Eight bars, each opening where the last one closed.
BARS = [
    (100.0, 103.0, 99.0, 102.0),
    (102.0, 104.0, 101.0, 101.5),
    (101.5, 102.0, 97.0, 98.0),
    (98.0, 99.5, 97.5, 99.0),
    (99.0, 105.0, 98.5, 104.5),
    (104.5, 106.0, 104.0, 105.5),
    (105.5, 107.0, 103.0, 103.5),
    (103.5, 104.0, 100.0, 100.5),
]
FIELDS = ("open", "high", "low", "close")
#: Orders of columns in which most bars break a rule; open and close alone could change places unseen.
ORDERS = [
    order
    for order in itertools.permutations(FIELDS)
    if order not in (FIELDS, ("close", "high", "low", "open"))
]


def table(order=FIELDS, *, header: str = "", bars=BARS, is_reversed: bool = False) -> str:
    lines = [
        ",".join([f"2024-01-{day:02}", *(str(bar[FIELDS.index(field)]) for field in order), "7000"])
        for day, bar in enumerate(bars, 1)
    ]
    return "\n".join(([header] if header else []) + (lines[::-1] if is_reversed else lines)) + "\n"


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("is_reversed", [False, True])
def test_order_of_columns_is_found_and_typed(load, typed, order, is_reversed):
    text = table(order, is_reversed=is_reversed)
    for on_bad in ("error", "drop", "repair"):
        with pytest.raises(DataError, match=f"cells 2-5 look like {', '.join(order)}: set") as caught:
            load(text, on_bad=on_bad)
        assert "data.on_bad" not in str(caught.value)
    bars = load(text, **typed(str(caught.value)))
    np.testing.assert_array_equal(bars[list(FIELDS)], BARS)


@pytest.mark.parametrize("order", ORDERS[:6])
def test_names_that_stand_over_the_wrong_columns_are_exchanged(load, typed, order):
    text = table(order, header="time,open,high,low,close,volume")
    with pytest.raises(DataError, match=r"columns \w+, \w+, \w+, \w+ look like") as caught:
        load(text, on_bad="repair")
    np.testing.assert_array_equal(load(text, **typed(str(caught.value)))[list(FIELDS)], BARS)


def bad(rows: int, of: int, cells: str) -> str:
    good = "100,103,99,102,7"
    return "time,open,high,low,close,volume\n" + "".join(
        f"2024-{1 + day // 28:02}-{1 + day % 28:02},{cells if day < rows else good}\n" for day in range(of)
    )


#: Cells that break a rule, and what the file probably is.
BROKEN = {
    "100,103,99,98,7": "adjusted unlike the others",
    "100,99,103,102,7": "a column is another one",
    "0,103,99,102,7": "the column holds changes",
    ",103,99,102,7": "the column is another one",
    "$100,103,99,102,7": "written with a currency",
    "100,103,99,102,-5": "'data.columns={volume: null}'",
    "100,103,99,102,12K": "written with a currency, a unit",
    "100,103,99,102,inf": "'data.columns={volume: null}'",
    "100,103,99": "the header names more columns",
    "100,103,99,102,7,1": "the header names fewer columns",
}


@pytest.mark.parametrize("cells", BROKEN)
@pytest.mark.parametrize("on_bad", ["error", "drop"])
def test_rule_that_most_rows_break_is_refused_with_its_cause(load, cells, on_bad):
    with pytest.raises(DataError, match=r"12 of 30 rows break the rule \w+: more than a third") as caught:
        load(bad(12, 30, cells).replace("2024-01-01,100,103,99\n", "2024-01-01,100,103,99\n"), on_bad=on_bad)
    assert BROKEN[cells] in str(caught.value)
    assert "drop" not in str(caught.value)


@pytest.mark.parametrize("cells", BROKEN)
def test_up_to_a_third_of_the_rows_may_be_dropped(load, cells):
    assert len(load(bad(10, 30, cells), on_bad="drop")) == 20
    with pytest.raises(DataError, match=r"Mend the file, or set data\.on_bad=drop or data\.on_bad=repair"):
        load(bad(10, 30, cells))


def test_rows_that_break_different_rules_count_together(load):
    text = bad(8, 30, "100,103,99,98,7").splitlines()
    text[20:28] = [line.replace("100,103", ",103") for line in text[20:28]]
    with pytest.raises(DataError, match="more than a third"):
        load("\n".join(text) + "\n", on_bad="drop")


def test_two_bad_rows_are_few_in_any_table(load):
    assert len(load(bad(2, 3, "100,103,99,98,7"), on_bad="drop")) == 1


def test_frames_keep_the_same_rule():
    index = pd.date_range("2024-01-01", periods=9, freq="D", tz="UTC")
    bars = pd.DataFrame({"open": 5.0, "high": 4.0, "low": 3.0, "close": 3.5, "volume": 1.0}, index)
    for on_bad in ("error", "drop", "repair"):
        with pytest.raises(DataError, match="9 of 9 rows break the rule open_outside"):
            check_bars(bars, on_bad=on_bad)


#: Stamps by day of the month; how many rows are out of order; how the error calls them.
PAGES = {
    "two pages": ([*range(11, 21), *range(1, 11)], 10, "2 whole pages"),
    "three pages, newest first": ([*range(15, 22), *range(8, 15), *range(1, 8)], 14, "3 whole pages"),
    "pages in any order": ([*range(8, 15), *range(15, 22), *range(1, 8)], 7, None),
    "pages that overlap": ([*range(1, 20, 2), *range(2, 20, 2)], 9, "not in order of time"),
    "a page that runs back": ([*range(10, 20), *range(9, 0, -1)], 9, "not in order of time"),
}


@pytest.mark.parametrize("kind", PAGES)
def test_pages_out_of_order_are_sorted_and_counted(load, kind):
    days, n_back, said = PAGES[kind]
    text = "time,open,high,low,close,volume\n" + "".join(
        f"2024-01-{day:02},2,3,1,1.5,{day}\n" for day in days
    )
    bars = load(text, on_bad="repair")
    assert bars["volume"].tolist() == sorted(days)
    assert bars.attrs["account"]["repaired"] == {"backward_step": n_back}
    if said:
        for on_bad in ("error", "drop"):
            with pytest.raises(DataError, match=f"{said}.*, which sorting settles: set data.on_bad=repair"):
                load(text, on_bad=on_bad)


def side_by_side(*lines: str) -> str:
    return (
        "\n".join(lines)
        + "\n2024-01-02,1,1,2,2,3,3,1.5,1.5\n2024-01-03,1,2,2,3,3,4,1.5,2.5\n2024-01-04,1,2,2,3,3,4,1.5,2.5\n"
    )


SHUFFLED = "Low,Low,Open,Open,High,High,Close,Close"
TICKERS = ",A,B,A,B,A,B,A,B"
SIDES = {
    "yfinance": ("Price," + SHUFFLED, "Ticker" + TICKERS, "Date,,,,,,,,"),
    "yfinance by ticker": ("Ticker" + TICKERS, "Price," + SHUFFLED, "Date,,,,,,,,"),
    "pandas-datareader": ("Attributes," + SHUFFLED, "Symbols" + TICKERS, "Date,,,,,,,,"),
    "intraday": ("Price," + SHUFFLED, "Ticker" + TICKERS, "Datetime,,,,,,,,"),
}


@pytest.mark.parametrize("kind", SIDES)
def test_tickers_side_by_side_are_told_apart_by_their_line(load, kind):
    text = side_by_side(*SIDES[kind])
    a, b = (load(text, pattern="X.csv", symbol=symbol) for symbol in "AB")
    assert a.iloc[1, :4].tolist() == [2, 3, 1, 1.5]
    assert b.iloc[1, :4].tolist() == [3, 4, 2, 2.5]
    with pytest.raises(DataError, match="a table of A, B side by side has no X"):
        load(text, on_bad="drop")


@pytest.mark.parametrize("on_bad", ["error", "drop", "repair"])
def test_repeated_columns_with_other_cells_are_never_dropped(load, on_bad):
    text = "time,open,high,low,close,open,high,low,close\n" + "".join(
        f"2024-01-{day:02},2,3,1,1.5,20,30,10,15\n" for day in range(1, 9)
    )
    with pytest.raises(
        DataError, match=r"8 of 8 rows break the rule conflicting_cells: .* several instruments side by side"
    ):
        load(text, on_bad=on_bad)


#: Dates that cannot be of one spelling.
MANGLED = {
    "slash and dash": ["03/01/2024", "03/04/2024", "13-03-2024"],
    "dash and slash": ["13-03-2024", "14-03-2024", "03/01/2024"],
    "dot and slash": ["13.03.2024", "14.03.2024", "03/15/2024"],
    "year first and last": ["2024-03-13", "2024-03-14", "15/03/2024"],
    "year first by slash": ["2024-03-13", "2024-03-14", "2024/03/15"],
    "compact among iso": ["2024-03-13", "2024-03-14", "20240315"],
    "month in words": ["13-03-2024", "14-03-2024", "15-Mar-2024"],
    "month first among day first": ["13/03/2024", "14/03/2024", "03/15/2024"],
    "day first among month first": ["03/13/2024", "03/14/2024", "15/03/2024"],
    "words in either order": ["Mar 13 2024", "Mar 14 2024", "15 Mar 2024"],
}


@pytest.mark.parametrize("kind", MANGLED)
@pytest.mark.parametrize("on_bad", ["error", "drop", "repair"])
@pytest.mark.parametrize("n_before", [0, 300])
def test_two_spellings_of_a_date_are_refused(load, kind, on_bad, n_before):
    first, second, third = MANGLED[kind]
    lines = [f"{stamp},2,3,1,1.5\n" for stamp in [first] * n_before + [first, second, third]]
    with pytest.raises(DataError, match="two spellings of a date in one column") as caught:
        load("time,open,high,low,close\n" + "".join(lines), on_bad=on_bad)
    assert "set data.on_bad" not in str(caught.value)


#: First cells of a row without header, and whether the second one is a clock.
CLOCKS = {
    "Lean, six digits": ("20240102 00:00,136300,162500,135000,162500,63", False),
    "Lean, five digits": ("20240102 00:00,99990,100000,99000,99500,63", False),
    "stamp, six digits that are a clock": ("20240102 00:00,123456,130000,120000,125000,63", False),
    "iso, six digits": ("2024-01-02,136300,162500,135000,162500,63", False),
    "iso, six digits and a minute too many": ("2024-01-02,126000,162500,115000,162500,63", False),
    "epoch, six digits": ("1704153600,123456,130000,120000,125000,63", False),
    "four digits that are no clock": ("20240102,2500,2600,2400,2450,63", False),
    "a clock of six digits": ("20240102,000000,136300,162500,135000,162500,63", True),
    "a clock of four digits": ("20240102,0000,136300,162500,135000,162500,63", True),
    "a clock with colons": ("2024-01-02,00:00,136300,162500,135000,162500,63", True),
    "a clock without seconds": ("2024.01.02,0:00,136300,162500,135000,162500,63", True),
}


@pytest.mark.parametrize("kind", CLOCKS)
def test_a_price_is_taken_for_no_clock(load, kind):
    line, has_clock = CLOCKS[kind]
    bars = load(line + "\n")
    assert bars.index[0] == pd.Timestamp("2024-01-02", tz="UTC")
    assert bars.iloc[0].tolist() == [float(cell) for cell in line.split(",")[2 if has_clock else 1 :]]


def test_second_cell_is_a_clock_only_if_the_whole_sample_agrees(load):
    prices = ["100000", "123456", "126600", "130000"]
    text = "".join(f"2024-01-0{day},{p},140000,90000,{p},63\n" for day, p in enumerate(prices, 2))
    assert load(text)["open"].tolist() == [float(price) for price in prices]


@pytest.mark.parametrize("n_symbols", [2, 3, 9])
def test_instruments_one_below_the_other_are_not_sorted_into_one(load, n_symbols):
    text = "date,open,high,low,close,Name\n" + "".join(
        f"2024-01-{day:02},2,3,1,1.5,{name}\n" for name in range(n_symbols) for day in range(1, 20)
    )
    for on_bad in ("error", "drop", "repair"):
        with pytest.raises(DataError, match="several instruments one below the other") as caught:
            load(text, on_bad=on_bad)
        assert "data.on_bad" not in str(caught.value)
    with pytest.raises(DataError, match=f"the file mixes {n_symbols} symbols"):
        load(text, columns={"symbol": "Name"})
