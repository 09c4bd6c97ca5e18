"""Bars that the jobs of a sweep ask for, before the first of them starts."""

import json
from collections.abc import Iterable

import pandas as pd

from smc.config import instantiate
from smc.config.job import Job
from smc.fingerprint import bars_fingerprint
from smc.training.prepare import symbols_of
from smc.typing import Config


class LoadedBars:
    """Load each symbol once for all jobs that share it, and keep in memory those of one job only.

    The jobs must come as `by_bars` orders them.
    """

    def __init__(self) -> None:
        self._of_job: dict[str, pd.DataFrame] = {}
        self._fingerprints: dict[str, str] = {}

    def load(self, config: Config) -> dict[str, pd.DataFrame]:
        """Return the bars of a configuration's symbols, in its order."""
        data = instantiate(config["data"], "data")
        keys = {symbol: _key([config["data"], symbol]) for symbol in symbols_of(config, data)}
        self._of_job = {key: self._of_job[key] for key in keys.values() if key in self._of_job}
        for symbol, key in keys.items():
            if key not in self._of_job:
                self._of_job[key] = data.load(symbol)
        return {symbol: self._of_job[key] for symbol, key in keys.items()}

    def fingerprints(self, config: Config) -> dict[str, str]:
        """Return the fingerprint of each symbol's bars; each is made once."""
        fingerprints = {}
        for symbol, bars in self.load(config).items():
            key = _key([config["data"], symbol])
            if key not in self._fingerprints:
                self._fingerprints[key] = bars_fingerprint(bars)
            fingerprints[symbol] = self._fingerprints[key]
        return fingerprints


def by_bars(jobs: Iterable[Job]) -> list[Job]:
    """Order jobs so that those of the same data and symbols are neighbours."""
    return sorted(jobs, key=lambda job: _key([job.config["data"], job.config["symbol"]]))


def _key(value: object) -> str:
    return json.dumps(value, sort_keys=True)
