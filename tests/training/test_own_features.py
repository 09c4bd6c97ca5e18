"""Events and labels of classes that have what the protocols ask for, and nothing else."""

from types import SimpleNamespace

import numpy as np
import pandas as pd

from smc import structure
from smc.data.simulated import Simulated
from smc.events.every import Every
from smc.features.cache import FeatureCache
from smc.labels.forward_return import ForwardReturn
from smc.training.dataset import event_side, label_events


class Changes:
    """Features that are no `FeatureSet`."""

    names, warm_up = ("change",), 1

    def compute(self, bars: pd.DataFrame) -> pd.DataFrame:
        return pd.DataFrame({"change": bars["close"].pct_change()})


def source(side: str) -> SimpleNamespace:
    return SimpleNamespace(features=Changes(), events=Every(10), labels=ForwardReturn(5), side=side)


def test_features_of_ones_own_make_events_on_either_side(tmp_path) -> None:
    bars = Simulated(1, 400).load("S01")
    features = FeatureCache(tmp_path).compute(Changes(), bars)
    assert not list(tmp_path.iterdir())
    for side in ("long", "structure"):
        events = label_events(bars, features, source(side)).events
        known = events["event"].to_numpy()
        direction = structure.compute(bars)["st_dir"].to_numpy()[known]
        expected = np.ones(len(known)) if side == "long" else np.where(direction >= 0, 1, -1)
        np.testing.assert_array_equal(events["side"], expected)
        np.testing.assert_array_equal(event_side(bars, known, features, source(side)), expected)
