"""Tables of predictions for the evaluation."""

import numpy as np
import pandas as pd
import pytest

N_EVENTS, STEP = 300, 7


@pytest.fixture
def make_predictions(bars):
    """Build predictions of a known skill on the random-walk bars, and those of a prior beside them."""

    def make(*, classes=(0, 1), seed=0, skill=1.0) -> tuple[pd.DataFrame, pd.DataFrame]:
        rng = np.random.default_rng(seed)
        events = pd.DataFrame({"event": 600 + STEP * np.arange(N_EVENTS)})
        events["time"] = bars.index[events["event"]]
        events["start"] = events["event"] + 1
        events["end"] = events["start"] + rng.integers(0, 20, N_EVENTS)
        opens, closes = bars["open"].to_numpy(), bars["close"].to_numpy()
        events["side"] = rng.choice([-1, 1], N_EVENTS)
        events["ret"] = events["side"] * (closes[events["end"]] / opens[events["start"]] - 1)
        events["weight"] = 1.0
        prior = events.copy()
        if classes:
            fill_classes(events, prior, np.array(classes), rng, skill)
        else:
            events["label"] = prior["label"] = events["ret"]
            events["prediction"] = skill * events["ret"] + rng.normal(0, 0.002, N_EVENTS)
            prior["prediction"] = 0.0
        return split(events), split(prior)

    return make


def fill_classes(events, prior, classes, rng, skill):
    codes = rng.integers(0, len(classes), N_EVENTS)
    logits = rng.normal(size=(N_EVENTS, len(classes))) + skill * (codes[:, None] == np.arange(len(classes)))
    matrix = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    events["label"] = prior["label"] = classes[codes]
    events["prediction"] = classes[matrix.argmax(axis=1)]
    prior["prediction"] = classes[-1]
    for k, name in enumerate(classes):
        events[f"p_{name}"] = matrix[:, k]
        prior[f"p_{name}"] = 1 / len(classes)


def split(events: pd.DataFrame) -> pd.DataFrame:
    """180 events of train, 60 of validation, 60 of test; the last 200 of the first 240 out of fold, in 5 folds."""
    parts = {"train": (0, 180), "out_of_fold": (40, 240), "val": (180, 240), "test": (240, 300)}
    tables = [events[first:last].assign(part=part, fold=-1) for part, (first, last) in parts.items()]
    tables[1]["fold"] = np.arange(200) // 40
    return pd.concat(tables, ignore_index=True)


@pytest.fixture
def to_position():
    """Trade with the side for class 1, against it for the others."""
    return lambda prediction: np.where(np.asarray(prediction) > 0, 1.0, -1.0)
