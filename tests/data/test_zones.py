"""Wall clocks to UTC, by hand."""

import re
from datetime import datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from smc.data.faults import Faults
from smc.data.files import Files
from smc.data.reading.zones import localise, parse_zone
from smc.errors import DataError


@pytest.mark.parametrize(
    ("name", "hours"),
    [
        ("UTC", 0),
        ("Etc/GMT+5", -5),
        ("+02:00", 2),
        ("-0530", -5.5),
        ("+2", 2),
        ("UTC+3", 3),
        ("America/New_York", -5),
        ("EET", 2),
        ("America/New_York+07:00", 2),
        ("America/New_York-01:30", -6.5),
        ("America/Argentina/Buenos_Aires+03:00", 0),
    ],
)
def test_offset_in_january(name, hours):
    assert parse_zone(name).utcoffset(datetime(2024, 1, 15, 12)) == timedelta(hours=hours)


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("Europe/Londn", "did you mean Europe/London"),
        ("america/new_york", "did you mean America/New_York"),
        ("GMT+2", "got 'GMT\\+2': write \\+02:00"),
        ("GMT-3", "write -03:00"),
        ("gmt+5:30", "write \\+05:30"),
        ("GMT+02:00", "write \\+02:00"),
        ("America/New_York+7", "did you mean America/New_York"),
        ("America/New_York+15:00", "got 'America/New_York\\+15:00'"),
        ("Etc/GMT+2+01:00", "got 'Etc/GMT"),
        ("America/Nw_York+07:00", "did you mean America/New_York"),
        ("+25:00", "got '\\+25:00'"),
        ("", "got ''"),
        ("../UTC", "got '../UTC'"),
        ("local", "got 'local'"),
    ],
)
def test_unknown_zone_is_refused(name, hint):
    with pytest.raises(
        ValueError, match=f"`tz` must be a zone such as UTC, America/New_York or .02:00, .*{hint}"
    ):
        parse_zone(name)


def wall(*stamps: str) -> np.ndarray:
    return pd.DatetimeIndex(list(stamps)).as_unit("ns").asi8


def to_utc(stamps: np.ndarray, on_bad: str = "repair") -> tuple[list[str], list[bool], Faults]:
    faults = Faults("X.csv", on_bad)
    utc, keep = localise(
        stamps, parse_zone("America/New_York"), faults, np.arange(2, len(stamps) + 2), column="time"
    )
    return [str(stamp)[5:16] for stamp in pd.DatetimeIndex(utc)], keep.tolist(), faults


SPRING = wall("2024-03-10 01:00", "2024-03-10 02:30", "2024-03-10 03:00")
AUTUMN = wall(
    "2024-11-03 00:00",
    "2024-11-03 01:00",
    "2024-11-03 01:30",
    "2024-11-03 01:00",
    "2024-11-03 01:30",
    "2024-11-03 02:00",
)


def test_skipped_hour_moves_to_the_first_instant_after_it():
    utc, keep, faults = to_utc(SPRING)
    assert utc == ["03-10 06:00", "03-10 07:00", "03-10 07:00"]
    assert all(keep)
    assert faults.repaired == {"nonexistent_stamp": 1}


def test_doubled_hour_is_told_apart_by_the_step_back():
    utc, keep, faults = to_utc(AUTUMN)
    assert utc == ["11-03 04:00", "11-03 05:00", "11-03 05:30", "11-03 06:00", "11-03 06:30", "11-03 07:00"]
    assert all(keep)
    assert faults.repaired == {"ambiguous_stamp": 4}


def test_doubled_hour_of_a_descending_file():
    utc, _, _ = to_utc(AUTUMN[::-1])
    assert utc[::-1] == to_utc(AUTUMN)[0]


def test_doubled_hour_of_two_years():
    later = AUTUMN + (wall("2025-11-02") - wall("2024-11-03"))
    utc, _, _ = to_utc(np.concatenate([AUTUMN, later]))
    assert utc[6:] == [stamp.replace("11-03", "11-02") for stamp in utc[:6]]


def test_a_single_pass_is_summer_time():
    assert to_utc(wall("2024-11-03 01:00", "2024-11-03 02:00"))[0] == ["11-03 05:00", "11-03 07:00"]


