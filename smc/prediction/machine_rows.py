"""Rows of structure machines, by the rules that are asked for."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from smc.features.live import LiveFeatures
from smc.structure import COLUMNS, Machine
from smc.typing import FloatArray

Rules = Mapping[str, Any]


class MachineRows:
    """Feed every machine that somebody asks about once a bar: features, events, side and labels share one.

    Parameters
    ----------
    features
        Whose machine serves all who ask for its rules, or for some of them; None: there is none.
    rules
        Of that machine.
    """

    def __init__(self, features: LiveFeatures | None, rules: Rules) -> None:
        self._features, self._rules = features, dict(rules)
        self._others: dict[tuple[tuple[str, Any], ...], Machine] = {}
        self._rows: dict[tuple[tuple[str, Any], ...], FloatArray] = {}

    def want(self, rules: Rules | None) -> None:
        """Ask for rows of these rules from now on; before the first bar."""
        if rules is not None and not self._is_shared(rules):
            self._others.setdefault(_key(rules), Machine(**rules))

    def take(self, index: pd.DatetimeIndex, prices: FloatArray) -> None:
        """Take the next bars; those of ``features`` has taken them already."""
        for key, machine in self._others.items():
            parts = [rows.copy() for rows in machine.advance(index, prices)]
            self._rows[key] = np.vstack([np.empty((0, len(COLUMNS))), *parts])

    def of(self, rules: Rules | None) -> FloatArray:
        """Return the rows of the bars taken last (n, len(COLUMNS)); none without rules."""
        if rules is None:
            return np.empty((0, len(COLUMNS)))
        if self._features is not None and self._is_shared(rules):
            return self._features.machine_rows
        return self._rows[_key(rules)]

    def _is_shared(self, rules: Rules) -> bool:
        return self._features is not None and all(self._rules.get(name) == rules[name] for name in rules)


def _key(rules: Rules) -> tuple[tuple[str, Any], ...]:
    return tuple(sorted(rules.items()))
