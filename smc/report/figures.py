"""Where each figure stands in the record of one symbol."""

from collections.abc import Mapping
from typing import Any

from smc.report.text import is_number


class Figures:
    """Look up the figures of one symbol; what the record does not hold is None or an empty mapping.

    Parameters
    ----------
    record
        run.json, or a symbol's entry of ``by_symbol`` in that of a pool.
    """

    def __init__(self, record: Mapping[str, Any]) -> None:
        self._record = record
        self.history: dict[str, Any] = record.get("history") or {}
        self.backtest_paths: dict[str, Any] = record.get("backtest_paths") or {}

    def metrics(self, part: str) -> dict[str, Any]:
        """Return the model's metrics on a part."""
        return self._record.get(f"{part}_metrics") or {}

    def baseline(self, part: str) -> dict[str, Any]:
        """Return the baseline's metrics on a part."""
        return self._by_part("baseline_metrics", part)

    def regimes(self, part: str) -> dict[str, Any]:
        """Return the metrics of a part by market regime."""
        return self._by_part("metrics_by_regime", part)

    def financial(self, part: str) -> dict[str, Any]:
        """Return the financial metrics of trading a part, after costs."""
        name = "financial_metrics" if part == "out_of_fold" else f"{part}_financial_metrics"
        return self._record.get(name) or {}

    def interval(self, part: str, metric: str) -> tuple[float, float] | None:
        """Return the confidence interval of a metric, where there is one."""
        found = self._by_part("intervals", part).get(metric) or {}
        low, high = found.get("low"), found.get("high")
        if is_number(low) and is_number(high):
            return low, high
        return None

    def _by_part(self, field: str, part: str) -> dict[str, Any]:
        return (self._record.get(field) or {}).get(part) or {}
