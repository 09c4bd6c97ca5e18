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

    def metrics(self, split: str) -> dict[str, Any]:
        """Return the model's metrics on a split."""
        return self._record.get(f"{split}_metrics") or {}

    def baseline(self, split: str) -> dict[str, Any]:
        """Return the baseline's metrics on a split."""
        return self._of_split("baseline_metrics", split)

    def regimes(self, split: str) -> dict[str, Any]:
        """Return the metrics of a split by market regime."""
        return self._of_split("metrics_by_regime", split)

    def financial(self, split: str) -> dict[str, Any]:
        """Return the financial metrics of trading a split, after costs."""
        name = "financial_metrics" if split == "out_of_fold" else f"{split}_financial_metrics"
        return self._record.get(name) or {}

    def interval(self, split: str, metric: str) -> tuple[float, float] | None:
        """Return the confidence interval of a metric, where there is one."""
        bounds = self._of_split("intervals", split).get(metric) or {}
        low, high = bounds.get("low"), bounds.get("high")
        if is_number(low) and is_number(high):
            return low, high
        return None

    @property
    def steps(self) -> list[int]:
        """Steps ahead that were forecast, in bars; none where there is one alone."""
        return sorted(map(int, self._record.get("metrics_by_step") or {}))

    def at_step(self, step: int) -> "Figures":
        """Return the figures of one step, under the names that those of the longest have."""
        by_split = {
            field: (self._record.get(f"{field}_by_step") or {}).get(str(step)) or {}
            for field in ("metrics", "baseline_metrics", "intervals")
        }
        metrics = {f"{split}_metrics": table for split, table in by_split.pop("metrics").items()}
        return Figures({**metrics, **by_split})

    def _of_split(self, field: str, split: str) -> dict[str, Any]:
        return (self._record.get(field) or {}).get(split) or {}
