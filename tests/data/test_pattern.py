"""File names to symbols."""

import pytest

from smc.data.files import Files
from smc.data.pattern import FilePattern
from smc.errors import DataError

CSV = "time,open,high,low,close\n2024-01-02,2,3,1,2\n2024-01-03,2,3,1,2\n"


@pytest.mark.parametrize(
    ("pattern", "name", "symbol"),
    [
        ("{symbol}.csv", "EURUSD.csv", "EURUSD"),
        ("{symbol}.csv", "EURUSD.csv.gz", None),
        ("{symbol}.*", "EURUSD.csv.gz", "EURUSD"),
        ("{symbol}.*", "BRK.B.parquet", "BRK.B"),
        ("{symbol}.*", "notes.md", None),
        ("{symbol}_H4_*.parquet", "EURUSD_H4_a_b.parquet", "EURUSD"),
        ("{symbol}_*.csv", "XRP_USDT.csv", "XRP"),
        ("{symbol}-1h.feather", "XRP_USDT_USDT-1h.feather", "XRP_USDT_USDT"),
        ("{symbol}/{symbol}h1.csv", "EURCHF/EURCHFh1.csv", "EURCHF"),
        ("{symbol}/{symbol}h1.csv", "EURCHF/EURUSDh1.csv", None),
        ("{symbol}[1].csv", "A[1].csv", "A"),
        ("{symbol}[1].csv", "A1.csv", None),
        ("{symbol}.csv", "a[b]*?.csv", "a[b]*?"),
        ("day?_{symbol}.csv", "day1_A.csv", "A"),
        ("{symbol}.csv", "x/A.csv", None),
        ("mt4_EURUSD60.csv", "mt4_EURUSD60.csv", "mt4_EURUSD60"),
        ("*.csv.gz", "A.csv.gz", "A"),
    ],
)
def test_symbol_of_a_name(pattern, name, symbol):
    assert FilePattern(pattern).symbol_of(name) == symbol


@pytest.mark.parametrize(
    "pattern", ["", "/a/{symbol}", "../{symbol}", "a/../{symbol}", "a//{symbol}", "./{symbol}"]
)
def test_pattern_that_leaves_the_root_is_refused(pattern):
    with pytest.raises(ValueError, match="`pattern` must stay under the root"):
        FilePattern(pattern)


@pytest.fixture
def folder(tmp_path):
    for name in (
        "EURUSD.csv",
        "GBPUSD.csv",
        "BTC [spot].csv",
        "ETH*.csv",
        "ñandú.csv",
        ".hidden.csv",
        "notes.md",
    ):
        (tmp_path / name).write_text(CSV)
    (tmp_path / "sub.csv").mkdir()
    return tmp_path


def test_symbols_are_sorted_and_hidden_files_and_folders_left_out(folder):
    assert Files(folder).symbols() == ["BTC [spot]", "ETH*", "EURUSD", "GBPUSD", "ñandú"]


@pytest.mark.parametrize("symbol", ["BTC [spot]", "ETH*", "ñandú"])
def test_special_characters_stand_for_themselves(folder, symbol):
    assert len(Files(folder, tz="UTC").load(symbol)) == 2


@pytest.mark.parametrize(
    "symbol", ["../x", "..", "/etc/passwd", "sub.csv", "*", "EUR*", "[A-Z]*", ".hidden", "", "a\0b", 7]
)
def test_no_symbol_leads_out_of_the_folder_or_matches_by_wildcard(folder, symbol):
    (folder.parent / "x.csv").write_text(CSV)
    with pytest.raises(DataError, match="no symbol"):
        Files(folder, tz="UTC").load(symbol)


@pytest.mark.parametrize(
    ("symbol", "hint"), [("EURUDS", "EURUSD"), ("eurusd", r"EURUSD\?"), ("GBPUS", "GBPUSD")]
)
def test_unknown_symbol_names_the_nearest_and_the_list(folder, symbol, hint):
    with pytest.raises(
        DataError, match=rf"no symbol '{symbol}' in .*; did you mean {hint}.*\(symbols: BTC .spot., ETH"
    ):
        Files(folder).load(symbol)


def test_symbol_that_only_begins_a_name_gets_a_pattern_to_try(tmp_path):
    (tmp_path / "EURUSD_H4_broker.csv").write_text(CSV)
    said = r"""; EURUSD_H4_broker begins with it: try 'data.pattern="{symbol}_H4_broker.*"' \(symbols"""
    with pytest.raises(DataError, match=said.replace("{", r"\{").replace("*", r"\*")):
        Files(tmp_path).load("EURUSD")
    assert Files(tmp_path, "{symbol}_H4_broker.*").symbols() == ["EURUSD"]


def test_long_list_of_symbols_is_cut(tmp_path):
    for number in range(30):
        (tmp_path / f"S{number:02}.csv").write_text(CSV)
    with pytest.raises(DataError, match=r"S18, S19, ... \(30 in all\)\)$"):
        Files(tmp_path).load("zzz")


def test_two_files_for_a_symbol_are_refused(folder):
    (folder / "EURUSD.tsv").write_text(CSV)
    with pytest.raises(
        DataError, match=r"2 files match .* for EURUSD \(EURUSD.csv, EURUSD.tsv\): make the pattern"
    ):
        Files(folder, tz="UTC").load("EURUSD")
    assert len(Files(folder, "{symbol}.csv", tz="UTC").load("EURUSD")) == 2


@pytest.mark.parametrize("call", [lambda source: source.symbols(), lambda source: source.load("X")])
def test_folder_that_is_not_there(tmp_path, call):
    with pytest.raises(DataError, match=r"data.root=.*nowhere is not there .*: set data.root to the folder"):
        call(Files(tmp_path / "nowhere"))


def test_root_that_is_a_file(folder):
    with pytest.raises(DataError, match="is a file, not a folder"):
        Files(folder / "EURUSD.csv").symbols()


def test_nothing_matches(folder, tmp_path):
    with pytest.raises(DataError, match=r"no file in .* matches data.pattern=\{sym\}.csv \(it holds 7: "):
        Files(folder, "{sym}.csv").symbols()
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match=r"\(it is empty\)"):
        Files(tmp_path / "empty").symbols()


def test_files_in_folders_of_their_own(tmp_path):
    for symbol in ("A", "B"):
        (tmp_path / symbol).mkdir()
        (tmp_path / symbol / f"{symbol}h1.csv").write_text(CSV)
    assert Files(tmp_path, "{symbol}/{symbol}h1.csv").symbols() == ["A", "B"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"tz": "Europe/Londn"}, "`tz` must be"),
        ({"on_bad": "skip"}, "`on_bad` must be one of error, drop, repair, got 'skip'"),
        ({"price_scale": 0}, "`price_scale` must be positive, got 0"),
        ({"price_scale": {"A": -1}}, "`price_scale` must be positive, got -1"),
        ({"max_gap": "3"}, "`max_gap` must be a time"),
    ],
)
def test_bad_arguments_are_refused_at_once(options, said):
    with pytest.raises(ValueError, match=said):
        Files("nowhere", **options)


def test_price_scale_for_each_symbol(folder):
    scales = {"EURUSD": 10.0}
    assert Files(folder, tz="UTC", price_scale=scales).load("EURUSD")["high"].tolist() == [0.3, 0.3]
    with pytest.raises(DataError, match=r"data\.price_scale names EURUSD, but not GBPUSD: add it"):
        Files(folder, tz="UTC", price_scale=scales).load("GBPUSD")
