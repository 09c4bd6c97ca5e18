"""Naive stamps to UTC by a named zone; never by a guess."""

import difflib
import re
import zoneinfo
from datetime import datetime, timedelta, timezone, tzinfo

import numpy as np
import pandas as pd

from smc.data.faults import Faults
from smc.typing import BoolArray, IntArray

OFFSET = re.compile(r"(?:UTC)?([+-])(\d{1,2})(?::?([0-5]\d))?")
#: A clock that runs ahead of a city's, or behind.
SERVER = re.compile(r"(?P<zone>[A-Za-z_]+/[A-Za-z_/-]+?)(?P<offset>[+-]\d{2}:[0-5]\d)")
FARTHEST = timedelta(hours=14)


class ServerClock(tzinfo):
    """A clock that shows a fixed time more than a zone's: 7 hours ahead of New York, midnight is 17:00 there.

    Its changes to summer time and back are the zone's.

    Parameters
    ----------
    zone
        The zone.
    shift
        What this clock shows more.
    """

    def __init__(self, zone: zoneinfo.ZoneInfo, shift: timedelta) -> None:
        self.zone = zone
        self.shift = shift

    def __str__(self) -> str:
        minutes = abs(int(self.shift.total_seconds())) // 60
        sign = "-" if self.shift < timedelta(0) else "+"
        return f"{self.zone}{sign}{minutes // 60:02}:{minutes % 60:02}"

    def utcoffset(self, dt: datetime | None) -> timedelta | None:
        """Give the zone's offset at the instant, and the shift."""
        offset = self.zone.utcoffset(None if dt is None else dt.replace(tzinfo=None) - self.shift)
        return None if offset is None else offset + self.shift

    def dst(self, dt: datetime | None) -> timedelta | None:
        """Give the zone's summer time at the instant."""
        return self.zone.dst(None if dt is None else dt.replace(tzinfo=None) - self.shift)

    def tzname(self, dt: datetime | None) -> str:  # noqa: ARG002
        """Give the name that `data.tz` takes."""
        return str(self)


def parse_zone(name: str) -> tzinfo:
    """Turn the name of a time zone into the zone.

    A name of the IANA database ("America/New_York", "Etc/GMT+5", whose sign is POSIX's: five hours *behind*
    UTC), a fixed offset ("+02:00", "UTC-5"), whose sign is the usual one, or a city's clock and an offset
    ("America/New_York+07:00"): that of servers whose day ends at 17:00 in New York.

    Raises
    ------
    ValueError
        No such zone, with the nearest names.

    Examples
    --------
    >>> parse_zone("+02:00"), parse_zone("Etc/GMT+5")
    (datetime.timezone(datetime.timedelta(seconds=7200)), zoneinfo.ZoneInfo(key='Etc/GMT+5'))
    """
    if (shift := _shift_of(name)) is not None:
        return timezone(shift)
    known = zoneinfo.available_timezones()
    if name in known:
        return zoneinfo.ZoneInfo(name)
    if (server := SERVER.fullmatch(name)) and server["zone"] in known and not name.startswith("Etc/"):
        shift = _shift_of(server["offset"])
        if shift is not None:
            return ServerClock(zoneinfo.ZoneInfo(server["zone"]), shift)
    if greenwich := re.fullmatch(r"GMT([+-])(\d{1,2})(?::?([0-5]\d))?", name, re.IGNORECASE):
        clock = f"{greenwich[1]}{int(greenwich[2]):02}:{greenwich[3] or '00'}"
        raise ValueError(
            f"`tz` must be a zone such as UTC, America/New_York or +02:00, got {name!r}: write {clock}"
        )
    folded = {zone.lower(): zone for zone in known}
    near = [folded[zone] for zone in difflib.get_close_matches(name.lower(), folded, n=3)]
    hint = f"; did you mean {', '.join(near)}?" if near else ""
    raise ValueError(f"`tz` must be a zone such as UTC, America/New_York or +02:00, got {name!r}{hint}")


def _shift_of(text: str) -> timedelta | None:
    """Read an offset; None for other text, or for one that no clock has."""
    offset = OFFSET.fullmatch(text)
    if not offset:
        return None
    shift = timedelta(hours=int(offset[2]), minutes=int(offset[3] or 0))
    return None if shift > FARTHEST else -shift if offset[1] == "-" else shift


def localise(
    wall: IntArray, zone: tzinfo, faults: Faults, rows: IntArray, *, column: str
) -> tuple[IntArray, BoolArray]:
    """Turn wall-clock nanoseconds into UTC nanoseconds.

    A wall time that the clocks skip, or show twice, is noted. Under `repair` a skipped one moves to the first
    instant after the jump; of a doubled hour the first pass is taken as summer time, and from the first step
    back on as winter time.

    Returns
    -------
    tuple
        UTC nanoseconds, and the mask of rows that stay.
    """
    shown = zone
    if isinstance(zone, ServerClock):
        wall, zone = wall - int(zone.shift.total_seconds()) * 10**9, zone.zone
    clock = pd.DatetimeIndex(wall)
    fixed = clock.tz_localize(zone, ambiguous="NaT", nonexistent="NaT")
    if not fixed.hasnans:
        return fixed.tz_convert("UTC").asi8, np.ones(len(wall), dtype=bool)
    skipped = clock.tz_localize(zone, ambiguous=np.ones(len(wall), dtype=bool), nonexistent="NaT").isna()
    doubled = fixed.isna() & ~skipped
    for rule, bad in (("nonexistent_stamp", skipped), ("ambiguous_stamp", doubled)):
        places = np.flatnonzero(bad)
        faults.note(
            rule,
            rows[places],
            lambda i, places=places: f"{clock[places[i]] + _shift(shown)} in {shown}",
            column=column,
            mended=faults.repairs,
        )
    summer = _first_pass(wall, doubled)
    fixed = clock.tz_localize(zone, ambiguous=summer, nonexistent="shift_forward")
    keep = np.ones(len(wall), dtype=bool) if faults.repairs else ~(skipped | doubled)
    return fixed.tz_convert("UTC").asi8, keep


def _shift(zone: tzinfo) -> timedelta:
    return zone.shift if isinstance(zone, ServerClock) else timedelta(0)


def _first_pass(wall: IntArray, doubled: BoolArray) -> BoolArray:
    """Tell the first pass through a doubled hour from the second; the rows may run backward in time."""
    if not doubled.any():
        return np.ones(len(wall), dtype=bool)
    steps = np.diff(wall)
    is_reversed = int(np.sign(steps).sum()) < 0
    if is_reversed:
        return _first_pass(wall[::-1], doubled[::-1])[::-1]
    steps_back = np.append(False, steps <= 0) & doubled
    passes = np.cumsum(steps_back)
    opens = np.flatnonzero(doubled & ~np.append(False, doubled[:-1]))
    before = passes[opens] - steps_back[opens]
    group = np.maximum(np.searchsorted(opens, np.arange(len(wall)), side="right") - 1, 0)
    return passes - before[group] == 0