@pytest.mark.parametrize("on_bad", ["error", "drop"])
def test_irregular_stamps_go_unless_repaired(on_bad):
    assert to_utc(SPRING, on_bad)[1] == [True, False, True]
    assert to_utc(AUTUMN, on_bad)[1] == [True, False, False, False, False, True]


def test_file_names_the_row(load, csv):
    with pytest.raises(
        DataError, match=r"row 3, column time: 2024-03-10 02:30:00 in America/New_York \(nonexistent_stamp"
    ):
        load(
            csv(row2="2024-03-10 01:00,2,3,1,1.5,1", row3="2024-03-10 02:30,2,3,1,1.5,1"),
            tz="America/New_York",
        )
    with pytest.raises(
        DataError, match=r"row 4, column time: 2024-11-03 01:15:00 in America/New_York \(ambiguous"
    ):
        load(csv(row4="2024-11-03 01:15,2,3,1,1.5,1"), tz="America/New_York")


def test_times_that_are_regular_agree_with_zoneinfo():
    stamps = pd.date_range("2024-01-01 12:00", periods=366, freq="D").as_unit("ns")
    zone = parse_zone("Europe/Athens")
    utc, keep = localise(stamps.asi8, zone, Faults("X"), np.arange(len(stamps)), column="time")
    expected = [stamp.to_pydatetime().replace(tzinfo=zone).timestamp() for stamp in stamps]
    assert keep.all()
    np.testing.assert_array_equal(utc / 1e9, expected)


def test_server_clock_changes_with_its_city():
    stamps = wall(
        "2024-03-08 12:00", "2024-03-11 12:00", "2024-03-29 12:00", "2024-11-01 12:00", "2024-11-04 12:00"
    )
    faults = Faults("X.csv")
    utc, keep = localise(stamps, parse_zone("America/New_York+07:00"), faults, np.arange(5), column="time")
    assert ((stamps - utc) / 3.6e12).tolist() == [2, 3, 3, 3, 2]
    assert keep.all()


