"""Bars that the jobs of a sweep ask for, before the first of them starts."""

import json
from collections.abc import Iterable, Iterator, Mapping

import pandas as pd

from smc.config.instantiate import instantiate
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
        self._known: dict[str, dict[str, str]] = {}
        self._sources: dict[str, tuple[Config, str]] = {}

    def load(self, config: Config) -> dict[str, pd.DataFrame]:
        """Return the bars of a configuration's symbols, in its order."""
        data = instantiate(config["data"], "data")
        keys = {symbol: _key([config["data"], symbol]) for symbol in symbols_of(config, data)}
        self._of_job = {key: self._of_job[key] for key in keys.values() if key in self._of_job}
        for symbol, key in keys.items():
            if key not in self._of_job:
                self._of_job[key] = data.load(symbol)
        return {symbol: self._of_job[key] for symbol, key in keys.items()}

    def by_fingerprint(self) -> Mapping[str, pd.DataFrame]:
        """Give all bars that were looked at by their fingerprint; each is loaded when it is asked for."""
        return _ByFingerprint(self._sources)

    def fingerprints(self, config: Config) -> dict[str, str]:
        """Return the fingerprint of each symbol's bars; each is made once."""
        asked = _key([config["data"], config["symbol"]])
        if asked not in self._known:
            self._known[asked] = self._look(config)
        return self._known[asked]

    def _look(self, config: Config) -> dict[str, str]:
        fingerprints = {}
        for symbol, bars in self.load(config).items():
            key = _key([config["data"], symbol])
            if key not in self._fingerprints:
                self._fingerprints[key] = bars_fingerprint(bars)
                self._sources[self._fingerprints[key]] = config["data"], symbol
            fingerprints[symbol] = self._fingerprints[key]
        return fingerprints


class _ByFingerprint(Mapping[str, pd.DataFrame]):
    """Bars that are loaded when they are asked for: those of a thousand symbols need not be held at once."""

    def __init__(self, sources: Mapping[str, tuple[Config, str]]) -> None:
        self._sources = sources

    def __getitem__(self, fingerprint: str) -> pd.DataFrame:
        data, symbol = self._sources[fingerprint]
        return instantiate(data, "data").load(symbol)

    def __contains__(self, fingerprint: object) -> bool:
        return fingerprint in self._sources

    def __iter__(self) -> Iterator[str]:
        return iter(self._sources)

    def __len__(self) -> int:
        return len(self._sources)


def by_bars(jobs: Iterable[Job]) -> list[Job]:
    """Order jobs so that those of the same data and symbols are neighbours."""
    return sorted(jobs, key=lambda job: _key([job.config["data"], job.config["symbol"]]))


def _key(value: object) -> str:
    return json.dumps(value, sort_keys=True)
