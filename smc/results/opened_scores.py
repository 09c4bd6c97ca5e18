"""The figures of a test part, taken out of a record while it is sealed, and put back once it was opened."""

from collections.abc import Mapping
from typing import Any

TEST = "test"
#: Where they stand among what the ledger keeps of an opening.
SCORES = "scores"
#: Fields of a symbol's scores that are of the test part alone.
OF_TEST = ("test_metrics", "test_financial_metrics")
#: Those that hold a table for each split.
BY_SPLIT = ("baseline_metrics", "metrics_by_regime", "intervals")


def test_figures(scores: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a symbol's scores say of its test part.

    >>> test_figures({"test_metrics": {"accuracy": 0.6}, "intervals": {"val": {}, "test": {}},
    ...               "history": {"val_accuracy": 0.5, "test_accuracy": 0.6}})
    {'test_metrics': {'accuracy': 0.6}, 'intervals': {'test': {}}, 'history': {'test_accuracy': 0.6}}
    """
    return {
        **{name: scores[name] for name in OF_TEST if scores.get(name) is not None},
        **{name: {TEST: scores[name][TEST]} for name in BY_SPLIT if TEST in (scores.get(name) or {})},
        "history": {name: value for name, value in scores["history"].items() if name.startswith(f"{TEST}_")},
    }


def with_test_figures(scores: Mapping[str, Any], figures: Mapping[str, Any]) -> dict[str, Any]:
    """Return a symbol's scores with what was seen when its test part was opened; neither is changed.

    >>> with_test_figures({"history": {"val_accuracy": 0.5}}, {"history": {"test_accuracy": 0.6}})
    {'history': {'val_accuracy': 0.5, 'test_accuracy': 0.6}}
    """
    merged = dict(scores)
    for name, value in figures.items():
        is_table = isinstance(value, Mapping) and isinstance(scores.get(name), Mapping)
        merged[name] = with_test_figures(scores[name], value) if is_table else value
    return merged
