"""Law: random bars written in a dialect read back equal, bit for bit."""

import csv
import gzip
import io
import json
import zipfile
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from smc.data.files import Files

NAMES = ["open", "high", "low", "close", "volume"]


def random_bars(seed: int, n_bars: int, scale: float, freq: str) -> pd.DataFrame:
    """Bars whose prices are any doubles, on a regular clock with holes."""
    rng = np.random.default_rng(seed)
    corners = scale * np.exp(rng.normal(size=(n_bars, 4)))
    high, low = corners.max(axis=1), corners.min(axis=1)
    values = [corners[:, 0], high, low, corners[:, 3], np.floor(np.exp(rng.normal(5, 2, n_bars)))]
    index = pd.date_range("2019-12-30", periods=2 * n_bars, freq=freq, tz="UTC", unit="ns")
    kept = np.sort(rng.choice(2 * n_bars, n_bars, replace=False))
    return pd.DataFrame(dict(zip(NAMES, values, strict=True)), index[kept].rename("time"))


def lines(
    bars: pd.DataFrame,
    form: str,
    *,
    delimiter: str = ",",
    header: str = "",
    decimal: str = ".",
    more: str = "",
):
    """Write text: repr gives the shortest digits that read back to the same double."""
    rows = [header] if header else []
    for stamp, *values in bars.itertuples():
        numbers = [repr(float(value)).replace(".", decimal) for value in values]
        rows.append(delimiter.join([stamp.strftime(form), *numbers]) + more)
    return "\n".join(rows).encode()


def epochs(bars: pd.DataFrame, unit: str) -> bytes:
    rows = [
        f"{stamp},{','.join(repr(float(v)) for v in values)},{stamp},1,2,3,4,0"
        for stamp, values in zip(bars.index.as_unit(unit).asi8, bars.to_numpy(), strict=True)
    ]
    return "\n".join(rows).encode()


def quoted(bars: pd.DataFrame) -> bytes:
    buffer = io.StringIO()
    writer = csv.writer(buffer, quoting=csv.QUOTE_ALL)
    writer.writerow(["Date", *map(str.title, NAMES)])
    writer.writerows([str(stamp), *map(repr, map(float, values))] for stamp, *values in bars.itertuples())
    return buffer.getvalue().encode()


def stored(bars: pd.DataFrame, method: str) -> bytes:
    buffer = io.BytesIO()
    getattr(bars.reset_index(), method)(buffer)
    return buffer.getvalue()


def zipped(data: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bars.csv", data)
    return buffer.getvalue()


MT5 = "<DATE>\t<TIME>\t<OPEN>\t<HIGH>\t<LOW>\t<CLOSE>\t<TICKVOL>\t<VOL>\t<SPREAD>"
PLAIN = "time,open,high,low,close,volume"
DIALECTS: dict[str, Callable[[pd.DataFrame], bytes]] = {
    "plain": lambda b: lines(b, "%Y-%m-%d %H:%M:%S", header=PLAIN),
    "descending": lambda b: lines(b[::-1], "%Y-%m-%d %H:%M:%S", header=PLAIN),
    "offset": lambda b: lines(b, "%Y-%m-%dT%H:%M:%S%z", header=PLAIN),
    "metatrader 5": lambda b: lines(b, "%Y.%m.%d\t%H:%M:%S", delimiter="\t", header=MT5, more="\t0\t3"),
    "metatrader 4": lambda b: lines(b, "%Y.%m.%d,%H:%M"),
    "histdata": lambda b: lines(b, "%Y%m%d %H%M%S", delimiter=";"),
    "decimal comma": lambda b: lines(
        b, "%d.%m.%Y %H:%M", delimiter=";", decimal=",", header=PLAIN.replace(",", ";")
    ),
    "dukascopy": lambda b: lines(b, "%d.%m.%Y %H:%M:%S.000", header=PLAIN.replace("time", "Gmt time")),
    "american": lambda b: lines(b, "%m/%d/%Y %I:%M:%S %p", header=PLAIN),
    "quoted": quoted,
    "utf-16": lambda b: lines(b, "%Y-%m-%d %H:%M:%S", header=PLAIN).decode().encode("utf-16"),
    "binance ms": lambda b: epochs(b, "ms"),
    "binance us": lambda b: epochs(b, "us"),
    "gzip": lambda b: gzip.compress(lines(b, "%Y-%m-%d %H:%M:%S", header=PLAIN)),
    "zip": lambda b: zipped(lines(b, "%Y%m%d %H:%M")),
    "json": lambda b: json.dumps(
        [[int(t), *v] for t, v in zip(b.index.as_unit("ms").asi8, b.to_numpy().tolist(), strict=True)]
    ).encode(),
    "parquet": lambda b: stored(b, "to_parquet"),
    "feather": lambda b: stored(b, "to_feather"),
}


@pytest.mark.parametrize("dialect", DIALECTS)
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    seed=st.integers(0, 2**32 - 1),
    scale=st.sampled_from([1e-8, 1.0, 1e5, 1e30]),
    freq=st.sampled_from(["min", "h", "4h", "D"]),
)
def test_bars_read_back_equal(tmp_path, dialect, seed, scale, freq):
    bars = random_bars(seed, 50, scale, freq)
    if dialect == "american" and freq != "D":
        bars.index += pd.Timedelta(days=14)  # all in days past the 12th, so that the order is certain
    (tmp_path / "X.dat.csv").write_bytes(DIALECTS[dialect](bars))
    read = Files(tmp_path, "{symbol}.csv", tz="UTC").load("X.dat")
    pd.testing.assert_frame_equal(read, bars, check_exact=True, check_freq=False)
    assert read.attrs["account"]["dropped"] == read.attrs["account"]["repaired"] == {}
