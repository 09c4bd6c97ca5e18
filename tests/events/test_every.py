"""Events at fixed distances."""

import pandas as pd

from smc.events.every import Every


def test_counts_from_the_first_bar():
    bars = pd.DataFrame({"close": range(10)})
    assert Every().compute(bars).tolist() == list(range(10))
    assert Every(step=4).compute(bars).tolist() == [0, 4, 8]
    assert Every(step=4, last=1).compute(bars).tolist() == [8]


def test_no_bars_no_events():
    assert Every().compute(pd.DataFrame({"close": []})).tolist() == []
