"""Whether one selection asks for no less than another."""

from collections.abc import Mapping
from typing import Any

#: What a rule asks for -> 1 where more of it is stricter, -1 where less is.
STRICTER = {
    "max_train_val_gap": -1,
    "min_test_accuracy": 1,
    "max_val_test_diff": -1,
    "alpha": -1,
    "q": -1,
    "confidence": 1,
}


def looser(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """Name what is asked for less strictly than before; what is neither more nor less must be as it was.

    Another seed, or another number of draws, is another throw of the dice: it counts as looser.

    >>> looser({"alpha": 0.05, "q": 0.05, "seed": 0}, {"alpha": 0.01, "q": 0.1, "seed": 1})
    ['q', 'seed']
    """
    return sorted(
        name
        for name, value in before.items()
        if name not in now or _is_looser(value, now[name], STRICTER.get(name))
    )


def is_stricter_or_equal(before: Mapping[str, Any], now: Mapping[str, Any]) -> bool:
    """Tell whether all that was asked for before is asked for now, and no less strictly."""
    return not looser(before, now)


def _is_looser(before: Any, now: Any, direction: int | None) -> bool:
    return before != now if direction is None else direction * (now - before) < 0
