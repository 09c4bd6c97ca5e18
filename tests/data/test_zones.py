"""Wall clocks to UTC, by hand."""

import numpy as np
import pandas as pd
import pytest

from smc.data.faults import Faults
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
    ],
)
def test_offset_in_january(name, hours):
    stamp = pd.Timestamp("2024-01-15 12:00").tz_localize(parse_zone(name))
    assert stamp.utcoffset() == pd.Timedelta(hours=hours)


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("Europe/Londn", "did you mean Europe/London"),
        ("america/new_york", "did you mean America/New_York"),
        ("GMT+2", "got 'GMT\\+2'"),
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