@pytest.mark.parametrize(
    "noon", [*(datetime(2024, month, 12, 12) for month in range(1, 13)), datetime(2024, 3, 10, 6)]
)
def test_server_clock_says_its_offset_as_localised(noon):
    zone = parse_zone("America/New_York+07:00")
    utc, _ = localise(wall(str(noon)), zone, Faults("X"), np.arange(1), column="time")
    assert zone.utcoffset(noon) == timedelta(microseconds=int(wall(str(noon))[0] - utc[0]) // 1000)
    assert zone.tzname(noon) == str(zone) == "America/New_York+07:00"


def test_skipped_hour_of_a_server_is_named_by_its_own_clock():
    faults = Faults("X.csv")
    localise(
        wall("2024-03-10 09:30"), parse_zone("America/New_York+07:00"), faults, np.array([2]), column="time"
    )
    with pytest.raises(
        DataError, match=r"2024-03-10 09:30:00 in America/New_York\+07:00 \(nonexistent_stamp"
    ):
        faults.settle(1)


BAR = ",2,3,1,1.5,10"
HEAD = "time,open,high,low,close,volume\n"
#: Stamps that say their zone: the cells, and zones that contradict them.
STATED = {
    "epochs": (
        ["1705312800", "1705316400"],
        ["Europe/Athens", "America/New_York", "+02:00", "America/New_York+07:00"],
    ),
    "milliseconds": (["1705312800000", "1705316400000"], ["Europe/Athens", "Asia/Tokyo"]),
    "Z": (["2024-01-15T10:00:00Z", "2024-01-15T11:00:00Z"], ["Europe/Athens", "Europe/London"]),
    "pandas": (["2024-01-15 10:00:00+00:00", "2024-01-15 11:00:00+00:00"], ["Europe/Athens", "-05:00"]),
    "words": (["2024-01-15 10:00:00 UTC", "2024-01-15 11:00:00 UTC"], ["Europe/Athens"]),
    "an offset": (
        ["2024-01-15 12:00:00+02:00", "2024-01-15 13:00:00+02:00"],
        ["America/New_York", "Europe/London"],
    ),
    "a short offset": (["2024-01-15 05:00:00-0500", "2024-01-15 06:00:00-0500"], ["Europe/Athens", "+05:00"]),
}


@pytest.mark.parametrize("kind", STATED)
def test_zone_that_no_stamp_used_is_refused(load, kind):
    cells, zones = STATED[kind]
    text = HEAD + "".join(f"{cell}{BAR}\n" for cell in cells)
    for zone in zones:
        with pytest.raises(
            DataError, match=rf"data\.tz=(UTC)?{re.escape(zone)} has no effect: leave data\.tz out; or, if"
        ):
            load(text, tz=zone)
    for zone in (None, "UTC", "Etc/UTC"):
        assert load(text, tz=zone).index[0] == pd.Timestamp("2024-01-15 10:00", tz="UTC")


@pytest.mark.parametrize(
    ("offset", "zone"), [("-05:00", "America/New_York"), ("+02:00", "Europe/Athens"), ("+02:00", "+02:00")]
)
def test_zone_that_agrees_with_the_offsets_is_taken(load, offset, zone):
    assert load(f"{HEAD}2024-01-15 10:00:00{offset}{BAR}\n", tz=zone).attrs["source"]["zone"] == "stamps"


def test_stored_instants_contradict_a_zone_as_text_does(tmp_path):
    index = pd.DatetimeIndex(["2024-01-15 10:00", "2024-01-15 11:00"], tz="UTC", name="time")
    bars = pd.DataFrame([[2.0, 3.0, 1.0, 1.5, 10.0]] * 2, index, ["open", "high", "low", "close", "volume"])
    bars.to_parquet(tmp_path / "X.parquet")
    with pytest.raises(DataError, match=r"data\.tz=Europe/Athens has no effect"):
        Files(tmp_path, tz="Europe/Athens").load("X")
    read = Files(tmp_path, tz="Europe/Athens", stamps="wall_clock").load("X")
    assert read.index[0] == pd.Timestamp("2024-01-15 08:00", tz="UTC")


@pytest.mark.parametrize("kind", ["epochs", "milliseconds", "Z", "pandas", "words"])
def test_stamps_that_only_look_like_utc_are_the_clock_of_the_zone(load, kind):
    text = HEAD + "".join(f"{cell}{BAR}\n" for cell in STATED[kind][0])
    bars = load(text, tz="America/New_York+07:00", stamps="wall_clock")
    assert bars.index[0] == pd.Timestamp("2024-01-15 08:00", tz="UTC")
    assert bars.attrs["source"]["zone"] == "America/New_York+07:00"
    with pytest.raises(
        DataError, match=r"data\.stamps=wall_clock says that the stamps are those of a clock: set data\.tz"
    ):
        load(text, tz=None, stamps="wall_clock")


@pytest.mark.parametrize(("header", "zone", "stamp"), [
    ("Time (EET)", None, "2024-01-15 08:00"), ("Time (EET)", "Europe/Athens", "2024-01-15 08:00"), ("Time (CET)", None, "2024-01-15 09:00"),
    ("Gmt time", None, "2024-01-15 10:00"), ("Time (UTC)", "UTC", "2024-01-15 10:00"),
])  # fmt: skip
def test_zone_of_the_header(load, header, zone, stamp):
    text = HEAD.replace("time", header) + "2024.01.15 10:00:00" + BAR + "\n"
    bars = load(text, tz=zone)
    assert bars.index[0] == pd.Timestamp(stamp, tz="UTC")
    assert bars.attrs["source"]["zone"] == "header"


def test_hint_names_both_clocks_of_servers(load):
    with pytest.raises(
        DataError, match=r"America/New_York\+07:00, some on data\.tz=Europe/Athens, and the two differ"
    ):
        load(HEAD + "2024-01-15 10:00:00" + BAR + "\n", tz=None)


def test_clock_of_the_zone_goes_before_what_the_header_says(load):
    text = HEAD.replace("time", "Time (UTC)") + "2024-01-15 10:00:00" + BAR + "\n"
    bars = load(text, tz="Europe/Athens", stamps="wall_clock")
    assert bars.index[0] == pd.Timestamp("2024-01-15 08:00", tz="UTC")


def test_zone_agrees_with_offsets_across_a_change_beside_a_bad_row(load):
    hours = pd.date_range("2024-03-10 04:00", periods=9, freq="h", tz="UTC").tz_convert("America/New_York")
    lines = [f"{hour.isoformat()}{BAR}\n" for hour in hours]
    lines[1] = f"x{BAR}\n"
    assert len(load(HEAD + "".join(lines), tz="America/New_York", on_bad="drop")) == 8
