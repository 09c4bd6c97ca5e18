"""Configurations of many jobs, each checked once and held once."""

import hashlib
from typing import Any

from smc.config.check import check_config
from smc.config.normalize_numbers import normalize_numbers
from smc.outside.secrets import meet
from smc.typing import Config

SYMBOL = "symbol"
MISSING = "???"


class CheckedConfigs:
    """Check configurations, and write their numbers one way.

    No check asks what a symbol is called: configurations that differ in nothing else are checked once. A
    section that several configurations share is one object, so that those of a thousand symbols fit into
    memory.
    """

    def __init__(self) -> None:
        self._known: dict[bytes, Config] = {}
        self._sections: dict[tuple[str, str], Any] = {}

    def settle(self, config: Config, model_name: str | None) -> Config:
        """Return a configuration as `check_config` lets it pass and `normalize_numbers` writes it.

        Raises
        ------
        ConfigError
            See `check_config`.
        """
        symbol = config.get(SYMBOL)
        is_name = isinstance(symbol, str) and symbol != MISSING
        asked = repr((model_name, {**config, SYMBOL: ""} if is_name else config))
        key = hashlib.sha256(asked.encode(errors="surrogatepass")).digest()
        if key not in self._known:
            meet(config)
            check_config(config, model_name)
            self._known[key] = {name: self._section(name, section) for name, section in config.items()}
        return {**self._known[key], SYMBOL: symbol} if is_name else self._known[key]

    def _section(self, name: str, section: Any) -> Any:
        place = name, repr(section)
        if place not in self._sections:
            self._sections[place] = normalize_numbers({name: section})[name]
        return self._sections[place]
