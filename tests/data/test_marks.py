"""Decimal marks and separators of thousands: decided a column at a time."""

import pytest

from smc.errors import DataError

#: name: delimiter, cells of the close; whether they may part thousands.
COLUMNS = {
    "won": (";", ["985", "1,003", "1,010", "1,001"], True),
    "won by tabs": ("\t", ["998", "1,003", "1,011", "1,018"], True),
    "points": (";", ["985", "1.003", "1.010", "1.001"], True),
    "points in a comma file": (",", ["985", "1.003", "1.010", "1.001"], True),
    "a thousand in the last row": (";", ["985", "990", "999", "1.003"], True),
    "two groups beside one": (";", ["985", "12,003", "120,500"], True),
    "three decimals": (";", ["150,123", "150,120", "149,987"], False),
    "three decimals, trimmed": (";", ["150,123", "150,12", "150"], False),
    "below one": (";", ["0,123", "0,950", "0,871"], False),
    "four decimals": (";", ["1,1003", "1,1010", "1,1001"], False),
    "whole numbers": (";", ["985", "1003", "1010"], False),
    "eighths": (",", ["100.125", "101", "100.5"], False),
    "point decimals": (",", ["985.25", "1003.125", "999"], False),
}  # fmt: skip


@pytest.mark.parametrize("kind", COLUMNS)
@pytest.mark.parametrize("field", ["price", "volume"])
@pytest.mark.parametrize("on_bad", ["error", "drop"])
def test_mark_that_may_part_thousands_is_refused(load, kind, field, on_bad):
    delimiter, cells, is_refused = COLUMNS[kind]
    lines = [delimiter.join(["time", "open", "high", "low", "close", "volume"])]
    for day, cell in enumerate(cells, 2):
        bar = [cell] * 4 + ["1"] if field == "price" else ["1"] * 4 + [cell]
        lines.append(delimiter.join([f"2024-01-{day:02}", *bar]))
    text = "\n".join(lines) + "\n"
    if is_refused:
        with pytest.raises(DataError, match="the mark before three digits may part thousands or decimals"):
            load(text, on_bad=on_bad)
    else:
        column = load(text, on_bad=on_bad)["close" if field == "price" else "volume"]
        assert column.tolist() == [float(cell.replace(",", ".")) for cell in cells]


def test_points_that_are_scaled_are_not_asked(load, csv):
    text = "time;open;high;low;close\n2024-01-02;985;985;985;985\n2024-01-03;990;990;990;990\n"
    assert load(text, price_scale=100)["close"].tolist() == [9.85, 9.9]


@pytest.mark.parametrize("cell", ["1,003.5", "1,003", "1 003", "1'003.25", "1.003,5", "12,345,678.9"])
@pytest.mark.parametrize("on_bad", ["drop", "repair"])
def test_rows_are_not_chosen_by_the_size_of_their_price(load, cell, on_bad):
    bars = "".join(
        f'2024-01-{day:02},985.5,985.5,985.5,"{cell if day == 20 else 985.5}"\n' for day in range(1, 21)
    )
    with pytest.raises(DataError, match="a number written with other marks than the rest of the file"):
        load("time,open,high,low,close\n" + bars, on_bad=on_bad)
