"""Features bar by bar."""

import numpy as np
import pandas as pd
import pytest

from smc.errors import DataError
from smc.features.feature_set import FeatureSet
from smc.features.momentum import Momentum
from smc.features.structure import Structure


def test_live_rows_equal_the_batch(bars, records, own):
    families = {"drift": own.Drift(), "structure": Structure(), "count": own.Counted(), "body": own.Body()}
    features = FeatureSet(families)
    state = features.state()
    live = np.array([state.update(bar) for bar in records[:400]])
    batch = features.compute(bars)[:400]
    np.testing.assert_array_equal(live[:, :9], batch.iloc[:, :9])
    np.testing.assert_allclose(live[:, 9:], batch.iloc[:, 9:], rtol=1e-9, atol=1e-12)


def test_states_are_independent(bars, records):
    features = FeatureSet({"momentum": Momentum()})
    first, second = features.state(), features.state()
    for bar in records[:50]:
        first.update(bar)
    rows = [second.update(bar) for bar in records[:20]]
    np.testing.assert_array_equal(rows, features.compute(bars)[:20])


def test_a_bar_out_of_order_is_refused(records):
    state = FeatureSet({"momentum": Momentum()}).state()
    state.update(records[1])
    with pytest.raises(DataError, match="later than the one before it"):
        state.update(records[0])


def test_a_stateless_family_sees_its_warm_up_and_no_more(records, odd_family):
    seen = []
    family = odd_family(lambda bars: seen.append(len(bars)) or np.zeros(len(bars)), warm_up=5)
    state = FeatureSet({"mine": family}).state()
    for bar in records[:10]:
        state.update(bar)
    assert seen == [1, 2, 3, 4, 5, 6, 6, 6, 6, 6]


def test_a_stateless_family_sees_bars_as_the_batch_does(bars, records, odd_family):
    def values(part):
        assert isinstance(part.index, pd.DatetimeIndex)
        assert part.index.tz is not None
        assert part.columns.tolist() == bars.columns.tolist()
        return np.zeros(len(part))

    FeatureSet({"mine": odd_family(values)}).state().update(records[0])
