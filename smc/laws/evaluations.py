"""The laws of evaluations."""

import copy
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd

from smc.blame import place_of
from smc.interfaces import Evaluator, ToPosition
from smc.laws.fault import Fault
from smc.laws.fresh import Fresh

#: What a record holds of each part.
KEYS = ("task", "history", "out_of_fold_metrics", "val_metrics", "test_metrics")
Tables = tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, ToPosition]


def drawn_predictions(bars: pd.DataFrame, n_events: int = 120, seed: int = 0) -> Tables:
    """Draw predictions of all parts, those of a baseline beside them, and what is traded on a class."""
    rng = np.random.default_rng(seed)
    event = np.linspace(10, len(bars) - 20, n_events).astype(np.int64)
    part = np.repeat(["train", "out_of_fold", "val", "test"], n_events // 4)
    probability = rng.uniform(0.05, 0.95, n_events)
    open_, close = (bars[name].to_numpy() for name in ("open", "close"))
    ret = close[event + 5] / open_[event + 1] - 1
    table = pd.DataFrame(
        {
            "part": part,
            "fold": np.where(part == "out_of_fold", 0, -1),
            "account": 0,
            "event": event,
            "time": bars.index[event],
            "start": event + 1,
            "end": event + 5,
            "label": (ret > 0).astype(np.int64),
            "prediction": (probability > 0.5).astype(np.int64),
            "p_0": 1 - probability,
            "p_1": probability,
            "ret": ret,
            "weight": 1.0,
            "side": 1,
        }
    )
    baseline = table.assign(p_0=0.5, p_1=0.5, prediction=1)
    return table, baseline, bars, lambda prediction: np.where(np.asarray(prediction) > 0, 1.0, -1.0)


def record_faults(fresh: Fresh[Evaluator], tables: Tables) -> Iterator[Fault]:
    """Give a record of plain data with the figures of each part."""
    with fresh() as evaluation:
        place, scores = place_of(evaluation, "compute"), evaluation.compute(*_copies(tables))
    if missing := [name for name in ("record", "predictions", "returns") if not hasattr(scores, name)]:
        given = "None" if scores is None else type(scores).__name__
        yield Fault("scores", place, f"{given} has no {', '.join(missing)} (smc.evaluation.scores.Scores)")
        return
    if missing := [key for key in KEYS if key not in scores.record]:
        yield Fault("record", place, f"it lacks {', '.join(missing)}; None where a part has no rows")
    yield from (
        Fault("record", place, f"{path} is no plain data: {kind}") for path, kind in _unplain(scores.record)
    )


def _unplain(value: Any, path: str = "record") -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _unplain(item, f"{path}.{key}")
    elif isinstance(value, list | tuple):
        for number, item in enumerate(value):
            yield from _unplain(item, f"{path}[{number}]")
    elif not isinstance(value, str | int | float | bool | type(None)):
        yield path, type(value).__name__


def sealed_faults(fresh: Fresh[Evaluator], tables: Tables) -> Iterator[Fault]:
    """Show nothing of a test part that is sealed: no figure, no prediction, nothing that follows."""
    with fresh() as evaluation:
        if getattr(evaluation, "test", None) != "sealed":
            return
        place = place_of(evaluation, "compute")
        scores, other = (evaluation.compute(*each) for each in (_copies(tables), _other_test(tables)))
    if scores.record.get("test_metrics") is not None:
        yield Fault(
            "test_metrics", place, "they stand in the record of a sealed test part: None belongs there"
        )
    for name in ("predictions", "returns"):
        table = getattr(scores, name)
        if "part" in table and (table["part"] == "test").any():
            yield Fault(name, place, "rows of the sealed test part stand in it")
    if repr(scores.record) != repr(other.record):
        yield Fault("record", place, "it changes with what the sealed test part holds")


def _other_test(tables: Tables) -> Tables:
    """Turn round what the test part predicts."""
    predictions, *others = _copies(tables)
    rows = predictions["part"] == "test"
    predictions.loc[rows, ["p_0", "p_1"]] = predictions.loc[rows, ["p_1", "p_0"]].to_numpy()
    predictions.loc[rows, "prediction"] = 1 - predictions.loc[rows, "prediction"]
    return (predictions, *others)  # type: ignore[return-value]


def repeat_faults(fresh: Fresh[Evaluator], tables: Tables) -> Iterator[Fault]:
    """Say the same of the same predictions."""
    with fresh() as evaluation:
        place, one = place_of(evaluation, "compute"), evaluation.compute(*_copies(tables))
        np.random.random(3)
        if repr(one.record) != repr(evaluation.compute(*_copies(tables)).record):
            yield Fault("record", place, "asked again it holds other figures; seed what is drawn")


def written_faults(fresh: Fresh[Evaluator], tables: Tables) -> Iterator[Fault]:
    """Leave what is given as it is."""
    given = _copies(tables)
    with fresh() as evaluation:
        evaluation.compute(*given)
        for name, before, after in zip(("predictions", "baseline", "bars"), tables, given, strict=False):
            if not before.equals(after):  # type: ignore[union-attr]
                yield Fault(name, place_of(evaluation, "compute"), "it writes into what it is given")


def trading_faults(fresh: Fresh[Evaluator], tables: Tables) -> Iterator[Fault]:
    """Trade at a cost that is none of a gain: what is left never exceeds what was earned."""
    predictions, _, bars, to_position = _copies(tables)
    with fresh() as evaluation:
        place = place_of(evaluation, "trading")
        rows = predictions[predictions["part"] == "val"].assign(share=1.0)
        returns = evaluation.trading(bars, to_position).returns(rows)
    if missing := [name for name in ("time", "position", "gross", "net") if name not in returns]:
        yield Fault("returns", place, f"the table lacks {', '.join(missing)}")
    elif (returns["net"].to_numpy() > returns["gross"].to_numpy() + 1e-12).any():
        yield Fault("returns", place, "net exceeds gross: a cost is a gain")


def _copies(tables: Tables) -> Tables:
    predictions, baseline, bars, to_position = tables
    position: Callable[..., Any] = copy.copy(to_position)
    return predictions.copy(), baseline.copy(), bars.copy(), position
