"""Law: whatever is done to a file, it is refused with a DataError or reads as a plain csv parser reads it."""

import csv
import gzip
import io
import json
import math
import re
import zipfile
from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from smc.data.files import Files
from smc.data.reading.stamps import STAMPS
from smc.errors import DataError

ROWS = [
    ("2024-01-02 00:00:00", "1.1052", "1.1060", "1.1049", "1.1055", "120"),
    ("2024-01-02 01:00:00", "1.1055", "1.1061", "1.1050", "1.1051", "98"),
    ("2024-01-02 02:00:00", "1.1051", "1.1058", "1.1041", "1.1049", "143"),
    ("2024-01-02 03:00:00", "1.1049", "1.1052", "1.1044", "1.1046", "77"),
    ("2024-01-02 04:00:00", "1.1046", "1.1055", "1.1045", "1.1054", "85"),
]
HEADER = ("time", "open", "high", "low", "close", "volume")
DIALECTS = {
    "comma": (",", "\n", lambda cell: cell),
    "semicolon": (";", "\r\n", lambda cell: cell),
    "decimal comma": (";", "\n", lambda cell: cell.replace(".", ",")),
    "tab, quoted": ("\t", "\n", lambda cell: f'"{cell}"'),
}
SPICE = [*b",;\t\"'\n\r .-+eE0123456789:TZnaif/_", 0, 0xC3, 0xEF, 0xFE, 0xFF]
MISSING = {"", "null", "nan", "none", "n/a", "na", "#n/a", "-", "."}


def original(dialect: str, *, header: bool = True) -> bytes:
    delimiter, end, spell = DIALECTS[dialect]
    rows = [HEADER, *ROWS] if header else ROWS
    return "".join(delimiter.join(map(spell, row)) + end for row in rows).encode()


