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
#: Those that hold such a table for each step ahead.
BY_STEP = ("metrics_by_step", "baseline_metrics_by_step", "intervals_by_step")


def test_figures(scores: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a symbol's scores say of its test part.

    >>> test_figures({"test_metrics": {"accuracy": 0.6}, "intervals": {"val": {}, "test": {}},
    ...               "history": {"val_accuracy": 0.5, "test_accuracy": 0.6}})
    {'test_metrics': {'accuracy': 0.6}, 'intervals': {'test': {}}, 'history': {'test_accuracy': 0.6}}
    >>> test_figures({"metrics_by_step": {"5": {"val": {"r2": 0.1}, "test": {"r2": 0.2}}}, "history": {}})
    {'metrics_by_step': {'5': {'test': {'r2': 0.2}}}, 'history': {}}
    """
    by_split = {name: _of_test(scores.get(name) or {}) for name in BY_SPLIT}
    by_step = {
        name: {step: _of_test(splits) for step, splits in scores[name].items() if TEST in splits}
        for name in BY_STEP
        if name in scores
    }
    return {
        **{name: scores[name] for name in OF_TEST if scores.get(name) is not None},
        **{name: table for name, table in (by_split | by_step).items() if table},
        "history": {name: value for name, value in scores["history"].items() if name.startswith(f"{TEST}_")},
    }


def _of_test(table: Mapping[str, Any]) -> dict[str, Any]:
    return {TEST: table[TEST]} if TEST in table else {}


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
