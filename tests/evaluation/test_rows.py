"""Rows as arrays say what the same rows say as a table."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smc.evaluation.predictions import (
    all_classes,
    event_means,
    first_of_events,
    n_events,
    probabilities,
    share_weights,
    with_shares,
)
from smc.evaluation.rows import Rows


@st.composite
def tables(draw) -> pd.DataFrame:
    """Predictions of events that stand there once, or several times, in any order."""
    once = st.lists(st.integers(0, 99), min_size=1, max_size=30, unique=True)
    event = np.array(draw(once | st.lists(st.integers(0, 9), min_size=1, max_size=30)))
    rng = np.random.default_rng(draw(st.integers(0, 100)))
    sure = rng.uniform(size=len(event))
    columns = {"event": event, "label": event % 2, "prediction": rng.integers(0, 2, len(event))}
    return pd.DataFrame({**columns, "p_0": 1 - sure, "p_1": np.where(sure < 0.1, np.nan, sure)})


@given(tables(), st.booleans())
def test_arrays_say_what_tables_say(table, is_sorted):
    table = table.sort_values("event", ignore_index=True) if is_sorted else table
    frame, rows = with_shares(table), with_shares(Rows.of(table))
    pd.testing.assert_frame_equal(rows.frame(), frame)
    assert (len(rows), n_events(rows)) == (len(frame), n_events(frame))
    np.testing.assert_array_equal(first_of_events(rows), first_of_events(frame))
    np.testing.assert_array_equal(all_classes(rows), all_classes(frame))
    np.testing.assert_array_equal(
        probabilities(rows, np.array([0, 1])), probabilities(frame, np.array([0, 1]))
    )
    assert (share_weights(rows) is None) == (not frame["event"].duplicated().any())


@given(tables(), st.booleans())
def test_the_mean_of_an_event_is_that_over_its_rows_to_the_last_bit(table, is_sorted):
    table = table.sort_values("event", ignore_index=True) if is_sorted else table
    values = np.where(table["prediction"] == 0, -0.0, table["p_0"].to_numpy())
    number = np.unique(table["event"], return_inverse=True)[1]
    expected = np.bincount(number, weights=values) / np.bincount(number)
    assert event_means(Rows.of(table), values).tobytes() == expected.tobytes()


@given(tables(), st.data())
def test_rows_are_taken_as_a_table_takes_them(table, data):
    chosen = np.array(data.draw(st.lists(st.booleans(), min_size=len(table), max_size=len(table))))
    rows = Rows.of(table).where(chosen)
    pd.testing.assert_frame_equal(rows.frame(), table.loc[chosen].reset_index(drop=True))
    places = np.flatnonzero(chosen)[::-1]
    pd.testing.assert_frame_equal(
        Rows.of(table).take(places).frame(), table.take(places).reset_index(drop=True)
    )


@pytest.mark.parametrize("zone", ["UTC", "Asia/Tokyo"])
def test_stamps_are_told_in_utc(zone):
    stamps = pd.date_range("2024-01-01", periods=3, freq="h", tz=zone)
    rows = Rows.of(pd.DataFrame({"time": stamps}))
    np.testing.assert_array_equal(rows["time"], stamps.tz_convert("UTC").tz_localize(None).to_numpy())


def test_no_rows_are_rows():
    assert len(Rows({})) == 0
    rows = Rows.of(pd.DataFrame({"event": np.zeros(0, dtype=np.int64)}))
    assert len(rows.where(rows["event"] > 0)) == 0