@st.composite
def damage(draw, data: bytes) -> bytes:
    """Replace, insert, delete and move bytes, cells and lines; cut the end off."""
    for _ in range(draw(st.integers(1, 4))):
        place = draw(st.integers(0, len(data)))
        byte = bytes([draw(st.sampled_from(SPICE))])
        match draw(st.sampled_from(["replace", "insert", "delete", "cut", "twice", "swap", "line"])):
            case "replace":
                data = data[:place] + byte + data[place + 1 :]
            case "insert":
                data = data[:place] + byte + data[place:]
            case "delete":
                data = data[:place] + data[place + draw(st.integers(1, 25)) :]
            case "cut":
                data = data[:place]
            case "twice":
                data = data[:place] + data[max(0, place - draw(st.integers(1, 60))) :]
            case "swap":
                cells = re.split(rb"([,;\t\n])", data)
                first, second = (2 * draw(st.integers(0, len(cells) // 2)) for _ in range(2))
                cells[first], cells[second] = cells[second], cells[first]
                data = b"".join(cells)
            case "line":
                rows = data.split(b"\n")
                rows.insert(draw(st.integers(0, len(rows))), rows[draw(st.integers(0, len(rows) - 1))])
                data = b"\n".join(rows)
    return data


def number(cell: str, decimal: str) -> float:
    cell = cell.strip()
    return math.nan if cell.lower() in MISSING else float(cell.replace(decimal, "."))


def instant(cell: str) -> int:
    """Read a stamp with the standard library; digits alone are epochs."""
    cell = cell.strip()
    if re.fullmatch(r"-?[0-9]{9,19}(\.0*)?", cell):
        whole = int(cell.partition(".")[0])
        return whole * 10 ** {9: 9, 10: 9, 12: 6, 13: 6, 15: 3, 16: 3, 18: 0, 19: 0}[len(str(abs(whole)))]
    cell = re.sub(r" ?(UTC|GMT|z)$", "Z", re.sub(r"^(\S+) +", r"\1 ", cell))
    cell = re.sub(r"(?<![0-9])([0-9])(?![0-9])", r"0\1", cell)
    date, _, rest = cell.partition(" ") if " " in cell else cell.partition("T")
    stamp = datetime.fromisoformat(
        f"{re.sub('[./]', '-', date)} {rest}" if rest else re.sub("[./]", "-", date)
    )
    whole = stamp if stamp.tzinfo else stamp.replace(tzinfo=UTC)
    return round(whole.timestamp() * 10**6) * 1000


def letters(cell: str) -> str:
    """Reduce a name of the header to its letters, the price fields to their first."""
    name = re.sub("[^a-z]", "", cell.lower())
    return name[:1] if name in HEADER[1:5] else name


def is_header(names: list[str]) -> bool:
    """Tell whether a row names a time and the four prices: a damaged one may lie above the real one."""
    return {"o", "h", "l", "c"} <= set(names) and bool({"time", "t", ""} & set(names))


def plainly(data: bytes, dialect: str) -> dict[int, list[float]]:
    """Read with the csv module: bars by instant."""
    delimiter, _, spell = DIALECTS[dialect]
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    rows = list(csv.reader(io.StringIO(data.decode(encoding), newline=None), delimiter=delimiter))
    names = [[letters(cell) for cell in row] for row in rows]
    header = next((place for place, row in enumerate(names) if is_header(row)), None)
    places = [0, 1, 2, 3, 4]
    if header is not None:
        rows = rows[header + 1 :]
        places = [next(p for p, n in enumerate(names[header]) if n in ("time", "t", ""))]
        places += [names[header].index(field) for field in "ohlc"]
        places += [names[header].index("volume")] if "volume" in names[header] else []
    elif len(max(rows, key=len)) >= 6:
        places.append(5)
    rows = [row for row in rows if any(cell.strip() for cell in row)]
    assert len({len(row) for row in rows}) == 1
    decimal = spell(".").strip('"')
    return {instant(row[places[0]]): [number(row[place], decimal) for place in places[1:]] for row in rows}


def check_one_line(error: DataError) -> None:
    assert str(error).startswith("X.csv")
    assert "\n" not in str(error)


def check_refused_or_read_plainly(tmp_path, damaged: bytes, dialect: str, **options) -> None:
    (tmp_path / "X.csv").write_bytes(damaged)
    try:
        bars = Files(tmp_path, tz="UTC", **options).load("X")
    except DataError as error:
        check_one_line(error)
        return
    expected = plainly(damaged, dialect)
    assert bars.index.asi8.tolist() == sorted(expected)
    values = np.array([expected[stamp] for stamp in sorted(expected)])
    n_columns = 4 if bars.attrs["source"]["volume"] is None else values.shape[1]
    np.testing.assert_array_equal(bars.to_numpy()[:, :n_columns], values[:, :n_columns])


def check_settled(tmp_path, damaged: bytes, on_bad: str, **options) -> None:
    (tmp_path / "X.csv").write_bytes(damaged)
    try:
        bars = Files(tmp_path, tz="UTC", on_bad=on_bad, **options).load("X")
    except DataError as error:
        check_one_line(error)
        return
    account = bars.attrs["account"]
    lost = sum(count for rule, count in account["dropped"].items() if rule != "repeated_column")
    assert account["rows_read"] == len(bars) + lost + account["absent"]
    prices = bars[["open", "high", "low", "close"]].to_numpy()
    assert np.isfinite(prices).all()
    assert (prices > 0).all()
    assert (bars["high"] >= prices.max(axis=1)).all()
    assert (bars["low"] <= prices.min(axis=1)).all()
    assert bars.index.is_monotonic_increasing
    assert bars.index.is_unique


def fuzz(n_examples: int):
    return settings(
        max_examples=n_examples, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
    )


@pytest.mark.parametrize("dialect", DIALECTS)
@fuzz(60)
@given(data=st.data(), header=st.booleans())
def test_damaged_file_is_refused_or_read_plainly(tmp_path, dialect, data, header):
    check_refused_or_read_plainly(tmp_path, data.draw(damage(original(dialect, header=header))), dialect)


@pytest.mark.parametrize("on_bad", ["drop", "repair"])
@fuzz(60)
@given(data=st.data(), header=st.booleans())
def test_damaged_file_settled_keeps_the_rules_and_accounts_for_every_row(tmp_path, on_bad, data, header):
    check_settled(tmp_path, data.draw(damage(original("comma", header=header))), on_bad)


POSITIONS = {"time": 0, "open": 1, "high": 2, "low": 3, "close": 4}


@pytest.mark.parametrize("dialect", DIALECTS)
@fuzz(40)
@given(data=st.data())
def test_damaged_file_whose_columns_are_numbered_is_refused_or_read_plainly(tmp_path, dialect, data):
    damaged = data.draw(damage(original(dialect, header=False)))
    check_refused_or_read_plainly(tmp_path, damaged, dialect, columns=POSITIONS)


OPTIONS = st.fixed_dictionaries(
    {},
    optional={
        "stamps": st.sampled_from([*STAMPS]),
        "columns": st.dictionaries(
            st.sampled_from(["time", "open", "high", "low", "close", "volume", "symbol"]),
            st.sampled_from(["time", "open", "CLOSE", "x", "", 0, 1, 2, 5, 9]),
        ),
        "price_scale": st.sampled_from([1e5, 1e-3]),
    },
)


@pytest.mark.parametrize("on_bad", ["error", "drop", "repair"])
@fuzz(60)
@given(data=st.data(), options=OPTIONS, header=st.booleans())
def test_damaged_file_under_any_options_keeps_the_rules(tmp_path, on_bad, data, options, header):
    check_settled(tmp_path, data.draw(damage(original("comma", header=header))), on_bad, **options)


def as_json(kind: str) -> bytes:
    rows = [[stamp, *map(float, numbers)] for stamp, *numbers in ROWS]
    return json.dumps(
        rows if kind == "rows" else [dict(zip(HEADER, row, strict=True)) for row in rows]
    ).encode()


@pytest.mark.parametrize("on_bad", ["error", "repair"])
@pytest.mark.parametrize("kind", ["rows", "records"])
@fuzz(60)
@given(data=st.data(), options=OPTIONS)
def test_damaged_json_under_any_options_keeps_the_rules(tmp_path, kind, on_bad, data, options):
    check_settled(tmp_path, data.draw(damage(as_json(kind))), on_bad, **options)


def packed(kind: str) -> bytes:
    """The original in a binary container."""
    plain, buffer = original("comma"), io.BytesIO()
    if kind == "gzip":
        return gzip.compress(plain)
    if kind == "zip":
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("bars.csv", plain)
    else:
        table = pd.read_csv(io.BytesIO(plain), parse_dates=["time"])
        (table.to_parquet if kind == "parquet" else table.to_feather)(buffer)
    return buffer.getvalue()


@pytest.mark.parametrize("on_bad", ["error", "repair"])
@pytest.mark.parametrize("kind", ["gzip", "zip", "parquet", "feather"])
@fuzz(40)
@given(data=st.data())
def test_damaged_binary_file_is_refused_by_a_data_error_or_read(tmp_path, kind, on_bad, data):
    check_settled(tmp_path, data.draw(damage(packed(kind))), on_bad)


@pytest.mark.slow
@pytest.mark.parametrize("dialect", DIALECTS)
@fuzz(400)
@given(data=st.data(), header=st.booleans())
def test_many_damaged_files(tmp_path, dialect, data, header):
    damaged = data.draw(damage(original(dialect, header=header)))
    check_refused_or_read_plainly(tmp_path, damaged, dialect)
    check_settled(tmp_path, damaged, data.draw(st.sampled_from(["drop", "repair"])))


@fuzz(150)
@given(data=st.binary(max_size=200))
def test_any_bytes_are_refused_by_a_data_error(tmp_path, data):
    (tmp_path / "X.csv").write_bytes(data)
    with pytest.raises(DataError):
        Files(tmp_path, tz="UTC").load("X")
